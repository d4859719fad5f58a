"""What the sensors show, and when it changes."""

import pytest
from conftest import MoveTo, SetUp
from homeassistant.const import STATE_UNAVAILABLE, STATE_UNKNOWN
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr
from homeassistant.helpers import entity_registry as er
from scripted_gateway import (
    DAILY,
    ECOWATT,
    INSTANCE_ID,
    POINT_ID,
    POINTS,
    TEMPO,
    ScriptedGateway,
    answer_problem,
    answer_text,
)

from custom_components.my_electrical_data.const import DOMAIN


def read_sensor(hass: HomeAssistant, key: str) -> tuple[str, dict[str, object]]:
    """Return state and attributes of the sensor whose unique id ends with `key`."""
    registry = er.async_get(hass)
    owners = dict.fromkeys(("last_day_energy", "complete_until", "next_expected"), POINT_ID)
    owners |= dict.fromkeys(("last_contact", "last_failure"), INSTANCE_ID)
    owner = owners.get(key, f"{INSTANCE_ID}_grid")
    entity_id = registry.async_get_entity_id("sensor", DOMAIN, f"{owner}_{key}")
    assert entity_id
    state = hass.states.get(entity_id)
    assert state
    return state.state, dict(state.attributes)


async def test_tempo(hass: HomeAssistant, set_up: SetUp) -> None:
    await set_up()
    state, attributes = read_sensor(hass, "tempo_today")
    assert state == "white"
    assert attributes["date"] == "2026-11-23"
    assert attributes["confirmed"] is True
    assert attributes["options"] == ["blue", "white", "red"]
    state, attributes = read_sensor(hass, "tempo_tomorrow")
    assert (state, attributes["date"]) == ("red", "2026-11-24")
    assert [read_sensor(hass, f"tempo_{color}_days_left")[0] for color in ("blue", "white", "red")] == [
        "220",
        "39",
        "22",
    ]


async def test_tempo_not_known_yet(hass: HomeAssistant, gateway: ScriptedGateway, set_up: SetUp) -> None:
    gateway.answers[TEMPO]["tomorrow"] |= {"color": "unknown", "confirmed": False}
    await set_up()
    state, attributes = read_sensor(hass, "tempo_tomorrow")
    assert state == STATE_UNKNOWN
    assert attributes["confirmed"] is False


async def test_days_left_that_nobody_knows(hass: HomeAssistant, gateway: ScriptedGateway, set_up: SetUp) -> None:
    gateway.answers[TEMPO]["season"]["days"]["red"] |= {"used_through_today": None, "left_after_today": None}
    await set_up()
    assert [read_sensor(hass, f"tempo_{color}_days_left")[0] for color in ("white", "red")] == ["39", STATE_UNKNOWN]


async def test_tempo_is_asked_again_when_it_changes(
    hass: HomeAssistant, gateway: ScriptedGateway, set_up: SetUp, move_to: MoveTo
) -> None:
    gateway.answers[TEMPO]["next_change"] = "2026-11-23T10:40:00Z"
    await set_up()
    gateway.answers[TEMPO]["tomorrow"]["color"] = "blue"
    await move_to("2026-11-23T10:39:50+00:00")
    assert len(gateway.list_requests(TEMPO)) == 1
    await move_to("2026-11-23T10:40:05+00:00")
    assert len(gateway.list_requests(TEMPO)) == 2
    assert read_sensor(hass, "tempo_tomorrow")[0] == "blue"


async def test_an_unchanged_answer_is_not_sent_again(
    hass: HomeAssistant, gateway: ScriptedGateway, set_up: SetUp, move_to: MoveTo
) -> None:
    gateway.headers[TEMPO] = {"ETag": '"t1"', "Cache-Control": "private, max-age=1800"}
    gateway.answers[TEMPO]["next_change"] = "2026-11-23T10:40:00Z"
    await set_up()
    await move_to("2026-11-23T10:40:05+00:00")
    assert [request.headers.get("If-None-Match") for request in gateway.list_requests(TEMPO)] == [None, '"t1"']
    assert read_sensor(hass, "tempo_today")[0] == "white"


async def test_ecowatt_changes_on_the_hour_without_asking(
    hass: HomeAssistant, gateway: ScriptedGateway, set_up: SetUp, move_to: MoveTo
) -> None:
    gateway.answers[ECOWATT]["next_change"] = "2026-11-23T16:00:00Z"
    await set_up()
    state, attributes = read_sensor(hass, "ecowatt")
    assert state == "tense"
    assert attributes["since"] == "2026-11-23T10:00:00+00:00"
    assert attributes["until"] == "2026-11-23T12:00:00+00:00"
    hours = attributes["hours"]
    assert isinstance(hours, list)
    assert len(hours) == 48
    assert hours[0] == {"start": "2026-11-22T23:00:00+00:00", "level": "low_carbon"}

    await move_to("2026-11-23T12:00:01+00:00")
    state, attributes = read_sensor(hass, "ecowatt")
    assert (state, attributes["until"]) == ("very_tense", "2026-11-23T13:00:00+00:00")
    await move_to("2026-11-23T13:00:01+00:00")
    state, attributes = read_sensor(hass, "ecowatt")
    assert (state, attributes["since"]) == ("normal", "2026-11-23T13:00:00+00:00")
    assert len(gateway.list_requests(ECOWATT)) == 1


async def test_ecowatt_beyond_its_hours_is_unknown(
    hass: HomeAssistant, gateway: ScriptedGateway, set_up: SetUp
) -> None:
    gateway.answers[ECOWATT] |= {"now": None, "days": []}
    await set_up()
    state, attributes = read_sensor(hass, "ecowatt")
    assert (state, attributes["until"], attributes["hours"]) == (STATE_UNKNOWN, None, [])


async def test_last_complete_day(hass: HomeAssistant, gateway: ScriptedGateway, set_up: SetUp) -> None:
    await set_up()
    state, attributes = read_sensor(hass, "last_day_energy")
    assert state == "23.456"
    assert (attributes["date"], attributes["quality"]) == ("2026-11-22", "measured")
    assert attributes["unit_of_measurement"] == "kWh"
    assert "state_class" not in attributes, "it would be booked at the hour it arrives"
    asked = gateway.list_requests(DAILY)[0].query
    assert (asked["direction"], asked["start"], asked["end"]) == ("consumption", "2026-11-16", "2026-11-23")


async def test_the_day_of_paris_is_asked_for(
    hass: HomeAssistant, gateway: ScriptedGateway, set_up: SetUp, move_to: MoveTo
) -> None:
    await move_to("2026-11-23T23:30:00+00:00")  # 00:30 of the 24th in Paris
    await set_up()
    assert gateway.list_requests(DAILY)[0].query["end"] == "2026-11-24"


async def test_no_day_known(hass: HomeAssistant, gateway: ScriptedGateway, set_up: SetUp) -> None:
    gateway.answers[DAILY]["readings"] = []
    await set_up()
    assert read_sensor(hass, "last_day_energy")[0] == STATE_UNKNOWN


async def test_freshness(hass: HomeAssistant, set_up: SetUp) -> None:
    await set_up()
    state, attributes = read_sensor(hass, "complete_until")
    assert (state, attributes["date"]) == ("22 Nov 2026", "2026-11-22")
    assert read_sensor(hass, "next_expected")[0] == "2026-11-24T07:00:00+00:00"


async def test_the_contact_with_the_gateway(
    hass: HomeAssistant, gateway: ScriptedGateway, set_up: SetUp, move_to: MoveTo
) -> None:
    """It is told while the gateway is down, when it is wanted most."""
    await set_up()
    assert read_sensor(hass, "last_contact")[0] == "2026-11-23T10:05:00+00:00"
    assert read_sensor(hass, "last_failure")[0] == "unknown"
    for path in list(gateway.answers):
        gateway.answers[path] = answer_text(502, "<html>Bad gateway</html>")
    await move_to("2026-11-23T10:36:00+00:00")
    assert read_sensor(hass, "last_contact")[0] == "2026-11-23T10:05:00+00:00"
    state, attributes = read_sensor(hass, "last_failure")[:2]
    assert state.startswith("2026-11-23T10:36")
    assert "502" in str(attributes["reason"])


async def test_a_feed_that_fails_takes_only_its_own_entities(
    hass: HomeAssistant, gateway: ScriptedGateway, set_up: SetUp
) -> None:
    gateway.answers[TEMPO] = answer_problem(503, "upstream_down")
    await set_up()
    assert read_sensor(hass, "tempo_today")[0] == STATE_UNAVAILABLE
    assert read_sensor(hass, "ecowatt")[0] == "tense"


async def test_down_and_back_is_logged_once(
    hass: HomeAssistant,
    gateway: ScriptedGateway,
    set_up: SetUp,
    move_to: MoveTo,
    caplog: pytest.LogCaptureFixture,
) -> None:
    gateway.answers[TEMPO]["next_change"] = "2026-11-23T10:40:00Z"
    await set_up()
    caplog.set_level("INFO", "custom_components.my_electrical_data")
    working = gateway.answers[TEMPO]
    gateway.answers[TEMPO] = answer_problem(503, "upstream_down", **{"Retry-After": "120"})
    await move_to("2026-11-23T10:40:05+00:00")
    assert read_sensor(hass, "tempo_today")[0] == STATE_UNAVAILABLE
    await move_to("2026-11-23T10:42:00+00:00")
    assert len(gateway.list_requests(TEMPO)) == 2, "Retry-After is followed"
    await move_to("2026-11-23T10:42:10+00:00")
    assert len(gateway.list_requests(TEMPO)) == 3
    gateway.answers[TEMPO] = working
    await move_to("2026-11-23T10:45:00+00:00")
    assert read_sensor(hass, "tempo_today")[0] == "white"
    assert caplog.text.count("The gateway is temporarily unavailable") == 1
    assert caplog.text.count("Fetching Tempo data recovered") == 1


async def test_a_gateway_that_is_away_is_one_line_and_what_still_fails_then_another(
    hass: HomeAssistant,
    gateway: ScriptedGateway,
    set_up: SetUp,
    move_to: MoveTo,
    caplog: pytest.LogCaptureFixture,
) -> None:
    gateway.answers[TEMPO]["next_change"] = gateway.answers[ECOWATT]["next_change"] = "2026-11-23T10:40:00Z"
    await set_up()
    caplog.set_level("INFO", "custom_components.my_electrical_data")
    working = gateway.answers
    gateway.answers = {path: answer_problem(503, "database_down") for path in working}
    await move_to("2026-11-23T10:40:05+00:00")
    assert {read_sensor(hass, name)[0] for name in ("tempo_today", "ecowatt")} == {STATE_UNAVAILABLE}
    gateway.answers = working | {TEMPO: answer_problem(503, "upstream_down")}
    await move_to("2026-11-23T10:42:00+00:00")
    assert read_sensor(hass, "ecowatt")[0] == "tense"
    ours = [record.getMessage() for record in caplog.records if record.name.startswith("custom_components")]
    away, back, tempo = ours
    assert away == "MyElectricalData: the gateway does not answer (the gateway answers 503)"
    assert back == "MyElectricalData: the gateway answers again"
    assert tempo.startswith("Error fetching Tempo data: The gateway is temporarily unavailable")


async def test_without_word_from_the_gateway_the_pause_grows(
    hass: HomeAssistant, gateway: ScriptedGateway, set_up: SetUp, move_to: MoveTo
) -> None:
    gateway.answers[TEMPO]["next_change"] = "2026-11-23T10:40:00Z"
    await set_up()
    gateway.answers[TEMPO] = answer_problem(500, "internal")
    for moment, asked in (("10:40:05", 2), ("10:41:10", 3), ("10:42:20", 3), ("10:43:20", 4), ("10:47:30", 5)):
        await move_to(f"2026-11-23T{moment}+00:00")
        assert len(gateway.list_requests(TEMPO)) == asked, moment


async def test_devices(hass: HomeAssistant, gateway: ScriptedGateway, set_up: SetUp) -> None:
    hass.config.language = "fr"
    entry = await set_up()
    devices = dr.async_entries_for_config_entry(dr.async_get(hass), entry.entry_id)
    assert {device.name for device in devices} == {"Passerelle MyElectricalData", "Réseau électrique", "Maison"}
    gateway_device = next(device for device in devices if (DOMAIN, INSTANCE_ID) in device.identifiers)
    assert (gateway_device.sw_version, gateway_device.configuration_url) == ("0.1.0", gateway.url)


async def test_a_meter_of_the_account_that_was_not_chosen_is_not_here(
    hass: HomeAssistant, gateway: ScriptedGateway, set_up: SetUp
) -> None:
    [point] = gateway.answers[POINTS]["items"]
    gateway.answers[POINTS]["items"] = [point, point | {"id": "z" * 16, "name": "Atelier"}]
    entry = await set_up()
    devices = dr.async_entries_for_config_entry(dr.async_get(hass), entry.entry_id)
    assert "Atelier" not in {device.name for device in devices}


async def test_a_meter_belongs_to_its_subentry(hass: HomeAssistant, set_up: SetUp) -> None:
    entry = await set_up()
    [subentry] = entry.subentries.values()
    entities = er.async_entries_for_config_entry(er.async_get(hass), entry.entry_id)
    of_the_meter = [entity for entity in entities if entity.config_subentry_id == subentry.subentry_id]
    assert {entity.domain for entity in of_the_meter} == {"binary_sensor", "calendar", "event", "sensor"}
    assert {entity.unique_id for entity in of_the_meter} == {
        entity.unique_id for entity in entities if entity.unique_id.startswith(f"{POINT_ID}_")
    }
