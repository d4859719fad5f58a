"""Shared code of triggers and conditions: options, and access to the loaded entries."""

from typing import Any, Final, cast

import voluptuous as vol
from homeassistant.const import CONF_OPTIONS, CONF_TARGET
from homeassistant.core import HomeAssistant
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers import device_registry as dr
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.target import TargetSelection, async_extract_referenced_entity_ids
from homeassistant.helpers.typing import ConfigType

from .api.signals import EcowattLevel
from .const import DOMAIN
from .coordinator import GatewayConfigEntry, Meter, RuntimeData
from .grid_sensors import COLORS, LEVELS

CONF_OPTION_METER: Final = "meter"
CONF_OPTION_BUCKETS: Final = "buckets"
CONF_OPTION_COLORS: Final = "colors"
CONF_OPTION_CONFIRMED: Final = "confirmed"
CONF_OPTION_DAY: Final = "day"
CONF_OPTION_LEVEL: Final = "level"
TODAY, TOMORROW = "today", "tomorrow"
UNKNOWN: Final = "unknown"

RANKS: Final[dict[str, EcowattLevel]] = {name: level for level, name in LEVELS.items()}
ANY_METER: Final[dict[Any, Any]] = {vol.Optional(CONF_OPTION_METER): vol.Any(None, cv.string)}
AT_LEAST: Final[dict[Any, Any]] = {vol.Required(CONF_OPTION_LEVEL, default=LEVELS[EcowattLevel.TENSE]): vol.In(RANKS)}


def one_or_more_of(known: list[str]) -> Any:
    """Return a validator for one or more of the `known` values."""
    return vol.All(cv.ensure_list, [vol.In(known)], vol.Length(min=1))


ANNOUNCED: Final[dict[Any, Any]] = {
    vol.Required(CONF_OPTION_COLORS, default=COLORS): one_or_more_of(COLORS),
    vol.Required(CONF_OPTION_CONFIRMED, default=False): cv.boolean,
}


def validate_options(config: ConfigType, options: dict[Any, Any]) -> ConfigType:
    """Validate the configuration of a trigger or condition and fill in its defaults. Raises vol.Invalid."""
    schema = {vol.Required(CONF_OPTIONS, default=dict): options, vol.Optional(CONF_TARGET): cv.TARGET_FIELDS}
    return cast("ConfigType", vol.Schema(schema)(config))


def list_runtime_data(hass: HomeAssistant) -> list[RuntimeData]:
    """Return the runtime data of all loaded entries."""
    entries: list[GatewayConfigEntry] = hass.config_entries.async_loaded_entries(DOMAIN)
    return [entry.runtime_data for entry in entries]


def find_meters(
    hass: HomeAssistant, target: ConfigType | None, device_id: str | None
) -> list[tuple[RuntimeData, Meter]]:
    """Return the meters of a target or a device, or all meters without either."""
    return [
        (held, meter)
        for held in list_runtime_data(hass)
        for meter in held.meters.values()
        if is_selected(hass, target, device_id, meter.point_id)
    ]


def is_selected(hass: HomeAssistant, target: ConfigType | None, device_id: str | None, point_id: str | None) -> bool:
    """Return whether a usage point belongs to a target or a device; True without either."""
    if not target and not device_id:
        return True
    device_ids = _list_target_devices(hass, target) if target else {device_id}
    devices = (dr.async_get(hass).async_get(each) for each in device_ids if each)
    return any((DOMAIN, point_id) in device.identifiers for device in devices if device)


def _list_target_devices(hass: HomeAssistant, target: ConfigType) -> set[str]:
    """Return the devices that a target names or contains, also by an entity, an area, a floor or a label."""
    selection = TargetSelection(target)
    found = async_extract_referenced_entity_ids(hass, selection)
    entities = (er.async_get(hass).async_get(each) for each in found.referenced | found.indirectly_referenced)
    return selection.device_ids | {entity.device_id for entity in entities if entity and entity.device_id}
