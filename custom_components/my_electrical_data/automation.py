"""What triggers and conditions share: options, and access to the loaded entries."""

from typing import Any, Final, cast

import voluptuous as vol
from homeassistant.const import CONF_OPTIONS
from homeassistant.core import HomeAssistant
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers import device_registry as dr
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
    return cast("ConfigType", vol.Schema({vol.Required(CONF_OPTIONS, default=dict): options})(config))


def list_runtime_data(hass: HomeAssistant) -> list[RuntimeData]:
    """Return the runtime data of all loaded entries."""
    entries: list[GatewayConfigEntry] = hass.config_entries.async_loaded_entries(DOMAIN)
    return [entry.runtime_data for entry in entries]


def find_meters(hass: HomeAssistant, device_id: str | None) -> list[tuple[RuntimeData, Meter]]:
    """Return the meter of a device, or all meters without one."""
    return [
        (held, meter)
        for held in list_runtime_data(hass)
        for meter in held.meters.values()
        if is_device_of(hass, device_id, meter.point_id)
    ]


def is_device_of(hass: HomeAssistant, device_id: str | None, point_id: str | None) -> bool:
    """Return whether a device is that of a usage point; True without a device."""
    if not device_id:
        return True
    device = dr.async_get(hass).async_get(device_id)
    return device is not None and (DOMAIN, point_id) in device.identifiers
