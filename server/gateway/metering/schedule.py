"""What the archive knows of a day, and when a day is worth asking about again. Pure."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from gateway.domain.direction import Direction
from gateway.kit import paris

PUBLISHED_FROM = time(8)
"""Enedis publishes a day the next morning from about 08:00 Paris, sometimes an hour or two later, else the day after at
08:00 (its documentation)."""
ASKED_UNTIL = time(14)
"""What would be asked in the afternoon waits for the morning after, and shares its call."""
RETRY_FOR = timedelta(days=15)


class Kind(StrEnum):
    """What Enedis is asked for."""

    CURVE = "load_curve"
    DAILY = "daily"
    MAX_POWER = "max_power"
    INDEX = "index"


class State(StrEnum):
    """What is known of a day. FILLED: whole, of which an hour at most is estimated and still asked again.

    ROUNDED: whole, by a curve that Enedis rounds, and not yet compared with the day's own value. FITTED: compared, and
    brought into its proportion.
    """

    COMPLETE = "complete"
    FILLED = "filled"
    ROUNDED = "rounded"
    FITTED = "fitted"
    PARTIAL = "partial"
    ABSENT = "absent"
    BEFORE_ACTIVATION = "before_activation"


WHOLE = frozenset({State.COMPLETE, State.FILLED, State.ROUNDED, State.FITTED})
"""Of which no interval is missing."""
_KNOWN = WHOLE - {State.FILLED} | {State.BEFORE_ACTIVATION}
"""What is not asked again."""

_MORNING = {Kind.CURVE: time(9, 30), Kind.DAILY: time(9, 30), Kind.MAX_POWER: time(11, 30), Kind.INDEX: time(11, 30)}
"""From when a feed is asked of a morning, within an hour: most days are there then. What nobody waits for is asked when
the rest had a second try, and misses no call for a day that is late."""
_SPREAD = 3600
_FIRST_PAUSE = {State.ABSENT: timedelta(hours=2), State.PARTIAL: paris.DAY, State.FILLED: paris.DAY}
"""A late day may come within hours; one that came with holes was not filled the same day."""

_CONFIRM_ABSENCE = (paris.DAY, 7 * paris.DAY)
"""One answer without a day proves little: an old day counts as absent for good after a third one."""
SURELY_ABSENT = len(_CONFIRM_ABSENCE) + 1
"""So many answers in a row without a day are enough; so is one of a load curve that brings the days beside it."""


@dataclass(frozen=True)
class Entry:
    """What is known of a day, and when it was last asked; `again_at`: somebody asked for a refresh.

    `times_absent` is how often in a row Enedis had nothing of it.
    """

    state: State
    asked_at: datetime
    again_at: datetime | None = None
    times_absent: int = 0


@dataclass(frozen=True)
class Feed:
    """One thing that is asked for a usage point."""

    point_id: str
    kind: Kind
    direction: Direction = Direction.CONSUMPTION

    def build_seal_context(self, day: date) -> str:
        """Name what a sealed day belongs to."""
        return f"days.payload:{self.point_id}:{self.kind}:{self.direction}:{day}"

    def get_expected_time(self, day: date) -> datetime:
        """Return when `day` is first worth asking for: the index weekly, on a weekday of the usage point's own."""
        wait = (sum(self.point_id.encode()) - day.weekday() - 1) % 7 if self.kind is Kind.INDEX else 0
        return self.pick_morning_time(day + timedelta(days=1 + wait))

    def pick_morning_time(self, day: date) -> datetime:
        """Return when it is asked on the morning of `day`, at a second of the usage point's own: not all at once."""
        own = timedelta(seconds=int.from_bytes(self.point_id.encode()) % _SPREAD)
        return paris.at(day, _MORNING[self.kind]) + own


def get_expected_time(day: date) -> datetime:
    """Return when Enedis should have published `day`."""
    return paris.at(day + paris.DAY, PUBLISHED_FROM)


def get_certain_due_time(now: datetime) -> datetime:
    """Return by when any usage point has something to ask: the end of the morning under way, or the next one's."""
    day = paris.day_of(now)
    first = _MORNING[Kind.CURVE]
    if now >= paris.at(day, first):
        day += paris.DAY
    return paris.at(day, first) + timedelta(seconds=_SPREAD)


def find_next_attempt(feed: Feed, day: date, entry: Entry | None) -> datetime | None:
    """Return when to ask for `day` (again); None when it is known or will not come any more.

    A day that came late or in part is asked again when three times as long has passed since it was due as at the last
    time: soon at first, then at growing pauses, of mornings, and a last time after 15 days.
    """
    first = feed.get_expected_time(day)
    if entry is None:
        return first
    if entry.again_at is not None:
        return entry.again_at
    if entry.state in _KNOWN:
        return None
    last = _find_last_attempt(feed, day)
    if entry.asked_at >= last:
        return _confirm_absence(feed, entry)
    pause = 7 * paris.DAY if feed.kind is Kind.INDEX else _FIRST_PAUSE[entry.state]
    again = entry.asked_at + max(2 * (entry.asked_at - first), pause)
    return min(max(_delay_to_morning(feed, again), first), last)


def is_over(feed: Feed, day: date, entry: Entry) -> bool:
    """Whether nothing more is expected of a day, though its absence may still be confirmed."""
    if entry.again_at is not None:
        return False
    return entry.state in _KNOWN or entry.asked_at >= _find_last_attempt(feed, day)


def _find_last_attempt(feed: Feed, day: date) -> datetime:
    return feed.pick_morning_time(day + paris.DAY + RETRY_FOR)


def _confirm_absence(feed: Feed, entry: Entry) -> datetime | None:
    """Return when to ask again for an old day of which Enedis had nothing; None once it said so three times.

    Example: a day two months old, absent on 1 March, is asked again on 2 March and on 9 March, then never.
    """
    if entry.state is not State.ABSENT or entry.times_absent >= SURELY_ABSENT:
        return None
    return _delay_to_morning(feed, entry.asked_at + _CONFIRM_ABSENCE[max(entry.times_absent, 1) - 1])


def _delay_to_morning(feed: Feed, instant: datetime) -> datetime:
    """Move an instant of the afternoon or night to the next time that the feed is asked anyway."""
    day = paris.day_of(instant)
    if instant < feed.pick_morning_time(day):
        return feed.pick_morning_time(day)
    return instant if instant < paris.at(day, ASKED_UNTIL) else feed.pick_morning_time(day + paris.DAY)
