"""The Energy dashboard: offered once, shown before it is changed, whole or by bucket and never both."""

from typing import Any

import pytest
from conftest import MoveTo, SetUp
from homeassistant.components.energy.data import async_get_manager
from homeassistant.components.energy.validate import async_validate
from homeassistant.components.repairs import DOMAIN as REPAIRS
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers import issue_registry as ir
from homeassistant.setup import async_setup_component
from pages import answer_repair, open_repair
from scripted_gateway import POINT_ID, POINTS, ScriptedGateway, answer_problem

from custom_components.my_electrical_data.const import DOMAIN

ISSUE = f"energy_dashboard_{POINT_ID}"
OURS = f"{DOMAIN}:{POINT_ID}"
OTHER: dict[str, Any] = {
    "type": "solar",
    "stat_energy_from": "sensor.roof",
    "config_entry_solar_forecast": None,
}


@pytest.fixture(autouse=True)
async def energy(hass: HomeAssistant) -> None:
    for component in ("homeassistant", "energy", REPAIRS):
        assert await async_setup_component(hass, component, {})
    manager = await async_get_manager(hass)
    await manager.async_update({"energy_sources": [OTHER]})  # type: ignore[typeddict-item]  # the rest has defaults


def is_offered(hass: HomeAssistant) -> bool:
    return (DOMAIN, ISSUE) in ir.async_get(hass).issues


async def open_offer(hass: HomeAssistant) -> Any:
    return await open_repair(hass, ISSUE)


async def list_new_sources(hass: HomeAssistant) -> list[Any]:
    manager = await async_get_manager(hass)
    assert manager.data
    assert manager.data["energy_sources"][0] == OTHER, "what was there stays"
    return list(manager.data["energy_sources"][1:])


async def test_the_whole_is_added_once_it_was_shown(hass: HomeAssistant, set_up: SetUp, move_to: MoveTo) -> None:
    await set_up()
    menu = await open_offer(hass)
    assert (menu["type"], menu["menu_options"]) == (FlowResultType.MENU, ["total", "buckets"])
    form = await answer_repair(hass, menu, {"next_step_id": "total"})
    assert form["description_placeholders"]["lines"] == "- Consumption · Cost"
    assert await list_new_sources(hass) == [], "nothing is changed before it was agreed to"
    assert (await answer_repair(hass, menu, {}))["type"] is FlowResultType.CREATE_ENTRY
    [grid] = await list_new_sources(hass)
    assert (grid["stat_energy_from"], grid["stat_cost"]) == (f"{OURS}_consumption", f"{OURS}_cost")
    assert (grid["stat_energy_to"], grid["stat_compensation"]) == (None, None)
    assert not is_offered(hass)
    await move_to("2026-11-23T10:36:00+00:00")
    assert not is_offered(hass), "what is there is not offered again"
    found = (await async_validate(hass)).as_dict()["energy_sources"]
    assert found[1] == []


async def test_each_bucket_is_added(hass: HomeAssistant, gateway: ScriptedGateway, set_up: SetUp) -> None:
    hours = gateway.hours[0]
    hours["series"].append({"key": "cost_hc", "unit": "EUR"})
    hours["sum"]["cost_hc"] = [0, 0.1, 0.2]
    await set_up()
    menu = await open_offer(hass)
    form = await answer_repair(hass, menu, {"next_step_id": "buckets"})
    assert form["description_placeholders"]["lines"].splitlines() == [
        "- Off-peak · Off-peak, cost",
        "- Peak",
    ]
    await answer_repair(hass, menu, {})
    assert [(grid["stat_energy_from"], grid["stat_cost"]) for grid in await list_new_sources(hass)] == [
        (f"{OURS}_consumption_hc", f"{OURS}_cost_hc"),
        (f"{OURS}_consumption_hp", None),
    ]
    assert not is_offered(hass)


async def test_tempo_buckets_in_the_order_of_the_bill(
    hass: HomeAssistant, gateway: ScriptedGateway, set_up: SetUp
) -> None:
    """Blue, white, red, off-peak before peak. A bucket of an earlier tariff without energy is left out."""
    buckets = ("red_hp", "blue_hc", "hp", "white_hp", "hc", "blue_hp")
    units = {"consumption": "Wh", **{f"consumption_{bucket}": "Wh" for bucket in buckets}}
    hours = gateway.hours[0]
    hours["series"] = [{"key": key, "unit": unit} for key, unit in units.items()]
    hours["sum"] = {key: [0, 0, 0] if key in {"consumption_hc", "consumption_red_hp"} else [1, 2, 3] for key in units}
    tariff = {"valid_from": None, "option": "tempo", "power_kva": 9, "prices": "regulated"}
    gateway.answers[POINTS]["items"][0]["tariffs"] = [tariff]
    await set_up()
    form = await answer_repair(hass, await open_offer(hass), {"next_step_id": "buckets"})
    names = form["description_placeholders"]["lines"].splitlines()
    assert names == ["- Peak", "- Blue off-peak", "- Blue peak", "- White peak", "- Red peak"]


async def test_production_is_given_back(hass: HomeAssistant, gateway: ScriptedGateway, set_up: SetUp) -> None:
    hours = gateway.hours[0]
    units = {"consumption": "Wh", "consumption_base": "Wh", "cost": "EUR", "production": "Wh", "revenue": "EUR"}
    hours["series"] = [{"key": key, "unit": unit} for key, unit in units.items()]
    hours["sum"] = {key: [1, 2, 3] for key in units}
    await set_up()
    form = await open_offer(hass)
    assert form["step_id"] == "total", "with one bucket there is nothing to choose"
    await answer_repair(hass, form, {})
    [grid] = await list_new_sources(hass)
    assert (grid["stat_energy_to"], grid["stat_compensation"]) == (f"{OURS}_production", f"{OURS}_revenue")


async def test_nothing_is_offered_before_there_are_hours(
    hass: HomeAssistant, gateway: ScriptedGateway, set_up: SetUp
) -> None:
    gateway.answers[f"/v1/usage-points/{POINT_ID}/hours"] = answer_problem(503, "upstream_down")
    await set_up()
    assert not is_offered(hass)


async def test_whoever_has_added_it_by_hand_is_left_alone(hass: HomeAssistant, set_up: SetUp) -> None:
    manager = await async_get_manager(hass)
    grid = {"type": "grid", "stat_energy_from": f"{OURS}_consumption_hp", "stat_energy_to": None}
    await manager.async_update({"energy_sources": [OTHER, grid]})  # type: ignore[typeddict-item]  # as above
    await set_up()
    assert not is_offered(hass)


async def test_no_sensor_is_suggested_as_a_meter_of_the_dashboard(hass: HomeAssistant, set_up: SetUp) -> None:
    """It suggests energy sensors that have a sum; a day that arrives late would be counted on the wrong day."""
    await set_up()
    energy = [state for state in hass.states.async_all("sensor") if state.attributes.get("device_class") == "energy"]
    assert energy
    assert [state.entity_id for state in energy if "state_class" in state.attributes] == []
