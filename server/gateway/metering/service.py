"""Readings for whoever asks: what is known, and why the rest is not."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from gateway.consents.models import UsagePoint
from gateway.enedis.client import Direction
from gateway.enedis.errors import Meaning
from gateway.kit import paris
from gateway.kit.clock import Clock
from gateway.kit.database import Database
from gateway.metering import repository
from gateway.metering.archive import Archive, Meter, Refusal
from gateway.metering.ledger import Entry, Kind, State, next_attempt
from gateway.metering.planner import history_starts
from gateway.metering.readings import Quality, Reading
from gateway.metering.repository import Feed
from gateway.problems import ProblemError

LONGEST_RANGE = timedelta(days=1200)


class Reason(StrEnum):
    """Why something is missing."""

    NOT_PUBLISHED = "not_published"
    SCHEDULED = "scheduled"
    QUOTA = "quota"
    UPSTREAM_DOWN = "upstream_down"
    ABSENT = "absent"
    BEFORE_ACTIVATION = "before_activation"
    HISTORY_LIMIT = "history_limit"
    NO_CONSENT = "no_consent"


_REFUSALS = {
    Meaning.QUOTA: Reason.QUOTA,
    Meaning.NO_CONSENT: Reason.NO_CONSENT,
    Meaning.WRONG_DIRECTION: Reason.ABSENT,
}


@dataclass(frozen=True)
class Missing:
    """What is not known of `[start, end[`, why, and when it is expected."""

    start: datetime
    end: datetime
    reason: Reason
    expected_at: datetime | None


@dataclass(frozen=True)
class DayValue:
    """The energy of a day, in Wh."""

    day: date
    wh: int | float
    quality: Quality


@dataclass(frozen=True)
class Curve:
    """The load curve of a range."""

    readings: list[Reading]
    missing: list[Missing]


@dataclass(frozen=True)
class Daily:
    """The daily values of a range."""

    values: list[DayValue]
    missing: list[Missing]


class Readings:
    """Answers from the archive, which asks Enedis for what it lacks."""

    def __init__(self, database: Database, archive: Archive, clock: Clock) -> None:
        """Prepare."""
        self._database = database
        self._archive = archive
        self._clock = clock

    async def load_curve(self, point: UsagePoint, direction: Direction, start: date, end: date) -> Curve:
        """Return the curve of `[start, end[`. Raises a problem when a fault or quota leaves nothing of it."""
        days = _checked(start, end)
        feed = Feed(point.id, Kind.CURVE, direction)
        meter = await self._archive.open(point)
        refusal = await self._archive.ensure(meter, feed, days)
        async with self._database.read() as session:
            known = await repository.ledger(session, feed, start, end)
            curves = await repository.curve(session, feed, meter.secrets, start, end)
        readings = [reading for day in days for reading in curves.get(day, [])]
        gaps = [
            Missing(*gap, *self._why(meter, feed, day, known.get(day), refusal))
            for day in days
            for gap in _gaps(day, curves.get(day, []))
        ]
        _refuse_if_nothing(readings, refusal, self._clock.now())
        return Curve(readings, _merged(gaps))

    async def daily(self, point: UsagePoint, direction: Direction, start: date, end: date) -> Daily:
        """Return the days of `[start, end[`: the sum of the curve where it is whole, else Enedis' daily value."""
        days = _checked(start, end)
        curve, daily = Feed(point.id, Kind.CURVE, direction), Feed(point.id, Kind.DAILY, direction)
        meter = await self._archive.open(point)
        async with self._database.read() as session:
            curve_ledger = await repository.ledger(session, curve, start, end)
            curves = await repository.curve(session, curve, meter.secrets, start, end)
        whole = {day for day, entry in curve_ledger.items() if entry.state is State.COMPLETE}
        others = [day for day in days if day not in whole]
        refusal = await self._archive.ensure(meter, daily, others)
        async with self._database.read() as session:
            known = await repository.ledger(session, daily, start, end)
            asked = await repository.values(session, daily, meter.secrets, start, end)
        found = {day: _energy(curves[day]) for day in whole} | {
            day: DayValue(day, asked[day], Quality.MEASURED) for day in others if day in asked
        }
        gaps = [
            Missing(*paris.bounds(day), *self._why(meter, daily, day, known.get(day), refusal))
            for day in others
            if day not in found
        ]
        _refuse_if_nothing(found, refusal, self._clock.now())
        return Daily([found[day] for day in sorted(found)], _merged(gaps))

    def _why(
        self, meter: Meter, feed: Feed, day: date, entry: Entry | None, refusal: Refusal | None
    ) -> tuple[Reason, datetime | None]:
        now, since = self._clock.now(), meter.since[feed.direction]
        again = next_attempt(day, entry)
        if (entry is not None and entry.state is State.BEFORE_ACTIVATION) or (since is not None and day < since):
            return Reason.BEFORE_ACTIVATION, None
        if again is None:
            return Reason.ABSENT, None
        if entry is None and day < history_starts(feed.kind, paris.day_of(now)):
            return Reason.HISTORY_LIMIT, None
        if again > now:
            return Reason.NOT_PUBLISHED, again
        if refusal is not None:
            return _REFUSALS.get(refusal.reason, Reason.UPSTREAM_DOWN), refusal.until
        return Reason.SCHEDULED, now


def _checked(start: date, end: date) -> list[date]:
    if start >= end:
        raise ProblemError(400, "invalid_range", "`start` must be before `end`; `end` is not included.")
    if end - start > LONGEST_RANGE:
        raise ProblemError(400, "range_too_long", f"Ask for at most {LONGEST_RANGE.days} days at once.")
    return list(paris.days(start, end))


def _energy(readings: list[Reading]) -> DayValue:
    watt_minutes = sum(reading.watts * reading.minutes for reading in readings)
    quality = Quality.MEASURED
    if any(reading.quality is Quality.ESTIMATED for reading in readings):
        quality = Quality.ESTIMATED
    whole, rest = divmod(watt_minutes, 60)
    return DayValue(paris.day_of(readings[0].start), whole if not rest else round(watt_minutes / 60, 3), quality)


def _gaps(day: date, readings: list[Reading]) -> Iterator[tuple[datetime, datetime]]:
    position, end = paris.bounds(day)
    for reading in readings:
        if reading.start > position:
            yield position, reading.start
        position = reading.end
    if position < end:
        yield position, end


def _merged(gaps: Iterable[Missing]) -> list[Missing]:
    """Join neighbours of one reason; they are all expected when the last of them is."""
    merged: list[Missing] = []
    for gap in gaps:
        last = merged[-1] if merged else None
        if last is not None and (last.end, last.reason) == (gap.start, gap.reason):
            expected = [at for at in (last.expected_at, gap.expected_at) if at is not None]
            merged[-1] = Missing(last.start, gap.end, gap.reason, max(expected, default=None))
        else:
            merged.append(gap)
    return merged


def _refuse_if_nothing(known: object, refusal: Refusal | None, now: datetime) -> None:
    if known or refusal is None:
        return
    wait = (refusal.until - now).total_seconds()
    if refusal.reason is Meaning.QUOTA:
        raise ProblemError(
            429, "quota", "Nothing is known of this range yet and the quota is used up.", retry_after=wait
        )
    if refusal.reason in {Meaning.DOWN, Meaning.OUR_FAULT, Meaning.UNAUTHORIZED}:
        raise ProblemError(
            503, "upstream_down", "Nothing is known of this range and Enedis does not answer.", retry_after=wait
        )
