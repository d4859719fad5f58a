"""Answers of Enedis that are unlike the usual ones, through the real client, archive and database."""

import json
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from gateway.enedis.errors import ErrorReason
from gateway.metering.schedule import Kind, State
from tests.server.billing.homes import PRM
from tests.server.enedis.origins import Reply
from tests.server.metering.stand_in import A_DAY, OLD, ScriptedHome, make_measure
from tests.server.metering.unusual import HALF_HOUR, PARIS, THIRD_DAY, UNUSUAL, Outcome, usual_points

DAYS = [OLD + number * A_DAY for number in range(7)]


def sum_usual_days() -> dict[date, int]:
    """What each day comes to, in watt-minutes."""
    watts = [int(point["v"]) for point in usual_points()]
    return {day: 30 * sum(watts[48 * number : 48 * (number + 1)]) for number, day in enumerate(DAYS)}


@pytest.mark.parametrize("name", UNUSUAL)
async def test_a_load_curve(scripted_home: ScriptedHome, name: str, caplog: pytest.LogCaptureFixture) -> None:
    unusual = UNUSUAL[name]
    scripted_home.reply = unusual.reply
    refusal = await scripted_home.fetch_days(kind=Kind.CURVE)
    entries, curves = await scripted_home.load_curve()
    told = {day: sum(reading.watts * reading.minutes for reading in readings) for day, readings in curves.items()}
    assert scripted_home.calls == unusual.calls
    assert PRM not in caplog.text
    match unusual.outcome:
        case Outcome.READ:
            assert refusal is None
            assert told == sum_usual_days()
            assert {entry.state for entry in entries.values()} == {State.COMPLETE}
        case Outcome.WITH_A_HOLE:
            assert refusal is None
            assert [day for day in DAYS if entries[day].state is State.PARTIAL] == [DAYS[2]]
            assert told.pop(DAYS[2]) <= sum(30 * int(point["v"]) for point in usual_points()[THIRD_DAY])
            assert told == {day: wm for day, wm in sum_usual_days().items() if day != DAYS[2]}
            assert ("points_refused" in caplog.text) == ("null" not in name)
        case Outcome.NOTHING:
            assert refusal is not None
            assert refusal.reason is unusual.reason
            assert entries == {}
            pause = refusal.until - scripted_home.home.clock.now()
            longest = timedelta(hours=8) if refusal.reason is ErrorReason.NOT_SUBSCRIBED else timedelta(hours=1)
            assert timedelta() < pause <= longest
            assert not (await scripted_home.load_point()).doubted


AUTUMN, SPRING = date(2025, 10, 26), date(2026, 3, 29)


def stamp_half_hours(day: date) -> list[dict[str, str]]:
    """A day's half-hours, each with a power of its own, stamped as Enedis does."""
    end = datetime(day.year, day.month, day.day, tzinfo=PARIS).timestamp()
    points: list[dict[str, str]] = []
    following = day + A_DAY
    last = datetime(following.year, following.month, following.day, tzinfo=PARIS).timestamp()
    while end < last:
        end += HALF_HOUR.total_seconds()
        points.append(
            {
                "v": str(301 + 11 * len(points)),
                "d": f"{datetime.fromtimestamp(end, PARIS):%Y-%m-%d %H:%M:%S}",
                "p": "PT30M",
            }
        )
    return points


@pytest.mark.parametrize(("day", "count"), [(AUTUMN, 50), (SPRING, 46)])
@pytest.mark.parametrize("newest_first", [False, True])
async def test_the_odd_days_in_either_order(
    scripted_home: ScriptedHome, day: date, count: int, newest_first: bool
) -> None:
    points = stamp_half_hours(day)
    scripted_home.answer_curve(points[::-1] if newest_first else points, day, 1)
    assert await scripted_home.fetch_days(kind=Kind.CURVE, start=day, days=1) is None
    entries, curves = await scripted_home.load_curve(day, 1)
    assert entries[day].state is State.COMPLETE
    assert [reading.watts for reading in curves[day]] == [301 + 11 * number for number in range(count)]


@pytest.mark.parametrize("prm", [int(PRM), f" {PRM} "])
async def test_a_meter_number_as_a_number(scripted_home: ScriptedHome, prm: object) -> None:
    scripted_home.answer_curve(usual_points(), idPrm=prm)
    assert await scripted_home.fetch_days(kind=Kind.CURVE) is None
    assert (await scripted_home.load_curve())[1].keys() == set(DAYS)


DAILY: dict[str, tuple[list[dict[str, Any]], dict[date, int]]] = {
    "numbers": ([{"v": 9000, "d": "2026-06-01"}], {DAYS[0]: 9000}),
    "decimals": ([{"v": "9000.4", "d": "2026-06-01"}], {DAYS[0]: 9000}),
    "with a time": ([{"v": "9000", "d": "2026-06-01 00:00:00", "p": "P1D"}], {DAYS[0]: 9000}),
    "UTC with Z": ([{"v": "9000", "d": "2026-05-31T22:00:00Z"}], {DAYS[0]: 9000}),
    "offset": ([{"v": "9000", "d": "2026-06-01T00:00:00+0200"}], {DAYS[0]: 9000}),
    "any order": ([{"v": "2", "d": "2026-06-02"}, {"v": "1", "d": "2026-06-01"}], {DAYS[0]: 1, DAYS[1]: 2}),
    "the same twice": ([{"v": "9000", "d": "2026-06-01"}, {"v": "9000.0", "d": "2026-06-01"}], {DAYS[0]: 9000}),
    "null beside a value": ([{"v": None, "d": "2026-06-01"}, {"v": "9000", "d": "2026-06-01"}], {DAYS[0]: 9000}),
    "two values of a day": (
        [{"v": "9000", "d": "2026-06-01"}, {"v": "9001", "d": "2026-06-01"}, {"v": "5", "d": "2026-06-02"}],
        {DAYS[1]: 5},
    ),
    "negative": ([{"v": "-1", "d": "2026-06-01"}, {"v": "5", "d": "2026-06-02"}], {DAYS[1]: 5}),
    "another year": ([{"v": "9", "d": "2025-06-01"}, {"v": "5", "d": "2026-06-02"}], {DAYS[1]: 5}),
    "zero": ([{"v": "0", "d": "2026-06-01"}], {DAYS[0]: 0}),
    "day and month exchanged": ([{"v": "9", "d": "01/06/2026"}, {"v": "5", "d": "2026-06-02"}], {DAYS[1]: 5}),
    "none": ([], {}),
}


@pytest.mark.parametrize("name", DAILY)
async def test_daily_values(scripted_home: ScriptedHome, name: str) -> None:
    points, values = DAILY[name]
    scripted_home.set_answer(200, make_measure("EA", "Wh", points, OLD, 7))
    assert await scripted_home.fetch_days() is None
    assert await scripted_home.load_values() == values


async def test_an_answer_that_one_meter_never_gets_stops_no_other(scripted_home: ScriptedHome) -> None:
    """Were a broken answer taken for an Enedis that cannot be reached, nobody's newest days would be asked."""
    scripted_home.reply = Reply(body=b"no gzip", headers={"Content-Encoding": "gzip"})
    refusal = await scripted_home.fetch_days(kind=Kind.CURVE)
    assert refusal is not None
    assert not refusal.for_all


async def test_a_json_answer_of_another_kind(scripted_home: ScriptedHome) -> None:
    for body in ([], "text", 5, None, [make_measure("PA", "W", usual_points(), OLD, 7)]):
        scripted_home.reply = Reply(body=json.dumps(body).encode())
        refusal = await scripted_home.fetch_days(timedelta(hours=13), kind=Kind.CURVE)
        assert refusal is not None
        assert refusal.reason is ErrorReason.DOWN
    assert (await scripted_home.load_curve())[0] == {}
