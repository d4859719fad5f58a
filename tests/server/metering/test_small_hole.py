"""A day that lacks one half-hour: filled the next morning from its value, as estimated, and corrected when it comes."""

import json
import re
from datetime import date, datetime, timedelta

import pytest

from gateway.domain.direction import Direction
from gateway.domain.readings import Quality, Reading
from gateway.metering.fetching import Priority
from gateway.metering.schedule import Kind, State
from tests.server.enedis.origins import Reply
from tests.server.metering.stand_in import A_DAY, NOW, ScriptedHome, make_measure

DAY = date(2026, 11, 2)
WATTS = [402 + 10 * number for number in range(48)]
MISSING = 31


class LateEnedis:
    """Enedis with all of a day but some half-hours, and the day's value."""

    def __init__(self, missing: set[int], wh: int = sum(WATTS) // 2) -> None:
        self.missing, self.wh = missing, wh
        self.asked: list[str] = []

    def build_reply(self, line: str) -> Reply:
        start, end = (date.fromisoformat(day) for day in re.findall(r"date\w+=([0-9-]+)", line))
        self.asked.append("curve" if "courbe" in line else "daily")
        if "courbe" in line:
            return self._build_reply("PA", "W", self._build_points(), start, (end - start).days)
        return self._build_reply("EA", "Wh", [{"v": str(self.wh), "d": str(DAY)}], start, (end - start).days)

    def _build_reply(self, physical: str, unit: str, points: list[dict[str, str]], start: date, days: int) -> Reply:
        return Reply(body=json.dumps(make_measure(physical, unit, points, start, days)).encode())

    def _build_points(self) -> list[dict[str, str]]:
        midnight = datetime.fromisoformat(f"{DAY}")
        ends = [midnight + timedelta(minutes=30 * number) for number in range(1, 49)]
        return [
            {"v": str(watts), "d": f"{end:%Y-%m-%d %H:%M:%S}", "p": "PT30M"}
            for number, (end, watts) in enumerate(zip(ends, WATTS, strict=True))
            if number not in self.missing
        ]


async def do_morning_work(asked: ScriptedHome, after: timedelta = timedelta()) -> tuple[State, list[Reading]]:
    """Do what the worker does of a morning."""
    await asked.fetch_days(after, Kind.CURVE, start=DAY, days=1)
    await asked.archive.fill_from_daily_values(await asked.open_point(), Direction.CONSUMPTION, Priority.UPKEEP)
    entries, curves = await asked.load_curve(DAY, 1)
    return entries[DAY].state, curves[DAY]


def list_estimated(readings: list[Reading]) -> list[tuple[int, int]]:
    return [(at, one.watts) for at, one in enumerate(readings) if one.quality is Quality.ESTIMATED]


async def test_it_is_filled_the_next_morning_and_corrected_when_it_comes(scripted_home: ScriptedHome) -> None:
    enedis = LateEnedis({MISSING})
    scripted_home.respond = enedis.build_reply
    state, readings = await do_morning_work(scripted_home)
    assert (state, list_estimated(readings)) == (State.FILLED, [(MISSING, WATTS[MISSING])])
    assert enedis.asked == ["curve", "daily"]
    enedis.missing = set()
    state, readings = await do_morning_work(scripted_home, A_DAY)
    assert (state, list_estimated(readings)) == (State.COMPLETE, [])
    assert [one.watts for one in readings] == WATTS
    assert enedis.asked == ["curve", "daily", "curve"]


async def test_an_hour_is_filled_and_more_is_waited_for(scripted_home: ScriptedHome) -> None:
    for missing, state in (({10, 30}, State.FILLED), ({10, 20, 30}, State.PARTIAL)):
        scripted_home.respond = LateEnedis(missing).build_reply
        await scripted_home.home.write_days(Kind.CURVE, {DAY: None}, asked_at=NOW - timedelta(hours=9))
        assert (await do_morning_work(scripted_home))[0] is state
        await scripted_home.home.write_days(Kind.CURVE, {DAY: None}, asked_at=NOW - timedelta(hours=9))


@pytest.mark.parametrize(
    ("more", "state"), [(0, State.COMPLETE), (2, State.COMPLETE), (-2, State.COMPLETE), (3, State.FILLED)]
)
async def test_a_hole_whose_value_is_within_2_wh_of_nothing_makes_the_day_complete(
    scripted_home: ScriptedHome, more: int, state: State
) -> None:
    known = (sum(WATTS) - WATTS[MISSING]) // 2
    scripted_home.respond = LateEnedis({MISSING}, known + more).build_reply
    found, readings = await do_morning_work(scripted_home)
    assert found is state
    assert len(readings) == 48
    assert readings[MISSING].watts == max(2 * more, 0)


async def test_a_value_below_what_is_known_fills_nothing(scripted_home: ScriptedHome) -> None:
    scripted_home.respond = LateEnedis({MISSING}, 1000).build_reply
    state, readings = await do_morning_work(scripted_home)
    assert (state, len(readings)) == (State.PARTIAL, 47)
