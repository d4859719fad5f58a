"""From Enedis' stamps to readings.

A stamp of the load curve is the END of its interval, in Paris time without offset (the 96 points of
29-30 September 2026 sum to the two daily values only so); `D+1 00:00` therefore belongs to day D. In autumn 02:00 to
02:59 come twice and are told apart by their order. What cannot be placed for certain is refused, never guessed.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import MAXYEAR, MINYEAR, date, datetime, timedelta

from gateway.domain.readings import Reading
from gateway.enedis.wire import Point
from gateway.kit import paris

_STEPS = range(5, 61)
"""Minutes of an interval, as Enedis' documentation has them; longer ones are no load curve."""
_MOST_WATTS = 0xFFFF_FFFF
"""More than a site can take: what does not fit in 32 bits is a fault."""


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
        if point.v is None:
            continue
        stamped = _stamped(point, point.v)
        if stamped is None:
            refused += 1
        else:
            by_day[stamped.day].append(stamped)
    days = {}
    for day, stamps in sorted(by_day.items()):
        readings, lost = _place_day(sorted(stamps, key=lambda stamp: stamp.local))
        refused += lost
        if readings:
            days[day] = readings
    return Placement(days, refused)


def _stamped(point: Point, watts: int) -> _Stamped | None:
    """Read a point; None when its stamp, step or value is none that a load curve can have."""
    try:
        local = point.local
    except ValueError:
        return None
    on_the_minute = local.tzinfo is None and local.second == local.microsecond == 0
    if not on_the_minute or not MINYEAR < local.year < MAXYEAR:
        return None
    if point.p is None or point.p not in _STEPS or not 0 <= watts <= _MOST_WATTS:
        return None
    return _Stamped(local, point.p, watts)


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
    ways = [set(way) for way in _ways(doubled, kept)]
    sure = set.intersection(*ways) if ways else set()
    return sorted([*kept, *sure]), refused + len(doubled) - len(sure)


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
