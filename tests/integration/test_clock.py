"""What changes at a known minute changes at that minute, and without asking: entities, calendars."""

from datetime import UTC, date, datetime, timedelta

import pytest
from conftest import MoveTo, SetUp
from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util
from paris_home import DAY, PARIS, World, at_clock, make_red_days, parse_paris
from scripted_gateway import ECOWATT, PERIODS, POINTS, TEMPO, TEMPO_DAYS, ScriptedGateway
from states import get_entity, get_state, list_events

from custom_components.my_electrical_data.const import CONF_ALL_DAY

SECOND = timedelta(seconds=1)
LEVELS = ("low_carbon", "normal", "tense", "very_tense")
RED = dict(make_red_days("2025-12-31", "2026-01-01", "2026-03-27", "2026-03-30", "2026-11-24"))
WINTER = {**RED, date(2026, 11, 23): "white", date(2026, 10, 25): "white", date(2026, 3, 28): "white"}
MOMENTS = {
    "06:00": "2026-11-24T06:00",
    "22:00": "2026-11-24T22:00",
    "01:28": "2026-11-24T01:28",
    "07:28": "2026-11-24T07:28",
    "midnight": "2026-11-25T00:00",
    "23 hours, the change": "2026-03-29T03:00",
    "23 hours, 06:00": "2026-03-29T06:00",
    "23 hours, 07:28": "2026-03-29T07:28",
    "23 hours, 22:00": "2026-03-29T22:00",
    "25 hours, 01:28": "2026-10-25T01:28",
    "25 hours, the change": "2026-10-25T03:00",
    "25 hours, 06:00": "2026-10-25T06:00",
    "25 hours, 22:00": "2026-10-25T22:00",
    "New Year": "2026-01-01T00:00",
    "New Year, 06:00": "2026-01-01T06:00",
    "1 September, midnight": "2026-09-01T00:00",
    "1 September, 06:00": "2026-09-01T06:00",
}


def check_entities(hass: HomeAssistant, world: World, now: datetime) -> None:
    """Compare every entity that depends on the time with what is true at `now`."""
    today = world.tempo_day(now)
    tomorrow = get_state(hass, "tempo_tomorrow")
    assert get_state(hass, "tempo_today") == world.get_color(today)
    assert get_entity(hass, "tempo_today").attributes["date"] == today.isoformat()
    assert tomorrow in {world.get_color(today + DAY), "unknown"}, "it was not told yet"
    assert get_state(hass, "tempo_period") == world.tempo_period(now)
    certain = sorted(day for day, color in world.colors.items() if color == "red" and day > today)
    assert get_state(hass, "tempo_next_red_day") == (f"{certain[0]:%-d %b %Y}" if certain else "unknown")

    level = LEVELS[world.get_level(now)]
    assert get_state(hass, "ecowatt") == level
    assert get_state(hass, "ecowatt_alert", "binary_sensor") == ("on" if level in {"tense", "very_tense"} else "off")
    local = now.astimezone(PARIS).date()
    assert get_entity(hass, "ecowatt_today").attributes["date"] == local.isoformat()
    assert get_entity(hass, "ecowatt_tomorrow").attributes["date"] == (local + DAY).isoformat()

    bucket, is_off_peak = world.get_bucket(now), world.is_billed_off_peak(now)
    assert get_state(hass, "tariff_period") == bucket
    assert get_state(hass, "off_peak", "binary_sensor") == ("on" if is_off_peak else "off")
    assert get_state(hass, "tariff_price") == ("0.1579" if is_off_peak else "0.2065")
    end = datetime.fromisoformat(get_state(hass, "tariff_period_end"))
    assert world.get_bucket(end) != bucket == world.get_bucket(end - SECOND)
    assert get_state(hass, "next_tariff_period") == world.get_bucket(end)
    assert (end - now) <= timedelta(hours=17)

    colors = [color for color in ("blue", "white", "red") if get_state(hass, f"tempo_{color}", "calendar") == "on"]
    assert colors == [world.get_color(dt_util.as_local(now).date())], "whole days, as Home Assistant's clock has them"
    assert get_state(hass, "off_peak", "calendar") == ("on" if is_off_peak else "off")
    assert get_state(hass, "ecowatt_alerts", "calendar") == ("on" if level in {"tense", "very_tense"} else "off")


@pytest.mark.parametrize("on_tempo", [False, True], ids=["hp_hc", "tempo"])
@pytest.mark.parametrize("name", MOMENTS)
async def test_at_the_minute(
    hass: HomeAssistant, gateway: ScriptedGateway, set_up: SetUp, move_to: MoveTo, name: str, on_tempo: bool
) -> None:
    moment = parse_paris(MOMENTS[name])
    hour = moment.replace(minute=0)
    world = World(
        colors=dict(WINTER),
        levels={hour: 2, hour + timedelta(hours=1): 3},
        slots=(("01:28", "07:28"), ("22:00", "23:30")),
        on_tempo=on_tempo,
    )
    world.script_gateway(gateway)
    await move_to((moment - timedelta(minutes=40)).isoformat())
    await set_up()
    check_entities(hass, world, moment - timedelta(minutes=40))
    feeds = (TEMPO, TEMPO_DAYS, ECOWATT, PERIODS)
    asked = [len(gateway.list_requests(path)) for path in feeds]
    await move_to((moment - SECOND).isoformat())
    check_entities(hass, world, moment - SECOND)
    await move_to(moment.isoformat())
    check_entities(hass, world, moment)
    assert [len(gateway.list_requests(path)) for path in feeds] == asked, "nothing was asked"


async def test_days_left_are_counted_at_six(
    hass: HomeAssistant, gateway: ScriptedGateway, set_up: SetUp, move_to: MoveTo
) -> None:
    world = World(colors=dict(make_red_days("2026-11-24")))
    world.script_gateway(gateway)
    await move_to(parse_paris("2026-11-24T05:30").isoformat())
    await set_up()
    assert [get_state(hass, f"tempo_{color}_days_left") for color in ("blue", "white", "red")] == ["216", "43", "22"]
    await move_to(parse_paris("2026-11-24T06:00").isoformat())
    assert [get_state(hass, f"tempo_{color}_days_left") for color in ("blue", "white", "red")] == ["216", "43", "21"]
    assert len(gateway.list_requests(TEMPO)) == 1


async def test_a_season_ends_at_six_on_the_first_of_september(
    hass: HomeAssistant, gateway: ScriptedGateway, set_up: SetUp, move_to: MoveTo
) -> None:
    reds_and_whites = dict.fromkeys((date(2025, 11, 3) + number * DAY for number in range(22)), "red")
    reds_and_whites |= dict.fromkeys((date(2026, 1, 5) + number * DAY for number in range(43)), "white")
    World(colors=reds_and_whites).script_gateway(gateway)
    await move_to(parse_paris("2026-09-01T05:30").isoformat())
    await set_up()
    assert [get_state(hass, f"tempo_{color}_days_left") for color in ("blue", "white", "red")] == ["0", "0", "0"]
    await move_to(parse_paris("2026-09-01T06:00").isoformat())
    assert get_state(hass, "tempo_today") == "blue"
    assert get_state(hass, "tempo_blue_days_left") == "unknown", "the new season was not told yet"
    await move_to(parse_paris("2026-09-01T09:00").isoformat())
    assert [get_state(hass, f"tempo_{color}_days_left") for color in ("blue", "white", "red")] == ["299", "43", "22"]


async def test_out_of_sight_is_unknown(
    hass: HomeAssistant, gateway: ScriptedGateway, set_up: SetUp, move_to: MoveTo
) -> None:
    world = World(holds=timedelta(days=3))
    world.script_gateway(gateway)
    await move_to(parse_paris("2026-11-24T10:00").isoformat())
    await set_up()
    gateway.answers[TEMPO] = {}  # what comes is not understood, and what was told is over
    await move_to(parse_paris("2026-11-26T06:00").isoformat())
    assert get_state(hass, "tempo_today") in {"unknown", "unavailable"}


@pytest.mark.parametrize(("day", "hours"), [("2026-03-28", 23), ("2026-10-24", 25), ("2026-12-31", 24)])
async def test_a_tempo_day_in_the_calendar(
    hass: HomeAssistant, gateway: ScriptedGateway, set_up: SetUp, move_to: MoveTo, day: str, hours: int
) -> None:
    first = date.fromisoformat(day)
    World(colors={first: "red", first + DAY: "white"}, provisional={first + DAY}).script_gateway(gateway)
    await move_to(at_clock(first, "12:00").isoformat())
    entry = await set_up()
    hass.config_entries.async_update_entry(entry, options={CONF_ALL_DAY: False})
    await hass.async_block_till_done(wait_background_tasks=True)
    days = [
        await list_events(hass, f"tempo_{color}", at_clock(first, "06:00"), at_clock(first + DAY, "12:00"))
        for color in ("red", "white")
    ]
    [red], [white] = days
    assert (red["summary"], white["summary"]) == ("Tempo red", "Tempo white (provisional)")
    assert (red["start"], red["end"]) == (
        _format_minute(at_clock(first, "06:00")),
        _format_minute(at_clock(first + DAY, "06:00")),
    )
    assert at_clock(first + DAY, "06:00") - at_clock(first, "06:00") == timedelta(hours=hours)
    assert white["start"] == red["end"]


@pytest.mark.parametrize(("day", "hours"), [("2026-03-29", 5), ("2026-10-25", 7), ("2026-11-24", 6)])
async def test_off_peak_hours_in_the_calendar(
    hass: HomeAssistant, gateway: ScriptedGateway, set_up: SetUp, move_to: MoveTo, day: str, hours: int
) -> None:
    night = date.fromisoformat(day)
    World(slots=(("01:28", "07:28"),)).script_gateway(gateway)
    await move_to(at_clock(night - DAY, "12:00").isoformat())
    await set_up()
    [event] = await list_events(hass, "off_peak", at_clock(night, "00:00"), at_clock(night, "23:00"))
    assert (event["start"], event["end"]) == (
        _format_minute(at_clock(night, "01:28")),
        _format_minute(at_clock(night, "07:28")),
    )
    assert datetime.fromisoformat(event["end"]) - datetime.fromisoformat(event["start"]) == timedelta(hours=hours)
    assert get_state(hass, "off_peak_hours") == "01:28-07:28"


async def test_data_grow_old_at_midnight_and_late_at_their_minute(
    hass: HomeAssistant, gateway: ScriptedGateway, set_up: SetUp, move_to: MoveTo
) -> None:
    await set_up()
    assert (get_state(hass, "data_age"), get_state(hass, "data_late", "binary_sensor")) == ("0", "off")
    gateway.answers[POINTS]["next_change"] = "2026-11-26T07:00:00Z"
    await move_to(parse_paris("2026-11-24T23:45").isoformat())
    assert get_state(hass, "data_age") == "1"
    asked = len(gateway.list_requests(POINTS))
    await move_to(parse_paris("2026-11-25T00:00").isoformat())
    assert (get_state(hass, "data_age"), len(gateway.list_requests(POINTS))) == ("2", asked)
    await move_to(parse_paris("2026-11-25T11:45").isoformat())
    asked = len(gateway.list_requests(POINTS))
    assert get_state(hass, "data_late", "binary_sensor") == "off"
    await move_to(parse_paris("2026-11-25T12:00").isoformat())
    assert (get_state(hass, "data_late", "binary_sensor"), len(gateway.list_requests(POINTS))) == ("on", asked)


def _format_minute(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%MZ")
