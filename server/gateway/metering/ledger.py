"""What the archive knows of a day, and when a day is worth asking about again."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from gateway.kit import paris

PUBLISHED_FROM = time(8)
"""Enedis publishes a day the next morning from about 08:00 Paris (its documentation; sometimes later)."""
RETRY_FOR = timedelta(days=15)
SHORTEST_PAUSE = timedelta(hours=1)


class Kind(StrEnum):
    """What Enedis is asked for."""

    CURVE = "load_curve"
    DAILY = "daily"
    MAX_POWER = "max_power"
    INDEX = "index"


class State(StrEnum):
    """What is known of a day."""

    COMPLETE = "complete"
    PARTIAL = "partial"
    ABSENT = "absent"
    BEFORE_ACTIVATION = "before_activation"


@dataclass(frozen=True)
class Entry:
    """What is known of a day, and when it was last asked."""

    state: State
    asked_at: datetime


def expected_at(day: date) -> datetime:
    """Return when Enedis should have published `day`."""
    return paris.at(day + paris.DAY, PUBLISHED_FROM)


def next_attempt(day: date, entry: Entry | None) -> datetime | None:
    """Return when to ask for `day` (again); None when it is known or will not come any more.

    A day that came late or in part is asked again when it is twice as old as it was the last time: soon at first, then
    at growing pauses, and a last time after 15 days.
    """
    if entry is None:
        return expected_at(day)
    if entry.state in {State.COMPLETE, State.BEFORE_ACTIVATION}:
        return None
    expected, last = expected_at(day), expected_at(day) + RETRY_FOR
    if entry.asked_at >= last:
        return None
    age = entry.asked_at - expected
    return min(max(entry.asked_at + max(age, SHORTEST_PAUSE), expected), last)
