"""Which entities stay registered when a meter's option, or a setting, is changed."""

from typing import Any

import pytest
from conftest import MoveTo, SetUp
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
from pages import reload_entry
from pytest_homeassistant_custom_component.common import MockConfigEntry
from scripted_gateway import INSTANCE_ID, POINT_ID, POINTS, ScriptedGateway

from custom_components.my_electrical_data.const import CONF_FORECAST

OF_PRODUCTION = {"last_day_production", "month_production", "year_revenue"}
OF_TEMPO = {"last_day_energy_red_hp", "last_day_cost_red_hp", "price_red_hp", "price_blue_hc"}


def list_keys(hass: HomeAssistant, entry: MockConfigEntry, owner: str = POINT_ID) -> set[str]:
    """Return the keys of the registered entities of a meter, or of the grid."""
    registered = er.async_entries_for_config_entry(er.async_get(hass), entry.entry_id)
    return {each.unique_id.removeprefix(f"{owner}_") for each in registered if each.unique_id.startswith(owner)}


def set_tariffs(gateway: ScriptedGateway, *tariffs: dict[str, Any]) -> None:
    [point] = gateway.answers[POINTS]["items"]
    point["tariffs"] = [{"valid_from": None, "power_kva": 9, "prices": "regulated", **tariff} for tariff in tariffs]


@pytest.mark.parametrize("option", ["base", "custom"])
async def test_what_another_option_rules_out_is_removed_and_comes_back_as_it_was(
    hass: HomeAssistant, gateway: ScriptedGateway, set_up: SetUp, option: str
) -> None:
    set_tariffs(gateway, {"option": "tempo"})
    entry = await set_up()
    registry, before = er.async_get(hass), list_keys(hass, entry)
    assert before >= {"off_peak", *OF_TEMPO}
    price = registry.async_get_entity_id("sensor", "my_electrical_data", f"{POINT_ID}_price_red_hp")
    assert price
    registry.async_update_entity(price, name="Red!", new_entity_id="sensor.red", disabled_by=None)

    prices = [{"bucket": "base", "eur_per_kwh": 0.2}] if option == "custom" else "regulated"
    set_tariffs(gateway, {"option": option, "prices": prices})
    await reload_entry(hass, entry)
    after = list_keys(hass, entry)
    assert not after & OF_TEMPO
    assert hass.states.get("sensor.red") is None
    calendar = registry.async_get_entity_id("calendar", "my_electrical_data", f"{POINT_ID}_off_peak")
    assert bool(calendar) == (option == "custom"), "a custom offer may have off-peak hours"
    assert after >= {"tariff_period", "off_peak_hours", "last_day_energy", "off_peak"}

    set_tariffs(gateway, {"option": "tempo"})
    await reload_entry(hass, entry)
    assert list_keys(hass, entry) == before
    red = registry.async_get("sensor.red")
    assert red
    assert (red.unique_id, red.name, red.disabled_by) == (f"{POINT_ID}_price_red_hp", "Red!", None)


@pytest.mark.parametrize("unknown", ["no tariff", "no meter"])
async def test_what_is_only_unknown_stays(
    hass: HomeAssistant, gateway: ScriptedGateway, set_up: SetUp, unknown: str
) -> None:
    set_tariffs(gateway, {"option": "tempo"})
    entry = await set_up()
    before = list_keys(hass, entry)
    if unknown == "no tariff":
        set_tariffs(gateway)
        gateway.answers[POINTS]["items"][0]["off_peak"] = []
    else:
        gateway.answers[POINTS]["items"] = []
    await reload_entry(hass, entry)
    assert list_keys(hass, entry) >= before


async def test_a_change_on_the_gateway_is_followed_on_its_day(
    hass: HomeAssistant, gateway: ScriptedGateway, set_up: SetUp, move_to: MoveTo
) -> None:
    set_tariffs(gateway, {"option": "tempo"}, {"option": "hp_hc", "valid_from": "2026-11-24"})
    entry = await set_up()
    assert list_keys(hass, entry) >= OF_TEMPO
    await move_to("2026-11-23T22:59:00+00:00")
    assert list_keys(hass, entry) >= OF_TEMPO
    await move_to("2026-11-23T23:00:01+00:00")
    assert not list_keys(hass, entry) & OF_TEMPO
    assert list_keys(hass, entry) >= {"price_hp", "price_hc"}


async def test_a_contract_that_comes_after_the_meter_shows_its_production(
    hass: HomeAssistant, gateway: ScriptedGateway, set_up: SetUp, move_to: MoveTo
) -> None:
    answer = gateway.answers[POINTS]
    answer["next_change"] = "2026-11-23T10:05:10+00:00"
    answer["items"][0]["contract"] = {}
    entry = await set_up()
    assert not list_keys(hass, entry) & OF_PRODUCTION
    answer["items"][0]["contract"] = {"produces": True}
    await move_to("2026-11-23T10:05:11+00:00")
    assert list_keys(hass, entry) >= OF_PRODUCTION
    registry = er.async_get(hass)
    for key in OF_PRODUCTION:
        entity_id = registry.async_get_entity_id("sensor", "my_electrical_data", f"{POINT_ID}_{key}")
        assert hass.states.get(entity_id or ""), key


async def test_what_is_changed_elsewhere_is_noticed_within_half_an_hour(
    gateway: ScriptedGateway, set_up: SetUp, move_to: MoveTo
) -> None:
    """Whatever Enedis tells next, and when."""
    gateway.answers[POINTS]["next_change"] = "2026-11-24T08:30:00+00:00"
    await set_up()
    asked = len(gateway.list_requests(POINTS))
    await move_to("2026-11-23T10:30:00+00:00")
    assert len(gateway.list_requests(POINTS)) == asked
    await move_to("2026-11-23T10:36:00+00:00")
    assert len(gateway.list_requests(POINTS)) == asked + 1


async def test_the_forecast_goes_with_its_setting(hass: HomeAssistant, entry: MockConfigEntry, set_up: SetUp) -> None:
    grid, forecast = f"{INSTANCE_ID}_grid", {"tempo_red_forecast", "tempo_forecast_retrieved"}
    entry.add_to_hass(hass)
    hass.config_entries.async_update_entry(entry, options={CONF_FORECAST: True})
    await set_up()
    assert list_keys(hass, entry, grid) >= forecast
    hass.config_entries.async_update_entry(entry, options={CONF_FORECAST: False})
    await hass.async_block_till_done(wait_background_tasks=True)
    assert not list_keys(hass, entry, grid) & forecast
    assert "tempo_today" in list_keys(hass, entry, grid)
