"""From Enedis' stamps to readings.

A stamp of the load curve is the END of its interval, in Paris time without offset (reference: the 96 points of
29-30 September 2026 sum to the two daily values only so); `D+1 00:00` therefore belongs to day D. In autumn 02:00 to
02:59 come twice and are told apart by their order. What cannot be placed for certain is refused, never guessed.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from gateway.enedis.wire import Point
from gateway.kit import paris
from gateway.metering.readings import Reading


@dataclass(frozen=True)
class Placement:
    """Readings by day, in order, and how many points could not be placed."""

    days: dict[date, list[Reading]]
    refused: int


@dataclass(frozen=True)
class _Stamped:
    local: datetime
    minutes: int
    watts: int

    def readings(self) -> list[Reading]:
        """Return where this interval can be: once, twice in autumn's doubled hour, nowhere in spring's skipped one."""
        length = timedelta(minutes=self.minutes)
        found = [Reading(end - length, self.minutes, self.watts) for end in paris.instants(self.local)]
        day = self.day
        first, after = paris.bounds(day)
        return [reading for reading in found if first <= reading.start and reading.end <= after]

    @property
    def day(self) -> date:
        return (self.local - timedelta(microseconds=1)).date()


def place(points: Iterable[Point]) -> Placement:
    """Place the points of a load curve. Absent values are absent; equal points count once."""
    by_day: dict[date, list[_Stamped]] = defaultdict(list)
    refused = 0
    for point in points:
        try:
            local = point.local
        except ValueError:
            refused += 1
            continue
        if point.v is None:
            continue
        if point.p is None or point.v < 0 or local.tzinfo is not None:
            refused += 1
            continue
        stamped = _Stamped(local, point.p, point.v)
        by_day[stamped.day].append(stamped)
    days = {}
    for day, stamps in sorted(by_day.items()):
        readings, lost = _place_day(sorted(stamps, key=lambda stamp: stamp.local))
        refused += lost
        if readings:
            days[day] = readings
    return Placement(days, refused)


def _place_day(stamps: list[_Stamped]) -> tuple[list[Reading], int]:
    """Place the points of one day, sorted by stamp with ties in their order; count those refused."""
    certain: list[Reading] = []
    doubled: list[tuple[Reading, Reading]] = []
    refused = 0
    for candidates in map(_Stamped.readings, stamps):
        match candidates:
            case [reading]:
                certain.append(reading)
            case [first, second]:
                doubled.append((first, second))
            case _:
                refused += 1
    kept, overlapping = _without_overlaps(certain)
    refused += overlapping
    ways = list(_ways(doubled, kept))
    if len(ways) == 1:
        kept = sorted(kept + ways[0])
    else:
        refused += len(doubled)
    return kept, refused


def _without_overlaps(readings: list[Reading]) -> tuple[list[Reading], int]:
    """Drop repetitions, and every reading that contradicts another; count the latter."""
    ordered = sorted(set(readings))
    clashing = set()
    last: Reading | None = None
    for reading in ordered:
        if last is not None and reading.start < last.end:
            clashing |= {last, reading}
        if last is None or reading.end > last.end:
            last = reading
    return [reading for reading in ordered if reading not in clashing], len(clashing)


def _ways(doubled: list[tuple[Reading, Reading]], certain: list[Reading]) -> Iterator[list[Reading]]:
    """Yield every way to place the doubled hour: no overlap, and of two equal stamps the first comes first."""
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
            for way in _ways(rest[1:], [*certain, choice, other]):
                yield [choice, other, *way]
        else:
            for way in _ways(rest, [*certain, choice]):
                yield [choice, *way]
