"""Days of Paris: where they begin, their 46, 48 or 50 half-hours, and how the operators write an instant."""

from calendar import monthrange
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

PARIS = ZoneInfo("Europe/Paris")
DAY = timedelta(days=1)
HALF_HOUR = timedelta(minutes=30)

_SLOTS: dict[int, Sequence[int]] = {48: range(48), 46: (*range(4), *range(6, 48)), 50: (*range(6), *range(4, 48))}


def instant_at(day: date, hour: int = 0, minute: int = 0) -> datetime:
    """The instant (UTC) of an hour of Paris."""
    return datetime.combine(day, time(hour, minute), PARIS).astimezone(UTC)


def day_of(now: datetime) -> date:
    """The day it is in Paris."""
    return now.astimezone(PARIS).date()


@lru_cache(maxsize=8192)
def list_starts(day: date) -> tuple[datetime, ...]:
    """The UTC starts of the day's half-hours, in order."""
    midnight = instant_at(day)
    return tuple(midnight + i * HALF_HOUR for i in range((instant_at(day + DAY) - midnight) // HALF_HOUR))


def list_slots(day: date) -> Sequence[int]:
    """The day's half-hours as the clock on the wall counts them (0 to 47): two less in spring, two more in autumn."""
    return _SLOTS[len(list_starts(day))]


def format_stamp(instant: datetime) -> str:
    """`2026-09-29 00:30:00`: Paris time without an offset, as in measurements."""
    return instant.astimezone(PARIS).strftime("%Y-%m-%d %H:%M:%S")


def format_compact(day: date) -> str:
    """`2018-08-31T00:00:00+0200`: a midnight as in contracts, no colon in the offset."""
    return instant_at(day).astimezone(PARIS).strftime("%Y-%m-%dT%H:%M:%S%z")


def format_iso(instant: datetime) -> str:
    """`2024-09-02T00:00:00+02:00`: as RTE writes it."""
    return instant.astimezone(PARIS).isoformat(timespec="seconds")


def list_days(start: date, end: date) -> list[date]:
    """Every day from start, end excluded."""
    return [start + timedelta(days=i) for i in range((end - start).days)]


def subtract_months(day: date, months: int) -> date:
    """The same day of an earlier month, or that month's last."""
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
