"""`gateway simulator`."""

from datetime import datetime
from typing import Annotated

import typer

from gateway.cli.common import fail


def simulator(
    host: Annotated[str, typer.Option(help="Address to listen on")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on", min=1, max=65535)] = 8010,
    now: Annotated[
        str | None, typer.Option(help="Start its clock at this instant, such as 2026-01-05T09:30+01:00")
    ] = None,
) -> None:
    """Serve a simulated Enedis and RTE, with example homes."""
    try:
        start = datetime.fromisoformat(now) if now else None
    except ValueError:
        start = None
    if now and (start is None or start.tzinfo is None):
        fail("--now is an instant with its offset, such as 2026-01-05T09:30+01:00", 2)
    # imported here, because only this command needs it
    from gateway.simulator.main import serve_simulator  # noqa: PLC0415

    serve_simulator(host, port, now=start)
