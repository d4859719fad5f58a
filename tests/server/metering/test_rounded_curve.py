"""A load curve that Enedis rounds to 1000 W is compared with its days' own values, for one call a week."""

import asyncio
import json
import re
from datetime import UTC, date, datetime, timedelta

from gateway.domain.direction import Direction
from gateway.domain.readings import Quality
from gateway.metering.fetching import Priority
from gateway.metering.notices import find_notices
from gateway.metering.schedule import Kind, State
from tests.server.enedis.origins import Reply
from tests.server.metering.stand_in import A_DAY, ScriptedHome, make_measure

FIRST = date(2026, 11, 2)
WATTS = [2401, 700, 3600, 1200, 900, 4399]
"""Whose hours come to 52,800 Wh a day, and, rounded, to 52,000."""


class RoundedMeter:
    """A meter whose curve Enedis rounds to so many watts, as it tells of it."""

    def __init__(self, *, to: int = 1000, has_values: bool = True) -> None:
        self.to, self.has_values = to, has_values
        self.asked: list[str] = []

    def build_reply(self, line: str) -> Reply:
        if "token" in line:
            return Reply()
        start, end = (date.fromisoformat(day) for day in re.findall(r"date\w+=([0-9-]+)", line))
        days = [start + number * A_DAY for number in range((end - start).days)]
        self.asked.append("curve" if "courbe" in line else "daily")
        if "courbe" in line:
            body = make_measure(
                "PA", "W", [point for day in days for point in self.build_points(day)], start, len(days)
            )
        else:
            values = [{"v": "52800", "d": str(day)} for day in days] if self.has_values else []
            body = make_measure("EA", "Wh", values, start, len(days))
        return Reply(body=json.dumps(body).encode())

    def build_points(self, day: date) -> list[dict[str, str]]:
        ends = [datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(hours=hour) for hour in range(1, 25)]
        watts = [(WATTS[hour % len(WATTS)] + self.to // 2) // self.to * self.to for hour in range(24)]
        return [
            {"v": str(one), "d": f"{end:%Y-%m-%d %H:%M:%S}", "p": "PT60M"} for end, one in zip(ends, watts, strict=True)
        ]


async def visit_daily(asked: ScriptedHome, meter: RoundedMeter, days: int) -> None:
    """Visit each morning, as the worker does."""
    asked.respond = meter.build_reply
    for day in (FIRST + number * A_DAY for number in range(days)):
        asked.home.clock.set(datetime(day.year, day.month, day.day, 11, tzinfo=UTC) + A_DAY)
        assert await asked.fetch_days(kind=Kind.CURVE, start=day, days=1) is None
        await asked.archive.fill_from_daily_values(await asked.open_point(), Direction.CONSUMPTION, Priority.UPKEEP)


async def list_notices(asked: ScriptedHome) -> list[str]:
    async with asked.home.database.read() as session:
        return [one.code for one in await find_notices(session, await asked.open_point(), asked.home.clock.now())]


async def test_once_a_week_one_call_brings_the_values_of_its_days(scripted_home: ScriptedHome) -> None:
    meter = RoundedMeter()
    await visit_daily(scripted_home, meter, 21)
    assert (meter.asked.count("curve"), meter.asked.count("daily")) == (21, 3)
    entries, curves = await scripted_home.load_curve(FIRST, 21)
    assert {entry.state for entry in entries.values()} == {State.FITTED}
    for readings in curves.values():
        assert sum(reading.watts * reading.minutes for reading in readings) == 52_800 * 60
        assert {reading.quality for reading in readings} == {Quality.ESTIMATED}
    assert await list_notices(scripted_home) == ["curve_rounded"]


async def test_until_then_its_days_are_as_they_came_and_whole(scripted_home: ScriptedHome) -> None:
    meter = RoundedMeter()
    await visit_daily(scripted_home, meter, 3)
    assert meter.asked == ["curve"] * 3
    entries, curves = await scripted_home.load_curve(FIRST, 3)
    assert {entry.state for entry in entries.values()} == {State.ROUNDED}
    assert {sum(reading.watts for reading in readings) for readings in curves.values()} == {52_000}
    assert await list_notices(scripted_home) == ["curve_rounded"]


async def test_an_exact_curve_costs_no_call_for_values(scripted_home: ScriptedHome) -> None:
    meter = RoundedMeter(to=1)
    await visit_daily(scripted_home, meter, 15)
    assert meter.asked == ["curve"] * 15
    assert {entry.state for entry in (await scripted_home.load_curve(FIRST, 15))[0].values()} == {State.COMPLETE}
    assert await list_notices(scripted_home) == []


async def test_values_that_are_known_are_used_at_once(scripted_home: ScriptedHome) -> None:
    meter = RoundedMeter()
    scripted_home.respond = meter.build_reply
    scripted_home.home.clock.set(datetime(2026, 11, 4, 10, tzinfo=UTC))
    await scripted_home.fetch_days(kind=Kind.DAILY, start=FIRST, days=2)
    await visit_daily(scripted_home, meter, 2)
    assert meter.asked == ["daily", "curve", "curve"]
    assert {entry.state for entry in (await scripted_home.load_curve(FIRST, 2))[0].values()} == {State.FITTED}


async def test_values_that_somebody_asks_for_are_used_without_another_call(scripted_home: ScriptedHome) -> None:
    meter = RoundedMeter()
    await visit_daily(scripted_home, meter, 2)
    await scripted_home.fetch_days(kind=Kind.DAILY, start=FIRST, days=2)
    await scripted_home.archive.fill_from_daily_values(
        await scripted_home.open_point(), Direction.CONSUMPTION, Priority.UPKEEP
    )
    assert meter.asked == ["curve", "curve", "daily"]
    assert {entry.state for entry in (await scripted_home.load_curve(FIRST, 2))[0].values()} == {State.FITTED}


async def test_days_whose_values_never_come_stay_as_measured_and_are_not_asked_for_ever(
    scripted_home: ScriptedHome,
) -> None:
    meter = RoundedMeter(has_values=False)
    await visit_daily(scripted_home, meter, 50)
    assert meter.asked.count("daily") == 50 // 7
    entries, curves = await scripted_home.load_curve(FIRST, 15)
    assert {entry.state for entry in entries.values()} == {State.COMPLETE}
    assert {reading.quality for readings in curves.values() for reading in readings} == {Quality.MEASURED}


async def test_two_who_compare_the_same_days_at_once_agree(scripted_home: ScriptedHome) -> None:
    meter = RoundedMeter()
    await visit_daily(scripted_home, meter, 2)
    await scripted_home.fetch_days(kind=Kind.DAILY, start=FIRST, days=2)
    point = await scripted_home.open_point()
    await asyncio.gather(
        *(scripted_home.archive.fill_from_daily_values(point, Direction.CONSUMPTION, Priority.UPKEEP) for _ in range(2))
    )
    assert {entry.state for entry in (await scripted_home.load_curve(FIRST, 2))[0].values()} == {State.FITTED}
    assert await list_notices(scripted_home) == ["curve_rounded"]
