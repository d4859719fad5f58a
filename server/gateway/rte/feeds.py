"""The right to call RTE: one call at a time, written down before it is made, with growing pauses when it fails."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from gateway.counters import service as counters
from gateway.kit import paris
from gateway.kit.backoff import CLOCKS_DIFFER, compute_backoff
from gateway.kit.clock import Clock
from gateway.kit.database import Database
from gateway.rte.errors import RteError
from gateway.rte.models import UNDER_WAY, FeedState

log = structlog.get_logger()

_SOON = timedelta(seconds=10)
_LONGEST_CALL = timedelta(minutes=2)


@dataclass(frozen=True)
class CallBudget:
    """How one feed may be asked: `pause` is the first one after a failure, and doubles up to `longest_pause`.

    Feeds of one `budget` share their calls a day; each stops at its own number.
    """

    name: str
    pause: timedelta
    longest_pause: timedelta
    budget: str
    calls_a_day: int

    def compute_pause(self, failures: int) -> timedelta:
        """Return the pause after so many failures in a row."""
        return compute_backoff(self.pause, self.longest_pause, failures)


async def find_closed_until(database: Database, calls: CallBudget, now: datetime) -> datetime | None:
    """Return when the feed may next be asked, if that is later than `now`."""
    async with database.read() as session:
        feed = await session.get(FeedState, calls.name)
    if feed is not None and feed.asked_at - now > CLOCKS_DIFFER:
        return await _correct_future_time(database, calls, now)
    return feed.next_at if feed is not None and feed.next_at > now else None


async def _correct_future_time(database: Database, calls: CallBudget, now: datetime) -> datetime:
    """Wait one pause from now, and not for the hours of a clock that was ahead and has been set back."""
    async with database.write() as session:
        feed = await session.get_one(FeedState, calls.name, with_for_update=True)
        feed.asked_at, feed.next_at = now, now + calls.pause
    log.warning("rte_clock_was_ahead", feed=calls.name, again_at=paris.format_instant(feed.next_at))
    return feed.next_at


async def take_call(database: Database, calls: CallBudget, clock: Clock) -> datetime | None:
    """Take the right to one call, in writing; or return when to come back, and do not call."""
    try:
        async with database.write() as session:
            return await _take_call(session, calls, clock)
    except IntegrityError:  # the very first call: another process wrote its row first
        return clock.now() + calls.pause


async def _take_call(session: AsyncSession, calls: CallBudget, clock: Clock) -> datetime | None:
    feed = await session.get(FeedState, calls.name, with_for_update=True)
    now = clock.now()  # read when nobody else can take it any more
    budget = budget_of(calls, now)
    if feed is None:
        feed = FeedState(name=calls.name, asked_at=now, next_at=now, answered_at=None, failures=0, last_error=None)
        session.add(feed)
    elif feed.next_at > now:
        return feed.next_at
    if await counters.load_used(session, budget) >= budget.limit:
        feed.next_at = paris.midnight(paris.day_of(now) + paris.DAY)
        return feed.next_at
    feed.asked_at, feed.next_at, feed.last_error = now, now + calls.pause, UNDER_WAY
    await counters.take_one(session, budget)
    return None


def budget_of(calls: CallBudget, now: datetime) -> counters.Budget:
    """Return the calls that a feed may make today."""
    return counters.Budget(f"rte:{calls.budget}", paris.day_of(now).isoformat(), calls.calls_a_day)


async def count_left_today(session: AsyncSession, calls: CallBudget, now: datetime) -> int:
    """Return how many calls a feed has left of its day."""
    budget = budget_of(calls, now)
    return max(budget.limit - await counters.load_used(session, budget), 0)


async def rest_until(database: Database, calls: CallBudget, until: datetime) -> datetime:
    """Write that there is nothing to ask before `until`, unless the feed was never asked; return `until`."""
    async with database.write() as session:
        if feed := await session.get(FeedState, calls.name):
            feed.next_at = max(feed.next_at, until)
    return until


async def record_response(session: AsyncSession, calls: CallBudget, now: datetime, next_at: datetime) -> datetime:
    """Write that the call was answered; return `next_at`."""
    feed = await session.get_one(FeedState, calls.name)
    feed.answered_at, feed.next_at, feed.failures, feed.last_error = now, next_at, 0, None
    return next_at


async def record_stand_in(session: AsyncSession, calls: CallBudget, now: datetime) -> None:
    """Write that another source answered in place of the one that failed."""
    feed = await session.get_one(FeedState, calls.name)
    feed.answered_at = now


async def record_failure(database: Database, calls: CallBudget, now: datetime, error: RteError) -> datetime:
    """Write that the call failed; return when to call again, not before RTE said."""
    async with database.write() as session:
        feed = await session.get_one(FeedState, calls.name)
        feed.failures += 1
        feed.last_error = str(error)
        wait = max(calls.compute_pause(feed.failures), timedelta(seconds=error.retry_after))
        feed.next_at = now + wait
    log.warning("rte_failed", feed=calls.name, error=str(error), again_at=paris.format_instant(feed.next_at))
    return feed.next_at


@dataclass(frozen=True)
class FeedFreshness:
    """When a feed last answered, and the moment from which it can have something new."""

    as_of: datetime | None
    next_change: datetime


async def load_freshness(session: AsyncSession, calls: CallBudget, now: datetime, *, asked: bool) -> FeedFreshness:
    """Return a feed's freshness; what is being asked at this moment, or soon will be, can change any moment.

    `asked` is whether anybody asks for a feed that has never been asked for yet.
    """
    feed = await session.get(FeedState, calls.name)
    soon = now + _SOON
    if feed is None:
        return FeedFreshness(None, soon if asked else now + paris.DAY)
    under_way = feed.last_error == UNDER_WAY and now - feed.asked_at < _LONGEST_CALL
    return FeedFreshness(feed.answered_at, soon if under_way else max(feed.next_at, soon))
