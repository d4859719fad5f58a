"""Calls to Enedis for a window of days, and the facts by day that their answers contain, for each kind of reading."""

from collections.abc import Awaitable, Callable, Mapping, Sequence, Sized
from datetime import date
from enum import Enum

from gateway.domain.readings import Quality, Reading, find_gaps
from gateway.enedis.client import Enedis
from gateway.enedis.daily import place_daily, place_peaks
from gateway.enedis.errors import EnedisError, ErrorReason
from gateway.enedis.readings import place_curve
from gateway.enedis.registers import place_index
from gateway.enedis.rejected_values import RejectedValues
from gateway.kit import paris
from gateway.kit.database import Database
from gateway.metering import payloads, repository
from gateway.metering.metered_point import MeteredPoint
from gateway.metering.planner import Window
from gateway.metering.repository import Fact
from gateway.metering.schedule import SURELY_ABSENT, Entry, Feed, Kind, State
from gateway.metering.settling import find_rounding, fit_rounded, merge_readings


class Priority(Enum):
    """The purpose of a call, most urgent first: each priority yields to those before it."""

    PERSON = "somebody waits for the answer"
    UPKEEP = "the newest days"
    HISTORY = "the older ones"


class Fetcher:
    """Calls Enedis for a window of days and converts the answer into facts."""

    def __init__(self, database: Database, enedis: Enedis) -> None:
        self._database = database
        self._enedis = enedis
        self._by_kind: dict[Kind, Callable[[MeteredPoint, Feed, Window], Awaitable[list[Fact]]]] = {
            Kind.CURVE: self._fetch_curve,
            Kind.DAILY: self._fetch_daily,
            Kind.MAX_POWER: self._fetch_max_power,
            Kind.INDEX: self._fetch_index,
        }

    async def fetch_window(self, point: MeteredPoint, feed: Feed, window: Window) -> list[Fact]:
        """Ask Enedis for a window; return one fact for each of its days. Raises EnedisError."""
        return await self._by_kind[feed.kind](point, feed, window)

    async def _fetch_curve(self, point: MeteredPoint, feed: Feed, window: Window) -> list[Fact]:
        # read the database before the call, so that an answer can be stored without a further read that may fail
        async with self._database.read() as session:
            entries, before = await repository.load_values(
                session, feed, point.secrets, payloads.read_curve, window.start, window.end
            )
            daily = Feed(feed.point_id, Kind.DAILY, feed.direction)
            _, values = await repository.load_values(
                session, daily, point.secrets, payloads.read_value, window.start, window.end
            )
        points = await self._enedis.fetch_load_curve(
            point.account_id, point.secrets.prm, feed.direction, window.start, window.end
        )
        placed = place_curve(points, window.start, window.end, point.most_watts)
        _check_refused(point, window, placed.refused, placed.days)
        facts: list[Fact] = []
        for day in paris.iterate_days(window.start, window.end):
            stored, found = before.get(day, []), placed.days.get(day, [])
            readings = merge_readings(day, found, stored, values.get(day))
            state = _get_state(day, readings, found, entries.get(day))
            if state is State.COMPLETE and find_rounding(readings):
                fitted = fit_rounded(readings, values[day]) if day in values else None
                state = State.FITTED if fitted else State.COMPLETE if day in values else State.ROUNDED
                readings = fitted or readings
            payload = payloads.pack_curve(day, readings) if readings else None
            was_estimated = any(reading.quality is Quality.ESTIMATED for reading in stored)
            # a missing day in an answer with other days is truly absent: asking for it again would cost another call
            times_absent = SURELY_ABSENT if state is State.ABSENT and placed.days else 0
            corrects = was_estimated and readings != stored
            facts.append(Fact(day, state, payload, corrects=corrects, times_absent=times_absent))
        return facts

    async def _fetch_daily(self, point: MeteredPoint, feed: Feed, window: Window) -> list[Fact]:
        points = await self._enedis.fetch_daily(
            point.account_id, point.secrets.prm, feed.direction, window.start, window.end
        )
        placed = place_daily(points, window.start, window.end, point.most_watts)
        _check_refused(point, window, placed.refused, placed.days)
        return _list_facts(window, {day: payloads.pack_value(wh) for day, wh in placed.days.items()})

    async def _fetch_max_power(self, point: MeteredPoint, _: Feed, window: Window) -> list[Fact]:
        points = await self._enedis.fetch_max_power(point.account_id, point.secrets.prm, window.start, window.end)
        placed = place_peaks(points, window.start, window.end, point.most_watts)
        _check_refused(point, window, placed.refused, placed.days)
        return _list_facts(window, {day: peak.pack() for day, peak in placed.days.items()})

    async def _fetch_index(self, point: MeteredPoint, feed: Feed, window: Window) -> list[Fact]:
        series = await self._enedis.fetch_index(
            point.account_id, point.secrets.prm, feed.direction, window.start, window.end
        )
        placed = place_index(series, window.start, window.end)
        _check_refused(point, window, placed.refused, placed.days)
        return _list_facts(window, {day: payloads.pack_registers(registers) for day, registers in placed.days.items()})


def _check_refused(point: MeteredPoint, window: Window, refused: RejectedValues, used: Sized) -> None:
    """Log the values that were rejected. Raises EnedisError when the answer has rejected values only."""
    refused.write_to_log(point.id, str(window.start))
    if refused.total and not used:
        raise EnedisError(ErrorReason.DOWN, "unreadable_values")


def _get_state(day: date, readings: Sequence[Reading], found: Sequence[Reading], entry: Entry | None) -> State:
    """Return the state of a day from its merged `readings`, those `found` in the newest answer and its former entry."""
    if not readings:
        return State.ABSENT
    if any(find_gaps(day, readings)):
        return State.PARTIAL
    was_filled = entry is not None and entry.state is State.FILLED
    is_measured = all(reading.quality is Quality.MEASURED for reading in readings) or not any(find_gaps(day, found))
    return State.FILLED if was_filled and not is_measured else State.COMPLETE


def _list_facts(window: Window, found: Mapping[date, bytes]) -> list[Fact]:
    """Return one fact for each day of a window: its payload if it was found, else ABSENT."""
    return [
        Fact(day, State.COMPLETE, found[day]) if day in found else Fact(day, State.ABSENT)
        for day in paris.iterate_days(window.start, window.end)
    ]
