"""What the archive knows of a day, and when a day is worth asking about again. Pure."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from gateway.enedis.client import Direction
from gateway.kit import paris

PUBLISHED_FROM = time(8)
"""Enedis publishes a day the next morning from about 08:00 Paris (its documentation; sometimes later)."""
ASKED_UNTIL = time(20)
"""Nothing was ever seen to appear at night: what would be asked then waits for the morning, and shares its call."""
RETRY_FOR = timedelta(days=15)


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


_FIRST_PAUSE = {State.ABSENT: timedelta(hours=2), State.PARTIAL: paris.DAY}
"""A late day may come within hours; one that came with holes was not filled the same day."""


@dataclass(frozen=True)
class Entry:
    """What is known of a day, and when it was last asked; `again_at`: somebody wishes it asked anew."""

    state: State
    asked_at: datetime
    again_at: datetime | None = None


@dataclass(frozen=True)
class Feed:
    """One thing that is asked for a usage point."""

    point_id: str
    kind: Kind
    direction: Direction = Direction.CONSUMPTION

    def context(self, day: date) -> str:
        """Name what a sealed day belongs to."""
        return f"days.payload:{self.point_id}:{self.kind}:{self.direction}:{day}"

    def expected_at(self, day: date) -> datetime:
        """Return when `day` is first worth asking for: the index weekly, on a weekday of the usage point's own."""
        if self.kind is not Kind.INDEX:
            return expected_at(day)
        days = (sum(self.point_id.encode()) - day.weekday() - 1) % 7
        return expected_at(day + timedelta(days=days))


def expected_at(day: date) -> datetime:
    """Return when Enedis should have published `day`."""
    return paris.at(day + paris.DAY, PUBLISHED_FROM)


def next_attempt(feed: Feed, day: date, entry: Entry | None) -> datetime | None:
    """Return when to ask for `day` (again); None when it is known or will not come any more.

    A day that came late or in part is asked again when it is three times as old as it was the last time: soon at first,
    then at growing pauses, never at night, and a last time after 15 days.
    """
    if entry is None:
        return feed.expected_at(day)
    if entry.again_at is not None:
        return entry.again_at
    if entry.state in {State.COMPLETE, State.BEFORE_ACTIVATION}:
        return None
    expected = feed.expected_at(day)
    last = expected_at(day + RETRY_FOR)
    if entry.asked_at >= last:
        return None
    first = 7 * paris.DAY if feed.kind is Kind.INDEX else _FIRST_PAUSE[entry.state]
    again = entry.asked_at + max(2 * (entry.asked_at - expected), first)
    return min(max(_by_day(again), expected), last)


def _by_day(instant: datetime) -> datetime:
    """Move an instant of the night to the morning after."""
    day = paris.day_of(instant)
    if instant < paris.at(day, PUBLISHED_FROM):
        return paris.at(day, PUBLISHED_FROM)
    return instant if instant < paris.at(day, ASKED_UNTIL) else paris.at(day + paris.DAY, PUBLISHED_FROM)
