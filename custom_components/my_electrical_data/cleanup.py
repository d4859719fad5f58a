"""What is taken away with a meter, or with a gateway."""

from homeassistant.core import HomeAssistant

from .api import GatewayError
from .const import CONF_MADE_HERE, LOGGER
from .coordinator import GatewayConfigEntry, client_of
from .issues import async_forget_meter, async_offer_to_delete
from .statistics import async_statistic_ids, progress_store


async def async_remove_meter(hass: HomeAssistant, entry: GatewayConfigEntry, usage_point_id: str, name: str) -> None:
    """Forget how far a meter was read, and ask what becomes of its statistics. Its device goes by itself."""
    async_forget_meter(hass, usage_point_id)
    await progress_store(hass, usage_point_id).async_remove()
    if await async_statistic_ids(hass, usage_point_id):
        async_offer_to_delete(hass, entry, usage_point_id, name)


async def async_remove_client(hass: HomeAssistant, entry: GatewayConfigEntry) -> None:
    """Delete the API client that this Home Assistant made for itself. A gateway that does not answer keeps it."""
    if not entry.data.get(CONF_MADE_HERE):
        return
    try:
        await client_of(hass, entry).delete_api_client()
    except GatewayError as error:
        LOGGER.warning("The API client of this Home Assistant could not be deleted at the gateway: %s", error)
