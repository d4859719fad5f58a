"""The devices of an entry: the gateway, the French grid, each meter and its helpers."""

from typing import Final

from homeassistant.config_entries import ConfigSubentry
from homeassistant.const import CONF_URL
from homeassistant.helpers.device_registry import DeviceEntryType, DeviceInfo

from .const import DOMAIN, MANUFACTURER
from .coordinator import GatewayConfigEntry, Meter

OBJECT_ID_PREFIXES: Final = {"grid": "french_grid", "gateway": "myelectricaldata_gateway"}
"""How the entity ids of a device with a translated name begin, in every language: its English name."""


def get_grid_id(entry: GatewayConfigEntry) -> str:
    """Return the identifier of this gateway's grid device."""
    return f"{entry.unique_id}_grid"


def build_grid_device(entry: GatewayConfigEntry) -> DeviceInfo:
    """Describe the French grid: Tempo and Ecowatt."""
    return DeviceInfo(
        identifiers={(DOMAIN, get_grid_id(entry))},
        entry_type=DeviceEntryType.SERVICE,
        manufacturer="RTE",
        translation_key="grid",
    )


def build_meter_device(meter: Meter) -> DeviceInfo:
    """Describe a meter."""
    return DeviceInfo(
        identifiers={(DOMAIN, meter.point_id)},
        manufacturer="Enedis",
        model="Linky",
        name=meter.name,
    )


def build_gateway_device(entry: GatewayConfigEntry) -> DeviceInfo:
    """Describe the gateway."""
    ping = entry.runtime_data.usage_points.ping
    return DeviceInfo(
        identifiers={(DOMAIN, ping.instance_id)},
        entry_type=DeviceEntryType.SERVICE,
        manufacturer=MANUFACTURER,
        translation_key="gateway",
        sw_version=ping.version,
        configuration_url=entry.data[CONF_URL],
    )


def build_helper_device(subentry: ConfigSubentry) -> DeviceInfo:
    """Describe the device of a meter's helper: an appliance's cost, or a cheapest window."""
    return DeviceInfo(
        identifiers={(DOMAIN, subentry.subentry_id)},
        entry_type=DeviceEntryType.SERVICE,
        manufacturer=MANUFACTURER,
        name=subentry.title,
    )
