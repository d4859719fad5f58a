"""The gateway's own forecast of Tempo colours: off by default, never mixed with what RTE announced."""

from typing import Any

from conftest import MoveTo, SetUp
from homeassistant.core import HomeAssistant
from pytest_homeassistant_custom_component.common import MockConfigEntry
from scripted_gateway import TEMPO_FORECAST, ScriptedGateway, answer_text

from custom_components.my_electrical_data.card_feeds import FeedMessage, FeedName, FeedSubscription

SENSOR = "sensor.french_grid_tempo_red_day_risk"


async def turn_on(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    """Turn the option on as a person does, and wait for the reload."""
    flow = await hass.config_entries.options.async_init(entry.entry_id)
    chosen = {"buckets": True, "tempo_all_day": True, "dashboard": False, "tempo_forecast": True}
    await hass.config_entries.options.async_configure(flow["flow_id"], chosen)
    await hass.async_block_till_done(wait_background_tasks=True)


def read_card(hass: HomeAssistant) -> Any:
    sent: list[FeedMessage] = []
    subscription = FeedSubscription(hass, FeedName.TEMPO, None, 2, sent.append)
    subscription.async_start()
    subscription.async_stop()
    return sent[0]["data"]


async def test_it_is_off_by_default(hass: HomeAssistant, gateway: ScriptedGateway, set_up: SetUp) -> None:
    await set_up()
    assert hass.states.get(SENSOR) is None
    assert read_card(hass)["forecast"] is None
    assert gateway.list_requests(TEMPO_FORECAST) == []


async def test_the_sensor_and_the_card(hass: HomeAssistant, set_up: SetUp, move_to: MoveTo) -> None:
    await turn_on(hass, await set_up())
    state = hass.states.get(SENSOR)
    assert state
    assert state.state == "35.0"
    assert state.attributes["unit_of_measurement"] == "%"
    assert state.attributes["days"][0] == {
        "date": "2026-11-25",
        "blue": 30.0,
        "white": 50.0,
        "red": 20.0,
        "brier_red": 0.11,
        "brier_red_baseline": 0.15,
    }
    assert [day.date.isoformat() for day in read_card(hass)["forecast"].days][-1] == "2026-11-28"
    await move_to("2026-11-25T00:30:00+01:00")
    state = hass.states.get(SENSOR)
    assert state
    assert [day["date"] for day in state.attributes["days"]] == ["2026-11-28"], "the 26th is tomorrow now"
    assert state.state == "0.0"


async def test_nothing_is_published(hass: HomeAssistant, gateway: ScriptedGateway, set_up: SetUp) -> None:
    gateway.answers[TEMPO_FORECAST]["days"] = []
    await turn_on(hass, await set_up())
    state = hass.states.get(SENSOR)
    assert state
    assert (state.state, state.attributes["days"]) == ("unknown", [])


async def test_a_gateway_that_has_none(hass: HomeAssistant, gateway: ScriptedGateway, set_up: SetUp) -> None:
    gateway.answers[TEMPO_FORECAST] = answer_text(404, "")
    await turn_on(hass, await set_up())
    state = hass.states.get(SENSOR)
    assert state
    assert state.state == "unavailable"
