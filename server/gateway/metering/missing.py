"""Why readings are missing, and when they are expected."""

from collections.abc import Iterable, Sized
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import assert_never

from gateway.enedis.errors import ErrorReason
from gateway.kit import paris
from gateway.metering.archive import CallRefusal
from gateway.metering.metered_point import MeteredPoint
from gateway.metering.planner import get_history_start
from gateway.metering.schedule import Entry, Feed, Kind, State, find_next_attempt, is_over
from gateway.problems import ProblemError


class Reason(StrEnum):
    """Why something is missing."""

    NOT_PUBLISHED = "not_published"
    SCHEDULED = "scheduled"
    QUOTA = "quota"
    UPSTREAM_DOWN = "upstream_down"
    ABSENT = "absent"
    BEFORE_ACTIVATION = "before_activation"
    HISTORY_LIMIT = "history_limit"
    NO_CONSENT = "no_consent"
    CURVE_NOT_COLLECTED = "curve_not_collected"
    METER_REFUSED = "meter_refused"


_FETCH_TIME = timedelta(seconds=10)
"""How long after it became due a day is usually stored: the worker runs every 5 seconds, and a call takes some time."""
_OVERDUE_PAUSE = timedelta(minutes=1)


@dataclass(frozen=True)
class Missing:
    """A missing range `[start, end[`, the reason, and when its readings are expected (None: never)."""

    start: datetime
    end: datetime
    reason: Reason
    expected_at: datetime | None


def get_next_visit(next_work_at: datetime, now: datetime) -> datetime:
    """Return when due readings should be stored: 10 seconds after the worker's next visit.

    A visit that is due is running, or waits for other visits. The answer is then `now` plus a third of the time that
    the visit is overdue, at least 10 seconds and at most one minute. (When Enedis must not be asked, the worker
    postpones the visits that are due: see upkeep.) Example for a visit due at 09:40:00: at 09:30:00 the answer is
    09:40:10, at 09:40:03 it is 09:40:13, at 09:42:00 it is 09:42:40.
    """
    overdue = now - next_work_at
    if overdue < timedelta():
        return next_work_at + _FETCH_TIME
    return now + min(max(overdue / 3, _FETCH_TIME), _OVERDUE_PAUSE)


def explain_day(
    point: MeteredPoint, feed: Feed, day: date, entry: Entry | None, refusal: CallRefusal | None, now: datetime
) -> tuple[Reason, datetime | None]:
    """Return why a day is not completely known, and when it is expected (None: never)."""
    since = point.since[feed.direction]
    again = find_next_attempt(feed, day, entry)
    if (entry is not None and entry.state is State.BEFORE_ACTIVATION) or (since is not None and day < since):
        return Reason.BEFORE_ACTIVATION, None
    if feed.kind is Kind.CURVE and point.curve_collected is False:
        return Reason.CURVE_NOT_COLLECTED, None
    if again is None or feed.direction not in point.possible:
        return Reason.ABSENT, None
    if entry is None and day < get_history_start(feed.kind, paris.day_of(now)):
        return Reason.HISTORY_LIMIT, None
    if not point.is_open:
        return Reason.NO_CONSENT, None
    until = point.refusals.get_meter_pause(now)
    if again > now:
        is_absent = entry is not None and is_over(feed, day, entry)
        return Reason.ABSENT if is_absent else Reason.NOT_PUBLISHED, max(again, until or again)
    if until:
        return Reason.METER_REFUSED, until
    if refusal is not None:
        return _find_reason(refusal.reason), refusal.until
    return Reason.SCHEDULED, get_next_visit(point.next_work_at, now)


def _find_reason(refusal: ErrorReason) -> Reason:
    match refusal:
        case ErrorReason.QUOTA:
            return Reason.QUOTA
        case ErrorReason.NO_CONSENT | ErrorReason.NOT_HOLDER | ErrorReason.NOTHING_OPEN:
            return Reason.NO_CONSENT
        case ErrorReason.METER_REFUSED:
            return Reason.METER_REFUSED
        case ErrorReason.WRONG_DIRECTION | ErrorReason.ABSENT | ErrorReason.NOT_PUBLISHED:
            return Reason.ABSENT
        case ErrorReason.BEFORE_ACTIVATION:
            return Reason.BEFORE_ACTIVATION
        case ErrorReason.HISTORY_LIMIT:
            return Reason.HISTORY_LIMIT
        case (
            ErrorReason.DOWN
            | ErrorReason.OUR_FAULT
            | ErrorReason.UNAUTHORIZED
            | ErrorReason.NOT_SUBSCRIBED
            | ErrorReason.TOO_LONG
        ):
            return Reason.UPSTREAM_DOWN
        case _:
            assert_never(refusal)


def merge_gaps(gaps: Iterable[Missing]) -> list[Missing]:
    """Join adjacent gaps with the same reason; the result is expected when the last of them is."""
    joined: list[Missing] = []
    for gap in gaps:
        last = joined[-1] if joined else None
        if last is not None and (last.end, last.reason) == (gap.start, gap.reason):
            expected = [at for at in (last.expected_at, gap.expected_at) if at is not None]
            joined[-1] = Missing(last.start, gap.end, gap.reason, max(expected, default=None))
        else:
            joined.append(gap)
    return joined


def raise_if_nothing_known(known: Sized, refusal: CallRefusal | None, now: datetime) -> None:
    """Raise ProblemError if nothing is known of a range because of a fault (503) or a used-up quota (429)."""
    if known or refusal is None:
        return
    wait = (refusal.until - now).total_seconds()
    match refusal.reason:
        case ErrorReason.QUOTA:
            raise ProblemError(
                429, "quota", "No data is known for this range yet, and the quota is used up.", retry_after=wait
            )
        case ErrorReason.DOWN | ErrorReason.OUR_FAULT | ErrorReason.UNAUTHORIZED:
            raise ProblemError(
                503, "upstream_down", "No data is known for this range, and Enedis does not answer.", retry_after=wait
            )
        case (
            ErrorReason.ABSENT
            | ErrorReason.NOT_PUBLISHED
            | ErrorReason.BEFORE_ACTIVATION
            | ErrorReason.HISTORY_LIMIT
            | ErrorReason.TOO_LONG
            | ErrorReason.WRONG_DIRECTION
            | ErrorReason.NOT_HOLDER
            | ErrorReason.NO_CONSENT
            | ErrorReason.METER_REFUSED
            | ErrorReason.NOTHING_OPEN
            | ErrorReason.NOT_SUBSCRIBED
        ):
            pass  # the answer lists it as the reason why days are missing
        case _:
            assert_never(refusal.reason)
