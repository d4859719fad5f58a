"""MyElectricalData: French electricity meters, Tempo and Ecowatt, from a gateway."""

import asyncio

from homeassistant.const import CONF_CLIENT_ID, CONF_CLIENT_SECRET, CONF_URL
from homeassistant.core import HomeAssistant
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers.aiohttp_client import async_get_clientsession

from .api import GatewayClient
from .const import DOMAIN, PLATFORMS
from .coordinator import (
    EcowattCoordinator,
    GatewayConfigEntry,
    RuntimeData,
    TempoCoordinator,
    UsagePointsCoordinator,
    meter_of,
)
from .devices import async_device_ids, async_settle_devices
from .statistics import progress_store

CONFIG_SCHEMA = cv.config_entry_only_config_schema(DOMAIN)


async def async_setup_entry(hass: HomeAssistant, entry: GatewayConfigEntry) -> bool:
    """Set up a gateway."""
    client = GatewayClient(
        async_get_clientsession(hass),
        entry.data[CONF_URL],
        entry.data[CONF_CLIENT_ID],
        entry.data[CONF_CLIENT_SECRET],
    )
    usage_points = UsagePointsCoordinator(hass, entry, client, "usage points")
    tempo = TempoCoordinator(hass, entry, client, "Tempo")
    ecowatt = EcowattCoordinator(hass, entry, client, "Ecowatt")
    await usage_points.async_config_entry_first_refresh()
    # A gateway without RTE still serves its meters: these two may come later.
    await asyncio.gather(tempo.async_refresh(), ecowatt.async_refresh())

    meters = {point_id: meter_of(hass, entry, client, point) for point_id, point in usage_points.data.items()}
    entry.runtime_data = RuntimeData(usage_points, tempo, ecowatt, meters)
    async_settle_devices(hass, entry)
    await hass.config_entries.async_forward_entry_setups(entry, PLATFORMS)

    usage_points.async_reload_when_meters_change()
    entry.async_on_unload(entry.add_update_listener(_reload))
    # The first hours may be years of them, and the gateway may have to wait for Enedis: set-up does not wait for these.
    for meter in meters.values():
        for feed in (meter.daily, meter.hours):
            entry.async_create_background_task(hass, feed.async_refresh(), f"{DOMAIN} first {feed.name}")
    return True


async def async_unload_entry(hass: HomeAssistant, entry: GatewayConfigEntry) -> bool:
    """Unload a gateway."""
    return await hass.config_entries.async_unload_platforms(entry, PLATFORMS)


async def async_remove_entry(hass: HomeAssistant, entry: GatewayConfigEntry) -> None:
    """Forget how far the meters were read; imported statistics stay."""
    for device_id in async_device_ids(hass, entry):
        await progress_store(hass, device_id).async_remove()


async def _reload(hass: HomeAssistant, entry: GatewayConfigEntry) -> None:
    hass.config_entries.async_schedule_reload(entry.entry_id)
