"""An entry of version 1, as it was before meters were subentries."""

from conftest import SetUp
from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import CONF_CLIENT_ID, CONF_CLIENT_SECRET, CONF_URL
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr
from homeassistant.helpers import entity_registry as er
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
)
from scripted_gateway import CLIENT_ID, CLIENT_SECRET, INSTANCE_ID, POINT_ID, ScriptedGateway

from custom_components.my_electrical_data.const import CONF_MADE_HERE, DOMAIN


async def test_meters_become_subentries_and_keep_their_entities(hass: HomeAssistant, gateway: ScriptedGateway) -> None:
    data = {CONF_URL: gateway.url, CONF_CLIENT_ID: CLIENT_ID, CONF_CLIENT_SECRET: CLIENT_SECRET}
    entry = MockConfigEntry(domain=DOMAIN, unique_id=INSTANCE_ID, data=data, version=1)
    entry.add_to_hass(hass)
    devices, entities = dr.async_get(hass), er.async_get(hass)
    _, _, meter = (
        devices.async_get_or_create(
            config_entry_id=entry.entry_id, identifiers={(DOMAIN, identifier)}, name=name, manufacturer="x"
        )
        for identifier, name in ((INSTANCE_ID, "Gateway"), (f"{INSTANCE_ID}_grid", "Grid"), (POINT_ID, "Maison"))
    )
    devices.async_update_device(meter.id, name_by_user="Chez nous")
    kept = entities.async_get_or_create(
        "sensor",
        DOMAIN,
        f"{POINT_ID}_last_day_energy",
        config_entry=entry,
        device_id=meter.id,
        suggested_object_id="mine",
    )
    await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)

    assert (entry.state, entry.version) == (ConfigEntryState.LOADED, 2)
    assert entry.data == data | {CONF_MADE_HERE: False}
    [subentry] = entry.subentries.values()
    assert (subentry.unique_id, subentry.title) == (POINT_ID, "Maison")
    state = hass.states.get(kept.entity_id)
    assert state
    assert state.state == "23.456"
    entity = entities.async_get(kept.entity_id)
    assert entity
    assert entity.config_subentry_id == subentry.subentry_id
    moved = devices.async_get(meter.id)
    assert moved
    assert (moved.name_by_user, len(dr.async_entries_for_config_entry(devices, entry.entry_id))) == ("Chez nous", 3)
    hass.config_entries.async_remove_subentry(entry, subentry.subentry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert devices.async_get(meter.id) is None, "the device goes with its subentry"


async def test_an_entry_of_a_later_version_is_left_alone(
    hass: HomeAssistant, gateway: ScriptedGateway, entry: MockConfigEntry, set_up: SetUp
) -> None:
    entry.add_to_hass(hass)
    hass.config_entries.async_update_entry(entry, version=3)
    await set_up()
    assert entry.state is ConfigEntryState.MIGRATION_ERROR
    assert not gateway.requests
