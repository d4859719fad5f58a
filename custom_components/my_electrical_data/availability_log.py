"""Whether a gateway answers: logged once when it stops, and once when it is back, whichever feed notices."""

from typing import Any

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback
from homeassistant.util.hass_dict import HassKey

from .const import DOMAIN, LOGGER

_LOGS: HassKey[dict[str, AvailabilityLog]] = HassKey(f"{DOMAIN}_presences")


class AvailabilityLog:
    """One gateway's, by the name of its entry. It outlives a reload."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._is_unavailable = False

    @callback
    def log_unavailable(self, reason: str) -> None:
        """Take note that it did not answer."""
        if not self._is_unavailable:
            LOGGER.warning("%s: the gateway does not answer (%s)", self._name, reason)
        self._is_unavailable = True

    @callback
    def log_available(self) -> None:
        """Take note that it did."""
        if self._is_unavailable:
            LOGGER.info("%s: the gateway answers again", self._name)
        self._is_unavailable = False


@callback
def get_availability_log(hass: HomeAssistant, entry: ConfigEntry[Any]) -> AvailabilityLog:
    """Return the presence of an entry's gateway."""
    return hass.data.setdefault(_LOGS, {}).setdefault(entry.entry_id, AvailabilityLog(entry.title))
