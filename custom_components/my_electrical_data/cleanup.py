"""Cleans up after a removed meter or gateway."""

from homeassistant.core import HomeAssistant

from . import carried_hours
from .api import GatewayError
from .const import CONF_MADE_HERE, LOGGER
from .coordinator import GatewayConfigEntry, create_client
from .import_progress import create_progress_store
from .issues import async_delete_meter_issues, async_offer_to_delete_statistics
from .statistics import async_list_statistic_ids


async def async_remove_meter(hass: HomeAssistant, entry: GatewayConfigEntry, usage_point_id: str, name: str) -> None:
    """Delete a meter's issues and import progress; create a repair if it has statistics. Its device goes by itself."""
    async_delete_meter_issues(hass, usage_point_id)
    await create_progress_store(hass, usage_point_id).async_remove()
    if await async_list_statistic_ids(hass, usage_point_id):
        async_offer_to_delete_statistics(hass, entry, usage_point_id, name)
    else:
        await carried_hours.create_store(hass, usage_point_id).async_remove()


async def async_remove_client(hass: HomeAssistant, entry: GatewayConfigEntry) -> None:
    """Delete the API client that this Home Assistant created. It stays if the gateway does not answer."""
    if not entry.data.get(CONF_MADE_HERE):
        return
    try:
        await create_client(hass, entry).delete_api_client()
    except GatewayError as error:
        LOGGER.warning("The API client of this Home Assistant could not be deleted at the gateway: %s", error)
