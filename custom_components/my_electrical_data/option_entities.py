"""Removes the entities that a tariff's option or a setting rules out, and reloads when an option changes.

Home Assistant remembers what a person changed of a removed entity, and applies it if the entity comes back.
"""

from collections.abc import Iterator

from homeassistant.const import Platform
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import entity_registry as er
from homeassistant.util import dt as dt_util

from .calendar import OFF_PEAK, has_off_peak
from .const import BUCKETS, CONF_FORECAST, DOMAIN
from .coordinator import GatewayConfigEntry, RuntimeData
from .devices import get_grid_id
from .grid_sensors import FORECAST
from .meter_bucket_sensors import list_buckets, list_keys
from .paris import paris_day


@callback
def async_remove_ruled_out(hass: HomeAssistant, entry: GatewayConfigEntry) -> None:
    """Remove the registered entities that cannot be, such as prices of red days once a meter has the Base option."""
    registry = er.async_get(hass)
    for platform, unique_id in _list_ruled_out(entry):
        if entity_id := registry.async_get_entity_id(platform, DOMAIN, unique_id):
            registry.async_remove(entity_id)


@callback
def async_reload_on_new_option(hass: HomeAssistant, entry: GatewayConfigEntry) -> None:
    """Reload the entry once a meter's option is another one, also by a change that was entered long before."""
    at_setup = _find_options(entry.runtime_data)

    @callback
    def compare_options() -> None:
        if not _find_options(entry.runtime_data).items() <= at_setup.items():
            hass.config_entries.async_schedule_reload(entry.entry_id)

    entry.async_on_unload(entry.runtime_data.usage_points.async_add_listener(compare_options))


def _find_options(feeds: RuntimeData) -> dict[str, str]:
    """Return the present option of each meter by id, without those that are not known at the moment."""
    today = paris_day(dt_util.utcnow())
    found = {point_id: feeds.usage_points.data.get(point_id) for point_id in feeds.meters}
    options = {point_id: point.find_option(today) for point_id, point in found.items() if point}
    return {point_id: option for point_id, option in options.items() if option}


def _list_ruled_out(entry: GatewayConfigEntry) -> Iterator[tuple[Platform, str]]:
    feeds, grid_id = entry.runtime_data, get_grid_id(entry)
    if not entry.options.get(CONF_FORECAST):
        yield Platform.SENSOR, f"{grid_id}_{FORECAST.key}"
        yield Platform.SENSOR, f"{grid_id}_tempo_forecast_retrieved"
    for point_id in _find_options(feeds):
        meter, point = feeds.meters[point_id], feeds.usage_points.data[point_id]
        for key in list_keys(BUCKETS) - list_keys(list_buckets(point, dt_util.utcnow())):
            yield Platform.SENSOR, f"{point_id}_{key}"
        if not has_off_peak(feeds, meter):
            yield Platform.CALENDAR, f"{point_id}_{OFF_PEAK.key}"
