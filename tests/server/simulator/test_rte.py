"""Tempo and Ecowatt as RTE gives them out."""

from collections import Counter
from datetime import date, datetime, timedelta
from itertools import groupby
from zoneinfo import ZoneInfo

import pytest

from gateway.simulator.paris import list_days
from gateway.simulator.tempo_days import Colour, build_season, get_colour

PARIS = ZoneInfo("Europe/Paris")
ECOWATT = "/open_api/ecowatt/v5/signals"


def format_midnight(day: date) -> str:
    return datetime.combine(day, datetime.min.time(), PARIS).isoformat()


def make_span(start: str, end: str) -> dict[str, str]:
    return {
        "start_date": format_midnight(date.fromisoformat(start)),
        "end_date": format_midnight(date.fromisoformat(end)),
    }


TOMORROW = make_span("2026-11-24", "2026-11-25")


@pytest.mark.parametrize("year", range(2014, 2035))
def test_every_season_keeps_the_rules(year):
    hues = Counter(get_colour(day) for day in list_days(date(year, 9, 1), date(year + 1, 9, 1)))
    leap = (date(year + 1, 9, 1) - date(year, 9, 1)).days == 366
    assert hues == {Colour.BLUE: 301 if leap else 300, Colour.WHITE: 43, Colour.RED: 22}
    for day, hue in build_season(year).items():
        if hue is Colour.RED:
            assert day.weekday() < 5
            assert day.month in {11, 12, 1, 2, 3}
        assert day.weekday() < 6
    red = sorted(day.toordinal() for day, hue in build_season(year).items() if hue is Colour.RED)
    runs = [len(list(run)) for _, run in groupby(enumerate(red), key=lambda pair: pair[1] - pair[0])]
    assert max(runs) <= 5


def test_the_end_of_march_2026_was_red_on_every_working_day():
    working = [day for day in list_days(date(2026, 3, 13), date(2026, 4, 1)) if day.weekday() < 5]
    assert {get_colour(day) for day in working} == {Colour.RED}
    assert len(working) == 13


async def test_a_whole_season_comes_newest_first(start_simulator):
    simulator = await start_simulator()
    values = (await simulator.tempo(**make_span("2025-09-01", "2026-09-01"))).json()["tempo_like_calendars"]["values"]
    assert len(values) == 365
    assert [value["start_date"] for value in values] == [
        format_midnight(day) for day in reversed(list_days(date(2025, 9, 1), date(2026, 9, 1)))
    ]
    assert Counter(value["value"] for value in values) == {"BLUE": 300, "WHITE": 43, "RED": 22}


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ({"start_date": format_midnight(date(2026, 1, 1))}, "F01"),
        (make_span("2026-01-02", "2026-01-01"), "F02"),
        (make_span("2025-01-01", "2026-01-03"), "F03"),
        (make_span("2026-11-23", "2026-11-26"), "F04"),
        (make_span("2026-01-01", "2026-01-01"), "F05"),
        ({"start_date": "2026-01-01", "end_date": "2026-01-02"}, "F06"),
        ({"start_date": "2026-01-01T00:00:00 01:00", "end_date": "2026-01-02T00:00:00+01:00"}, "F06"),
        ({"start_date": "2026-02-30T00:00:00+01:00", "end_date": "2026-03-02T00:00:00+01:00"}, "F06"),
        (make_span("2026-01-01", "2026-01-02") | {"fallback_status": "yes"}, "F07"),
    ],
)
async def test_each_wrong_question_has_its_own_error(start_simulator, query, code):
    simulator = await start_simulator()
    answer = await simulator.tempo(**query)
    assert (answer.status_code, answer.json()["error"]) == (400, f"TMPLIKSUPCON_TMPLIKCAL_{code}")


async def test_366_days_are_allowed(start_simulator):
    simulator = await start_simulator()
    assert (await simulator.tempo(**make_span("2025-01-01", "2026-01-02"))).status_code == 200


async def test_tomorrow_appears_in_the_morning_of_the_eve(start_simulator):
    simulator = await start_simulator("2026-11-23T05:59:59+01:00")
    (day,) = await simulator.control("GET", "tempo", params={"start": "2026-11-24", "end": "2026-11-25"})
    visible = datetime.fromisoformat(day["visible_from"])
    assert "06:00" <= f"{visible.astimezone(PARIS):%H:%M}" < "06:20"
    for moment, status, latest in (
        (visible - timedelta(seconds=1), 400, "2026-11-23"),
        (visible, 200, "2026-11-24"),
    ):
        await simulator.set_clock(moment.isoformat())
        assert (await simulator.tempo(**TOMORROW)).status_code == status
        (newest,) = (await simulator.tempo()).json()["tempo_like_calendars"]["values"]
        assert newest["start_date"].startswith(latest)


async def test_a_provisional_colour_changes_at_the_official_hour(start_simulator):
    simulator = await start_simulator("2026-11-23T10:39:59+01:00")
    order = {"date": "2026-11-24", "colour": "RED", "provisional": "WHITE"}
    await simulator.control("POST", "tempo", json=order)

    async def read_color():
        (value,) = (await simulator.tempo(**TOMORROW)).json()["tempo_like_calendars"]["values"]
        return value["value"]

    assert await read_color() == "WHITE"
    await simulator.set_clock("2026-11-23T10:40:00+01:00")
    assert await read_color() == "RED"
    await simulator.control("POST", "tempo", json={"date": "2026-11-24", "visible_from": "2026-11-23T12:00:00+01:00"})
    assert (await simulator.tempo(**TOMORROW)).json()["error"].endswith("F04")
    await simulator.control("DELETE", "tempo")
    assert await read_color() == get_colour(date(2026, 11, 24))


async def test_a_colour_may_be_missing_and_degraded_mode_is_told_when_asked(start_simulator):
    simulator = await start_simulator()
    ask = make_span("2022-12-27", "2022-12-30") | {"fallback_status": "true"}
    values = (await simulator.tempo(**ask)).json()["tempo_like_calendars"]["values"]
    assert ["value" in value for value in values] == [True, False, True]
    assert [value["fallback"] for value in values] == [False] * 3
    await simulator.control("POST", "tempo", json={"date": "2022-12-29", "fallback": True})
    values = (await simulator.tempo(**ask)).json()["tempo_like_calendars"]["values"]
    assert values[0]["fallback"] is True


async def test_bodies_may_be_arrays_or_xml(start_simulator):
    simulator = await start_simulator()
    await simulator.control("PUT", "tempo/form", json={"as_array": True})
    ask = make_span("2026-01-05", "2026-01-07")
    listed = (await simulator.tempo(**ask)).json()["tempo_like_calendars"]
    assert [calendar["values"]["value"] for calendar in listed] == ["RED", "RED"]
    headers = await simulator.rte_token() | {"Accept": "*/*"}
    path = "/open_api/tempo_like_supply_contract/v1/tempo_like_calendars"
    answer = await simulator.client.get(path, params=ask, headers=headers)
    assert (answer.headers["content-type"], answer.text[:5]) == ("application/xml", "<?xml")


async def test_the_keyless_calendar_needs_no_token_and_knows_no_future(start_simulator):
    simulator = await start_simulator()
    await simulator.control("POST", "tempo", json={"date": "2026-11-22", "open_data": "RED"})
    path, browser = "/cms/open_data/v1/tempo?season=", {"User-Agent": "Mozilla/5.0 (X11; Linux x86_64)"}
    values = (await simulator.client.get(f"{path}2026-2027", headers=browser)).json()["values"]
    assert list(values) == [f"{day}" for day in list_days(date(2026, 9, 1), date(2026, 11, 25))]
    assert values["2026-11-22"] == "RED"
    past = (await simulator.client.get(f"{path}2025-2026", headers=browser)).json()["values"]
    assert Counter(past.values()) == {"BLUE": 300, "WHITE": 43, "RED": 22}
    assert (await simulator.client.get(f"{path}2025", headers=browser)).json() == {"values": {}}
    assert (await simulator.client.get(f"{path}2025-2026")).status_code == 403, "the site wants a browser"


async def test_rte_needs_its_own_token(start_simulator):
    simulator = await start_simulator()
    path = "/open_api/tempo_like_supply_contract/v1/tempo_like_calendars"
    assert (await simulator.client.get(path, headers=await simulator.enedis_token())).status_code == 401
    pair = ("simulator-rte", "guess")
    assert (await simulator.client.post("/token/oauth/", auth=pair)).status_code == 401
    headers = await simulator.rte_token()
    await simulator.set_clock("2026-11-23T14:00:00+01:00")
    assert (await simulator.client.get(path, headers=headers)).status_code == 401


@pytest.mark.parametrize(
    ("now", "ahead"),
    [
        ("2026-11-23T16:59:59+01:00", 3),
        ("2026-11-23T17:00:00+01:00", 4),
        ("2026-11-27T12:14:59+01:00", 3),
        ("2026-11-27T12:15:00+01:00", 4),
    ],
)
async def test_ecowatt_cuts_today_and_brings_the_fourth_day_late(start_simulator, now, ahead):
    simulator = await start_simulator(now)
    moment = datetime.fromisoformat(now)
    signals = {signal["jour"]: signal for signal in (await simulator.rte(ECOWATT)).json()["signals"]}
    assert sorted(signals) == [format_midnight(moment.date() + timedelta(days=day)) for day in range(ahead)]
    for jour, signal in signals.items():
        first = moment.hour if jour == format_midnight(moment.date()) else 0
        assert [value["pas"] for value in signal["values"]] == list(range(first, 24))
        assert signal["dvalue"] >= 1


async def test_ecowatt_comes_unsorted_and_has_every_level_in_time(start_simulator):
    simulator = await start_simulator()
    seen, sorted_always = set(), True
    for week in range(150):
        await simulator.set_clock((datetime(2024, 1, 1, 20, tzinfo=PARIS) + timedelta(days=7 * week)).isoformat())
        signals = (await simulator.rte(ECOWATT)).json()["signals"]
        sorted_always &= [signal["jour"] for signal in signals] == sorted(signal["jour"] for signal in signals)
        seen |= {value["hvalue"] for signal in signals for value in signal["values"]}
    assert not sorted_always
    assert seen == {0, 1, 2, 3}


async def test_ecowatt_may_be_asked_once_in_15_minutes(start_simulator):
    simulator = await start_simulator("2026-11-23T12:00:00+01:00", quota=True)
    assert (await simulator.rte(ECOWATT)).status_code == 200
    await simulator.set_clock("2026-11-23T12:10:00+01:00")
    answer = await simulator.rte(ECOWATT)
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "300")
    await simulator.set_clock("2026-11-23T12:15:00+01:00")
    assert (await simulator.rte(ECOWATT)).status_code == 200


async def test_ecowatt_says_what_is_ordered_and_its_older_version_is_closed(start_simulator):
    simulator = await start_simulator()
    levels = [1] * 8 + [3, 2] + [0] * 14
    await simulator.control("POST", "ecowatt", json={"date": "2026-11-24", "levels": levels})
    signals = (await simulator.rte(ECOWATT)).json()["signals"]
    (tomorrow,) = [signal for signal in signals if signal["jour"].startswith("2026-11-24")]
    assert tomorrow["dvalue"] == 3
    assert [value["hvalue"] for value in tomorrow["values"]] == levels
    assert (await simulator.rte("/open_api/ecowatt/v4/signals")).status_code == 403
