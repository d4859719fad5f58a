"""`gateway api-client`."""

import json as json_format
from typing import Annotated

import typer

from gateway.accounts import repository, service
from gateway.accounts.clients import delete_client
from gateway.cli.common import fail, print_table
from gateway.cli.runtime import with_runtime
from gateway.runtime import Runtime

app = typer.Typer(no_args_is_help=True, help="API clients: credentials of Home Assistant and scripts.")

OWNER = "owner@localhost"
"""The address of the default account, for a gateway that serves one home."""


@app.command()
def create(
    name: Annotated[str, typer.Option(help="What it is for, such as 'Home Assistant'")],
    email: Annotated[str, typer.Option(help="The account it belongs to; created if there is none")] = OWNER,
    json: Annotated[bool, typer.Option("--json", help="Print JSON")] = False,
) -> None:
    """Create an API client and print its id and secret. The secret is shown only once."""

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


@app.command("list")
def list_clients() -> None:
    """Print every API client with its account and the date of its last use."""

    async def work(runtime: Runtime) -> list[list[str]]:
        async with runtime.database.read() as session:
            return [
                [
                    client.client_id,
                    client.name,
                    account.address,
                    f"{client.last_used_at:%Y-%m-%d}" if client.last_used_at else "never",
                ]
                for account in await repository.list_accounts(session)
                for client in await repository.list_api_clients(session, account.id)
            ]

    print_table(["CLIENT ID", "NAME", "ACCOUNT", "LAST USED"], with_runtime(work))


@app.command()
def remove(client_id: Annotated[str, typer.Argument(help="As `gateway api-client list` prints it")]) -> None:
    """Delete an API client. Its tokens end at once."""

    async def work(runtime: Runtime) -> None:
        async with runtime.database.write() as session:
            client = await repository.find_api_client(session, client_id)
            if client is None:
                fail(f"There is no API client {client_id}. `gateway api-client list` lists them.")
            await delete_client(session, runtime.store, client, runtime.clock.now(), by="command line")

    with_runtime(work)
    print(f"{client_id} is deleted.")
