"""Days and hours in Paris, including the days of clock changes.

All instants are UTC. There is no arithmetic on Paris times, since it would ignore changes of the offset.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

PARIS = ZoneInfo("Europe/Paris")
DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
EARLIEST, LATEST = date(2000, 1, 1), date(2100, 1, 1)
"""The range of days that requests may refer to."""


def at(day: date, clock_time: time) -> datetime:
    """Return the instant when clocks in Paris show `clock_time` on `day`; the first one if it occurs twice."""
    return datetime.combine(day, clock_time, PARIS).astimezone(UTC)


def midnight(day: date) -> datetime:
    """Return the instant at which `day` begins."""
    return at(day, time())


def day_bounds(day: date) -> tuple[datetime, datetime]:
    """Return the first instant of `day` and of the day after: 23, 24 or 25 hours apart."""
    return midnight(day), midnight(day + DAY)


def minutes_in(day: date) -> int:
    """Return the length of `day`: 1380, 1440 or 1500 minutes."""
    start, end = day_bounds(day)
    return int((end - start).total_seconds()) // 60


def day_of(instant: datetime) -> date:
    """Return the date in Paris at `instant`."""
    return instant.astimezone(PARIS).date()


def iterate_days(start: date, end: date) -> Iterator[date]:
    """Yield the days of `[start, end[`."""
    for ordinal in range(start.toordinal(), end.toordinal()):
        yield date.fromordinal(ordinal)


def iterate_hours(day: date) -> Iterator[datetime]:
    """Yield the instants at which the 23, 24 or 25 hours of `day` begin."""
    hour, end = day_bounds(day)
    while hour < end:
        yield hour
        hour += HOUR


def find_instants(local: datetime) -> list[datetime]:
    """Return the instants at which clocks in Paris show `local` (naive): none, one or two, in order.

    Clocks skip from 02:00 to 03:00 in spring and show 02:00 to 02:59 twice in autumn.
    """
    found = {
        instant
        for fold in (0, 1)
        if (instant := local.replace(tzinfo=PARIS, fold=fold).astimezone(UTC)).astimezone(PARIS).replace(tzinfo=None)
        == local
    }
    return sorted(found)


def format_instant(instant: datetime) -> str:
    """Format an instant as in the API: `2026-11-03T08:30:00Z`."""
    return instant.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def hour_number(instant: datetime) -> int:
    """Return the number of whole hours from 1970-01-01T00:00Z to an instant."""
    return int(instant.timestamp()) // 3600


def hour_at(number: int) -> datetime:
    """Return the instant at which the hour with this number begins."""
    return datetime.fromtimestamp(number * 3600, UTC)


def format_hour(number: int) -> str:
    """Format the start of the hour with this number like `format_instant`, but faster."""
    day, hour = divmod(number, 24)
    return f"{_format_day_hours(day)}T{hour:02}:00:00Z"


@lru_cache(maxsize=2048)
def _format_day_hours(number: int) -> str:
    return date.fromordinal(_EPOCH + number).isoformat()


_EPOCH = date(1970, 1, 1).toordinal()
