"""System information: the gateways, and whether they respond."""

from typing import Any

from homeassistant.components import system_health
from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import CONF_URL
from homeassistant.core import HomeAssistant, callback

from .const import DOMAIN
from .coordinator import GatewayConfigEntry


@callback
def async_register(hass: HomeAssistant, register: system_health.SystemHealthRegistration) -> None:  # noqa: ARG001
    """Register the information."""
    register.async_register_info(_async_get_info)


async def _async_get_info(hass: HomeAssistant) -> dict[str, Any]:
    """Describe each gateway, without its address: this text is pasted into public reports."""
    entries: list[GatewayConfigEntry] = hass.config_entries.async_entries(DOMAIN)
    info: dict[str, Any] = {"gateways": len(entries)}
    for number, entry in enumerate(entries, start=1):
        suffix = "" if number == 1 else f"_{number}"
        reachable = system_health.async_check_can_reach_url(hass, f"{entry.data[CONF_URL]}/ping")
        info[f"gateway_reachable{suffix}"] = reachable
        if entry.state is ConfigEntryState.LOADED:
            feeds = entry.runtime_data
            imported = [meter.hours.data for meter in feeds.meters.values() if meter.hours.data]
            newest = max((hours.newest for hours in imported if hours.newest), default=None)
            info[f"gateway_version{suffix}"] = feeds.usage_points.ping.version
            info[f"meters{suffix}"] = len(feeds.meters)
            info[f"newest_hour{suffix}"] = newest
    return info
