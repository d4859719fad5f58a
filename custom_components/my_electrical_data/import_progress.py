"""The stored progress of the import of a meter's hours (statistics.py)."""

from typing import NotRequired, TypedDict

from homeassistant.core import HomeAssistant
from homeassistant.helpers.storage import Store

from .api.figures import Hours
from .const import DOMAIN
from .first_prices import get_kind

STORE_VERSION = 1


class LastRow(TypedDict):
    """The start (a timestamp) and the sum of a statistic's newest row."""

    start: float
    sum: float


class Carried(TypedDict):
    """The first hour that is the gateway's (a timestamp), and what the hours carried before it add to each sum."""

    before: float
    sums: dict[str, float]


class Progress(TypedDict):
    """The stored progress: the gateway's cursor, each statistic's last row, and what carried hours add to it.

    `series` are the keys of the series that were read, also of those without a row yet.
    `first_prices` tells since when sums of money are the gateway's (first_prices.py).
    `writing` are the last rows of the page that is being written after the cursor.
    """

    epoch: str
    cursor: str
    last: dict[str, LastRow]
    series: NotRequired[list[str]]
    writing: NotRequired[dict[str, LastRow]]
    carried: NotRequired[Carried]
    first_prices: NotRequired[dict[str, float]]
    buckets: NotRequired[bool]


def create_progress_store(hass: HomeAssistant, usage_point_id: str) -> Store[Progress]:
    """Create the store of a usage point's progress."""
    return Store(hass, STORE_VERSION, f"{DOMAIN}.{usage_point_id}")


def get_first_prices(progress: Progress, hours: Hours) -> dict[str, float]:
    """Return the stored first prices; where none are stored, all sums of money were imported from the beginning."""
    imported = {kind: 0.0 for series in hours.series if (kind := get_kind(series))}
    return progress.get("first_prices", imported)
