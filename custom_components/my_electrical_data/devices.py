"""The devices of an entry: the gateway, the French grid, and one for each meter."""

from homeassistant.const import CONF_URL
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import device_registry as dr
from homeassistant.helpers.device_registry import DeviceEntryType, DeviceInfo

from .api.models import UsagePoint
from .const import DOMAIN, MANUFACTURER
from .coordinator import GatewayConfigEntry


def grid_id(entry: GatewayConfigEntry) -> str:
    """Return the identifier of the grid as this gateway sees it."""
    return f"{entry.unique_id}_grid"


def grid_device(entry: GatewayConfigEntry) -> DeviceInfo:
    """Describe the French grid: Tempo and Ecowatt."""
    return DeviceInfo(
        identifiers={(DOMAIN, grid_id(entry))},
        entry_type=DeviceEntryType.SERVICE,
        manufacturer="RTE",
        translation_key="grid",
    )


def meter_device(point: UsagePoint) -> DeviceInfo:
    """Describe a meter."""
    return DeviceInfo(
        identifiers={(DOMAIN, point.id)},
        manufacturer="Enedis",
        model="Linky",
        name=point.label,
    )


@callback
def async_settle_devices(hass: HomeAssistant, entry: GatewayConfigEntry) -> None:
    """Register the gateway, and remove the meters that it has no more."""
    registry = dr.async_get(hass)
    points = entry.runtime_data.usage_points
    registry.async_get_or_create(
        config_entry_id=entry.entry_id,
        identifiers={(DOMAIN, points.ping.instance_id)},
        entry_type=DeviceEntryType.SERVICE,
        manufacturer=MANUFACTURER,
        translation_key="gateway",
        sw_version=points.ping.version,
        configuration_url=entry.data[CONF_URL],
    )
    present = {(DOMAIN, known) for known in (points.ping.instance_id, grid_id(entry), *points.data)}
    for device in dr.async_entries_for_config_entry(registry, entry.entry_id):
        if not device.identifiers & present:
            registry.async_remove_device(device.id)


@callback
def async_device_ids(hass: HomeAssistant, entry: GatewayConfigEntry) -> list[str]:
    """Return the identifiers of all devices of the entry."""
    devices = dr.async_entries_for_config_entry(dr.async_get(hass), entry.entry_id)
    return [identifier for device in devices for domain, identifier in device.identifiers if domain == DOMAIN]
