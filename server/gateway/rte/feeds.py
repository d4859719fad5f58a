"""Permits calls to RTE: each is recorded in the database before it is made, and failures cause growing pauses."""

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
    """The limits of a feed: `pause` follows its first failure, and doubles up to `longest_pause`.

    Feeds with the same `budget` share one count of calls per day; each stops at its own `calls_a_day`.
    """

    name: str
    pause: timedelta
    longest_pause: timedelta
    budget: str
    calls_a_day: int

    def compute_pause(self, failures: int) -> timedelta:
        """Return the pause after `failures` failures in a row."""
        return compute_backoff(self.pause, self.longest_pause, failures)


async def find_closed_until(database: Database, calls: CallBudget, now: datetime) -> datetime | None:
    """Return when the feed may be called next, or None if that is now."""
    async with database.read() as session:
        feed = await session.get(FeedState, calls.name)
    if feed is not None and feed.asked_at - now > CLOCKS_DIFFER:
        return await _correct_future_time(database, calls, now)
    return feed.next_at if feed is not None and feed.next_at > now else None


async def _correct_future_time(database: Database, calls: CallBudget, now: datetime) -> datetime:
    """Schedule the next call one pause from now, since its stored time was written while the clock was ahead."""
    async with database.write() as session:
        feed = await session.get_one(FeedState, calls.name, with_for_update=True)
        feed.asked_at, feed.next_at = now, now + calls.pause
    log.warning("rte_clock_was_ahead", feed=calls.name, again_at=paris.format_instant(feed.next_at))
    return feed.next_at


async def take_call(database: Database, calls: CallBudget, clock: Clock) -> datetime | None:
    """Record one call that may now be made and return None; or return when to try again if none may be made."""
    try:
        async with database.write() as session:
            return await _take_call(session, calls, clock)
    except IntegrityError:  # another process inserted the row of this feed's first call
        return clock.now() + calls.pause


async def _take_call(session: AsyncSession, calls: CallBudget, clock: Clock) -> datetime | None:
    feed = await session.get(FeedState, calls.name, with_for_update=True)
    now = clock.now()  # read after the row is locked
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
    """Return the budget of calls that a feed may make today."""
    return counters.Budget(f"rte:{calls.budget}", paris.day_of(now).isoformat(), calls.calls_a_day)


async def count_left_today(session: AsyncSession, calls: CallBudget, now: datetime) -> int:
    """Return how many calls a feed has left today."""
    budget = budget_of(calls, now)
    return max(budget.limit - await counters.load_used(session, budget), 0)


async def pause_until(database: Database, calls: CallBudget, until: datetime) -> datetime:
    """Postpone the next call of a feed to `until`, if it was ever called; return `until`."""
    async with database.write() as session:
        if feed := await session.get(FeedState, calls.name):
            feed.next_at = max(feed.next_at, until)
    return until


async def record_response(session: AsyncSession, calls: CallBudget, now: datetime, next_at: datetime) -> datetime:
    """Record that the call was answered, and schedule the next one at `next_at`, which is returned."""
    feed = await session.get_one(FeedState, calls.name)
    feed.answered_at, feed.next_at, feed.failures, feed.last_error = now, next_at, 0, None
    feed.failing_since = None
    return next_at


async def record_stand_in(session: AsyncSession, calls: CallBudget, now: datetime) -> None:
    """Record that another source answered instead of the one that failed."""
    feed = await session.get_one(FeedState, calls.name)
    feed.answered_at = now


async def record_failure(database: Database, calls: CallBudget, now: datetime, error: RteError) -> datetime:
    """Record that the call failed; return when to call again, not before the time that RTE requested."""
    async with database.write() as session:
        feed = await session.get_one(FeedState, calls.name)
        feed.failures += 1
        feed.failing_since = feed.failing_since or feed.asked_at  # another source may have answered since
        feed.last_error = str(error)
        wait = max(calls.compute_pause(feed.failures), timedelta(seconds=error.retry_after))
        feed.next_at = now + wait
    log.warning("rte_failed", feed=calls.name, error=str(error), again_at=paris.format_instant(feed.next_at))
    return feed.next_at


@dataclass(frozen=True)
class FeedFreshness:
    """When a feed last answered, and from when it can have new data."""

    as_of: datetime | None
    next_change: datetime


async def load_freshness(session: AsyncSession, calls: CallBudget, now: datetime, *, asked: bool) -> FeedFreshness:
    """Return a feed's freshness. `next_change` is the next call, in at least 10 seconds; during a call, in 10 seconds.

    `asked` says whether a feed that was never called will be called at all. Load it before the feed's data: otherwise
    data that is written between the two is neither in the answer nor announced by it.
    """
    feed = await session.get(FeedState, calls.name)
    soon = now + _SOON
    if feed is None:
        return FeedFreshness(None, soon if asked else now + paris.DAY)
    under_way = feed.last_error == UNDER_WAY and now - feed.asked_at < _LONGEST_CALL
    return FeedFreshness(feed.answered_at, soon if under_way else max(feed.next_at, soon))
