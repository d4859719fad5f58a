"""Commands list and remove accounts, meters and API clients; the numbers of meters stay hidden."""

import json

from gateway import __version__
from tests.server.backup.conftest import Command, run_command

__all__ = ["run_command"]

PRM = "01234567890123"


async def test_what_is_added_is_listed_and_can_be_removed(run_command: Command) -> None:
    added = await run_command(
        "usage-point", "add", "--name", "Home", "--option", "base", "--power", "6", "--json", given=PRM
    )
    point_id = json.loads(added.said)["id"]
    created = await run_command("api-client", "create", "--name", "Home Assistant", "--json")
    client_id = json.loads(created.said)["client_id"]

    accounts = (await run_command("account", "list")).said
    assert accounts.splitlines()[0].split("  ")[0] == "ADDRESS"
    assert accounts.splitlines()[1].split()[0::2] == ["owner@localhost", "active", "1"]
    points = (await run_command("usage-point", "list")).said
    assert f"{point_id}  Home  owner@localhost" in points
    assert PRM not in points
    assert f"{client_id}  Home Assistant  owner@localhost  never" in (await run_command("api-client", "list")).said

    assert (await run_command("api-client", "remove", client_id)).status == 0
    assert client_id not in (await run_command("api-client", "list")).said
    assert (await run_command("usage-point", "remove", point_id, "--yes")).status == 0
    assert point_id not in (await run_command("usage-point", "list")).said
    refused = await run_command("account", "remove", "owner@localhost", given="n")
    assert refused.status == 1
    assert (await run_command("account", "remove", "owner@localhost", "--yes")).status == 0
    assert "owner@localhost" not in (await run_command("account", "list")).said


async def test_what_is_not_there_is_one_line_that_says_where_to_look(run_command: Command) -> None:
    assert (await run_command("migrate")).status == 0
    for arguments in (
        ("account", "remove", "nobody@example.org", "--yes"),
        ("usage-point", "remove", "abcdefghijklmnop", "--yes"),
        ("api-client", "remove", "none"),
    ):
        ended = await run_command(*arguments)
        assert ended.status == 1
        assert ended.complained.count("\n") == 1, ended.complained
        assert f"`gateway {arguments[0]} list`" in ended.complained


async def test_the_version_is_told(run_command: Command) -> None:
    assert (await run_command("--version")).said == f"{__version__}\n"
