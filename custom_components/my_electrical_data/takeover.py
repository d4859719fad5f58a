"""Takes a meter's statistics over from another program: its hours before our first, its place in the dashboard."""

from collections.abc import Collection
from datetime import datetime

from homeassistant.core import HomeAssistant, callback

from . import carried_hours, energy
from .const import DOMAIN
from .coordinator import GatewayConfigEntry, Meter
from .earlier_statistics import EarlierStatistics, async_find_earlier, async_read_hours
from .issues import async_update_issues
from .statistics import async_find_first_day, statistic_id


@callback
def async_look_for_earlier(hass: HomeAssistant, entry: GatewayConfigEntry, meter: Meter) -> None:
    """Look once for what other programs have of a meter, when its first hours are imported."""

    is_done = False

    @callback
    def look() -> None:
        nonlocal is_done
        if not is_done and meter.hours.data is not None and meter.hours.data.newest is not None:
            is_done = True
            entry.async_create_background_task(hass, _find(hass, entry, meter), f"{DOMAIN} earlier statistics")

    entry.async_on_unload(meter.hours.async_add_listener(look))


async def async_take_over(hass: HomeAssistant, meter: Meter, earlier: EarlierStatistics) -> None:
    """Import all hours of a meter again, with those of a program before them. Raises the error of the import."""
    await carried_hours.async_add(hass, meter.point_id, await async_read_hours(hass, earlier))
    imported = await meter.hours.async_reimport()
    await energy.async_replace_statistics(hass, _choose_replacements(meter.point_id, earlier, imported.sums))
    meter.earlier = [each for each in meter.earlier if each is not earlier]


async def _find(hass: HomeAssistant, entry: GatewayConfigEntry, meter: Meter) -> None:
    point = entry.runtime_data.usage_points.data.get(meter.point_id)
    first: datetime | None = await async_find_first_day(hass, meter.point_id)
    if point is None or first is None:
        return
    was_cut = bool(await carried_hours.create_store(hass, meter.point_id).async_load())
    meter.others = await async_find_earlier(hass, point)
    meter.earlier = [
        each
        for each in meter.others
        if each.first < first or (was_cut and energy.async_shows_any(hass, each.series_by_id))
    ]
    async_update_issues(hass, entry)


def _choose_replacements(usage_point_id: str, earlier: EarlierStatistics, ours: Collection[str]) -> dict[str, str]:
    """Return our id for each of theirs: the bucket's if we have every bucket that they have, else the whole's."""
    named = {
        identifier: [statistic_id(usage_point_id, key) for key in series]
        for identifier, series in earlier.series_by_id.items()
    }
    place = -1 if all(ids[-1] in ours for ids in named.values()) else 0
    return {identifier: ids[place] for identifier, ids in named.items() if ids[place] in ours}
