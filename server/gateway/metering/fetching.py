"""What Enedis' answers tell of days, by kind."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import date, datetime
from enum import Enum

import structlog

from gateway.domain.direction import Direction
from gateway.domain.readings import Peak, Quality
from gateway.enedis.client import Enedis
from gateway.enedis.readings import place
from gateway.enedis.registers import place_index
from gateway.enedis.wire import Point
from gateway.kit import paris
from gateway.kit.database import Database
from gateway.metering import payloads, repository
from gateway.metering.meters import Meter
from gateway.metering.planner import Window
from gateway.metering.repository import Fact
from gateway.metering.schedule import Feed, Kind, State
from gateway.metering.settling import renewed

log = structlog.get_logger()

_QUANTITY = {Direction.CONSUMPTION: "CONS", Direction.PRODUCTION: "PROD"}


class Priority(Enum):
    """For whom a call is made; each gives way to those before it."""

    PERSON = "somebody waits for the answer"
    UPKEEP = "the newest days"
    HISTORY = "the older ones"


class Fetcher:
    """Makes a call and understands its answer."""

    def __init__(self, database: Database, enedis: Enedis) -> None:
        self._database = database
        self._enedis = enedis
        self._by_kind: dict[Kind, Callable[[Meter, Feed, Window], Awaitable[list[Fact]]]] = {
            Kind.CURVE: self._curve,
            Kind.DAILY: self._daily,
            Kind.MAX_POWER: self._max_power,
            Kind.INDEX: self._index,
        }

    async def ask(self, meter: Meter, feed: Feed, window: Window) -> list[Fact]:
        """Ask for a window; return a fact for each of its days. Raises EnedisError."""
        return await self._by_kind[feed.kind](meter, feed, window)

    async def _curve(self, meter: Meter, feed: Feed, window: Window) -> list[Fact]:
        # first, so that nothing stands between an answer and its being kept
        async with self._database.read() as session:
            _, before = await repository.known(
                session, feed, meter.secrets, payloads.read_curve, window.start, window.end
            )
            daily = Feed(feed.point_id, Kind.DAILY, feed.direction)
            _, values = await repository.known(
                session, daily, meter.secrets, payloads.read_value, window.start, window.end
            )
        answer = await self._enedis.load_curve(
            meter.account_id, meter.secrets.prm, feed.direction, window.start, window.end
        )
        placed = place(answer.points(_QUANTITY[feed.direction], "PA"))
        if placed.refused:
            log.warning("points_refused", usage_point=meter.id, start=str(window.start), count=placed.refused)
        facts: list[Fact] = []
        for day in paris.days(window.start, window.end):
            known = before.get(day, [])
            readings = renewed(day, placed.days.get(day, []), known, values.get(day))
            minutes = sum(reading.minutes for reading in readings)
            state = State.ABSENT if not readings else State.PARTIAL
            if minutes == paris.minutes_in(day):
                state = State.COMPLETE
            payload = payloads.sealed_curve(feed, meter.secrets, day, readings) if readings else None
            was_estimated = any(reading.quality is Quality.ESTIMATED for reading in known)
            facts.append(Fact(day, state, payload, corrects=was_estimated and readings != known))
        return facts

    async def _daily(self, meter: Meter, feed: Feed, window: Window) -> list[Fact]:
        answer = await self._enedis.daily(meter.account_id, meter.secrets.prm, feed.direction, window.start, window.end)
        values = {
            point.day: str(point.v).encode()
            for point in answer.points(_QUANTITY[feed.direction], "EA")
            if point.v is not None and point.v >= 0
        }
        return _facts(meter, feed, window, values)

    async def _max_power(self, meter: Meter, feed: Feed, window: Window) -> list[Fact]:
        answer = await self._enedis.max_power(meter.account_id, meter.secrets.prm, window.start, window.end)
        peaks = {
            point.day: Peak(point.v, _moment(point)).pack()
            for point in answer.points("CONS", "PMA")
            if point.v is not None and point.v >= 0
        }
        return _facts(meter, feed, window, peaks)

    async def _index(self, meter: Meter, feed: Feed, window: Window) -> list[Fact]:
        answer = await self._enedis.index(meter.account_id, meter.secrets.prm, feed.direction, window.start, window.end)
        placed = place_index(answer, _QUANTITY[feed.direction])
        return _facts(
            meter, feed, window, {day: payloads.packed_registers(registers) for day, registers in placed.items()}
        )


def _facts(meter: Meter, feed: Feed, window: Window, found: Mapping[date | None, bytes]) -> list[Fact]:
    """Return a fact for each day of a window: what was found, or that nothing was."""
    return [
        Fact(day, State.COMPLETE, payloads.sealed(feed, meter.secrets, day, found[day]))
        if day in found
        else Fact(day, State.ABSENT)
        for day in paris.days(window.start, window.end)
    ]


def _moment(point: Point) -> datetime | None:
    """Return the instant of a peak; none where its clock time is not certain, as in autumn's doubled hour."""
    try:
        instants = paris.instants(point.local)
    except ValueError:
        return None
    return instants[0] if len(instants) == 1 else None
