"""The archive asks Enedis for what is wanted and not yet known, and remembers the answers.

One lease a feed: whoever comes while a call is made waits, then finds its answer in the ledger. No transaction spans a
call.
"""

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import structlog

from gateway.consents import repository as points
from gateway.consents.models import PointStatus, UsagePoint
from gateway.consents.service import Secrets, open_secrets
from gateway.enedis.client import Direction, Enedis
from gateway.enedis.errors import EnedisError, Meaning
from gateway.enedis.readings import place
from gateway.kit import paris
from gateway.kit.clock import Clock
from gateway.kit.crypto import Keyring
from gateway.kit.database import Database
from gateway.metering import repository
from gateway.metering.ledger import Entry, Kind, State
from gateway.metering.planner import Window, plan
from gateway.metering.readings import completed
from gateway.metering.repository import Feed
from gateway.store import Store, StoreError

log = structlog.get_logger()

CALLS_A_REQUEST = 5
PATIENCE = 20.0
_SHORTER_WEEK = timedelta(days=6)
_PAUSES = {
    Meaning.DOWN: timedelta(minutes=10),
    Meaning.OUR_FAULT: timedelta(hours=1),
    Meaning.QUOTA: timedelta(minutes=1),
}
_LONG_PAUSE = timedelta(hours=6)
_UNTIL_THE_STORE_IS_BACK = timedelta(seconds=5)
_KNOWS = {State.BEFORE_ACTIVATION: 0, State.ABSENT: 0, State.PARTIAL: 1, State.COMPLETE: 2}
"""An answer that knows less never replaces one that knew more."""
_SINCE = ("{direction}_activated_on", "nothing_before_{direction}")
_QUANTITY = {Direction.CONSUMPTION: "CONS", Direction.PRODUCTION: "PROD"}


@dataclass(frozen=True, repr=False)
class Meter:
    """A usage point with what opens its data and pays its calls; `since` is the day its energy was first counted."""

    id: str
    account_id: str
    secrets: Secrets
    is_open: bool
    since: dict[Direction, date | None]


@dataclass(frozen=True)
class Refusal:
    """Why asking stopped, and when it may go on."""

    reason: Meaning
    until: datetime


type _Fact = tuple[date, State, bytes | None]


class Archive:
    """Fills the ledger."""

    def __init__(self, database: Database, store: Store, clock: Clock, enedis: Enedis, keyring: Keyring) -> None:
        """Prepare."""
        self._database = database
        self._store = store
        self._clock = clock
        self._enedis = enedis
        self._keyring = keyring
        self._tasks: set[asyncio.Task[Refusal | None]] = set()
        self._ask: dict[Kind, Callable[[Meter, Feed, Window], Coroutine[None, None, list[_Fact]]]] = {
            Kind.CURVE: self._ask_curve,
            Kind.DAILY: self._ask_daily,
        }

    async def open(self, point: UsagePoint) -> Meter:
        """Decrypt what a usage point needs to be asked and read."""
        async with self._database.read() as session:
            return Meter(
                id=point.id,
                account_id=point.account_id,
                secrets=await open_secrets(session, point, self._keyring),
                is_open=point.status is PointStatus.GRANTED,
                since={direction: _activation(point, direction) for direction in Direction},
            )

    async def ensure(
        self, meter: Meter, feed: Feed, wanted: Sequence[date], calls: int = CALLS_A_REQUEST
    ) -> Refusal | None:
        """Ask for what is missing of the wanted days, by a few calls and for a short while.

        A call that was begun is ended and its answer kept, even when whoever wanted it no longer waits. Returns why
        asking stopped early, if it did.
        """
        task = asyncio.create_task(self._fill_if_alone(meter, feed, wanted, calls))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        await asyncio.wait({task}, timeout=PATIENCE)
        return task.result() if task.done() else None

    async def close(self) -> None:
        """Wait for the calls under way."""
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=PATIENCE)

    async def _fill_if_alone(self, meter: Meter, feed: Feed, wanted: Sequence[date], calls: int) -> Refusal | None:
        """Fill; without the store nobody can be sure to be alone, or in time, and nothing is asked."""
        try:
            return await self._fill(meter, feed, wanted, calls)
        except StoreError:
            return Refusal(Meaning.DOWN, self._clock.now() + _UNTIL_THE_STORE_IS_BACK)

    async def _fill(self, meter: Meter, feed: Feed, wanted: Sequence[date], calls: int) -> Refusal | None:
        if not wanted:
            return None
        if not meter.is_open:
            return Refusal(Meaning.NO_CONSENT, self._clock.now())
        pause = f"archive:pause:{feed.point_id}:{feed.kind}:{feed.direction}"
        for _ in range(calls):
            async with self._store.lease(f"archive:{feed.point_id}:{feed.kind}:{feed.direction}"):
                if paused := await self._store.get(pause):
                    reason, _, until = paused.partition(" ")
                    return Refusal(Meaning(reason), datetime.fromisoformat(until))
                async with self._database.read() as session:
                    if not await points.is_open(session, meter.id):
                        return Refusal(Meaning.NO_CONSENT, self._clock.now())
                    known = await repository.ledger(session, feed, min(wanted), max(wanted) + paris.DAY)
                windows = plan(
                    known, list(wanted), feed.kind, self._clock.now(), since=meter.since[feed.direction]
                ).calls
                if not windows:
                    return None
                if refusal := await self._call(meter, feed, windows[0], known):
                    seconds = (refusal.until - self._clock.now()).total_seconds()
                    await self._store.set(pause, f"{refusal.reason} {refusal.until.isoformat()}", seconds)
                    return refusal
        return None

    async def _call(self, meter: Meter, feed: Feed, window: Window, known: dict[date, Entry]) -> Refusal | None:
        try:
            facts = await self._ask[feed.kind](meter, feed, window)
        except EnedisError as error:
            match error.meaning:
                case Meaning.ABSENT | Meaning.NOT_PUBLISHED:
                    facts = [(day, State.ABSENT, None) for day in paris.days(window.start, window.end)]
                case Meaning.BEFORE_ACTIVATION:
                    # only the first day of the window is certain to be too early, and so is whatever is older
                    facts = [(window.start, State.BEFORE_ACTIVATION, None)]
                    async with self._database.write() as session:
                        await points.note_nothing_before(session, meter.id, feed.direction, window.start + paris.DAY)
                case Meaning.HISTORY_LIMIT:
                    facts = [(window.start, State.ABSENT, None)]
                case Meaning.TOO_LONG if window.end - window.start > _SHORTER_WEEK:
                    middle = window.start + _SHORTER_WEEK
                    return await self._call(meter, feed, Window(window.start, middle), known) or await self._call(
                        meter, feed, Window(middle, window.end), known
                    )
                case _:
                    pause = self._clock.now() + _PAUSES.get(error.meaning, _LONG_PAUSE)
                    until = max(pause, error.retry_at) if error.retry_at else pause
                    if error.meaning is Meaning.NO_CONSENT:
                        async with self._database.write() as session:
                            await points.doubt(session, meter.id, self._clock.now())
                    log.warning("enedis_refused", reason=error.meaning, code=error.code, until=paris.iso(until))
                    return Refusal(error.meaning, until)
        now = self._clock.now()
        async with self._database.write() as session:
            for day, state, payload in facts:
                before = known.get(day)
                if before is not None and _KNOWS[before.state] > _KNOWS[state]:
                    await repository.asked_in_vain(session, feed, day, now)
                else:
                    await repository.save(session, feed, day, Entry(state, now), payload)
        return None

    async def _ask_curve(self, meter: Meter, feed: Feed, window: Window) -> list[_Fact]:
        answer = await self._enedis.load_curve(
            meter.account_id, meter.secrets.prm, feed.direction, window.start, window.end
        )
        async with self._database.read() as session:
            before = await repository.curve(session, feed, meter.secrets, window.start, window.end)
        placed = place(answer.points(_QUANTITY[feed.direction], "PA"))
        if placed.refused:
            log.warning("points_refused", usage_point=meter.id, start=str(window.start), count=placed.refused)
        facts: list[_Fact] = []
        for day in paris.days(window.start, window.end):
            readings = completed(placed.days.get(day, []), before.get(day, []))
            minutes = sum(reading.minutes for reading in readings)
            state = State.ABSENT if not readings else State.PARTIAL
            if minutes == paris.minutes_in(day):
                state = State.COMPLETE
            payload = repository.sealed_curve(feed, meter.secrets, day, readings) if readings else None
            facts.append((day, state, payload))
        return facts

    async def _ask_daily(self, meter: Meter, feed: Feed, window: Window) -> list[_Fact]:
        answer = await self._enedis.daily(meter.account_id, meter.secrets.prm, feed.direction, window.start, window.end)
        values = {
            point.day: point.v
            for point in answer.points(_QUANTITY[feed.direction], "EA")
            if point.v is not None and point.v >= 0
        }
        facts: list[_Fact] = []
        for day in paris.days(window.start, window.end):
            value = values.get(day)
            payload = None if value is None else repository.sealed_value(feed, meter.secrets, day, value)
            facts.append((day, State.ABSENT if value is None else State.COMPLETE, payload))
        return facts


def _activation(point: UsagePoint, direction: Direction) -> date | None:
    """Return since when Enedis counts a direction, as far as it told, by its contract or by its refusals."""
    told = [point.contract.get(key.format(direction=direction)) for key in _SINCE]
    return max((date.fromisoformat(day) for day in told if day), default=None)
