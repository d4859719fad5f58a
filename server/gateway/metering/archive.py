"""The archive asks Enedis for the wanted days that are not known yet, and stores the answers.

Each feed has one lease: callers that arrive during a call wait, then find its answer in the ledger. No database
transaction stays open during a call.
"""

import asyncio
from collections.abc import Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from itertools import product
from typing import assert_never

import structlog

from gateway.domain.direction import Direction
from gateway.enedis.client import Enedis
from gateway.enedis.errors import EnedisError, ErrorReason
from gateway.kit import paris
from gateway.kit.backoff import add_jitter, compute_backoff
from gateway.kit.clock import Clock
from gateway.kit.crypto import Keyring
from gateway.kit.database import Database
from gateway.kit.outage import retry_while_down
from gateway.metering import repository
from gateway.metering.fetching import Fetcher, Priority
from gateway.metering.filling import HAS_HOLES, DayFiller, get_lease_key
from gateway.metering.metered_point import MeteredPoint
from gateway.metering.planner import SHORTER, Window, plan_calls
from gateway.metering.repository import Fact
from gateway.metering.schedule import WHOLE, Entry, Feed, Kind, State, get_expected_time, is_over
from gateway.store import Store, StoreError
from gateway.store.pause import find_pause, start_pause
from gateway.usage_points import repository as points
from gateway.usage_points.models import UsagePoint
from gateway.usage_points.refusals import Refusals
from gateway.usage_points.service import open_secrets

log = structlog.get_logger()

CALLS_A_REQUEST = 5
PATIENCE = 20.0
WITHOUT_CURVE = timedelta(days=2)
"""A day without any interval this long after its publication counts as without a curve: its daily value is fetched."""
COMPARED_EVERY = timedelta(days=7)
"""How long days with a rounded curve are collected, so that one call fetches the daily values of all of them."""
LONGEST_PAUSE = timedelta(hours=12)
_FAILURES_COUNTED_FOR = 2 * 86400.0
_UNTIL_THE_STORE_IS_BACK = timedelta(seconds=5)
_KNOWS = {State.BEFORE_ACTIVATION: 0, State.ABSENT: 0, State.PARTIAL: 1} | dict.fromkeys(WHOLE, 2)
"""Ranks of states: an answer of a lower rank does not replace one of a higher rank, unless it corrects it."""


@dataclass(frozen=True)
class CallRefusal:
    """Why calls to Enedis stopped, and when they may resume; `for_all`: this holds for every usage point."""

    reason: ErrorReason
    until: datetime
    for_all: bool = False


def _get_first_pause(reason: ErrorReason) -> timedelta:
    """Return how long a feed is paused after its first failure; each further failure in a row doubles the pause."""
    match reason:
        case ErrorReason.DOWN | ErrorReason.OUR_FAULT | ErrorReason.QUOTA | ErrorReason.UNAUTHORIZED:
            return timedelta(seconds=30)
        case ErrorReason.NO_CONSENT | ErrorReason.NOT_HOLDER | ErrorReason.NOTHING_OPEN | ErrorReason.NOT_SUBSCRIBED:
            return timedelta(hours=6)
        case (
            ErrorReason.ABSENT
            | ErrorReason.NOT_PUBLISHED
            | ErrorReason.BEFORE_ACTIVATION
            | ErrorReason.HISTORY_LIMIT
            | ErrorReason.TOO_LONG
            | ErrorReason.WRONG_DIRECTION
            | ErrorReason.METER_REFUSED
        ):
            return timedelta(hours=1)
        case _:
            assert_never(reason)


class Archive:
    """Fetches missing days from Enedis into the ledger, with one Enedis client for each priority."""

    def __init__(
        self, database: Database, store: Store, clock: Clock, enedis: Mapping[Priority, Enedis], keyring: Keyring
    ) -> None:
        self._database = database
        self._store = store
        self._clock = clock
        self._keyring = keyring
        self._filler = DayFiller(database, store, clock)
        self._tasks: set[asyncio.Task[CallRefusal | None]] = set()
        self._fetchers = {priority: Fetcher(database, its) for priority, its in enedis.items()}

    async def open_point(self, point: UsagePoint) -> MeteredPoint:
        """Return a usage point with its decrypted secrets. Raises UndecipherableError."""
        async with self._database.read() as session:
            secrets = await open_secrets(session, point, self._keyring)
        return MeteredPoint.of(point, secrets, self._clock.now())

    async def fetch_within_patience(
        self, point: MeteredPoint, feed: Feed, wanted: Collection[date], patience: float = PATIENCE
    ) -> CallRefusal | None:
        """Fetch what is missing of the wanted days with at most 5 calls, and wait up to `patience` seconds.

        The calls continue in the background when the time is up, and their answers are stored. Returns why the calls
        stopped early, None if they did not or are still running.
        """
        task = asyncio.create_task(self.fetch_missing(point, feed, wanted, CALLS_A_REQUEST, Priority.PERSON))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        await asyncio.wait({task}, timeout=max(patience, 0))
        return task.result() if task.done() else None

    async def wait_for_calls(self) -> None:
        """Wait up to 20 seconds for the calls under way."""
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=PATIENCE)

    async def fetch_missing(
        self, point: MeteredPoint, feed: Feed, wanted: Collection[date], calls: int, priority: Priority
    ) -> CallRefusal | None:
        """Fetch what is missing of the wanted days with at most `calls` calls; return why that stopped early, or None.

        Nothing is requested while the store is down, since neither the lease nor the call budget can be checked then.
        """
        try:
            return await self._fetch_missing(point, feed, wanted, calls, self._fetchers[priority])
        except StoreError:
            return CallRefusal(ErrorReason.DOWN, self._clock.now() + _UNTIL_THE_STORE_IS_BACK, for_all=True)

    async def _fetch_missing(
        self, point: MeteredPoint, feed: Feed, wanted: Collection[date], calls: int, fetcher: Fetcher
    ) -> CallRefusal | None:
        if not wanted or feed.direction not in point.possible:
            return None
        for _ in range(calls):
            async with self._store.lease(get_lease_key(feed)):
                if pause := await find_pause(self._store, _pause_key(feed), self._clock.now()):
                    return CallRefusal(ErrorReason(pause.reason), pause.until)
                async with self._database.read() as session:
                    refusals = await points.load_refusals(session, point.id)
                    entries = await repository.load_entries(session, feed, min(wanted), max(wanted) + paris.DAY)
                if refusals is None:
                    return CallRefusal(ErrorReason.NO_CONSENT, self._clock.now())
                if refusal := _find_standing_refusal(refusals, feed, self._clock.now()):
                    return refusal
                point = point.replace_refusals(refusals, self._clock.now())
                outcome = await self._make_next_call(fetcher, point, feed, entries, wanted)
                if outcome is None:
                    return None
                if isinstance(outcome, CallRefusal):
                    return outcome
                # the call is already counted: retry the write until the database is back rather than ask Enedis again
                await retry_while_down(partial(self._save_facts, point, feed, outcome, entries), self._clock)
                await self._store.delete(_failures_key(feed))
        return None

    async def _make_next_call(
        self,
        fetcher: Fetcher,
        point: MeteredPoint,
        feed: Feed,
        entries: Mapping[date, Entry],
        wanted: Collection[date],
        longest: int | None = None,
    ) -> list[Fact] | CallRefusal | None:
        """Make the newest call that is due; return its facts, why it was refused, or None when nothing is due.

        When Enedis refuses the range as too long, the call is made again for at most 6 days.
        """
        since = point.since[feed.direction]
        calls = plan_calls(feed, entries, wanted, self._clock.now(), since=since, longest=longest)
        if not calls:
            return None
        try:
            return await fetcher.fetch_window(point, feed, calls[0])
        except EnedisError as error:
            if error.reason is ErrorReason.TOO_LONG and (calls[0].end - calls[0].start).days > SHORTER:
                return await self._make_next_call(fetcher, point, feed, entries, wanted, SHORTER)
            return await self._interpret_error(point, feed, calls[0], error)

    async def _interpret_error(
        self, point: MeteredPoint, feed: Feed, window: Window, error: EnedisError
    ) -> list[Fact] | CallRefusal:
        """Return the facts that an error states about the requested days, or the refusal that stops further calls."""
        now, refusals, direction = self._clock.now(), point.refusals, feed.direction
        match error.reason:
            case ErrorReason.ABSENT | ErrorReason.NOT_PUBLISHED:
                return [Fact(day, State.ABSENT) for day in paris.iterate_days(window.start, window.end)]
            case ErrorReason.HISTORY_LIMIT:
                return [Fact(window.start, State.ABSENT)]
            case ErrorReason.BEFORE_ACTIVATION:
                # only the first day of the window, and every day before it, is certain to be before activation
                first = window.start + paris.DAY
                await self._save_refusals(point, refusals.note_before_activation(direction, first, error.code, now))
                return []
            case ErrorReason.WRONG_DIRECTION:
                noted = refusals.note_wrong_direction(direction, error.code, now)
                await self._save_refusals(point, noted)
                log.warning("direction_refused", usage_point=point.id, direction=direction, code=error.code)
                return CallRefusal(error.reason, noted.wrong_direction[direction].again_at)
            case ErrorReason.METER_REFUSED:
                noted = refusals.note_meter(error.code, now)
                await self._save_refusals(point, noted, details_too=refusals.meter is None)
                until = noted.get_meter_pause(now) or now + paris.DAY
                log.warning("meter_refused", usage_point=point.id, code=error.code, until=paris.format_instant(until))
                return CallRefusal(error.reason, until)
            case ErrorReason.NO_CONSENT:
                async with self._database.write() as session:
                    await points.schedule_access_check(session, point.id, now)
            case (
                ErrorReason.TOO_LONG
                | ErrorReason.NOT_HOLDER
                | ErrorReason.NOTHING_OPEN
                | ErrorReason.NOT_SUBSCRIBED
                | ErrorReason.QUOTA
                | ErrorReason.UNAUTHORIZED
                | ErrorReason.OUR_FAULT
                | ErrorReason.DOWN
            ):
                pass  # these say nothing about the days
            case _:
                assert_never(error.reason)
        return await self._pause_feed(feed, error)

    async def _pause_feed(self, feed: Feed, error: EnedisError) -> CallRefusal:
        """Pause a feed, for longer after each failure in a row; return the refusal with the end of the pause."""
        now, first = self._clock.now(), _get_first_pause(error.reason)
        if error.is_for_all or error.reason is ErrorReason.QUOTA:  # these come with their own retry time
            return CallRefusal(error.reason, error.retry_at or now + first, error.is_for_all)
        failures = await self._store.increment(_failures_key(feed), _FAILURES_COUNTED_FOR)
        pause = add_jitter(compute_backoff(first, LONGEST_PAUSE, failures), f"{feed.point_id}{feed.kind}{failures}")
        log.warning("enedis_refused", reason=error.reason, code=error.code, until=paris.format_instant(now + pause))
        await start_pause(self._store, _pause_key(feed), now, now + pause, error.reason)
        return CallRefusal(error.reason, now + pause)

    async def refuse_failed_point(self, point: UsagePoint) -> CallRefusal:
        """Return a refusal that pauses a usage point, and no other, for longer after each unexpected error in days."""
        failures = await self._store.increment(_failed_key(point.id), _FAILURES_COUNTED_FOR)
        pause = compute_backoff(_get_first_pause(ErrorReason.OUR_FAULT), LONGEST_PAUSE, failures)
        return CallRefusal(ErrorReason.OUR_FAULT, self._clock.now() + add_jitter(pause, f"{point.id}{failures}"))

    async def end_pauses(self, point_id: str) -> None:
        """End the pauses of a usage point's feeds and reset its failure counts; does nothing if the store is down."""
        with suppress(StoreError):
            await self._store.delete(_failed_key(point_id))
            for kind, direction in product(Kind, Direction):
                feed = Feed(point_id, kind, direction)
                await self._store.delete(_pause_key(feed))
                await self._store.delete(_failures_key(feed))

    async def _save_refusals(self, point: MeteredPoint, refusals: Refusals, *, details_too: bool = False) -> None:
        async with self._database.write() as session:
            await points.save_refusals(session, point.id, refusals)
            if details_too:
                # the details say whether its services are still open, and whether it is supplied at all
                await points.bring_details_forward(session, point.id, self._clock.now())

    async def _save_facts(
        self, point: MeteredPoint, feed: Feed, facts: Collection[Fact], entries: Mapping[date, Entry]
    ) -> None:
        with_data = [fact.day for fact in facts if fact.payload is not None]
        refusals = point.refusals.forget_disproved(feed.direction, min(with_data, default=None)) if facts else None
        news = [
            fact
            for fact in facts
            if fact.corrects or fact.day not in entries or _KNOWS[fact.state] >= _KNOWS[entries[fact.day].state]
        ]
        new_days = {fact.day for fact in news}
        async with self._database.write() as session:
            await repository.save_facts(session, feed, point.secrets, news, self._clock.now())
            unchanged = [fact.day for fact in facts if fact.day not in new_days]
            await repository.note_nothing_new(session, feed, unchanged, self._clock.now())
            if refusals is not None and refusals != point.refusals:
                await points.save_refusals(session, point.id, refusals)

    async def fill_from_daily_values(
        self, point: MeteredPoint, direction: Direction, priority: Priority, since: date = date.min
    ) -> CallRefusal | None:
        """Fetch the daily values of days whose curve stays incomplete, and fill the missing intervals from them.

        Days with a rounded curve are scaled to their daily value where it is known; missing values are requested once
        a week. Days before `since` are left out: while a history is being fetched, its last step handles them all at
        once. Returns why the calls stopped early, or None.
        """
        curve, daily = Feed(point.id, Kind.CURVE, direction), Feed(point.id, Kind.DAILY, direction)
        now = self._clock.now()
        async with self._database.read() as session:
            unfinished = await repository.list_unfinished(session, curve)
            lacking = {day: entry for day, entry in unfinished.items() if day >= since}
            rounded = [day for day in await repository.list_rounded(session, curve) if day >= since]
            days = [*lacking, *rounded]
            if not days:
                return None
            asked = await repository.load_entries(session, daily, min(days), max(days) + paris.DAY)
        over = {day for day, entry in lacking.items() if is_over(curve, day, entry)}
        small = await self._filler.find_small_holes(point, curve, lacking.keys() - over)
        late = {day for day, entry in lacking.items() if entry.state is State.ABSENT and _has_no_curve(day, now)}
        oldest = min((day for day in rounded if day not in asked), default=None)
        weekly = set(rounded) if oldest and now >= paris.midnight(oldest) + COMPARED_EVERY else set()
        refusal = None
        if plan_calls(daily, asked, over | small | late | weekly, now, since=point.since[direction]):
            # the call also fetches the other days, which will be needed later, at no extra cost
            refusal = await self.fetch_missing(point, daily, days, CALLS_A_REQUEST, priority)
        partial_days = {day for day in over if lacking[day].state in HAS_HOLES}
        await self._filler.fill_in_days(point, curve, daily, partial_days, small)
        await self._filler.fit_rounded_days(point, curve, daily, rounded)
        return refusal


def _has_no_curve(day: date, now: datetime) -> bool:
    return now >= get_expected_time(day) + WITHOUT_CURVE


def _find_standing_refusal(refusals: Refusals, feed: Feed, now: datetime) -> CallRefusal | None:
    """Return the stored refusal that still pauses a feed, or None."""
    if until := refusals.get_meter_pause(now):
        return CallRefusal(ErrorReason.METER_REFUSED, until)
    if until := refusals.get_direction_pause(feed.direction, now):
        return CallRefusal(ErrorReason.WRONG_DIRECTION, until)
    return None


def _pause_key(feed: Feed) -> str:
    return f"archive:pause:{feed.point_id}:{feed.kind}:{feed.direction}"


def _failures_key(feed: Feed) -> str:
    return f"archive:failures:{feed.point_id}:{feed.kind}:{feed.direction}"


def _failed_key(point_id: str) -> str:
    return f"archive:failed:{point_id}"
