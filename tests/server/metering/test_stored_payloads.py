"""The form in which a day is stored: databases and backups of earlier versions must stay readable."""

from collections.abc import AsyncIterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from gateway.domain.direction import Direction
from gateway.kit.crypto import UndecipherableError, seal, unseal
from gateway.metering import payloads, repository
from gateway.metering.models import DayRecord
from gateway.metering.schedule import Feed, Kind
from tests.server.billing.homes import BASE, StoredHome, sqlite_url
from tests.server.conftest import NOW, SetClock

DAY, NEXT_DAY = date(2026, 11, 1), date(2026, 11, 2)


@pytest.fixture
async def home(tmp_path: Path) -> AsyncIterator[StoredHome]:
    made = await StoredHome.create(sqlite_url(tmp_path), SetClock(NOW), tariffs=BASE)
    yield made
    await made.database.close()


@pytest.mark.parametrize(
    ("kind", "content", "stored"),
    [(Kind.DAILY, 9_000, b"9000"), (Kind.INDEX, {"hp": 12, "hc": 7}, b'{"hp": 12, "hc": 7}')],
)
async def test_a_day_is_sealed_with_its_feed_and_date(
    home: StoredHome, kind: Kind, content: Any, stored: bytes
) -> None:
    await home.write_days(kind, {DAY: content})
    async with home.database.read() as session:
        sealed = await session.scalar(select(DayRecord.payload))
    assert sealed is not None
    assert stored not in sealed
    context = f"days.payload:{home.point_id}:{kind}:consumption:{DAY}"
    assert unseal(home.secrets.data_key, sealed, context) == stored


async def test_a_payload_that_was_moved_to_another_day_is_refused(home: StoredHome) -> None:
    await home.write_days(Kind.DAILY, {DAY: 9_000, NEXT_DAY: 8_000})
    feed, secrets = Feed(home.point_id, Kind.DAILY, Direction.CONSUMPTION), home.secrets
    async with home.database.write() as session:
        row = await session.get_one(DayRecord, (home.point_id, Kind.DAILY, Direction.CONSUMPTION, NEXT_DAY))
        row.payload = seal(secrets.data_key, b"9000", f"days.payload:{home.point_id}:daily:consumption:{DAY}")
    async with home.database.read() as session:
        with pytest.raises(UndecipherableError):
            await repository.load_values(session, feed, secrets, payloads.read_value, DAY, date(2026, 11, 3))
