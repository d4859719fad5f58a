"""Hours whose energy is known and whose cost is not, because the gateway has no price for them.

Their money has no row: one with an unchanged sum would say 0 €. For example: hours of 0.20 €, without a price, and of
0.20 € again have rows with the sums 0.20 and 0.40, and none between them.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta

from homeassistant.components.recorder.statistics import statistics_during_period
from homeassistant.core import HomeAssistant
from homeassistant.helpers.recorder import get_instance

from .api.figures import Hours

_HOUR = timedelta(hours=1)


def list_unpriced(hours: Hours, key: str, beginning: float) -> list[datetime]:
    """Return the hours of a series without a price, from `beginning` (a timestamp) on."""
    flags = hours.unpriced.get(key, ())
    return [
        start
        for start, is_unpriced in zip(hours.start, flags, strict=False)
        if is_unpriced and start.timestamp() >= beginning
    ]


async def async_have_rows(hass: HomeAssistant, unpriced: Mapping[str, list[datetime]]) -> bool:
    """Return whether the recorder has a row at one of these hours, by statistic id: their price has gone."""
    wanted = {identifier: {start.timestamp() for start in starts} for identifier, starts in unpriced.items() if starts}
    if not wanted:
        return False
    moments = [start for starts in unpriced.values() for start in starts]
    found = await get_instance(hass).async_add_executor_job(
        statistics_during_period,
        hass,
        min(moments),
        max(moments) + _HOUR,
        set(wanted),
        "hour",
        None,
        {"sum"},
    )
    return any(row["start"] in wanted[identifier] for identifier, rows in found.items() for row in rows)
