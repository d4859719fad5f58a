"""`gateway api-client`."""

import json as json_format
from typing import Annotated

import typer

from gateway.accounts import service
from gateway.cli.common import with_runtime
from gateway.runtime import Runtime

app = typer.Typer(no_args_is_help=True, help="What Home Assistant and scripts sign in with.")

OWNER = "owner@localhost"
"""The account of a gateway that serves one home."""


@app.callback()
def _group() -> None:
    """Keep `create` a command of its own while it is the only one."""


@app.command()
def create(
    name: Annotated[str, typer.Option(help="What it is for, such as 'Home Assistant'")],
    email: Annotated[str, typer.Option(help="The account it belongs to; made when there is none")] = OWNER,
    json: Annotated[bool, typer.Option("--json", help="Print JSON")] = False,
) -> None:
    """Make an API client and print its id and secret; the secret is shown this once."""

    async def work(runtime: Runtime) -> tuple[str, str]:
        now = runtime.clock.now()
        async with runtime.database.write() as session:
            account = await service.find_or_create_account(session, runtime.keyring, email, now)
            return await service.create_api_client(session, account, name, now)

    client_id, secret = with_runtime(work)
    if json:
        print(json_format.dumps({"client_id": client_id, "client_secret": secret}))
    else:
        print(f"Client id:     {client_id}\nClient secret: {secret}\n")
        print("Enter both in Home Assistant: Settings, Devices & services, Add integration, MyElectricalData.")
