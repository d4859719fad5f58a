"""MyElectricalData: French electricity meters, Tempo and Ecowatt, from a gateway."""

import asyncio
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import ConfigEntryNotReady
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers.typing import ConfigType

from . import energy
from .appliance import ApplianceCoordinator
from .cards import async_serve_cards
from .cleanup import async_remove_client, async_remove_meter
from .const import APPLIANCE, CONF_FORECAST, DOMAIN, METER, PLATFORMS
from .coordinator import (
    EcowattCoordinator,
    GatewayConfigEntry,
    QuotaCoordinator,
    RuntimeData,
    TempoCoordinator,
    TempoDaysCoordinator,
    TempoForecastCoordinator,
    UsagePointsCoordinator,
    create_client,
    create_meter,
)
from .dashboard import async_show_or_hide as async_show_or_hide_dashboard
from .events import async_start_events
from .feed import FeedCoordinator
from .issues import async_delete_issues, async_update_issues, async_update_setup_issues
from .migration import async_move_meters_to_subentries
from .option_entities import async_reload_on_new_option, async_remove_ruled_out
from .services import async_setup_services
from .takeover import async_look_for_earlier
from .websocket import async_register_commands

CONFIG_SCHEMA = cv.config_entry_only_config_schema(DOMAIN)


async def async_setup(hass: HomeAssistant, config: ConfigType) -> bool:  # noqa: ARG001
    """Register actions, websocket commands and cards; they exist even while no gateway is set up."""
    async_setup_services(hass)
    async_register_commands(hass)
    await async_serve_cards(hass)
    return True


async def async_setup_entry(hass: HomeAssistant, entry: GatewayConfigEntry) -> bool:
    """Set up a gateway."""
    client = create_client(hass, entry)
    usage_points = UsagePointsCoordinator(hass, entry, client, "usage points")
    quota = QuotaCoordinator(hass, entry, client, "quota")
    tempo = TempoCoordinator(hass, entry, client, "Tempo")
    ecowatt = EcowattCoordinator(hass, entry, client, "Ecowatt")
    try:
        await usage_points.async_config_entry_first_refresh()
    except ConfigEntryNotReady:
        async_update_setup_issues(hass, entry, usage_points.last_error)
        raise
    # A gateway without RTE still serves its meters: these two may come later.
    await asyncio.gather(tempo.async_refresh(), ecowatt.async_refresh(), energy.async_load_preferences(hass))
    tempo_days = TempoDaysCoordinator(hass, entry, client, tempo)
    forecast = (
        TempoForecastCoordinator(hass, entry, client, "Tempo forecast") if entry.options.get(CONF_FORECAST) else None
    )

    meters = [create_meter(hass, entry, client, subentry) for subentry in entry.get_subentries_of_type(METER)]
    by_id = {meter.point_id: meter for meter in meters}
    appliances = tuple(
        ApplianceCoordinator(hass, entry, client, subentry) for subentry in entry.get_subentries_of_type(APPLIANCE)
    )
    entry.runtime_data = RuntimeData(
        client, usage_points, quota, tempo, tempo_days, ecowatt, by_id, appliances, forecast
    )
    await hass.config_entries.async_forward_entry_setups(entry, PLATFORMS)
    async_remove_ruled_out(hass, entry)
    async_reload_on_new_option(hass, entry)
    await async_show_or_hide_dashboard(hass)

    for reviewed in (usage_points, *(feed for meter in meters for feed in (meter.daily, meter.hours))):
        entry.async_on_unload(reviewed.async_add_listener(lambda: async_update_issues(hass, entry)))
    async_update_issues(hass, entry)
    async_start_events(hass, entry)
    for meter in meters:
        async_look_for_earlier(hass, entry, meter)
    entry.async_on_unload(entry.add_update_listener(_async_handle_update))
    # The first import may be years of hours, and the gateway may have to wait for Enedis: set-up does not wait for it.
    first: list[FeedCoordinator[Any]] = [
        quota,
        tempo_days,
        *([forecast] if forecast else []),
        *(feed for meter in meters for feed in meter.feeds.values()),
        *appliances,
    ]
    for feed in first:
        if feed.is_wanted:
            entry.async_create_background_task(hass, feed.async_refresh(), f"{DOMAIN} first {feed.name}")
    return True


async def async_unload_entry(hass: HomeAssistant, entry: GatewayConfigEntry) -> bool:
    """Unload a gateway."""
    return await hass.config_entries.async_unload_platforms(entry, PLATFORMS)


async def async_remove_entry(hass: HomeAssistant, entry: GatewayConfigEntry) -> None:
    """Delete what belongs to the entry here and its API client at the gateway; a repair asks about statistics."""
    async_delete_issues(hass, entry)
    for subentry in entry.get_subentries_of_type(METER):
        await async_remove_meter(hass, entry, subentry.unique_id or "", subentry.title)
    await async_remove_client(hass, entry)
    await async_show_or_hide_dashboard(hass)


async def async_migrate_entry(hass: HomeAssistant, entry: GatewayConfigEntry) -> bool:
    """Migrate an entry of an earlier version; return False for one of a later version."""
    if entry.version == 1:
        async_move_meters_to_subentries(hass, entry)
    return entry.version == 2


async def _async_handle_update(hass: HomeAssistant, entry: GatewayConfigEntry) -> None:
    """Clean up after removed meters and reload the entry."""
    here = {subentry.unique_id for subentry in entry.get_subentries_of_type(METER)}
    for meter in entry.runtime_data.meters.values():
        if meter.point_id not in here:
            await async_remove_meter(hass, entry, meter.point_id, meter.name)
    hass.config_entries.async_schedule_reload(entry.entry_id)
