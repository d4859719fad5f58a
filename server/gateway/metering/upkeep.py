"""Fetches the newest days of each usage point in the background, each morning at a time derived from its id."""

import asyncio
from datetime import date, datetime

from gateway.kit import paris
from gateway.kit.clock import Clock
from gateway.kit.database import Database
from gateway.kit.failures import Failures
from gateway.kit.outage import OutageError
from gateway.metering import history, repository
from gateway.metering.archive import Archive, CallRefusal
from gateway.metering.fetching import Priority
from gateway.metering.schedule import Feed, find_next_attempt
from gateway.usage_points import repository as points
from gateway.usage_points.models import UsagePoint

_CALLS_A_VISIT = 20
_POINTS_A_ROUND = 50
_AT_ONCE = 5


async def fetch_due_points(database: Database, archive: Archive, failures: Failures, clock: Clock) -> datetime:
    """Fetch what is due for the usage points that have waited longest, 5 at a time; return when to run again."""
    now = clock.now()
    async with database.read() as session:
        waiting = list(await points.find_with_work(session, now, _POINTS_A_ROUND))
    refusals: list[CallRefusal] = []
    outages: list[OutageError] = []

    async def visit_points() -> None:
        while waiting and not refusals and not outages:
            try:
                if refusal := await _visit_point(database, archive, failures, waiting.pop(0), clock):
                    refusals.append(refusal)
            except OutageError as error:
                outages.append(error)  # the other visits end by themselves: their calls are counted already

    async with asyncio.TaskGroup() as visitors:
        for _ in range(_AT_ONCE):
            visitors.create_task(visit_points())
    for outage in outages:
        raise outage
    if refusals:
        # no call is possible: postpone due visits, so that clients get a realistic `expected_at`
        until = max(refusal.until for refusal in refusals)
        async with database.write() as session:
            await points.postpone_due_work(session, now, until)
        return until
    async with database.read() as session:
        return await points.find_next_work(session, clock.now(), clock.now() + paris.HOUR)


async def _visit_point(
    database: Database, archive: Archive, failures: Failures, point: UsagePoint, clock: Clock
) -> CallRefusal | None:
    """Fetch what is due for one usage point and schedule its next visit, or return a refusal that holds for all."""
    due: datetime | CallRefusal | None = None
    with failures.contain("archive", usage_point=point.id):
        due = await _fetch_due_days(database, archive, point, clock)
    if isinstance(due, CallRefusal):
        return due
    if due is None:
        due = (await archive.refuse_failed_point(point)).until
    async with database.write() as session:
        await points.schedule_work(session, point, due)
    return None


async def _fetch_due_days(
    database: Database, archive: Archive, point: UsagePoint, clock: Clock
) -> datetime | CallRefusal:
    """Fetch what is due for one usage point; return when its next request is due, or a refusal that holds for all."""
    metered_point = await archive.open_point(point)
    today = paris.day_of(clock.now())
    due: list[datetime] = []
    for feed in metered_point.list_refreshed_feeds():
        since = metered_point.since[feed.direction]
        days = list(
            paris.iterate_days(max(point.wanted_from, history.get_oldest_day(feed, since, today)), today + paris.DAY)
        )
        if not days:
            continue  # the clock is behind
        refusal = await archive.fetch_missing(metered_point, feed, days, _CALLS_A_VISIT, Priority.UPKEEP)
        if refusal is not None and refusal.for_all:
            return refusal
        due.append(refusal.until if refusal else await _find_next_work(database, feed, days))
    history_is_under_way = point.history_at is not None
    for direction in metered_point.directions:
        since = point.wanted_from if history_is_under_way else date.min
        refusal = await archive.fill_from_daily_values(metered_point, direction, Priority.UPKEEP, since)
        if refusal is not None and refusal.for_all:
            return refusal
        due += [refusal.until] if refusal else []
    if not history_is_under_way:
        async with database.write() as session:
            if await history.is_confirmation_due(session, metered_point, clock.now()):
                await points.schedule_history(session, point.id, clock.now())
    return min(due, default=clock.now() + paris.DAY)


async def _find_next_work(database: Database, feed: Feed, days: list[date]) -> datetime:
    """Return when the next of these days is due; tomorrow if all are known, which happens after the clock was ahead."""
    async with database.read() as session:
        entries = await repository.load_entries(session, feed, days[0], days[-1] + paris.DAY)
    attempts = (find_next_attempt(feed, day, entries.get(day)) for day in days)
    return min((at for at in attempts if at is not None), default=feed.get_expected_time(days[-1] + paris.DAY))
