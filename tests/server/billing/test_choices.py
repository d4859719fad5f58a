"""What a person chose stays theirs: whatever Enedis tells meanwhile, and whatever the command line changes."""

import asyncio
import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from typer.testing import CliRunner

from gateway.cli import app
from gateway.kit.crypto import Keyring
from gateway.tariffs.options import Option
from gateway.tariffs.tariff import Tariff
from gateway.usage_points import service as points
from tests.server.conftest import Gateway, Simulator, wait_until

METER = "30001000000002"
_WAITING = """
    SELECT count(*) FROM pg_stat_activity
    WHERE wait_event_type = 'Lock' AND datname = current_database() AND query LIKE '%usage_points%FOR UPDATE%'
"""


@pytest.mark.long
@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
@pytest.mark.parametrize("first", ["enedis", "person"])
async def test_hours_of_ones_own_and_other_ones_of_enedis_at_the_same_moment_are_both_kept(
    gateway: Gateway, simulator: Simulator, first: str
) -> None:
    """Both wait for the row, so that whichever comes second reads what the first wrote."""
    who, runtime = await gateway.sign_in(), gateway.runtime
    point_id = await gateway.add_meter(METER, tariff=Tariff(option=Option.HP_HC, power_kva=9))

    async def fetch_point() -> Any:
        return await gateway.get(f"/v1/usage-points/{point_id}", who)

    async def fetch_off_peak() -> Any:
        return (await fetch_point())["off_peak"]

    async def wait_for_waiting(number: int) -> None:
        async def seen_to_wait() -> bool:
            async with runtime.database.read() as session:
                return await session.scalar(text(_WAITING)) == number

        await wait_until(seen_to_wait)

    async def save_off_peak() -> None:
        own = {"off_peak": [{"slots": [["12:00", "14:00"]]}]}
        answer = await gateway.http.patch(f"/v1/usage-points/{point_id}", headers=who, json=own)
        assert answer.status_code == 200

    await wait_until(fetch_off_peak)
    simulator.order("PATCH", f"homes/{METER}", hours_written="HC (2H00-7H00;13H00-16H00)")
    async with asyncio.TaskGroup() as group, runtime.database.write() as session:
        account_id = (await session.execute(text("SELECT account_id FROM usage_points"))).scalar_one()
        point = await points.get_usage_point(session, account_id, point_id, to_change=True)
        both = [runtime.usage_points.refresh_point(point), save_off_peak()]
        for number, one in enumerate(both if first == "enedis" else reversed(both), 1):
            group.create_task(one)
            await wait_for_waiting(number)
    assert [period["slots"] for period in (await fetch_point())["off_peak"]] == [[["12:00", "14:00"]]]
    given_up = await gateway.http.patch(f"/v1/usage-points/{point_id}", headers=who, json={"off_peak": None})
    *_, of_enedis = given_up.json()["off_peak"]
    assert of_enedis["slots"] == [["02:00", "07:00"], ["13:00", "16:00"]]


def test_adding_a_meter_again_keeps_the_hours_that_were_stated(tmp_path: Path, monkeypatch: Any) -> None:
    for name, value in {
        "DATABASE_URL": f"sqlite+aiosqlite:///{tmp_path}/gateway.db",
        "SECRET_KEY": "k" * 40,
        "ENCRYPTION_KEYS": Keyring.generate_key(),
        "ENEDIS_ENVIRONMENT": "simulator",
        "ENEDIS_BASE_URL": "http://127.0.0.1:9",
    }.items():
        monkeypatch.setenv(name, value)

    def add_usage_point(*options: str) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
        command = ["usage-point", "add", "--name", "Home", "--power", "9", *options]
        ran = CliRunner().invoke(app, command, input=f"{METER}\n")
        assert ran.exit_code == 0, ran.output
        with closing(sqlite3.connect(tmp_path / "gateway.db")) as database:
            tariffs, off_peak = database.execute("SELECT tariffs, off_peak FROM usage_points").fetchone()
        return json.loads(tariffs), json.loads(off_peak)

    _, stated = add_usage_point("--option", "hp_hc", "--off-peak", "01:28-06:58", "--off-peak", "13:58-16:28")
    assert stated[0]["slots"] == [["01:28", "06:58"], ["13:58", "16:28"]]
    tariffs, kept = add_usage_point("--option", "tempo")
    assert (tariffs[0]["option"], kept) == ("tempo", stated)
    _, others = add_usage_point("--option", "hp_hc", "--off-peak", "22:30-06:30")
    assert [period["slots"] for period in others] == [[["22:30", "06:30"]]]
