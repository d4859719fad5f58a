"""`gateway account`."""

from typing import Annotated

import typer

from gateway.account_data.deletion import erase_account
from gateway.accounts import addresses, repository
from gateway.accounts.models import Account
from gateway.cli.common import fail, print_table
from gateway.cli.runtime import with_runtime
from gateway.runtime import Runtime
from gateway.usage_points import repository as points

app = typer.Typer(no_args_is_help=True, help="Accounts.")


async def find_account(runtime: Runtime, email: str) -> Account:
    """Return the account of an address; end the command with an error if there is none."""
    async with runtime.database.read() as session:
        account = await repository.find_account_by_email(session, addresses.normalize_email(email))
    if account is None:
        fail(f"No account has the address {email}. `gateway account list` lists them.")
    return account


@app.command("list")
def list_accounts() -> None:
    """Print every account, oldest first, with its state and how many meters and API clients it has."""

    async def work(runtime: Runtime) -> list[list[str]]:
        async with runtime.database.read() as session:
            return [
                [
                    account.address,
                    f"{account.created_at:%Y-%m-%d}",
                    "active" if account.is_active else "inactive",
                    str(len(await points.list_of_account(session, account.id))),
                    str(await repository.count_api_clients(session, account.id)),
                ]
                for account in await repository.list_accounts(session)
            ]

    print_table(["ADDRESS", "SINCE", "STATE", "METERS", "API CLIENTS"], with_runtime(work))


@app.command()
def remove(
    email: Annotated[str, typer.Argument(help="The account's address")],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask for confirmation")] = False,
) -> None:
    """Delete an account with its meters, consents, readings, API clients and sessions. This cannot be undone."""
    if not yes:
        typer.confirm(f"Delete {email} and everything that belongs to it?", abort=True)

    async def work(runtime: Runtime) -> None:
        account = await find_account(runtime, email)
        await erase_account(runtime.database, runtime.store, runtime.clock, account.id, by="command line")

    with_runtime(work)
    print(f"{email} is deleted.")
