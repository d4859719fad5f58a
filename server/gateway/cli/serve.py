"""`gateway serve`."""

from typing import Annotated

import typer
import uvicorn

from gateway.app import create_app
from gateway.cli.common import load_settings


def serve(
    host: Annotated[str, typer.Option(help="Address to listen on")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on", min=1, max=65535)] = 8000,
) -> None:
    """Migrate the database, then serve the HTTP API."""
    settings = load_settings()
    uvicorn.run(
        create_app(settings),
        host=host,
        port=port,
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=25,
    )
