"""What Home Assistant shows of the integration's entities, by their keys."""

from datetime import datetime
from typing import Any

from homeassistant.core import HomeAssistant, State
from homeassistant.helpers import entity_registry as er
from homeassistant.util import dt as dt_util
from scripted_gateway import INSTANCE_ID, POINT_ID

from custom_components.my_electrical_data.const import DOMAIN


def entity_id(hass: HomeAssistant, key: str, platform: str = "sensor") -> str:
    """Return the id of the entity with that key: of the grid, or else of the meter."""
    registry = er.async_get(hass)
    found = [
        registry.async_get_entity_id(platform, DOMAIN, f"{owner}_{key}") for owner in (f"{INSTANCE_ID}_grid", POINT_ID)
    ]
    known = next((one for one in found if one), None)
    assert known, f"there is no {platform} {key}"
    return known


def get_entity(hass: HomeAssistant, key: str, platform: str = "sensor") -> State:
    """Return the state of an entity, with its attributes."""
    state = hass.states.get(entity_id(hass, key, platform))
    assert state, key
    return state


def get_state(hass: HomeAssistant, key: str, platform: str = "sensor") -> str:
    """Return the state of an entity."""
    return get_entity(hass, key, platform).state


async def list_events(hass: HomeAssistant, key: str, start: datetime, end: datetime) -> list[dict[str, Any]]:
    """Return what a calendar shows in `[start, end[`, times in UTC."""
    calendar = entity_id(hass, key, "calendar")
    answer = await hass.services.async_call(
        "calendar",
        "get_events",
        {"entity_id": calendar, "start_date_time": start, "end_date_time": end},
        blocking=True,
        return_response=True,
    )
    assert answer is not None
    found: Any = answer[calendar]
    return [
        event | {name: _format_utc(event[name]) for name in ("start", "end") if "T" in event[name]}
        for event in found["events"]
    ]


def _format_utc(text: str) -> str:
    moment = dt_util.parse_datetime(text)
    assert moment
    return dt_util.as_utc(moment).strftime("%Y-%m-%dT%H:%MZ")
