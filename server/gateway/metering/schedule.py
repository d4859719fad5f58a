"""The states of a day in the archive, and when Enedis is asked for a day again. Pure."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from gateway.domain.direction import Direction
from gateway.kit import paris

PUBLISHED_FROM = time(8)
"""Enedis publishes a day the next morning from about 08:00 Paris, sometimes an hour or two later, else the day after at
08:00 (its documentation)."""
ASKED_UNTIL = time(14)
"""Requests due after this time wait for the next morning, so that they share its call."""
RETRY_FOR = timedelta(days=15)


class Kind(StrEnum):
    """A kind of reading from Enedis."""

    CURVE = "load_curve"
    DAILY = "daily"
    MAX_POWER = "max_power"
    INDEX = "index"

    @property
    def is_weekly(self) -> bool:
        """Whether it is requested once a week; the others are requested every day."""
        match self:
            case Kind.CURVE | Kind.DAILY | Kind.MAX_POWER:
                return False
            case Kind.INDEX:
                return True

    @property
    def is_on_request(self) -> bool:
        """Whether it is fetched only for a month after a client requested it."""
        match self:
            case Kind.CURVE | Kind.DAILY:
                return False
            case Kind.MAX_POWER | Kind.INDEX:
                return True


class State(StrEnum):
    """The state of a day. FILLED: whole, with at most one hour estimated; Enedis is still asked again.

    ROUNDED: whole, but Enedis rounded the curve, and it was not yet compared with the daily value. FITTED: compared
    with the daily value and scaled to it.
    """

    COMPLETE = "complete"
    FILLED = "filled"
    ROUNDED = "rounded"
    FITTED = "fitted"
    PARTIAL = "partial"
    ABSENT = "absent"
    BEFORE_ACTIVATION = "before_activation"


WHOLE = frozenset({State.COMPLETE, State.FILLED, State.ROUNDED, State.FITTED})
"""States of days without a missing interval."""
_KNOWN = WHOLE - {State.FILLED} | {State.BEFORE_ACTIVATION}
"""States of days that are not requested again."""

_MORNING = {Kind.CURVE: time(9, 30), Kind.DAILY: time(9, 30), Kind.MAX_POWER: time(11, 30), Kind.INDEX: time(11, 30)}
"""When a feed is requested in the morning, spread over one hour: most days are published by then. Maximum power and
index are less urgent: they are requested after the second try of the others, so that a late day costs no extra call."""
_SPREAD = 3600
_FIRST_PAUSE = {State.ABSENT: timedelta(hours=2), State.PARTIAL: paris.DAY, State.FILLED: paris.DAY}
"""The pause after a first request: a late day may be published within hours, but holes are not filled the same day."""

_CONFIRM_ABSENCE = (paris.DAY, 7 * paris.DAY)
"""Pauses before an old absent day is requested again; after the third answer without it, it is absent for good."""
SURELY_ABSENT = len(_CONFIRM_ABSENCE) + 1
"""How many answers in a row without a day are enough; one load curve with other days but not this one counts as all."""


@dataclass(frozen=True)
class Entry:
    """The state of a day and when it was last requested; `again_at`: when a requested refresh is due.

    `times_absent` counts the answers in a row without the day.
    """

    state: State
    asked_at: datetime
    again_at: datetime | None = None
    times_absent: int = 0


@dataclass(frozen=True)
class Feed:
    """One series of readings of a usage point: a kind and a direction."""

    point_id: str
    kind: Kind
    direction: Direction = Direction.CONSUMPTION

    def get_expected_time(self, day: date) -> datetime:
        """Return when `day` is first requested; a weekly kind on a weekday derived from the usage point."""
        wait = (sum(self.point_id.encode()) - day.weekday() - 1) % 7 if self.kind.is_weekly else 0
        return self.pick_morning_time(day + timedelta(days=1 + wait))

    def pick_morning_time(self, day: date) -> datetime:
        """Return when the feed is requested on the morning of `day`, at an offset derived from the usage point."""
        own = timedelta(seconds=int.from_bytes(self.point_id.encode()) % _SPREAD)
        return paris.at(day, _MORNING[self.kind]) + own


def get_expected_time(day: date) -> datetime:
    """Return when Enedis should have published `day`: 08:00 in Paris on the next day."""
    return paris.at(day + paris.DAY, PUBLISHED_FROM)


def get_certain_due_time(now: datetime) -> datetime:
    """Return by when every usage point has a request due: the end of the hour of requests today or tomorrow."""
    day = paris.day_of(now)
    first = _MORNING[Kind.CURVE]
    if now >= paris.at(day, first):
        day += paris.DAY
    return paris.at(day, first) + timedelta(seconds=_SPREAD)


def find_next_attempt(feed: Feed, day: date, entry: Entry | None) -> datetime | None:
    """Return when to request `day` (again); None when it is known or no longer expected.

    An absent or partial day is requested again when the time since it was due is three times what it was at the last
    request. The pauses grow, requests are made in the morning, and the last one is made after 15 days.
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
    pause = 7 * paris.DAY if feed.kind.is_weekly else _FIRST_PAUSE[entry.state]
    again = entry.asked_at + max(2 * (entry.asked_at - first), pause)
    return min(max(_delay_to_morning(feed, again), first), last)


def is_over(feed: Feed, day: date, entry: Entry) -> bool:
    """Tell whether nothing more is expected for a day, even if its absence is still to be confirmed."""
    if entry.again_at is not None:
        return False
    return entry.state in _KNOWN or entry.asked_at >= _find_last_attempt(feed, day)


def _find_last_attempt(feed: Feed, day: date) -> datetime:
    return feed.pick_morning_time(day + paris.DAY + RETRY_FOR)


def _confirm_absence(feed: Feed, entry: Entry) -> datetime | None:
    """Return when to request an old absent day again; None after three answers without it.

    Example: a day two months old, absent on 1 March, is requested again on 2 March and on 9 March, then never.
    """
    if entry.state is not State.ABSENT or entry.times_absent >= SURELY_ABSENT:
        return None
    return _delay_to_morning(feed, entry.asked_at + _CONFIRM_ABSENCE[max(entry.times_absent, 1) - 1])


def _delay_to_morning(feed: Feed, instant: datetime) -> datetime:
    """Return an instant before ASKED_UNTIL unchanged, else the feed's morning time on the next day.

    An instant before the feed's morning time moves to that time on the same day.
    """
    day = paris.day_of(instant)
    if instant < feed.pick_morning_time(day):
        return feed.pick_morning_time(day)
    return instant if instant < paris.at(day, ASKED_UNTIL) else feed.pick_morning_time(day + paris.DAY)
