"""Diagnostics for public reports: no secret, no meter number, no address."""

import re
from dataclasses import asdict, is_dataclass
from typing import Any

from homeassistant.components.diagnostics import REDACTED, async_redact_data
from homeassistant.const import CONF_CLIENT_ID, CONF_CLIENT_SECRET, CONF_URL
from homeassistant.core import HomeAssistant
from yarl import URL

from .coordinator import GatewayConfigEntry
from .feed import FeedCoordinator

_KEYS = {CONF_CLIENT_ID, CONF_CLIENT_SECRET, CONF_URL, "id", "instance_id", "masked_number", "name"}
_METER_NUMBER = re.compile(r"(?<!\d)\d{14}(?!\d)|•+\d{4}")


async def async_get_config_entry_diagnostics(hass: HomeAssistant, entry: GatewayConfigEntry) -> dict[str, Any]:  # noqa: ARG001
    """Return the state of all feeds, redacted by key and value."""
    feeds = entry.runtime_data
    points = feeds.usage_points.data.values()
    secrets = [entry.unique_id or "", URL(entry.data[CONF_URL]).host or ""]
    secrets += [entry.data[CONF_CLIENT_ID], entry.data[CONF_CLIENT_SECRET]]
    secrets += [text for point in points for text in (point.id, point.name or "")]
    secrets += [subentry.title for subentry in entry.subentries.values()]
    report = {
        "entry": {**entry.data, "options": dict(entry.options)},
        "gateway": _to_dict(feeds.usage_points.ping),
        "tempo": _describe_feed(feeds.tempo),
        "tempo_days": _describe_feed(feeds.tempo_days),
        "tempo_forecast": _describe_feed(feeds.tempo_forecast) if feeds.tempo_forecast else None,
        "ecowatt": _describe_feed(feeds.ecowatt),
        "usage_points": {**_describe_feed(feeds.usage_points), "data": [_to_dict(point) for point in points]},
        "meters": [
            {name: _describe_feed(feed) for name, feed in meter.feeds.items()} for meter in feeds.meters.values()
        ],
    }
    redacted: dict[str, Any] = _remove_secrets([text for text in secrets if text], async_redact_data(report, _KEYS))
    return redacted


def _describe_feed(coordinator: FeedCoordinator[Any]) -> dict[str, Any]:
    error = coordinator.last_error or coordinator.last_exception
    return {
        "ok": coordinator.last_update_success,
        "error": str(error) if error else None,
        "asked_every": str(coordinator.update_interval),
        "data": _to_dict(coordinator.data),
    }


def _to_dict(data: Any) -> Any:
    return asdict(data) if is_dataclass(data) and not isinstance(data, type) else data


def _remove_secrets(secrets: list[str], data: Any) -> Any:
    """Return `data` with secrets and meter numbers removed from every text."""
    match data:
        case dict():
            return {_remove_secrets(secrets, key): _remove_secrets(secrets, value) for key, value in data.items()}
        case list() | tuple():
            return [_remove_secrets(secrets, value) for value in data]
        case str():
            for secret in secrets:
                data = data.replace(secret, REDACTED)
            return _METER_NUMBER.sub(REDACTED, data)
        case _:
            return data
