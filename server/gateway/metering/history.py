"""Fetches older history after the newest days of all meters: newest first, call by call, with accounts taking turns."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from gateway.enedis.errors import ErrorReason
from gateway.kit import paris
from gateway.kit.clock import Clock
from gateway.kit.database import Database
from gateway.kit.failures import Failures
from gateway.metering import repository
from gateway.metering.archive import Archive, CallRefusal
from gateway.metering.fetching import Priority
from gateway.metering.metered_point import MeteredPoint
from gateway.metering.planner import WINDOWS, Window, get_history_start, plan_calls
from gateway.metering.schedule import Feed, Kind, find_next_attempt
from gateway.quotas.history_pacing import take_history_turn
from gateway.store import Store
from gateway.usage_points import repository as points
from gateway.usage_points.models import UsagePoint

_ORDER = {Kind.CURVE: 0, Kind.DAILY: 1, Kind.MAX_POWER: 2, Kind.INDEX: 3}
"""Which kind of a history is fetched first."""
_CONTRACT_FIRST = timedelta(seconds=10)
"""The history waits for the contract, which is being fetched and says when the meter was put into service."""
_NEWEST_FIRST = timedelta(seconds=1)
"""History waits while the newest days of any usage point are due, such as the first sixty of a new one."""
_WAITS_FOR_VISITS = timedelta(hours=6)
"""How long history waits for an overdue visit: a morning's take 4.5 hours, and one that always fails stops nobody."""
_A_MOMENT = timedelta(milliseconds=1)


@dataclass(frozen=True)
class Progress:
    """How much of the energy history was requested.

    Every day since `known_from` was requested; `oldest` is the first day of the history. `days` of `of_days` days were
    requested, and the rest takes `calls_left` calls.
    """

    known_from: date
    oldest: date
    days: int
    of_days: int
    calls_left: int


def get_oldest_day(feed: Feed, since: date | None, today: date) -> date:
    """Return the oldest day of a feed that Enedis can have: within its history limit, and not before `since`."""
    return min(max(get_history_start(feed.kind, today), since or date.min), today)


async def find_reached_day(session: AsyncSession, feed: Feed, since: date | None, today: date) -> date:
    """Return the day since which every day before yesterday was requested: the oldest day once the history is whole.

    Yesterday is not checked, since it may not be published yet.
    """
    first = get_oldest_day(feed, since, today)
    asked = await repository.load_entries(session, feed, first, today)
    unasked = [day for day in paris.iterate_days(first, today - paris.DAY) if day not in asked]
    return unasked[-1] + paris.DAY if unasked else first


async def measure_progress(session: AsyncSession, point: MeteredPoint, today: date) -> Progress:
    """Return how much of the history of a usage point was requested, in its first direction."""
    feed, since = point.get_main_feed(point.first_direction), point.since[point.first_direction]
    first = get_oldest_day(feed, since, today)
    days, asked = (today - first).days, await repository.count_days(session, feed, first, today)
    return Progress(
        known_from=await find_reached_day(session, feed, since, today),
        oldest=first,
        days=asked,
        of_days=days,
        calls_left=-(-(days - asked) // WINDOWS[feed.kind]),
    )


@dataclass(frozen=True)
class _Step:
    """What a step of a history came to: the refusal that stopped it, or, if it is done, when to confirm it."""

    refusal: CallRefusal | None = None
    is_done: bool = False
    confirm_at: datetime | None = None


async def fetch_next_history(
    database: Database, archive: Archive, store: Store, failures: Failures, clock: Clock
) -> datetime:
    """Make the next call for the usage point that has waited longest; return when to run again."""
    now = clock.now()
    async with database.read() as session:
        point = await points.find_next_history(session)
        if point is None or point.history_at is None:
            return now + paris.HOUR
        if point.history_at > now:
            return point.history_at
        if await points.has_work_due_since(session, now - _WAITS_FOR_VISITS, now):
            return now + _NEWEST_FIRST
    if points.waits_for_details(point, now):
        return now + _CONTRACT_FIRST
    step: _Step | None = None
    with failures.contain("history", usage_point=point.id):
        metered_point = await archive.open_point(point)
        call = await _find_next_call(database, metered_point, now)
        if call and (wait := await take_history_turn(store)):
            return now + wait
        step = await _take_step(archive, metered_point, call, now)
    if step is None:
        step = _Step(await archive.refuse_failed_point(point))
    if step.refusal is not None and step.refusal.for_all:
        return step.refusal.until
    # one millisecond later than now, so that usage points scheduled at `now` come first
    await _record_step(database, point, step, turn=max(clock.now(), now + _A_MOMENT))
    return clock.now()


async def _record_step(database: Database, point: UsagePoint, step: _Step, turn: datetime) -> None:
    """Schedule the next step of a history, and move the account's histories behind those of other accounts."""
    refusal = step.refusal
    async with database.write() as session:
        quota_used_up = refusal is not None and refusal.reason is ErrorReason.QUOTA
        await points.move_history_back(session, point.account_id, refusal.until if refusal and quota_used_up else turn)
        if step.is_done:
            await points.schedule_history(session, point.id, step.confirm_at)
        elif refusal:
            await points.schedule_history(session, point.id, refusal.until)


async def _find_next_call(database: Database, point: MeteredPoint, now: datetime) -> tuple[Feed, Window] | None:
    """Return the next call: the newest window of a curve, else the newest window of daily values, else None."""
    async with database.read() as session:
        planned = []
        for feed, days in _list_wanted(point, now):
            entries = await repository.load_entries(session, feed, days[0], days[-1] + paris.DAY) if days else {}
            calls = plan_calls(feed, entries, days, now, since=point.since[feed.direction])
            if calls:
                planned.append((feed, calls[0]))
    return max(planned, key=lambda call: (-_ORDER[call[0].kind], call[1].end), default=None)


async def _take_step(archive: Archive, point: MeteredPoint, call: tuple[Feed, Window] | None, now: datetime) -> _Step:
    """Make the call, or fill incomplete days from daily values when there is no call left."""
    if call:
        feed, window = call
        days = list(paris.iterate_days(window.start, window.end))
        refusal = await archive.fetch_missing(point, feed, days, 1, Priority.HISTORY)
        return _Step(refusal if refusal is None or refusal.reason is not ErrorReason.WRONG_DIRECTION else None)
    for direction in point.directions:
        if refusal := await archive.fill_from_daily_values(point, direction, Priority.HISTORY):
            return _Step(refusal)
    return _Step(is_done=True, confirm_at=point.refusals.find_next_confirmation(now))


async def is_confirmation_due(session: AsyncSession, point: MeteredPoint, now: datetime) -> bool:
    """Tell whether old days that Enedis had nothing or only a part of are due for another request."""
    for feed, days in _list_wanted(point, now):
        for day, entry in (await repository.list_unfinished(session, feed)).items() if days else ():
            again = find_next_attempt(feed, day, entry)
            if days[0] <= day <= days[-1] and again is not None and again <= now:
                return True
    return False


def _list_wanted(point: MeteredPoint, now: datetime) -> Sequence[tuple[Feed, list[date]]]:
    """Return the feeds and days that make up a history, oldest day first.

    These are the days of the curve as far as Enedis has it, and the daily values of the year before.
    """
    today, found = paris.day_of(now), []
    for direction in point.directions:
        if point.refusals.get_direction_pause(direction, now):
            continue
        since = point.since[direction]
        daily = Feed(point.id, Kind.DAILY, direction)
        main = point.get_main_feed(direction)
        first = get_oldest_day(main, since, today)
        found.append((main, list(paris.iterate_days(first, min(point.recent_from, today)))))
        if main != daily:
            found.append((daily, list(paris.iterate_days(get_oldest_day(daily, since, today), first))))
    return found
