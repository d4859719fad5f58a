"""The archive asks Enedis for what is wanted and not yet known, and remembers the answers.

One lease a feed: whoever comes while a call is made waits, then finds its answer in the ledger. No transaction spans a
call.
"""

import asyncio
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial

import structlog

from gateway.domain.direction import Direction
from gateway.enedis.client import Enedis
from gateway.enedis.errors import EnedisError, ErrorReason
from gateway.kit import paris
from gateway.kit.clock import Clock
from gateway.kit.crypto import Keyring, UndecipherableError
from gateway.kit.database import Database
from gateway.kit.outage import outlast
from gateway.metering import payloads, repository
from gateway.metering.fetching import Fetcher, Priority
from gateway.metering.meters import Meter, never
from gateway.metering.planner import SHORTER, Window, plan
from gateway.metering.repository import Fact
from gateway.metering.schedule import Entry, Feed, Kind, State, expected_at, next_attempt
from gateway.metering.settling import settled
from gateway.store import Store, StoreError
from gateway.store.pause import leave_alone, paused
from gateway.usage_points import repository as points
from gateway.usage_points.models import UsagePoint
from gateway.usage_points.service import open_secrets

log = structlog.get_logger()

CALLS_A_REQUEST = 5
PATIENCE = 20.0
WITHOUT_CURVE = timedelta(days=2)
"""A day of which no interval came is taken for one without a curve then, and its value asked for."""
_PAUSES = {
    ErrorReason.DOWN: timedelta(minutes=10),
    ErrorReason.OUR_FAULT: timedelta(hours=1),
    ErrorReason.QUOTA: timedelta(minutes=1),
}
_PAUSE_FOR_ALL = timedelta(minutes=1)
LONGEST_PAUSE = timedelta(hours=6)
_UNTIL_THE_STORE_IS_BACK = timedelta(seconds=5)
_KNOWS = {State.BEFORE_ACTIVATION: 0, State.ABSENT: 0, State.PARTIAL: 1, State.COMPLETE: 2}
"""An answer that knows less never replaces one that knew more, unless it corrects it."""


@dataclass(frozen=True)
class Refusal:
    """Why asking stopped, and when it may go on; `for_all`: whoever asks would hear the same."""

    reason: ErrorReason
    until: datetime
    for_all: bool = False


def damaged(point: UsagePoint, error: UndecipherableError, now: datetime) -> Refusal:
    """Say that a usage point cannot be decrypted: it waits, and nobody waits for it."""
    log.error("undecipherable", usage_point=point.id, what=str(error))
    return Refusal(ErrorReason.OUR_FAULT, now + LONGEST_PAUSE)


class Archive:
    """Fills the ledger, asking an Enedis for each priority."""

    def __init__(
        self, database: Database, store: Store, clock: Clock, enedis: Mapping[Priority, Enedis], keyring: Keyring
    ) -> None:
        self._database = database
        self._store = store
        self._clock = clock
        self._keyring = keyring
        self._tasks: set[asyncio.Task[Refusal | None]] = set()
        self._fetchers = {priority: Fetcher(database, its) for priority, its in enedis.items()}

    async def open(self, point: UsagePoint) -> Meter:
        """Decrypt what a usage point needs to be asked and read."""
        async with self._database.read() as session:
            secrets = await open_secrets(session, point, self._keyring)
        return Meter.of(point, secrets, self._clock.now())

    async def ensure(self, meter: Meter, feed: Feed, wanted: Collection[date]) -> Refusal | None:
        """Ask for what is missing of the wanted days, by a few calls and for a short while.

        A call that was begun is ended and its answer kept, even when whoever wanted it no longer waits. Returns why
        asking stopped early, if it did.
        """
        task = asyncio.create_task(self.fill(meter, feed, wanted, CALLS_A_REQUEST, Priority.PERSON))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        await asyncio.wait({task}, timeout=PATIENCE)
        return task.result() if task.done() else None

    async def close(self) -> None:
        """Wait for the calls under way."""
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=PATIENCE)

    async def fill(
        self, meter: Meter, feed: Feed, wanted: Collection[date], calls: int, priority: Priority
    ) -> Refusal | None:
        """Ask for what is missing of the wanted days, by so many calls; see `ensure`.

        Without the store nobody can be sure to be alone, or in time, and nothing is asked.
        """
        try:
            return await self._fill(meter, feed, wanted, calls, self._fetchers[priority])
        except StoreError:
            return Refusal(ErrorReason.DOWN, self._clock.now() + _UNTIL_THE_STORE_IS_BACK, for_all=True)

    async def _fill(
        self, meter: Meter, feed: Feed, wanted: Collection[date], calls: int, fetcher: Fetcher
    ) -> Refusal | None:
        if not wanted or feed.direction not in meter.possible:
            return None
        key = f"archive:pause:{feed.point_id}:{feed.kind}:{feed.direction}"
        for _ in range(calls):
            async with self._store.lease(f"archive:{feed.point_id}:{feed.kind}:{feed.direction}"):
                if pause := await paused(self._store, key, self._clock.now()):
                    return Refusal(ErrorReason(pause.reason), pause.until)
                async with self._database.read() as session:
                    if not await points.is_open(session, meter.id):
                        return Refusal(ErrorReason.NO_CONSENT, self._clock.now())
                    known = await repository.ledger(session, feed, min(wanted), max(wanted) + paris.DAY)
                told = await self._ask(fetcher, meter, feed, known, wanted)
                if told is None:
                    return None
                if isinstance(told, Refusal):
                    if not told.for_all and told.reason is not ErrorReason.QUOTA:  # these know their own end
                        await leave_alone(self._store, key, self._clock.now(), told.until, told.reason)
                    return told
                # a call is charged already: its answer waits for the database rather than be asked again
                await outlast(partial(self._keep, feed, told, known), self._clock)
        return None

    async def _ask(
        self,
        fetcher: Fetcher,
        meter: Meter,
        feed: Feed,
        known: Mapping[date, Entry],
        wanted: Collection[date],
        longest: int | None = None,
    ) -> list[Fact] | Refusal | None:
        """Make the newest call that is due, a shorter one where Enedis finds it too long; None: nothing is due."""
        since = meter.since[feed.direction]
        calls = plan(feed, known, wanted, self._clock.now(), since=since, longest=longest)
        if not calls:
            return None
        try:
            return await fetcher.ask(meter, feed, calls[0])
        except EnedisError as error:
            if error.reason is ErrorReason.TOO_LONG and (calls[0].end - calls[0].start).days > SHORTER:
                return await self._ask(fetcher, meter, feed, known, wanted, SHORTER)
            return await self._understand(meter, feed, calls[0], error)

    async def _understand(self, meter: Meter, feed: Feed, window: Window, error: EnedisError) -> list[Fact] | Refusal:
        """Return what a refusal tells of the days asked, or that asking has to stop."""
        match error.reason:
            case ErrorReason.ABSENT | ErrorReason.NOT_PUBLISHED:
                return [Fact(day, State.ABSENT) for day in paris.days(window.start, window.end)]
            case ErrorReason.BEFORE_ACTIVATION:
                # only the first day of the window is certain to be too early, and so is whatever is older
                async with self._database.write() as session:
                    await points.note_nothing_before(session, meter.id, feed.direction, window.start + paris.DAY)
                return [Fact(window.start, State.BEFORE_ACTIVATION)]
            case ErrorReason.HISTORY_LIMIT:
                return [Fact(window.start, State.ABSENT)]
            case ErrorReason.WRONG_DIRECTION:
                async with self._database.write() as session:
                    await points.note(session, meter.id, never(feed.direction), value=True)
            case ErrorReason.NO_CONSENT:
                async with self._database.write() as session:
                    await points.doubt(session, meter.id, self._clock.now())
            case _:
                pass
        now = self._clock.now()
        until = now + (_PAUSE_FOR_ALL if error.is_for_all else _PAUSES.get(error.reason, LONGEST_PAUSE))
        if error.retry_at is not None and error.retry_at > now:
            until = error.retry_at
        log.warning("enedis_refused", reason=error.reason, code=error.code, until=paris.iso(until))
        return Refusal(error.reason, until, error.is_for_all)

    async def _keep(self, feed: Feed, facts: Collection[Fact], known: Mapping[date, Entry]) -> None:
        news = [
            fact
            for fact in facts
            if fact.corrects or fact.day not in known or _KNOWS[fact.state] >= _KNOWS[known[fact.day].state]
        ]
        told = {fact.day for fact in news}
        async with self._database.write() as session:
            await repository.save(session, feed, news, self._clock.now())
            vain = [fact.day for fact in facts if fact.day not in told]
            await repository.asked_in_vain(session, feed, vain, self._clock.now())

    async def settle(
        self, meter: Meter, direction: Direction, priority: Priority, since: date = date.min
    ) -> Refusal | None:
        """Ask the daily values of days whose curve will not come (whole) any more; fill in what they say is missing.

        `since`: of no older days, while a history is under way that ends by settling them all at once.
        """
        curve, daily = Feed(meter.id, Kind.CURVE, direction), Feed(meter.id, Kind.DAILY, direction)
        now = self._clock.now()
        async with self._database.read() as session:
            unfinished = await repository.unfinished(session, curve)
            lacking = {day: entry for day, entry in unfinished.items() if day >= since}
            if not lacking:
                return None
            asked = await repository.ledger(session, daily, min(lacking), max(lacking) + paris.DAY)
        over = {day for day, entry in lacking.items() if next_attempt(curve, day, entry) is None}
        valued = over | {
            day
            for day, entry in lacking.items()
            if entry.state is State.ABSENT and now >= expected_at(day) + WITHOUT_CURVE
        }
        refusal = None
        if plan(daily, asked, valued, now, since=meter.since[direction]):
            # the others will be wanted one day, and cost nothing now
            refusal = await self.fill(meter, daily, list(lacking), CALLS_A_REQUEST, priority)
        await self._fill_in(meter, curve, daily, [day for day in over if lacking[day].state is State.PARTIAL])
        return refusal

    async def _fill_in(self, meter: Meter, curve: Feed, daily: Feed, days: Collection[date]) -> None:
        if not days:
            return
        start, end = min(days), max(days) + paris.DAY
        async with self._store.lease(f"archive:{curve.point_id}:{curve.kind}:{curve.direction}"):
            async with self._database.read() as session:
                _, values = await repository.known(session, daily, meter.secrets, payloads.read_value, start, end)
                _, curves = await repository.known(session, curve, meter.secrets, payloads.read_curve, start, end)
            whole = {
                day: readings
                for day in days
                if day in values and (readings := settled(day, curves.get(day, []), values[day])) is not None
            }
            facts = [
                Fact(day, State.COMPLETE, payloads.sealed_curve(curve, meter.secrets, day, readings))
                for day, readings in whole.items()
            ]
            async with self._database.write() as session:
                await repository.save(session, curve, facts, self._clock.now())
