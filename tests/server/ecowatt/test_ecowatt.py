"""Ecowatt: hours at their instants, asked seldom, said as they are."""

import asyncio
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gateway.ecowatt.hours import group_runs, map_levels
from gateway.kit.paris import PARIS
from gateway.rte.client import Rte
from gateway.rte.wire import EcowattSignal
from gateway.store.memory import MemoryStore
from tests.server.signals import House, keep_ecowatt, open_house, parse_paris

API = "ecowatt"
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
TODAY = date(2026, 1, 20)
LEVELS = st.lists(st.integers(0, 3), min_size=24, max_size=24)


def make_signal(day: date, hours: dict[int, int | None]) -> EcowattSignal:
    return EcowattSignal.model_validate(
        {
            "GenerationFichier": f"{day}T00:00:00+01:00",
            "jour": f"{day}T00:00:00+01:00",
            "dvalue": 1,
            "message": "",
            "values": [{"pas": pas, "hvalue": level} for pas, level in hours.items()],
        }
    )


@pytest.mark.parametrize(("day", "hours"), [(date(2026, 1, 20), 24), (date(2026, 3, 29), 23), (date(2026, 10, 25), 25)])
def test_each_hour_of_the_clock_is_where_the_clock_shows_it(day: date, hours: int) -> None:
    placed = map_levels(make_signal(day, {pas: pas % 4 for pas in range(24)}))
    assert len(placed) == hours
    starts = list(placed)
    assert starts[0] == parse_paris(f"{day} 00:00")
    assert all(later - earlier == HOUR for earlier, later in pairwise(starts))
    assert starts[-1] + HOUR == parse_paris(f"{day + DAY} 00:00")
    assert placed[parse_paris(f"{day} 18:00")] == 18 % 4
    assert placed[parse_paris(f"{day} 01:00")] == 1


def test_the_hour_that_comes_twice_has_one_level() -> None:
    placed = map_levels(make_signal(date(2026, 10, 25), {1: 0, 2: 3, 3: 1}))
    assert list(placed.values()) == [0, 3, 3, 1]
    assert parse_paris("2026-10-25 02:00") in placed
    assert parse_paris("2026-10-25 02:00+") in placed


def test_what_is_no_hour_or_no_level_is_left_out() -> None:
    assert list(map_levels(make_signal(TODAY, {5: 4, 6: -1, 7: None, 24: 1, 8: 2})).values()) == [2]


def test_a_day_given_as_a_plain_date_is_that_day() -> None:
    plain = {"GenerationFichier": "2026-01-20T07:00:00+01:00", "jour": "2026-01-20", "dvalue": 1, "values": []}
    assert EcowattSignal.model_validate(plain).day == TODAY


@given(
    st.dictionaries(st.integers(0, 200).map(lambda n: datetime(2026, 10, 24, tzinfo=UTC) + n * HOUR), st.integers(0, 3))
)
def test_runs_say_what_the_hours_say(levels: dict[datetime, int]) -> None:
    found = list(group_runs(levels))
    assert all(earlier.until <= later.since for earlier, later in pairwise(found))
    assert all(earlier.until < later.since or earlier.level != later.level for earlier, later in pairwise(found))
    assert {run.since + n * HOUR: run.level for run in found for n in range((run.until - run.since) // HOUR)} == levels


async def test_the_level_of_the_hour_and_when_it_changes(house: House) -> None:
    await set_levels(house, TODAY, [1] * 6 + [2] * 4 + [1] * 14)
    await set_levels(house, TODAY + DAY, [1] * 24)
    await house.work(keep_ecowatt)
    said = await house.ecowatt()
    assert said["now"] == {"level": 2, "since": "2026-01-20T07:00:00Z", "until": "2026-01-20T09:00:00Z"}
    assert said["as_of"] == "2026-01-20T07:10:00Z"
    assert said["next_change"] == "2026-01-20T08:10:00Z", "RTE is asked again before the level changes"
    today = said["days"][0]
    assert (today["date"], today["worst"], today["hours"][0]["start"]) == ("2026-01-20", 2, "2026-01-20T07:00:00Z")
    assert today["message"] == "Consommation élevée : les éco-gestes aident le réseau."
    await house.set(parse_paris("2026-01-20 09:59"))
    await house.work(keep_ecowatt)
    assert (await house.ecowatt())["next_change"] == "2026-01-20T09:00:00Z", "the level changes before RTE is asked"
    await house.set(parse_paris("2026-01-20 10:00"))
    after = (await house.ecowatt())["now"]
    assert after == {"level": 1, "since": "2026-01-20T09:00:00Z", "until": after["until"]}
    assert after["until"] >= "2026-01-21T23:00:00Z"


async def test_what_is_ahead_is_said_in_runs(house: House) -> None:
    """The next level, the tense hours and the low-carbon ones are those of the hours that are not over."""
    await set_levels(house, TODAY, [0] * 6 + [1] * 3 + [2] * 2 + [3] + [1] * 4 + [0] * 2 + [3] * 3 + [2] + [1] * 2)
    await house.work(keep_ecowatt)
    seen = await house.ecowatt()
    now = house.clock.now()
    hours = {
        datetime.fromisoformat(hour["start"]): hour["level"]
        for day in seen["days"]
        for hour in day["hours"]
        if datetime.fromisoformat(hour["start"]) + HOUR > now
    }
    for name, wanted in (("tense", {2, 3}), ("low_carbon", {0})):
        told = {
            start: run["level"]
            for run in seen[name]
            for start in hours
            if datetime.fromisoformat(run["since"]) <= start < datetime.fromisoformat(run["until"])
        }
        assert told == {start: level for start, level in hours.items() if level in wanted} != {}
    assert seen["next"]["since"] == seen["now"]["until"]
    assert seen["next"]["level"] == hours[datetime.fromisoformat(seen["now"]["until"])] != seen["now"]["level"]


async def test_days_in_order_and_the_fourth_in_the_afternoon(house: House) -> None:
    await house.work(keep_ecowatt)
    assert [day["date"] for day in (await house.ecowatt())["days"]] == [f"{TODAY + n * DAY}" for n in range(3)]
    await house.live(keep_ecowatt, parse_paris("2026-01-20 18:30"))
    assert [day["date"] for day in (await house.ecowatt())["days"]] == [f"{TODAY + n * DAY}" for n in range(4)]


async def test_hours_that_rte_no_longer_tells_are_kept(house: House) -> None:
    await house.work(keep_ecowatt)
    before = (await house.ecowatt())["days"][1]["hours"]
    await house.live(keep_ecowatt, parse_paris("2026-01-21 20:30"))
    after = (await house.ecowatt())["days"][0]
    assert after["date"] == "2026-01-21"
    assert after["hours"] == before
    assert len(after["hours"]) == 24


async def test_a_level_that_changes_is_taken(house: House) -> None:
    await set_levels(house, TODAY, [1] * 24)
    await house.work(keep_ecowatt)
    await set_levels(house, TODAY, [1] * 18 + [3] * 2 + [1] * 4)
    await house.live(keep_ecowatt, parse_paris("2026-01-20 09:30"))
    said = await house.ecowatt()
    assert said["now"]["until"] == "2026-01-20T17:00:00Z"
    assert said["days"][0]["worst"] == 3


@pytest.mark.parametrize(
    ("start", "end", "hours"),
    [("2026-03-28 23:30", "2026-03-29 23:30", 23), ("2026-10-24 23:30", "2026-10-25 23:30", 25)],
)
async def test_the_odd_days_hour_by_hour(house: House, start: str, end: str, hours: int) -> None:
    day = date.fromisoformat(end[:10])
    await set_levels(house, day - DAY, [1] * 24)
    await set_levels(house, day, [1, 0, 3, 2] + [1] * 20)
    await set_levels(house, day + DAY, [1] * 24)
    await house.set(parse_paris(start))
    await house.live(keep_ecowatt, parse_paris(f"{day} 00:01"))
    said = (await house.ecowatt())["days"][0]
    assert (said["date"], len(said["hours"])) == (f"{day}", hours)
    seen = []
    now = parse_paris(f"{day} 00:01")
    while now < parse_paris(end):
        await house.live(keep_ecowatt, now)
        shown = int(now.astimezone(PARIS).strftime("%H"))
        now_said = (await house.ecowatt())["now"]
        assert now_said["level"] == ([1, 0, 3, 2] + [1] * 20)[shown]
        seen.append(shown)
        now += HOUR
    assert seen.count(2) == {23: 0, 25: 2}[hours]


async def test_an_outage_leaves_what_was_known_with_its_age(house: House) -> None:
    await house.work(keep_ecowatt)
    before = await house.ecowatt()
    await house.world.fault(api=API, name="503")
    await house.live(keep_ecowatt, parse_paris("2026-01-21 12:00"))
    during = await house.ecowatt()
    assert during["as_of"] == before["as_of"]
    assert during["days"] == before["days"][1:]
    assert during["now"] is not None
    failed = [at for at, _, status in await house.world.calls(API) if status == 503]
    assert [(later - earlier) // timedelta(minutes=1) for earlier, later in pairwise(failed)][:3] == [16, 32, 60]
    await house.live(keep_ecowatt, parse_paris("2026-01-26 12:00"))
    empty = await house.ecowatt()
    assert (empty["now"], empty["days"]) == (None, [])
    assert empty["as_of"] == before["as_of"]


async def test_retry_after_is_respected(house: House) -> None:
    await house.world.fault(api=API, status=429, headers={"Retry-After": "4000"}, times=1)
    assert await house.work(keep_ecowatt) == house.clock.now() + timedelta(seconds=4000)


async def test_nobody_asked_yet_and_nobody_who_could(house: House) -> None:
    said = await house.ecowatt()
    assert (said["now"], said["days"], said["as_of"]) == (None, [], None)
    due = await keep_ecowatt(house.database, None, house.clock)
    assert due > house.clock.now() + 30 * DAY
    assert not await house.world.calls(API)


@settings(max_examples=5, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
async def test_never_two_calls_in_a_quarter_of_an_hour(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    """Whatever RTE answers, however often the gateway restarts and looks."""
    start = parse_paris("2026-01-20 00:00")
    async with open_house(tmp_path_factory.mktemp("house"), start) as house:
        while house.clock.now() < start + timedelta(hours=6):
            await house.world.mend()
            if fault := data.draw(st.sampled_from(["503", "429", "401", "500", None, None])):
                await house.world.fault(api=API, name=fault)
            if data.draw(st.booleans()):
                await house.restart()
            due = await keep_ecowatt(house.database, house.rte, house.clock)
            minutes = data.draw(st.integers(1, 25))
            await house.set(
                max(min(due, house.clock.now() + timedelta(minutes=minutes)), house.clock.now() + timedelta(seconds=1))
            )
        calls = [at for at, _, _ in await house.world.calls(API)]
        assert all(later - earlier > timedelta(minutes=15) for earlier, later in pairwise(calls))
        assert 3 <= len(calls) <= 15


async def test_processes_at_once_and_in_a_loop_call_once(house: House) -> None:
    twins = [house.twin() for _ in range(4)]
    for _ in range(3):
        await asyncio.gather(*(keep_ecowatt(twin.database, twin.rte, twin.clock) for twin in (house, *twins)))
        await house.set(house.clock.now() + timedelta(minutes=4))
        await house.restart()
    assert len(await house.world.calls(API)) == 1
    for twin in twins:
        assert (await twin.ecowatt())["days"] == (await house.ecowatt())["days"] != []
        await twin.close()


@pytest.mark.parametrize("jump", [HOUR, 400 * DAY, -HOUR, -400 * DAY])
async def test_a_clock_that_is_set_makes_no_second_call(house: House, jump: timedelta) -> None:
    """A quarter of an hour is one of real time, whatever the clock shows."""
    real = 0.0
    house.rte = Rte(house.upstream, "simulator-rte", "simulator-rte-secret", MemoryStore(lambda: real))
    await house.work(keep_ecowatt)
    house.clock.time += jump
    for _ in range(14):
        real += 60
        house.clock.time += timedelta(minutes=1)
        await keep_ecowatt(house.database, house.rte, house.clock)
    assert len(await house.world.calls(API)) == 1
    for _ in range(60):
        real += 60
        house.clock.time += timedelta(minutes=1)
        await keep_ecowatt(house.database, house.rte, house.clock)
    assert len(await house.world.calls(API)) >= 2, "and it goes on"


@pytest.mark.parametrize(
    ("dvalue", "hours", "worst"), [(1, {8: 3}, 3), (2, {8: 1}, 2), (1, {8: 0}, 1), (7, {8: 2}, 2), (None, {8: 0}, 0)]
)
async def test_the_worst_of_a_day_is_a_level(
    house: House, dvalue: int | None, hours: dict[int, int], worst: int
) -> None:
    await house.world.fault(api=API, status=200, body={"signals": [day_of(TODAY, dvalue, hours)]})
    await house.work(keep_ecowatt)
    assert [day["worst"] for day in (await house.ecowatt())["days"]] == [worst]


async def test_a_day_of_which_nothing_is_readable_is_not_said(house: House) -> None:
    signals = [day_of(TODAY, 9, {8: 9}), day_of(TODAY + DAY, 1, {8: 1})]
    await house.world.fault(api=API, status=200, body={"signals": signals})
    await house.work(keep_ecowatt)
    assert [day["date"] for day in (await house.ecowatt())["days"]] == [f"{TODAY + DAY}"]


async def test_an_answer_without_a_day_is_none(house: House) -> None:
    await house.work(keep_ecowatt)
    before = await house.ecowatt()
    await house.world.fault(api=API, status=200, body={"signals": []})
    await house.live(keep_ecowatt, parse_paris("2026-01-20 10:30"))
    assert (await house.ecowatt())["as_of"] == before["as_of"]


def day_of(day: date, dvalue: int | None, hours: dict[int, int]) -> dict[str, Any]:
    return {
        "GenerationFichier": f"{day}T00:00:00+01:00",
        "jour": f"{day}T00:00:00+01:00",
        "dvalue": dvalue,
        "message": "",
        "values": [{"pas": pas, "hvalue": level} for pas, level in hours.items()],
    }


async def set_levels(house: House, day: date, levels: list[int]) -> None:
    answer = await house.world.http.post("/control/ecowatt", json={"date": f"{day}", "levels": levels})
    answer.raise_for_status()
