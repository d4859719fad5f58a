"""Hours of another program that continue a meter's statistics to before their beginning.

They are kept here as that program wrote them, so that whenever all hours are imported again, those of them that lie
before our first hour come first, and every later sum is higher by what they come to: there is no jump where they meet.

For example: another program has 1 kWh at 10:00 and 2 kWh at 11:00, and ours begins at 11:00 with the sums 5 and 9.
Written are the sums 1 (10:00, theirs), 1 + 5 = 6 (11:00) and 1 + 9 = 10 (12:00); their 11:00 is not used.
"""

from collections.abc import Iterable
from itertools import accumulate

from homeassistant.components.recorder.models import StatisticData
from homeassistant.core import HomeAssistant
from homeassistant.helpers.storage import Store
from homeassistant.util.dt import utc_from_timestamp

from .const import DOMAIN
from .earlier_statistics import Hours

STORE_VERSION = 1

type CarriedHours = dict[str, list[tuple[float, float]]]
"""By series, pairs of an hour's start (a timestamp) and what it gained (kWh or EUR), oldest first."""


def create_store(hass: HomeAssistant, usage_point_id: str) -> Store[CarriedHours]:
    """Create the store of a usage point's carried hours."""
    return Store(hass, STORE_VERSION, f"{DOMAIN}.{usage_point_id}_carried")


async def async_add(hass: HomeAssistant, usage_point_id: str, hours: dict[str, Hours]) -> None:
    """Add the hours of a program to those that are kept already; an hour that is kept stays as it is."""
    store = create_store(hass, usage_point_id)
    kept = await store.async_load() or {}
    await store.async_save(
        {key: sorted((hours.get(key, {}) | dict(kept.get(key, []))).items()) for key in {*kept, *hours}}
    )


def build_rows(gains: Iterable[tuple[float, float]], before: float) -> list[StatisticData]:
    """Return rows with running sums for the hours that start before a timestamp."""
    earlier = [(start, gained) for start, gained in gains if start < before]
    sums = accumulate(gained for _, gained in earlier)
    return [
        StatisticData(start=utc_from_timestamp(start), state=total, sum=total)
        for (start, _), total in zip(earlier, sums, strict=True)
    ]
