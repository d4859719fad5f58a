"""A day that was settled, requested again by a person: what was filled in follows what is measured now."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, cast

import pytest

from gateway.domain.direction import Direction
from gateway.domain.readings import Quality, Reading
from gateway.enedis.client import Enedis
from gateway.enedis.wire import Point
from gateway.kit import paris
from gateway.metering import payloads, refreshing, repository
from gateway.metering.archive import Archive
from gateway.metering.fetching import Priority
from gateway.metering.metered_point import MeteredPoint
from gateway.metering.schedule import Feed, Kind, State
from gateway.store.memory import MemoryStore
from gateway.usage_points.models import UsagePoint
from tests.server.billing.homes import BASE, StoredHome, sqlite_url
from tests.server.conftest import SetClock

DAY = date(2026, 10, 12)
VALUE = 12 * 1000 + 6 * 3000 + 6 * 200
"""Twelve hours of 1,000 W, six of 3,000 W, six of 200 W."""


class ScriptedEnedis:
    """Enedis with as many hours of one day as it is told, in half-hours, and the day's value."""

    def __init__(self) -> None:
        self.hours, self.more_watts = 0, 0
        self.calls: list[str] = []

    async def fetch_load_curve(
        self, _payer: str, _prm: str, _direction: Direction, _start: date, _end: date
    ) -> list[Point]:
        self.calls.append("curve")
        ends = [datetime(2026, 10, 12, tzinfo=UTC) + timedelta(minutes=30 * half) for half in range(1, 49)]
        points = [
            {"v": str(self._get_watts(half // 2)), "d": f"{ends[half]:%Y-%m-%d %H:%M:%S}", "p": "PT30M"}
            for half in range(2 * self.hours)
        ]
        return [Point.model_validate(point) for point in points]

    async def fetch_daily(self, _payer: str, _prm: str, _direction: Direction, _start: date, _end: date) -> list[Point]:
        self.calls.append("daily")
        return [Point.model_validate({"v": str(VALUE), "d": str(DAY)})]

    def _get_watts(self, hour: int) -> int:
        return (1000 if hour < 12 else 3000 if hour < 18 else 200) + self.more_watts


class VisitedHome:
    """A home whose archive asks the scripted Enedis, visit by visit."""

    def __init__(self, home: StoredHome) -> None:
        self.home, self.enedis = home, ScriptedEnedis()
        enedis = {priority: cast("Enedis", self.enedis) for priority in Priority}
        self.archive = Archive(home.database, MemoryStore(), home.clock, enedis, home.keyring)

    async def visit_at_noon(self, day: date) -> tuple[State, list[Reading]]:
        """Ask what is due at noon of a day; return what is known then."""
        self.home.clock.set(datetime(day.year, day.month, day.day, 12, tzinfo=UTC))
        async with self.home.database.read() as session:
            point = await session.get_one(UsagePoint, self.home.point_id)
        meter, feed = (
            MeteredPoint.of(point, self.home.secrets, self.home.clock.now()),
            Feed(self.home.point_id, Kind.CURVE),
        )
        assert await self.archive.fetch_missing(meter, feed, [DAY], 3, Priority.UPKEEP) is None
        assert await self.archive.fill_from_daily_values(meter, Direction.CONSUMPTION, Priority.UPKEEP) is None
        read = payloads.read_curve
        async with self.home.database.read() as session:
            entries, curves = await repository.load_values(session, feed, self.home.secrets, read, DAY, DAY + paris.DAY)
        return entries[DAY].state, curves[DAY]

    async def visit_again(self, day: date) -> tuple[State, list[Reading]]:
        """The same, after a person requested the day again."""
        home = self.home
        home.clock.set(datetime(day.year, day.month, day.day, 11, tzinfo=UTC))
        await refreshing.request_refresh(
            home.database, home.clock.now(), home.account_id, home.point_id, DAY, DAY + paris.DAY, 50
        )
        return await self.visit_at_noon(day)


@pytest.fixture
async def settled_day(tmp_path: Path) -> Any:
    """A day whose afternoon never came, settled after fifteen days."""
    home = await StoredHome.create(sqlite_url(tmp_path), SetClock(datetime(2026, 10, 13, 9, tzinfo=UTC)), tariffs=BASE)
    asked = VisitedHome(home)
    asked.enedis.hours = 12
    assert (await asked.visit_at_noon(date(2026, 10, 13)))[0] is State.PARTIAL
    state, readings = await asked.visit_at_noon(date(2026, 10, 28))
    assert (state, sum_energy(readings)) == (State.COMPLETE, VALUE)
    asked.enedis.calls.clear()
    yield asked
    await home.database.close()


def sum_energy(readings: list[Reading]) -> float:
    return sum(reading.watts * reading.minutes for reading in readings) / 60


def list_measured(readings: list[Reading]) -> list[int]:
    return [reading.watts for reading in readings if reading.quality is Quality.MEASURED]


async def test_a_part_of_the_hole_leaves_the_sum_at_the_days_value(settled_day: VisitedHome) -> None:
    settled_day.enedis.hours = 15
    state, readings = await settled_day.visit_again(date(2026, 10, 29))
    assert (state, sum_energy(readings)) == (State.COMPLETE, VALUE)
    assert list_measured(readings) == [1000] * 24 + [3000] * 6
    assert await settled_day.visit_at_noon(date(2026, 11, 20)) == (state, readings)
    settled_day.enedis.hours = 24
    state, readings = await settled_day.visit_again(date(2026, 11, 21))
    assert (state, sum_energy(readings), len(list_measured(readings))) == (State.COMPLETE, VALUE, 48)
    assert settled_day.enedis.calls == ["curve", "curve"], "the value is known"


async def test_nothing_new_leaves_all_as_it_is(settled_day: VisitedHome) -> None:
    before = await settled_day.visit_at_noon(date(2026, 10, 28))
    settled_day.enedis.hours = 6
    assert await settled_day.visit_again(date(2026, 10, 29)) == before
    assert settled_day.enedis.calls == ["curve"]


async def test_more_than_the_days_value_is_a_hole_again(settled_day: VisitedHome) -> None:
    settled_day.enedis.hours, settled_day.enedis.more_watts = 15, 2000
    state, readings = await settled_day.visit_again(date(2026, 10, 29))
    assert (state, len(readings)) == (State.PARTIAL, 30)
    assert list_measured(readings) == [3000] * 24 + [5000] * 6
    assert settled_day.enedis.calls == ["curve", "daily"], "the daily value was requested again too"
    settled_day.enedis.more_watts = 0
    state, readings = await settled_day.visit_again(date(2026, 11, 2))
    assert (state, sum_energy(readings)) == (State.COMPLETE, VALUE)
