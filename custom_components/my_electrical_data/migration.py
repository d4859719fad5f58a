"""Migrates entries of earlier versions."""

from types import MappingProxyType

from homeassistant.config_entries import ConfigEntry, ConfigSubentry
from homeassistant.const import MAJOR_VERSION, MINOR_VERSION
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import device_registry as dr
from homeassistant.helpers import entity_registry as er

from .api.models import USAGE_POINT_ID
from .const import CONF_MADE_HERE, DOMAIN, METER


@callback
def async_move_meters_to_subentries(hass: HomeAssistant, entry: ConfigEntry) -> None:
    """Create a subentry for each meter's device of a version 1 entry, which had all meters of the account."""
    devices = dr.async_get(hass)
    for device in dr.async_entries_for_config_entry(devices, entry.entry_id):
        for domain, identifier in device.identifiers:
            if domain == DOMAIN and identifier != entry.unique_id and USAGE_POINT_ID.fullmatch(identifier):
                _move_meter(hass, entry, device, identifier)
    hass.config_entries.async_update_entry(entry, data={**entry.data, CONF_MADE_HERE: False}, version=2)


def _move_meter(hass: HomeAssistant, entry: ConfigEntry, device: dr.DeviceEntry, point_id: str) -> None:
    subentry = ConfigSubentry(
        data=MappingProxyType({}), subentry_type=METER, title=device.name or point_id, unique_id=point_id
    )
    hass.config_entries.async_add_subentry(entry, subentry)
    registry = er.async_get(hass)
    # Before the device: entities that are not where their device is are removed.
    for entity in er.async_entries_for_device(registry, device.id, include_disabled_entities=True):
        registry.async_update_entity(entity.entity_id, config_subentry_id=subentry.subentry_id)
    _move_device(dr.async_get(hass), device, entry.entry_id, subentry.subentry_id)


def _move_device(devices: dr.DeviceRegistry, device: dr.DeviceEntry, entry_id: str, subentry_id: str) -> None:
    if (MAJOR_VERSION, MINOR_VERSION) >= (2026, 9):
        devices.async_update_device(device.id, new_config_subentry_id=subentry_id)
        return
    # Until 2026.8 a device could be in several subentries: it is put into the new one, then taken out of none.
    devices.async_update_device(device.id, add_config_entry_id=entry_id, add_config_subentry_id=subentry_id)
    devices.async_update_device(device.id, remove_config_entry_id=entry_id, remove_config_subentry_id=None)
