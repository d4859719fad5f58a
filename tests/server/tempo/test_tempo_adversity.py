"""Whatever goes wrong with clocks, answers, databases and processes: no wrong colour is said for good, nor late."""

import asyncio
from collections import Counter
from datetime import date, timedelta

import pytest

from gateway.kit.outage import DatabaseDownError
from gateway.kit.paris import day_of
from gateway.tempo import outlook, repository
from tests.server.signals import House, keep_tempo, parse_paris

API = "tempo_like_supply_contract"
DAY = timedelta(days=1)
TODAY, TOMORROW = date(2026, 1, 20), date(2026, 1, 21)


async def test_what_was_asked_before_the_official_hour_and_answered_after_is_not_confirmed(house: House) -> None:
    await house.set(parse_paris("2026-01-20 11:19:40"))
    house.line.meanwhile = lambda: house.set(parse_paris("2026-01-20 11:20:30"))
    await keep_tempo(house.database, house.rte, house.clock)
    assert (await house.tempo())["tomorrow"]["confirmed"] is False
    await house.work(keep_tempo)
    assert (await house.tempo())["tomorrow"]["confirmed"] is True


async def test_a_day_asked_for_before_six_and_refused_after_is_asked_again_at_once(house: House) -> None:
    await house.live(keep_tempo, parse_paris("2026-01-20 12:00"))
    await house.set(parse_paris("2026-01-21 05:59:59"))
    await house.world.announce(date(2026, 1, 22), visible_from=format_clock("06:00:02", TOMORROW))
    await house.restart()
    await house.work(keep_tempo)
    said = await house.tempo()
    assert (said["today"]["date"], said["tomorrow"]["date"]) == (f"{TODAY}", f"{TOMORROW}")
    assert said["next_change"] == "2026-01-21T05:00:00Z"
    await house.set(parse_paris("2026-01-21 06:00"))
    said = await house.tempo()
    assert (said["today"]["date"], said["period"]["key"][-2:]) == (f"{TOMORROW}", "hp")
    await house.live(keep_tempo, parse_paris("2026-01-21 06:10"))
    assert (await house.tempo())["tomorrow"]["color"] != "unknown", "ten minutes later at most"


async def test_an_answer_written_late_does_not_undo_a_later_one(house: House) -> None:
    """One process hangs between RTE's answer and the database; another asks meanwhile, and is told the final colour."""
    await house.world.announce(TOMORROW, provisional="RED", colour="WHITE")
    other = house.twin()

    async def another_one_asks() -> None:
        await house.set(parse_paris("2026-01-20 11:30"))
        await other.work(keep_tempo)
        await other.close()

    house.line.meanwhile = another_one_asks
    await keep_tempo(house.database, house.rte, house.clock)
    said = (await house.tempo())["tomorrow"]
    assert (said["color"], said["confirmed"]) == ("white", True)


async def test_two_processes_on_one_database_ask_once(house: House) -> None:
    twins = [house.twin() for _ in range(4)]
    dues = await asyncio.gather(*(keep_tempo(twin.database, twin.rte, twin.clock) for twin in (house, *twins)))
    assert min(dues) >= house.clock.now()
    asked = Counter((query["start_date"][:10], at) for at, query, _ in await house.world.calls(API))
    assert asked[(f"{TOMORROW}", house.clock.now())] == 1
    for twin in twins:
        assert (await twin.tempo())["tomorrow"] == (await house.tempo())["tomorrow"], "all say what one was told"
        await twin.close()


@pytest.mark.parametrize("ahead", [timedelta(hours=26), timedelta(days=3), timedelta(days=400)])
async def test_what_a_clock_that_was_ahead_confirmed_is_asked_again(house: House, ahead: timedelta) -> None:
    """A machine without a battery that thinks it is later than it is takes a colour that is shown for one in force."""
    await house.world.announce(TOMORROW, provisional="RED", colour="WHITE")
    house.clock.time += ahead  # RTE's own stays
    for _ in range(3):
        await keep_tempo(house.database, house.rte, house.clock)
    house.clock.time -= ahead
    await house.live(keep_tempo, parse_paris("2026-01-20 08:30"))
    said = await house.tempo()
    assert (said["today"]["color"], said["today"]["confirmed"]) == (
        (await house.world.colors(TODAY, TOMORROW))[TODAY],
        True,
    )
    assert (said["tomorrow"]["color"], said["tomorrow"]["confirmed"]) == ("red", False)
    await house.live(keep_tempo, parse_paris("2026-01-20 11:30"))
    said = (await house.tempo())["tomorrow"]
    assert (said["color"], said["confirmed"]) == ("white", True)


async def test_a_clock_that_was_behind_costs_no_more_than_the_days_calls(house: House) -> None:
    house.clock.time -= timedelta(days=100)
    await house.work(keep_tempo)
    house.clock.time += timedelta(days=100)
    await house.live(keep_tempo, parse_paris("2026-01-20 12:00"))
    said = await house.tempo()
    assert [said[day]["confirmed"] for day in ("today", "tomorrow")] == [True, True]
    assert len(await house.world.calls(API)) <= 20


async def test_half_an_answer_is_completed_within_days(empty_house: House) -> None:
    """RTE leaves out a month of an old season: it stays unknown, is asked again, and found."""
    house = empty_house
    gone = [date(2019, 1, 1) + n * DAY for n in range(31)]
    for day in gone:
        await house.world.announce(day, missing=True)
    await house.work(keep_tempo)
    async with house.database.read() as session:
        known = await repository.load_colors(session, gone[0], gone[-1] + DAY)
    assert set(known) == {day for day in gone if day.weekday() == 6}, "a Sunday is blue by rule"
    for day in gone:
        await house.world.announce(day)
    await house.live(keep_tempo, house.clock.now() + 8 * DAY)
    async with house.database.read() as session:
        known = await repository.load_colors(session, gone[0], gone[-1] + DAY)
    assert known == await house.world.colors(gone[0], gone[-1] + DAY)


@pytest.mark.parametrize(
    "fault",
    [
        {"name": "F04"},
        {"name": "T03"},
        {"status": 200, "body": {"tempo_like_calendars": []}},
        {"status": 200, "body": {"tempo_like_calendars": {"values": []}}},
    ],
)
async def test_an_rte_that_has_nothing_at_all_is_not_asked_in_a_burst(
    empty_house: House, fault: dict[str, object]
) -> None:
    """A first start on the morning of 1 September, when RTE answers COMMON_ERROR_T03, or anything else but colours."""
    house = empty_house
    await house.set(parse_paris("2026-09-01 06:00"))
    await house.world.fault(api=API, **fault)
    while house.clock.now() < parse_paris("2026-09-02 06:00"):
        house.line.meanwhile = lambda: house.set(house.clock.now() + timedelta(seconds=1))
        due = await keep_tempo(house.database, house.rte, house.clock)
        await house.set(max(due, house.clock.now()))
    house.line.meanwhile = None
    calls = [at for at, _, _ in await house.world.calls(API)]
    assert max(Counter(call.replace(minute=call.minute // 5 * 5, second=0) for call in calls).values()) <= 4
    assert len(calls) <= 20 + 60
    said = await house.tempo()
    assert (said["today"]["color"], said["period"]["key"]) == ("unknown", "unknown_hp")
    assert all(
        count["used_through_today"] is None for color, count in said["season"]["days"].items() if color == "white"
    )
    await house.world.mend()
    await house.live(keep_tempo, parse_paris("2026-09-02 12:30"))
    assert (await house.tempo())["tomorrow"]["color"] != "unknown"


async def test_days_of_nothing_but_missing_colors_and_restarts_cost_twenty_calls_each(house: House) -> None:
    for number in range(8):
        await house.world.announce(TODAY + number * DAY, missing=True)
    (await house.world.http.delete("/control/calls")).raise_for_status()
    while house.clock.now() < parse_paris("2026-01-27 12:00"):
        await house.restart()
        due = await keep_tempo(house.database, house.rte, house.clock)
        await house.set(max(due, house.clock.now() + timedelta(minutes=1)))
    calls = Counter(day_of(at) for at, _, _ in await house.world.calls(API))
    assert max(calls.values()) <= 20


async def test_nothing_is_expected_because_of_a_color_that_can_still_change(house: House) -> None:
    """On 12 March 2026, 13 red days were left for 13 working days; had the 12th been said to be white in advance."""
    await house.set(parse_paris("2026-03-11 06:30"))
    await house.world.announce(date(2026, 3, 12), provisional="WHITE")
    await house.work(keep_tempo)
    said = await house.tempo()
    assert (said["tomorrow"]["color"], said["tomorrow"]["confirmed"]) == ("white", False)
    assert "red" in said["tomorrow"]["possible"]
    assert (said["season"]["certain_red"], said["season"]["expected_red"]) == ([], [])
    await house.live(keep_tempo, parse_paris("2026-03-11 12:00"))
    truth = await house.world.colors(date(2026, 3, 12), date(2026, 4, 1))
    red = [f"{day}" for day, color in truth.items() if color == "red"]
    assert len(red) == 13
    season = (await house.tempo())["season"]
    assert (season["certain_red"], season["expected_red"]) == ([], red)


async def test_a_database_that_was_down_at_the_answer_costs_one_pause(house: House) -> None:
    """The colour is asked again when what RTE said could not be written."""

    away = house.file.with_name("away")

    async def lose_it() -> None:
        await house.database.close()
        house.file.rename(away)
        house.file.mkdir()  # so that no other one is made there

    house.line.meanwhile = lose_it
    with pytest.raises(DatabaseDownError):
        await keep_tempo(house.database, house.rte, house.clock)
    assert house.line.meanwhile is None, "RTE answered"
    house.file.rmdir()
    away.rename(house.file)
    await house.restart()
    assert (await house.tempo())["tomorrow"]["color"] == "unknown"
    await house.live(keep_tempo, parse_paris("2026-01-20 08:15"))
    assert (await house.tempo())["tomorrow"]["color"] != "unknown"


async def test_a_day_before_all_and_a_season_ahead_are_unknown(house: House) -> None:
    async with house.database.read() as session:
        early = await outlook.list_days(session, date(2014, 8, 30), date(2014, 9, 2), house.clock.now())
        ahead = await outlook.list_days(session, date(2028, 2, 27), date(2028, 3, 2), house.clock.now())
    assert [day.color.value == "unknown" for day in early.days] == [True, False, False], "31 August 2014 is a Sunday"
    assert [day.color.value for day in ahead.days] == ["blue", "unknown", "unknown", "unknown"]
    assert ["red" in day.possible for day in ahead.days] == [False, True, True, True], "a Sunday"


def format_clock(clock: str, day: date = TODAY) -> str:
    return parse_paris(f"{day} {clock}").isoformat()
