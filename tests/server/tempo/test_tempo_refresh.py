"""Asking RTE about Tempo: as it publishes, as it fails, and through a whole season."""

from collections import Counter
from datetime import UTC, date, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gateway.kit.paris import day_of
from gateway.tempo import outlook, repository
from tests.server.signals import House, keep_tempo, open_house, parse_paris

API = "tempo_like_supply_contract"
DAY = timedelta(days=1)
TOMORROW = date(2026, 1, 21)


async def load_colors(house: House, start: date, end: date) -> dict[date, str]:
    async with house.database.read() as session:
        return await repository.load_colors(session, start, end)


async def test_history_comes_in_windows_of_a_season_and_is_never_asked_again(empty_house: House) -> None:
    house = empty_house
    await house.work(keep_tempo)
    asked = [(query["start_date"][:10], query["end_date"][:10]) for _, query, _ in await house.world.calls(API)]
    assert asked[:2] == [("2026-01-20", "2026-01-21"), ("2026-01-21", "2026-01-22")]
    assert asked[2] == ("2025-09-01", "2026-01-20")
    assert asked[-1] == ("2014-09-01", "2015-09-01")
    assert len(asked) == 2 + 12
    known = await load_colors(house, date(2014, 9, 1), date(2026, 1, 22))
    truth = await house.world.colors(date(2014, 9, 1), date(2026, 1, 22))
    assert truth.items() - known.items() == {(date(2022, 12, 28), truth[date(2022, 12, 28)])}
    await house.live(keep_tempo, parse_paris("2026-02-20 08:10"))
    later = [query["start_date"][:10] for _, query, _ in await house.world.calls(API)][len(asked) :]
    assert [start for start in later if start < "2026-01-21"] == ["2022-12-28"] * 4, "the one without, once a week"


async def test_a_day_without_a_color_stays_unknown_and_is_asked_ever_more_rarely(empty_house: House) -> None:
    house = empty_house
    today = date(2026, 1, 20)
    await house.world.announce(today, missing=True)
    await house.live(keep_tempo, parse_paris("2026-01-24 08:00"))
    asked = [at for at, query, _ in await house.world.calls(API) if query["start_date"][:10] == f"{today}"]
    rests = [later - earlier for earlier, later in pairwise(asked)]
    assert rests == sorted(rests)
    assert len(asked) <= 6
    assert today not in await load_colors(house, today, today + DAY)
    assert TOMORROW in await load_colors(house, TOMORROW, TOMORROW + DAY), "one missing day does not hide the next"
    await house.world.announce(today)
    await house.live(keep_tempo, parse_paris("2026-02-04 08:00"))
    assert await load_colors(house, today, today + DAY) == await house.world.colors(today, today + DAY)


async def test_tomorrow_is_provisional_until_official_and_asked_again(house: House) -> None:
    await house.world.announce(TOMORROW, provisional="RED", colour="WHITE")
    due = await house.work(keep_tempo)
    early = (await house.tempo())["tomorrow"]
    assert (early["color"], early["confirmed"], early["source"]) == ("red", False, "rte")
    assert set(early["possible"]) == {"blue", "white", "red"}
    assert due == parse_paris("2026-01-20 10:40")
    await house.set(due)
    due = await house.work(keep_tempo)
    announced = (await house.tempo())["tomorrow"]
    assert (announced["color"], announced["confirmed"]) == ("white", False)
    assert due == parse_paris("2026-01-20 11:20")
    await house.set(due)
    due = await house.work(keep_tempo)
    final = (await house.tempo())["tomorrow"]
    assert (final["color"], final["confirmed"]) == ("white", True)
    assert due == parse_paris("2026-01-21 06:00")
    asked = [at for at, query, _ in await house.world.calls(API) if query["start_date"][:10] == f"{TOMORROW}"]
    assert asked == [parse_paris(f"2026-01-20 {clock}") for clock in ("08:10", "10:40", "11:20")]


async def test_a_color_of_degraded_mode_is_not_confirmed(house: House) -> None:
    await house.world.announce(TOMORROW, fallback=True)
    await house.live(keep_tempo, parse_paris("2026-01-20 12:00"))
    assert (await house.tempo())["tomorrow"]["confirmed"] is False
    await house.world.announce(TOMORROW)
    await house.live(keep_tempo, parse_paris("2026-01-20 15:00"))
    assert (await house.tempo())["tomorrow"]["confirmed"] is True


async def test_tomorrow_not_known_yet_is_asked_every_half_hour_of_the_morning(house: House) -> None:
    await house.world.announce(TOMORROW, visible_from=parse_paris("2026-01-20 10:05").isoformat())
    await house.work(keep_tempo)
    assert (await house.tempo())["tomorrow"]["color"] == "unknown"
    assert (await house.tempo())["next_change"] == "2026-01-20T07:40:00Z"
    await house.live(keep_tempo, parse_paris("2026-01-20 10:10"))
    assert (await house.tempo())["tomorrow"]["color"] == (await house.world.colors(TOMORROW, TOMORROW + DAY))[TOMORROW]
    asked = [at for at, _, status in await house.world.calls(API) if status == 400]
    assert asked == [parse_paris("2026-01-20 08:10") + n * timedelta(minutes=30) for n in range(4)]


async def test_a_day_that_is_never_published_costs_no_more_than_twenty_calls(house: House) -> None:
    await house.work(keep_tempo)
    lost = date(2026, 1, 22)
    await house.world.announce(lost, visible_from=parse_paris("2026-02-20 06:00").isoformat())
    (await house.world.http.delete("/control/calls")).raise_for_status()
    await house.live(keep_tempo, parse_paris("2026-01-22 05:00"))
    assert (await house.tempo())["tomorrow"]["color"] == "unknown"
    await house.live(keep_tempo, parse_paris("2026-01-23 23:59"))
    assert max((await calls_by_day(house)).values()) <= 20
    known = await load_colors(house, date(2026, 1, 21), date(2026, 1, 25))
    assert known.keys() == {date(2026, 1, day) for day in (21, 23, 24)}, "the days after are not hidden by it"


async def test_an_outage_is_asked_about_with_growing_pauses_and_what_was_known_stays(house: House) -> None:
    await house.work(keep_tempo)
    await house.set(parse_paris("2026-01-20 11:20"))
    await house.work(keep_tempo)
    before = await house.tempo()
    await house.world.fault(api=API, name="503")
    await house.live(keep_tempo, parse_paris("2026-01-21 12:00"))
    during = await house.tempo()
    assert during["today"] == before["tomorrow"]
    assert during["tomorrow"]["color"] == "unknown"
    assert during["as_of"] == before["as_of"] == "2026-01-20T10:20:00Z"
    failed = [at for at, _, status in await house.world.calls(API) if status == 503]
    minutes = [(later - earlier) // timedelta(minutes=1) for earlier, later in pairwise(failed)]
    assert minutes == [5, 10, 20, 40, 80, 120]
    await house.world.mend()
    await house.live(keep_tempo, parse_paris("2026-01-21 14:00"))
    assert (await house.tempo())["tomorrow"]["confirmed"] is True


async def test_retry_after_is_respected(house: House) -> None:
    await house.work(keep_tempo)
    await house.set(parse_paris("2026-01-20 11:00"))
    await house.world.fault(api=API, status=429, headers={"Retry-After": "5400"})
    assert await house.work(keep_tempo) == parse_paris("2026-01-20 12:30")


async def test_a_restart_asks_nothing_that_was_asked(house: House) -> None:
    await house.work(keep_tempo)
    before, said = len(await house.world.calls(API)), await house.tempo()
    await house.restart()
    await house.work(keep_tempo)
    assert len(await house.world.calls(API)) == before
    assert await house.tempo() == said


async def test_a_crash_in_the_middle_of_a_call_is_no_reason_to_call_at_once(empty_house: House) -> None:
    house = empty_house

    class Crashing:
        async def fetch_tempo_calendar(self, *_: date) -> list[Any]:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        await keep_tempo(house.database, Crashing(), house.clock)  # type: ignore[arg-type]  # only what is called
    await house.restart()
    async with house.database.read() as session:
        assert not await repository.list_days(session, date(2026, 1, 20), date(2026, 1, 22))
    due = await keep_tempo(house.database, house.rte, house.clock)
    assert due == house.clock.now(), "history does not wait"
    assert "2026-01-20" not in {query["start_date"][:10] for _, query, _ in await house.world.calls(API)}
    await house.live(keep_tempo, parse_paris("2026-01-20 08:15"))
    await house.work(keep_tempo)
    assert (await house.tempo())["today"]["color"] != "unknown"


async def test_a_color_that_changed_while_the_gateway_was_off_is_corrected(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    await house.world.announce(TOMORROW, provisional="RED", colour="WHITE")
    await house.work(keep_tempo)
    assert await load_colors(house, TOMORROW, TOMORROW + DAY) == {TOMORROW: "red"}
    await house.restart()
    await house.set(parse_paris("2026-01-23 14:00"))
    await house.work(keep_tempo)
    assert await load_colors(house, TOMORROW, TOMORROW + DAY) == {TOMORROW: "white"}
    assert "tempo_color_differs" in caplog.text


TWICE = ("05:59", "11:30")
FOUR_TIMES = ("00:30", "06:00", "12:00", "22:00")
EVERY_HOUR = tuple(f"{hour:02}:00" for hour in range(24))
LONG = [pytest.mark.long, pytest.mark.timeout(3000)]
START, END = date(2025, 9, 1), date(2026, 9, 1)


def at_six(day: date) -> str:
    return parse_paris(f"{day} 06:00").astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


@pytest.mark.parametrize(
    ("first", "last", "at"),
    [
        pytest.param(date(2025, 10, 24), date(2025, 10, 28), FOUR_TIMES, id="25 hours"),
        pytest.param(date(2026, 3, 10), date(2026, 4, 2), TWICE, id="March 2026"),
        pytest.param(date(2026, 3, 28), date(2026, 3, 30), FOUR_TIMES, id="23 hours"),
        pytest.param(date(2026, 8, 30), date(2026, 8, 31), (*TWICE, "23:00"), id="the season's end"),
        pytest.param(START, END - DAY, EVERY_HOUR, id="every hour of it", marks=LONG),
    ],
)
async def test_the_season_2025_26(tmp_path: Path, first: date, last: date, at: tuple[str, ...]) -> None:
    """What is said at each moment against what is true.

    Every fifth day is shown with another colour first; every third morning the gateway is killed in the middle of a
    call, every other evening it restarts.
    """
    async with open_house(tmp_path, parse_paris(f"{first - DAY} 23:00")) as house:
        truth = await house.world.colors(START - DAY, last + 2 * DAY)
        shown = dict(truth)
        day = first
        while day <= last:
            if day.toordinal() % 5 == 0:
                shown[day + DAY] = "white" if truth[day + DAY] != "white" else "red"
                await house.world.announce(day + DAY, provisional=shown[day + DAY].upper())
            for clock in at:
                if clock >= "06:00" and day.toordinal() % 3 == 0 and clock == next(c for c in at if c >= "06:00"):
                    house.kill_in_next_call()
                now = parse_paris(f"{day} {clock}")
                await house.live(keep_tempo, now)
                await house.work(keep_tempo)
                said = await house.tempo()
                today = day if clock >= "06:00" else day - DAY
                assert said["today"] == {
                    "date": f"{today}",
                    "start": at_six(today),
                    "until": at_six(today + DAY),
                    "color": truth[today],
                    "confirmed": True,
                    "possible": [truth[today]],
                    "expected_color": None,
                    "expected_reason": None,
                    "source": "rte",
                }, now
                check_tomorrow(said["tomorrow"], today + DAY, clock, truth[today + DAY], shown[today + DAY])
                check_periods(said, today, clock)
                if today >= START:
                    check_season(said, today, truth)
                assert said["next_change"] > now.isoformat(timespec="seconds").replace("+00:00", "Z")
            if day.day % 2:
                await house.restart()
            day += DAY
        calls = await calls_by_day(house)
        assert max(calls[first + n * DAY] for n in range(1, (last - first).days + 1)) <= 20


def check_tomorrow(said: dict[str, Any], day: date, clock: str, true: str, shown: str) -> None:
    assert said["date"] == f"{day}"
    if day.weekday() == 6 and said["color"] == "blue":
        assert said["confirmed"], "a Sunday can have no other colour"
    elif "06:00" <= clock < "07:00":  # it appears in these minutes
        assert (said["color"], said["confirmed"]) in {("unknown", False), (shown, False)}, (day, clock)
    elif "07:00" <= clock < "10:40":
        assert (said["color"], said["confirmed"]) == (shown, False), (day, clock)
    elif "10:50" <= clock < "11:20":
        assert (said["color"], said["confirmed"]) == (true, False), (day, clock)
    else:
        assert (said["color"], said["confirmed"]) == (true, True), (day, clock)
    assert true in said["possible"]


def check_periods(said: dict[str, Any], today: date, clock: str) -> None:
    """The one in force and those to come, without a gap, up to the end of tomorrow."""
    color, following = said["today"]["color"], said["tomorrow"]["color"]
    wanted = [
        (f"{color}_hp", format_utc(today, "22:00")),
        (f"{color}_hc", format_utc(today + DAY, "06:00")),
        (f"{following}_hp", format_utc(today + DAY, "22:00")),
        (f"{following}_hc", format_utc(today + 2 * DAY, "06:00")),
    ]
    told = [said["period"], *said["coming"]]
    assert [(period["key"], period["until"]) for period in told] == wanted[0 if "06:00" <= clock < "22:00" else 1 :]
    assert [period["start"] for period in said["coming"]] == [period["until"] for period in told[:-1]]


def check_season(said: dict[str, Any], today: date, truth: dict[date, str]) -> None:
    tomorrow = said["tomorrow"]
    used = Counter(color for day, color in truth.items() if START <= day <= today)
    for color, total in (("blue", 300), ("white", 43), ("red", 22)):
        count = said["season"]["days"][color]
        left = total - used[color]
        assert (count["total"], count["used_through_today"], count["left_after_today"]) == (total, used[color], left)
        if tomorrow["color"] != "unknown" and today + DAY < END:
            assert count["left_after_tomorrow"] == left - (color == tomorrow["color"])
    settled = today + DAY if tomorrow["confirmed"] else today
    told = [day for day in (today + DAY,) if day <= settled and day < END and truth[day] == "red"]
    left = 22 - used["red"] - len(told)
    winter = [START + n * DAY for n in range(365) if (START + n * DAY).month in {11, 12, 1, 2, 3}]
    eligible = [day for day in winter if day > settled and day.weekday() < 5]
    expected = eligible if 0 < left == len(eligible) else []
    assert said["season"]["certain_red"] == [f"{day}" for day in told], today
    assert said["season"]["expected_red"] == [f"{day}" for day in expected], today
    assert all(truth.get(day, "red") == "red" for day in expected)


async def test_from_the_thirteenth_of_march_2026_every_working_day_is_expected_to_be_red(house: House) -> None:
    await house.set(parse_paris("2026-03-12 06:30"))
    await house.work(keep_tempo)
    assert (await house.tempo())["season"]["days"]["red"]["left_after_today"] == 13
    async with house.database.read() as session:
        coming = await outlook.list_days(session, date(2026, 3, 14), date(2026, 4, 2), house.clock.now())
    said = {day.date: day for day in coming.days}
    truth = await house.world.colors(date(2026, 3, 14), date(2026, 4, 1))
    for day, color in truth.items():
        assert said[day].color == ("blue" if day.weekday() == 6 else "unknown")
        assert ("red" in said[day].possible) == (day.weekday() < 5)
        assert (said[day].expected_color, said[day].expected_reason) == (
            ("red", "quota_left") if color == "red" else (None, None)
        )
    assert "red" not in said[date(2026, 4, 1)].possible


@settings(max_examples=5, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
async def test_whatever_rte_answers_a_day_costs_twenty_calls_and_nothing_false_is_said(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    faults = st.sampled_from(["503", "429", "T03", "F04", "401", "408", "509", "403", None])
    async with open_house(tmp_path_factory.mktemp("house"), parse_paris("2026-01-19 20:00"), settled=True) as house:
        truth = await house.world.colors(date(2026, 1, 18), date(2026, 1, 25))
        await house.set(parse_paris("2026-01-20 00:00"))
        end = parse_paris("2026-01-21 12:00")
        while house.clock.now() < end:
            await house.world.mend()
            if fault := data.draw(faults):
                await house.world.fault(api=API, name=fault)
            if data.draw(st.booleans()):
                await house.restart()
            due = await keep_tempo(house.database, house.rte, house.clock)
            said = await house.tempo()
            assert all(
                said[day]["color"] in {"unknown", truth[date.fromisoformat(said[day]["date"])]}
                for day in ("today", "tomorrow")
            )
            await house.set(max(due, house.clock.now() + timedelta(seconds=5)))
        assert max((await calls_by_day(house)).values()) <= 20


async def calls_by_day(house: House) -> Counter[date]:
    return Counter(day_of(at) for at, _, _ in await house.world.calls(API))


def format_utc(day: date, clock: str) -> str:
    return parse_paris(f"{day} {clock}").isoformat().replace("+00:00", "Z")
