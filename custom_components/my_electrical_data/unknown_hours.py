"""Hours of a series that are not known: their energy has no price, or nothing is known of the production.

They have no row: one with an unchanged sum would say 0 € or 0 kWh. For example: hours of 0.20 €, without a price, and
of 0.20 € again have rows with the sums 0.20 and 0.40, and none between them.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from itertools import zip_longest
from typing import Final

from homeassistant.components.recorder.statistics import statistics_during_period
from homeassistant.core import HomeAssistant
from homeassistant.helpers.recorder import get_instance

from .api.figures import UNKNOWN_QUALITY, Hours

_HOUR = timedelta(hours=1)
_DIRECTIONS: Final = {"production": "production", "revenue": "production"}
"""The direction whose quality tells whether an hour of a series is known; consumption is, in every hour."""


def list_unknown(hours: Hours, key: str, beginning: float) -> list[datetime]:
    """Return the hours of a series that are not known, from `beginning` (a timestamp) on."""
    qualities = hours.made_of.get(_DIRECTIONS.get(key, ""), ())
    flags = hours.unpriced.get(key, ())
    return [
        start
        for start, quality, is_unpriced in zip_longest(hours.start, qualities, flags)
        if (is_unpriced or quality == UNKNOWN_QUALITY) and start.timestamp() >= beginning
    ]


async def async_have_rows(hass: HomeAssistant, unknown: Mapping[str, list[datetime]]) -> bool:
    """Return whether the recorder has a row at one of these hours, by statistic id: they are not known any more."""
    wanted = {identifier: {start.timestamp() for start in starts} for identifier, starts in unknown.items() if starts}
    if not wanted:
        return False
    moments = [start for starts in unknown.values() for start in starts]
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
