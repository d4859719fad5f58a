"""Turns the points of a load curve into readings.

A stamp of the load curve is the END of its interval, in Paris time without offset (only then do the 96 points of
29-30 September 2026 sum to the two daily values); `D+1 00:00` therefore belongs to day D. A stamp with an offset is
one instant. In autumn the stamps 02:00 to 02:59 occur twice and are distinguished by their order: the day's other
points show whether that is oldest first or newest first. If they show neither, two different values are marked as
estimated. Points that cannot be placed with certainty are rejected, never guessed.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import Enum
from itertools import pairwise

from gateway.domain.readings import Quality, Reading
from gateway.enedis.daily import MOST_WATTS
from gateway.enedis.rejected_values import RejectedValues, RejectionReason
from gateway.enedis.wire import Point, UnreadableError
from gateway.kit import paris

_STEPS = range(5, 61)
"""Valid minutes of an interval, by Enedis' documentation; longer ones are not from a load curve."""


@dataclass(frozen=True)
class Placement:
    """Readings by day, in order, and the points that could not be placed."""

    days: dict[date, list[Reading]]
    refused: RejectedValues


class _Order(Enum):
    """The order of a day's points in an answer."""

    OLDEST_FIRST = "oldest first"
    NEWEST_FIRST = "newest first"
    NONE = "none"


@dataclass(frozen=True)
class _Stamped:
    """An interval in an answer: the instants at which it can end, its clock time, its length, its power in W."""

    ends: tuple[datetime, ...]
    label: datetime
    minutes: int
    watts: int

    def readings(self) -> list[Reading]:
        """Return the possible readings: one, two in autumn's repeated hour, none in spring's skipped hour."""
        length = timedelta(minutes=self.minutes)
        found = [Reading(end - length, self.minutes, self.watts) for end in self.ends]
        first, after = paris.day_bounds(self.day)
        return [reading for reading in found if first <= reading.start and reading.end <= after]

    @property
    def day(self) -> date:
        return (self.label - timedelta(microseconds=1)).date()


def place_curve(
    points: Iterable[Point], start: date = paris.EARLIEST, end: date = paris.LATEST, most_watts: int = MOST_WATTS
) -> Placement:
    """Return the readings of the days `[start, end[` from points in W. Equal points count once, empty ones never."""
    refused = RejectedValues()
    by_day: dict[date, list[_Stamped]] = defaultdict(list)
    for point in points:
        if point.is_empty:
            continue
        stamped = _read_point(point, most_watts, refused)
        if stamped is not None and start <= stamped.day < end:
            by_day[stamped.day].append(stamped)
        elif stamped is not None:
            refused.add_points(RejectionReason.OUTSIDE, str(stamped.day))
    days = {}
    for day, stamps in sorted(by_day.items()):
        order = _find_order(stamps)
        if order is _Order.NEWEST_FIRST:
            stamps.reverse()
        readings = _place_day(sorted(stamps, key=lambda stamp: stamp.label), order, refused)
        if readings:
            days[day] = readings
    return Placement(days, refused)


def _read_point(point: Point, most_watts: int, refused: RejectedValues) -> _Stamped | None:
    """Parse a point; if its stamp, step or value is invalid for a load curve, count it as rejected and return None."""
    try:
        value, minutes, ends = point.value, point.minutes, point.instants
    except UnreadableError as error:
        refused.add_points(RejectionReason(error.part), error.text)
        return None
    label = _find_label(ends)
    if minutes not in _STEPS:
        refused.add_points(RejectionReason.STEP, str(minutes))
    elif label is None or label.second or label.microsecond:
        refused.add_points(RejectionReason.STAMP, str(point.d)[:24])
    elif not 0 <= value <= most_watts:
        refused.add_points(RejectionReason.IMPLAUSIBLE, str(value))
    else:
        return _Stamped(tuple(ends), label, minutes, value)
    return None


def _find_label(ends: Sequence[datetime]) -> datetime | None:
    """Return the clock time in Paris (naive) of a stamp; None in the hour that is skipped in spring."""
    return ends[0].astimezone(paris.PARIS).replace(tzinfo=None) if ends else None


def _find_order(stamps: Sequence[_Stamped]) -> _Order:
    """Return the order of a day's points, from its unambiguous stamps."""
    labels = [stamp.label for stamp in stamps if len(stamp.ends) == 1]
    steps = {later > earlier for earlier, later in pairwise(labels) if later != earlier}
    if steps == {True}:
        return _Order.OLDEST_FIRST
    return _Order.NEWEST_FIRST if steps == {False} else _Order.NONE


def _place_day(stamps: list[_Stamped], order: _Order, refused: RejectedValues) -> list[Reading]:
    """Return the readings of one day; `stamps` are in order of clock time, equal ones too if `order` is known."""
    certain: list[Reading] = []
    doubled: list[tuple[Reading, Reading]] = []
    for stamp in stamps:
        match stamp.readings():
            case [reading]:
                certain.append(reading)
            case [first, second]:
                doubled.append((first, second))
            case _:
                refused.add_points(RejectionReason.STAMP, str(stamp.label))
    kept, overlapping = _drop_overlaps(certain)
    refused.add_points(RejectionReason.CONTRADICTORY, times=overlapping)
    ways = [set(way) for way in _list_placements(doubled, kept)]
    sure = set.intersection(*ways) if ways else set()
    refused.add_points(RejectionReason.AMBIGUOUS, times=len(doubled) - len(sure))
    if order is _Order.NONE:
        sure = _estimate_twins(sure, doubled)
    return sorted([*kept, *sure])


def _estimate_twins(sure: set[Reading], doubled: Sequence[tuple[Reading, Reading]]) -> set[Reading]:
    """Mark the readings of two points with one stamp as estimated, unless their values are equal."""
    watts: dict[datetime, set[int]] = defaultdict(set)
    for first, second in doubled:
        watts[first.start].add(first.watts)
        watts[second.start].add(second.watts)
    return {
        replace(reading, quality=Quality.ESTIMATED) if len(watts[reading.start]) > 1 else reading for reading in sure
    }


def _drop_overlaps(readings: list[Reading]) -> tuple[list[Reading], int]:
    """Return the readings without repetitions and without those that overlap another; and the number of the latter."""
    ordered = sorted(set(readings))
    clashing = set()
    last: Reading | None = None
    for reading in ordered:
        if last is not None and reading.start < last.end:
            clashing |= {last, reading}
        if last is None or reading.end > last.end:
            last = reading
    return [reading for reading in ordered if reading not in clashing], len(clashing)


def _list_placements(doubled: list[tuple[Reading, Reading]], certain: list[Reading]) -> Iterator[list[Reading]]:
    """Yield every way to place the repeated hour without overlaps; of two equal stamps, the first one is earlier."""
    if not doubled:
        yield []
        return
    (first, second), *rest = doubled
    twin = bool(rest) and rest[0][0].end == first.end
    for choice in (first,) if twin else (first, second):
        if any(choice.start < other.end and other.start < choice.end for other in certain):
            continue
        if twin:
            other = rest[0][1]
            if any(other.start < taken.end and taken.start < other.end for taken in [*certain, choice]):
                continue
            for way in _list_placements(rest[1:], [*certain, choice, other]):
                yield [choice, other, *way]
        else:
            for way in _list_placements(rest, [*certain, choice]):
                yield [choice, *way]
