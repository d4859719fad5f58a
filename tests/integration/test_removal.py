"""What is left after a meter, or a gateway, was removed: nothing but what a person chose to keep."""

from typing import Any

import pytest
from conftest import SetUp
from homeassistant.components.recorder.statistics import list_statistic_ids
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers import issue_registry as ir
from homeassistant.helpers.recorder import get_instance
from pages import answer_repair, open_repair
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_fire_time_changed,
)
from scripted_gateway import (
    CLIENT_ID,
    CLIENTS,
    HOURS,
    POINT_ID,
    POINTS,
    ScriptedGateway,
    answer_problem,
)

from custom_components.my_electrical_data.const import CONF_MADE_HERE, DOMAIN

pytestmark = pytest.mark.usefixtures("repairs")

CLIENT = f"{CLIENTS}/{CLIENT_ID}"


async def count_statistics(hass: HomeAssistant) -> int:
    return len(await get_instance(hass).async_add_executor_job(list_statistic_ids, hass))


def list_repairs(hass: HomeAssistant) -> list[str]:
    return [issue_id for domain, issue_id in ir.async_get(hass).issues if domain == DOMAIN]


async def remove_entry(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    await hass.config_entries.async_remove(entry.entry_id)
    async_fire_time_changed(hass)
    await hass.async_block_till_done(wait_background_tasks=True)


async def remove_meter(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    hass.config_entries.async_remove_subentry(entry, next(iter(entry.subentries)))
    async_fire_time_changed(hass)
    await hass.async_block_till_done(wait_background_tasks=True)


async def answer_question(hass: HomeAssistant, choice: str) -> None:
    menu = await open_repair(hass, f"statistics_left_{POINT_ID}")
    assert menu["menu_options"] == ["delete", "keep"]
    await answer_repair(hass, menu, {"next_step_id": choice})


async def test_a_gateway_leaves_nothing_but_the_history(
    hass: HomeAssistant, gateway: ScriptedGateway, set_up: SetUp, hass_storage: dict[str, Any]
) -> None:
    gateway.answers[POINTS]["items"][0]["notices"] = [{"code": "consent_ended", "since": None, "until": None}]
    entry = await set_up()
    assert f"{DOMAIN}.{POINT_ID}" in hass_storage
    assert list_repairs(hass) == [f"consent_ended_{POINT_ID}"]
    await remove_entry(hass, entry)
    assert f"{DOMAIN}.{POINT_ID}" not in hass_storage
    assert not dr.async_entries_for_config_entry(dr.async_get(hass), entry.entry_id)
    assert not er.async_entries_for_config_entry(er.async_get(hass), entry.entry_id)
    [deleted] = gateway.list_requests(CLIENT)
    assert deleted.method == "DELETE"
    assert list_repairs(hass) == [f"statistics_left_{POINT_ID}"]
    assert await count_statistics(hass) == 4


@pytest.mark.parametrize(("choice", "left"), [("delete", 0), ("keep", 4)])
@pytest.mark.parametrize("what", [remove_entry, remove_meter])
async def test_the_history_is_asked_about(
    hass: HomeAssistant, set_up: SetUp, what: Any, choice: str, left: int
) -> None:
    await what(hass, await set_up())
    await answer_question(hass, choice)
    assert await count_statistics(hass) == left
    assert list_repairs(hass) == []


async def test_a_meter_goes_with_its_device_and_the_others_stay(
    hass: HomeAssistant, gateway: ScriptedGateway, set_up: SetUp, hass_storage: dict[str, Any]
) -> None:
    entry = await set_up()
    await remove_meter(hass, entry)
    devices = dr.async_entries_for_config_entry(dr.async_get(hass), entry.entry_id)
    assert {device.name for device in devices} == {"MyElectricalData gateway", "French grid"}
    assert f"{DOMAIN}.{POINT_ID}" not in hass_storage
    assert list_repairs(hass) == [f"statistics_left_{POINT_ID}"]
    assert entry.runtime_data.meters == {}
    assert not gateway.list_requests(CLIENT)


async def test_a_meter_without_history_goes_without_a_question(
    hass: HomeAssistant, gateway: ScriptedGateway, set_up: SetUp
) -> None:
    gateway.answers[HOURS] = answer_problem(503, "upstream_down")
    await remove_meter(hass, await set_up())
    assert list_repairs(hass) == []


async def test_an_api_client_made_elsewhere_stays(
    hass: HomeAssistant, gateway: ScriptedGateway, entry: MockConfigEntry, set_up: SetUp
) -> None:
    entry.add_to_hass(hass)
    hass.config_entries.async_update_entry(entry, data={**entry.data, CONF_MADE_HERE: False})
    await remove_entry(hass, await set_up())
    assert not gateway.list_requests(CLIENT)


async def test_a_gateway_that_is_away_does_not_stop_the_removal(
    hass: HomeAssistant, gateway: ScriptedGateway, set_up: SetUp, caplog: pytest.LogCaptureFixture
) -> None:
    entry = await set_up()
    gateway.answers[CLIENT] = answer_problem(503, "database_down")
    await remove_entry(hass, entry)
    assert hass.config_entries.async_entries(DOMAIN) == []
    assert "could not be deleted at the gateway" in caplog.text
