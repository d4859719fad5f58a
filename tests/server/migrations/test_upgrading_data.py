"""A database that an earlier version has filled is upgraded and read: same readings, same sums, same credentials.

`fixtures/revision-0009.db.gz` was written by the gateway of that migration (commit 3a8a501) against its own simulator:
a home on Tempo with 60 days of load curve, published hours in the stored form of then, and an API client. What it
answered is in `revision-0009.json`; `revision-0009.keys` opens it.

No release has been published yet: CHANGELOG.md has no section but Unreleased. So this database, written by a commit, is
the only earlier one. Each release adds the one that it wrote (CONTRIBUTING.md).
"""

import gzip
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from gateway.kit.database import Database
from gateway.migrations import list_revisions, read_revision
from gateway.settings import Settings
from tests.server.backup.conftest import build_environment, other_url, run_gateway
from tests.server.conftest import Gateway, SetClock, Simulator
from tests.server.conftest import run_gateway as open_gateway

__all__ = ["other_url"]

FIXTURES = Path(__file__).parent / "fixtures"
WRITTEN_AT = datetime(2026, 11, 29, 12, 51, tzinfo=UTC)


@pytest.fixture
def database_url(tmp_path: Path) -> str:
    """Return that of the earlier version's file."""
    return f"sqlite+aiosqlite:///{tmp_path}/old.db"


@pytest.fixture
def old_answers() -> dict[str, Any]:
    found: dict[str, Any] = json.loads((FIXTURES / "revision-0009.json").read_text())
    return found


@pytest.fixture
def old_settings(settings: Settings, tmp_path: Path, simulator: Simulator) -> Settings:
    simulator.set_clock(WRITTEN_AT)
    (tmp_path / "old.db").write_bytes(gzip.decompress((FIXTURES / "revision-0009.db.gz").read_bytes()))
    keys = type(settings.encryption_keys)((FIXTURES / "revision-0009.keys").read_text().strip())
    return settings.model_copy(update={"encryption_keys": keys})


async def read_hours(gateway: Gateway, old_answers: dict[str, Any]) -> dict[str, Any]:
    """Read what the earlier version has answered, with the credentials that it has given."""
    token = await gateway.http.post(
        "/v1/oauth/token", auth=tuple(old_answers["client"]), data={"grant_type": "client_credentials"}
    )
    who = {"Authorization": f"Bearer {token.raise_for_status().json()['access_token']}"}
    point = f"/v1/usage-points/{old_answers['usage_point']}"
    days = await gateway.get(f"{point}/daily", who, start="2026-11-20", end="2026-11-28")
    hours = await gateway.get(f"{point}/hours", who)
    return {
        **old_answers,
        "hours": len(hours["start"]),
        "last_hour": hours["start"][-1],
        "sums": {name: hours["sum"][name][-1] for name in old_answers["sums"]},
        "daily": {day["date"]: day["wh"] for day in days["readings"]},
    }


async def find_revision(url: str) -> str | None:
    async with Database(url) as database, database.connect() as connection:
        return await connection.run_sync(read_revision)


async def test_it_is_upgraded_at_the_start_and_read(old_settings: Settings, old_answers: dict[str, Any]) -> None:
    assert await find_revision(old_settings.database_url) == "0009"
    clock = SetClock()
    clock.set(WRITTEN_AT)
    for _ in range(2):
        async with open_gateway(old_settings, clock) as gateway:
            assert await read_hours(gateway, old_answers) == old_answers
    assert await find_revision(old_settings.database_url) == list_revisions()[0]


async def test_it_is_moved_into_another_database(
    old_settings: Settings, old_answers: dict[str, Any], other_url: str
) -> None:
    """`gateway move` upgrades it on the way: from SQLite to PostgreSQL, too."""
    moved = await run_gateway("move", env=build_environment(old_settings, MOVE_TO=other_url))
    assert moved.status == 0, moved.complained
    clock = SetClock()
    clock.set(WRITTEN_AT)
    async with open_gateway(old_settings.model_copy(update={"database_url": other_url}), clock) as gateway:
        assert await read_hours(gateway, old_answers) == old_answers
