"""Event entities tell of colours and alerts when they are told, and not again."""

from datetime import date
from typing import Any

from conftest import MoveTo, SetUp
from homeassistant.core import Event, HomeAssistant, callback
from homeassistant.helpers.event import async_track_state_change_event
from pages import pick_fields, reload_entry
from paris_home import World, make_red_days, parse_paris
from scripted_gateway import ScriptedGateway
from states import entity_id, get_state

type Heard = list[dict[str, Any]]


def record_events(hass: HomeAssistant, key: str) -> Heard:
    """Return the list that fills with the events of an entity."""
    heard: Heard = []

    @callback
    def record_event(event: Event[Any]) -> None:
        heard.append(dict(event.data["new_state"].attributes))

    async_track_state_change_event(hass, entity_id(hass, key, "event"), record_event)
    return heard


async def test_a_color(hass: HomeAssistant, gateway: ScriptedGateway, set_up: SetUp, move_to: MoveTo) -> None:
    tomorrow = date(2026, 11, 24)
    world = World(colors={tomorrow: "unknown", date(2026, 11, 25): "unknown"}, provisional={tomorrow})
    world.script_gateway(gateway)
    await move_to(parse_paris("2026-11-23T06:30").isoformat())
    await set_up()
    assert get_state(hass, "tempo_color", "event") == "unknown", "nothing was told yet"
    heard = record_events(hass, "tempo_color")
    world.colors[tomorrow] = "red"
    await move_to(parse_paris("2026-11-23T09:31").isoformat())
    world.colors[tomorrow] = "white"
    await move_to(parse_paris("2026-11-23T12:32").isoformat())
    world.provisional = set()
    for clock in ("2026-11-23T15:33", "2026-11-23T18:34", "2026-11-24T06:00"):
        await move_to(parse_paris(clock).isoformat())
    assert pick_fields(heard, "event_type", "color", "previous", "confirmed", "date") == [
        ("announced", "red", None, False, "2026-11-24"),
        ("changed", "white", "red", False, "2026-11-24"),
        ("confirmed", "white", None, True, "2026-11-24"),
    ]


async def test_a_color_that_comes_confirmed(
    hass: HomeAssistant, gateway: ScriptedGateway, set_up: SetUp, move_to: MoveTo
) -> None:
    world = World(colors={date(2026, 11, 24): "unknown"})
    world.script_gateway(gateway)
    await set_up()
    heard = record_events(hass, "tempo_color")
    world.colors |= make_red_days("2026-11-24")
    await move_to(parse_paris("2026-11-23T14:10").isoformat())
    assert pick_fields(heard, "event_type", "color", "is_tomorrow") == [
        ("announced", "red", True),
        ("confirmed", "red", True),
    ]


async def test_todays_color_that_comes_late(
    hass: HomeAssistant, gateway: ScriptedGateway, set_up: SetUp, move_to: MoveTo
) -> None:
    world = World(colors={date(2026, 11, 23): "unknown"})
    world.script_gateway(gateway)
    await set_up()
    heard = record_events(hass, "tempo_color")
    world.colors[date(2026, 11, 23)] = "white"
    await move_to(parse_paris("2026-11-23T14:10").isoformat())
    assert ("announced", False) in pick_fields(heard, "event_type", "is_tomorrow")


async def test_an_alert(hass: HomeAssistant, gateway: ScriptedGateway, set_up: SetUp, move_to: MoveTo) -> None:
    world = World()
    world.script_gateway(gateway)
    await set_up()
    heard = record_events(hass, "ecowatt_alert")
    world.levels |= {parse_paris("2026-11-23T18:00"): 2, parse_paris("2026-11-23T19:00"): 3}
    for clock in ("14:10", "17:12", "17:59", "18:00", "18:30", "19:00", "20:00", "20:20"):
        await move_to(parse_paris(f"2026-11-23T{clock}").isoformat())
    assert pick_fields(heard, "event_type", "level") == [
        ("announced", "tense"),
        ("announced", "very_tense"),
        ("started", "tense"),
        ("started", "very_tense"),
        ("ended", None),
    ]


async def test_nothing_is_told_twice_after_a_reload(
    hass: HomeAssistant, gateway: ScriptedGateway, set_up: SetUp, move_to: MoveTo
) -> None:
    world = World(colors={date(2026, 11, 24): "unknown"})
    world.script_gateway(gateway)
    entry = await set_up()
    world.colors |= make_red_days("2026-11-24")
    await move_to(parse_paris("2026-11-23T14:10").isoformat())
    last = get_state(hass, "tempo_color", "event")
    await reload_entry(hass, entry)
    assert get_state(hass, "tempo_color", "event") == last != "unknown"
