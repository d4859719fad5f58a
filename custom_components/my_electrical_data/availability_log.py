"""Logs once when a gateway becomes unavailable and once when it is back, whichever feed notices first."""

from datetime import datetime
from typing import Any

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback
from homeassistant.util import dt as dt_util
from homeassistant.util.hass_dict import HassKey

from .const import DOMAIN, LOGGER

_LOGS: HassKey[dict[str, AvailabilityLog]] = HassKey(f"{DOMAIN}_presences")


class AvailabilityLog:
    """The availability of one gateway. It survives a reload of the entry."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._is_unavailable = False
        self.last_contact: datetime | None = None
        self.last_failure: datetime | None = None
        self.last_failure_reason: str | None = None

    @property
    def is_unavailable(self) -> bool:
        """Whether the gateway did not respond the last time."""
        return self._is_unavailable

    @callback
    def log_unavailable(self, reason: str) -> None:
        """Note that the gateway did not respond."""
        self.last_failure, self.last_failure_reason = dt_util.utcnow(), reason
        if not self._is_unavailable:
            LOGGER.warning("%s: the gateway does not answer (%s)", self._name, reason)
        self._is_unavailable = True

    @callback
    def log_available(self) -> None:
        """Note that the gateway responded."""
        self.last_contact = dt_util.utcnow()
        if self._is_unavailable:
            LOGGER.info("%s: the gateway answers again", self._name)
        self._is_unavailable = False


@callback
def get_availability_log(hass: HomeAssistant, entry: ConfigEntry[Any]) -> AvailabilityLog:
    """Return the availability log of an entry's gateway."""
    return hass.data.setdefault(_LOGS, {}).setdefault(entry.entry_id, AvailabilityLog(entry.title))
