"""The websocket commands of the cards. They pass on the gateway's data; no figure is computed here.

`homes` lists the meters. `subscribe` sends a feed that a coordinator holds, and sends it again whenever it changes,
also while the gateway does not respond. `series` and `comparison` are requested from the gateway.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

import voluptuous as vol
from homeassistant.components.websocket_api import (
    ActiveConnection,
    async_register_command,
    async_response,
    websocket_command,
)
from homeassistant.core import HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import config_validation as cv

from .card_feeds import FeedMessage, FeedName, FeedSubscription, list_card_meters, list_loaded_entries
from .const import DOMAIN
from .coordinator import GatewayConfigEntry
from .feed import translate_errors

_HOMES: Final[dict[Any, Any]] = {vol.Required("type"): f"{DOMAIN}/homes"}
_SUBSCRIBE: Final[dict[Any, Any]] = {
    vol.Required("type"): f"{DOMAIN}/subscribe",
    vol.Required("feed"): vol.Coerce(FeedName),
    vol.Optional("meter"): str,
    vol.Optional("hours", default=3): vol.All(vol.Coerce(float), vol.Range(min=0.25, max=24)),
}
_SERIES: Final[dict[Any, Any]] = {
    vol.Required("type"): f"{DOMAIN}/series",
    vol.Required("meter"): str,
    vol.Required("start"): cv.date,
    vol.Required("end"): cv.date,
    vol.Required("step"): vol.In(["hour", "day", "week", "month", "year"]),
}
_COMPARISON: Final[dict[Any, Any]] = {
    vol.Required("type"): f"{DOMAIN}/comparison",
    vol.Required("meter"): str,
}
_COMPARED_MONTHS: Final = 12


@callback
def async_register_commands(hass: HomeAssistant) -> None:
    """Register the commands."""
    for command in (_send_homes, _subscribe, _send_series, _send_comparison):
        async_register_command(hass, command)


@callback
@websocket_command(_HOMES)
def _send_homes(hass: HomeAssistant, connection: ActiveConnection, message: dict[str, Any]) -> None:
    """Send the meters of all gateways."""
    connection.send_result(message["id"], {"meters": list_card_meters(hass)})


@callback
@websocket_command(_SUBSCRIBE)
def _subscribe(hass: HomeAssistant, connection: ActiveConnection, message: dict[str, Any]) -> None:
    """Send a feed now and after each change; `hours` is the length of the cheapest window of `periods`."""

    def send(event: FeedMessage) -> None:
        connection.send_event(message["id"], event)

    subscription = FeedSubscription(hass, message["feed"], message.get("meter"), message["hours"], send)
    connection.subscriptions[message["id"]] = subscription.async_stop
    connection.send_result(message["id"])
    subscription.async_start()


@websocket_command(_SERIES)
@async_response
async def _send_series(hass: HomeAssistant, connection: ActiveConnection, message: dict[str, Any]) -> None:
    """Send energy and cost of the days `[start, end[` by step, and of the year before."""
    entry, point_id = _find_entry(hass, message["meter"]), message["meter"]
    start, end, step = message["start"], message["end"], message["step"]
    with _errors_of(hass, entry):
        series = await entry.runtime_data.client.fetch_series(point_id, start=start, end=end, step=step)
    connection.send_result(message["id"], series)


@websocket_command(_COMPARISON)
@async_response
async def _send_comparison(hass: HomeAssistant, connection: ActiveConnection, message: dict[str, Any]) -> None:
    """Send what the last twelve whole months would have cost under each option."""
    entry, point_id = _find_entry(hass, message["meter"]), message["meter"]
    with _errors_of(hass, entry):
        comparison = await entry.runtime_data.client.fetch_comparison(point_id, months=_COMPARED_MONTHS)
    connection.send_result(message["id"], comparison)


@contextmanager
def _errors_of(hass: HomeAssistant, entry: GatewayConfigEntry) -> Iterator[None]:
    """Translate an error, and poll the gateway, so that every card learns at once that it does not respond."""
    try:
        with translate_errors(hass, entry):
            yield
    except HomeAssistantError:
        entry.async_create_background_task(
            hass, entry.runtime_data.usage_points.async_request_refresh(), f"{DOMAIN} poll after a failure"
        )
        raise


def _find_entry(hass: HomeAssistant, point_id: str) -> GatewayConfigEntry:
    """Return the loaded entry of a meter. Raises HomeAssistantError if there is none."""
    for entry in list_loaded_entries(hass):
        if point_id in entry.runtime_data.meters:
            return entry
    raise HomeAssistantError(translation_domain=DOMAIN, translation_key="entry_not_loaded")
