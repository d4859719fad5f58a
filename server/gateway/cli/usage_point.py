"""`gateway usage-point`."""

import json as json_format
import sys
from typing import Annotated

import typer
from pydantic import ValidationError

from gateway.accounts import repository as accounts
from gateway.accounts.service import find_or_create_account
from gateway.cli.api_client import OWNER
from gateway.cli.common import fail, print_table
from gateway.cli.runtime import with_runtime
from gateway.consents.service import delete_usage_point
from gateway.kit.wire import JsonObject
from gateway.runtime import Runtime
from gateway.tariffs.offers import NO_OFFERS
from gateway.tariffs.options import OPTIONS, BucketClock, Option
from gateway.usage_point_summary.settings import UsagePointChanges
from gateway.usage_points import repository, service

app = typer.Typer(no_args_is_help=True, help="Meters.")


@app.command()
def add(
    name: Annotated[str, typer.Option(help="Name of the meter")],
    option: Annotated[Option, typer.Option(help="Regulated tariff option")],
    power: Annotated[int, typer.Option(help="Subscribed power, in kVA")],
    off_peak: Annotated[
        list[str] | None, typer.Option(help="Off-peak hours, such as 22:30-06:30; repeat for several")
    ] = None,
    email: Annotated[str, typer.Option(help="The account it belongs to; created if there is none")] = OWNER,
    json: Annotated[bool, typer.Option("--json", help="Print JSON")] = False,
) -> None:
    """Add a meter, or change it. Its 14-digit number is read from standard input."""
    if OPTIONS[option].clock is BucketClock.OFF_PEAK and not off_peak:
        fail("An off-peak tariff needs its hours: --off-peak 22:30-06:30", 2)
    if sys.stdin.isatty():
        print("Number of the usage point (14 digits), then Enter: ", end="", flush=True)
    try:
        prm = service.check_number(sys.stdin.readline())
        chosen: JsonObject = {"tariff": {"option": option, "power_kva": power}}
        if off_peak:  # otherwise the current ones stay: the user's, or those from Enedis
            chosen["off_peak"] = [{"slots": [_parse_slot(text) for text in off_peak]}]
        choices = UsagePointChanges.model_validate(chosen)
    except ValidationError as error:
        fail("\n".join(detail["msg"].removeprefix("Value error, ") for detail in error.errors()), 2)
    except ValueError as error:
        fail(str(error), 2)

    async def work(runtime: Runtime) -> str:
        now = runtime.clock.now()
        async with runtime.database.write() as session:
            account = await find_or_create_account(session, runtime.keyring, email, now)
            point = await service.add_usage_point(
                session,
                account,
                prm,
                name=name,
                keyring=runtime.keyring,
                instance=runtime.instance,
                now=now,
            )
            choices.apply_choices(point, NO_OFFERS)
            return point.id

    point_id = with_runtime(work)
    if json:
        print(json_format.dumps({"id": point_id}))
    else:
        print(f"{name} is usage point {point_id}. A running gateway fetches its last 60 days now.")


@app.command("list")
def list_points() -> None:
    """Print every meter with its public id, but not its number."""

    async def work(runtime: Runtime) -> list[list[str]]:
        async with runtime.database.read() as session:
            return [
                [point.id, point.name, account.address, point.status]
                for account in await accounts.list_accounts(session)
                for point in await repository.list_of_account(session, account.id)
            ]

    print_table(["ID", "NAME", "ACCOUNT", "CONSENT"], with_runtime(work))


@app.command()
def remove(
    point_id: Annotated[str, typer.Argument(help="As `gateway usage-point list` prints it")],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask for confirmation")] = False,
) -> None:
    """Delete a meter with all its readings. The consent at Enedis stays until its owner ends it there."""
    if not yes:
        typer.confirm(f"Delete {point_id} and all its readings?", abort=True)

    async def work(runtime: Runtime) -> None:
        async with runtime.database.write() as session:
            account_id = await repository.find_account_of(session, point_id)
            if account_id is None:
                fail(f"There is no usage point {point_id}. `gateway usage-point list` lists them.")
            await delete_usage_point(session, account_id, point_id, runtime.clock.now())

    with_runtime(work)
    print(f"{point_id} is deleted.")


def _parse_slot(text: str) -> tuple[str, str]:
    start, separator, end = text.partition("-")
    if not separator:
        raise ValueError(f"Off-peak hours are START-END, such as 22:30-06:30, not {text}")
    return start, end
