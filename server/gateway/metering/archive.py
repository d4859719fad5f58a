"""The archive asks Enedis for what is wanted and not yet known, and remembers the answers.

One lease a feed: whoever comes while a call is made waits, then finds its answer in the ledger. No transaction spans a
call.
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
from gateway.kit.crypto import Keyring, UndecipherableError
from gateway.kit.database import Database
from gateway.kit.outage import retry_while_down
from gateway.metering import payloads, repository
from gateway.metering.fetching import Fetcher, Priority
from gateway.metering.meters import Meter
from gateway.metering.planner import SHORTER, Window, plan
from gateway.metering.repository import Fact
from gateway.metering.schedule import WHOLE, Entry, Feed, Kind, State, expected_at, is_over, next_attempt
from gateway.metering.settling import fit_rounded, has_small_hole, lacks_nothing, settled
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
"""A day of which no interval came is taken for one without a curve then, and its value asked for."""
COMPARED_EVERY = timedelta(days=7)
"""How long days of a rounded curve wait for each other: one call brings the values of all of them."""
LONGEST_PAUSE = timedelta(hours=12)
_FAILURES_COUNTED_FOR = 2 * 86400.0
_UNTIL_THE_STORE_IS_BACK = timedelta(seconds=5)
_KNOWS = {State.BEFORE_ACTIVATION: 0, State.ABSENT: 0, State.PARTIAL: 1} | dict.fromkeys(WHOLE, 2)
"""An answer that knows less never replaces one that knew more, unless it corrects it."""


@dataclass(frozen=True)
class Refusal:
    """Why asking stopped, and when it may go on; `for_all`: whoever asks would hear the same."""

    reason: ErrorReason
    until: datetime
    for_all: bool = False


def _first_pause(reason: ErrorReason) -> timedelta:
    """Return how long a feed is left alone after its first failure; each failure in a row doubles it."""
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

    async def ensure(
        self, meter: Meter, feed: Feed, wanted: Collection[date], patience: float = PATIENCE
    ) -> Refusal | None:
        """Ask for what is missing of the wanted days, by a few calls, and wait for it for `patience` seconds.

        A call that was begun is ended and its answer kept, even when whoever wanted it no longer waits. Returns why
        asking stopped early, if it did.
        """
        task = asyncio.create_task(self.fill(meter, feed, wanted, CALLS_A_REQUEST, Priority.PERSON))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        await asyncio.wait({task}, timeout=max(patience, 0))
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
        for _ in range(calls):
            async with self._store.lease(f"archive:{feed.point_id}:{feed.kind}:{feed.direction}"):
                if pause := await find_pause(self._store, _pause_key(feed), self._clock.now()):
                    return Refusal(ErrorReason(pause.reason), pause.until)
                async with self._database.read() as session:
                    refusals = await points.load_refusals(session, meter.id)
                    known = await repository.ledger(session, feed, min(wanted), max(wanted) + paris.DAY)
                if refusals is None:
                    return Refusal(ErrorReason.NO_CONSENT, self._clock.now())
                if refusal := _standing_refusal(refusals, feed, self._clock.now()):
                    return refusal
                meter = meter.with_refusals(refusals, self._clock.now())
                told = await self._ask(fetcher, meter, feed, known, wanted)
                if told is None:
                    return None
                if isinstance(told, Refusal):
                    return told
                # a call is charged already: its answer waits for the database rather than be asked again
                await retry_while_down(partial(self._keep, meter, feed, told, known), self._clock)
                await self._store.delete(_failures_key(feed))
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
        """Return what an error tells of the days asked, or that asking has to stop."""
        now, refusals, direction = self._clock.now(), meter.refusals, feed.direction
        match error.reason:
            case ErrorReason.ABSENT | ErrorReason.NOT_PUBLISHED:
                return [Fact(day, State.ABSENT) for day in paris.days(window.start, window.end)]
            case ErrorReason.HISTORY_LIMIT:
                return [Fact(window.start, State.ABSENT)]
            case ErrorReason.BEFORE_ACTIVATION:
                # only the first day of the window is certain to be too early, and so is whatever is older
                first = window.start + paris.DAY
                await self._save(meter, refusals.note_before_activation(direction, first, error.code, now))
                return []
            case ErrorReason.WRONG_DIRECTION:
                noted = refusals.note_wrong_direction(direction, error.code, now)
                await self._save(meter, noted)
                log.warning("direction_refused", usage_point=meter.id, direction=direction, code=error.code)
                return Refusal(error.reason, noted.wrong_direction[direction].again_at)
            case ErrorReason.METER_REFUSED:
                noted = refusals.note_meter(error.code, now)
                await self._save(meter, noted, details_too=refusals.meter is None)
                until = noted.meter_until(now) or now + paris.DAY
                log.warning("meter_refused", usage_point=meter.id, code=error.code, until=paris.iso(until))
                return Refusal(error.reason, until)
            case ErrorReason.NO_CONSENT:
                async with self._database.write() as session:
                    await points.note_doubt(session, meter.id, now)
            case _:
                pass
        return await self._pause(feed, error)

    async def _pause(self, feed: Feed, error: EnedisError) -> Refusal:
        """Leave a feed alone for a while, longer after each failure in a row; return until when."""
        now, first = self._clock.now(), _first_pause(error.reason)
        if error.is_for_all or error.reason is ErrorReason.QUOTA:  # these know their own end
            return Refusal(error.reason, error.retry_at or now + first, error.is_for_all)
        failures = await self._store.increment(_failures_key(feed), _FAILURES_COUNTED_FOR)
        pause = add_jitter(compute_backoff(first, LONGEST_PAUSE, failures), f"{feed.point_id}{feed.kind}{failures}")
        log.warning("enedis_refused", reason=error.reason, code=error.code, until=paris.iso(now + pause))
        await start_pause(self._store, _pause_key(feed), now, now + pause, error.reason)
        return Refusal(error.reason, now + pause)

    async def _save(self, meter: Meter, refusals: Refusals, *, details_too: bool = False) -> None:
        async with self._database.write() as session:
            await points.save_refusals(session, meter.id, refusals)
            if details_too:
                # whether its services are still open, and whether it is supplied at all
                await points.ask_details_at(session, meter.id, self._clock.now())

    async def _keep(self, meter: Meter, feed: Feed, facts: Collection[Fact], known: Mapping[date, Entry]) -> None:
        with_data = [fact.day for fact in facts if fact.payload is not None]
        refusals = meter.refusals.after_answer(feed.direction, min(with_data, default=None)) if facts else None
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
            if refusals is not None and refusals != meter.refusals:
                await points.save_refusals(session, meter.id, refusals)

    async def settle(
        self, meter: Meter, direction: Direction, priority: Priority, since: date = date.min
    ) -> Refusal | None:
        """Ask the daily values of days whose curve will not come (whole) any more; fill in what they say is missing.

        Days of a rounded curve are brought to their value where it is known; where not, it is asked once a week.
        `since`: of no older days, while a history is under way that ends by settling them all at once.
        """
        curve, daily = Feed(meter.id, Kind.CURVE, direction), Feed(meter.id, Kind.DAILY, direction)
        now = self._clock.now()
        async with self._database.read() as session:
            unfinished = await repository.unfinished(session, curve)
            lacking = {day: entry for day, entry in unfinished.items() if day >= since}
            rounded = [day for day in await repository.rounded(session, curve) if day >= since]
            days = [*lacking, *rounded]
            if not days:
                return None
            asked = await repository.ledger(session, daily, min(days), max(days) + paris.DAY)
        over = {day for day, entry in lacking.items() if is_over(curve, day, entry)}
        small = await self._with_small_holes(meter, curve, lacking.keys() - over)
        late = {day for day, entry in lacking.items() if entry.state is State.ABSENT and _has_no_curve(day, now)}
        oldest = min((day for day in rounded if day not in asked), default=None)
        weekly = set(rounded) if oldest and now >= paris.midnight(oldest) + COMPARED_EVERY else set()
        refusal = None
        if plan(daily, asked, over | small | late | weekly, now, since=meter.since[direction]):
            # the others will be wanted one day, and cost nothing now
            refusal = await self.fill(meter, daily, days, CALLS_A_REQUEST, priority)
        partial_days = {day for day in over if lacking[day].state in {State.PARTIAL, State.FILLED}}
        await self._fill_in(meter, curve, daily, partial_days, small)
        await self._compare(meter, curve, daily, rounded)
        return refusal

    async def _with_small_holes(self, meter: Meter, curve: Feed, days: Collection[date]) -> set[date]:
        """Return the days, of these, of which an hour at most is missing."""
        if not days:
            return set()
        async with self._database.read() as session:
            start, end = min(days), max(days) + paris.DAY
            entries, curves = await repository.known(session, curve, meter.secrets, payloads.read_curve, start, end)
        return {day for day in days if entries[day].state is State.PARTIAL and has_small_hole(day, curves.get(day, []))}

    async def _fill_in(
        self, meter: Meter, curve: Feed, daily: Feed, over: Collection[date], small: Collection[date]
    ) -> None:
        """Fill what is missing of days by their values: those `over` for good, those with a `small` hole for now."""
        days = [*over, *small]
        if not days:
            return
        start, end = min(days), max(days) + paris.DAY
        async with self._store.lease(f"archive:{curve.point_id}:{curve.kind}:{curve.direction}"):
            async with self._database.read() as session:
                _, values = await repository.known(session, daily, meter.secrets, payloads.read_value, start, end)
                _, curves = await repository.known(session, curve, meter.secrets, payloads.read_curve, start, end)
            facts = []
            for day in days:
                if day not in values or (readings := settled(day, curves.get(day, []), values[day])) is None:
                    continue
                payload = payloads.sealed_curve(curve, meter.secrets, day, readings)
                is_final = day in over or lacks_nothing(curves[day], values[day])
                facts.append(Fact(day, State.COMPLETE if is_final else State.FILLED, payload))
            async with self._database.write() as session:
                await repository.save(session, curve, facts, self._clock.now())

    async def _compare(self, meter: Meter, curve: Feed, daily: Feed, days: Collection[date]) -> None:
        """Bring rounded days to their values, as far as these are known; days whose value never comes stay as told."""
        if not days:
            return
        start, end = min(days), max(days) + paris.DAY
        async with self._store.lease(f"archive:{curve.point_id}:{curve.kind}:{curve.direction}"):
            async with self._database.read() as session:
                told, values = await repository.known(session, daily, meter.secrets, payloads.read_value, start, end)
                _, curves = await repository.known(session, curve, meter.secrets, payloads.read_curve, start, end)
            facts = []
            for day in days:
                if day in values:
                    fitted = fit_rounded(curves[day], values[day])
                    payload = payloads.sealed_curve(curve, meter.secrets, day, fitted or curves[day])
                    facts.append(Fact(day, State.FITTED if fitted else State.COMPLETE, payload))
                elif day in told and next_attempt(daily, day, told[day]) is None:
                    payload = payloads.sealed_curve(curve, meter.secrets, day, curves[day])
                    facts.append(Fact(day, State.COMPLETE, payload))
            async with self._database.write() as session:
                await repository.save(session, curve, facts, self._clock.now())


def _has_no_curve(day: date, now: datetime) -> bool:
    return now >= expected_at(day) + WITHOUT_CURVE


def _standing_refusal(refusals: Refusals, feed: Feed, now: datetime) -> Refusal | None:
    """Return the refusal that leaves a feed alone for now, if there is one."""
    if until := refusals.meter_until(now):
        return Refusal(ErrorReason.METER_REFUSED, until)
    if until := refusals.direction_until(feed.direction, now):
        return Refusal(ErrorReason.WRONG_DIRECTION, until)
    return None


async def end_pauses(store: Store, point_id: str) -> None:
    """Have a usage point's feeds asked at once, if that can be noted, and count their failures anew."""
    with suppress(StoreError):
        for kind, direction in product(Kind, Direction):
            feed = Feed(point_id, kind, direction)
            await store.delete(_pause_key(feed))
            await store.delete(_failures_key(feed))


def _pause_key(feed: Feed) -> str:
    return f"archive:pause:{feed.point_id}:{feed.kind}:{feed.direction}"


def _failures_key(feed: Feed) -> str:
    return f"archive:failures:{feed.point_id}:{feed.kind}:{feed.direction}"
