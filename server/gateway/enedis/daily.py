"""From the points of daily values and greatest powers to one figure a day."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime

from gateway.domain.readings import Peak
from gateway.enedis.rejected_values import RejectedValues, RejectionReason
from gateway.enedis.wire import Point, UnreadableError

MOST_WATTS = 40_000_000
"""The most that Enedis connects: what comes above it is no measure of a usage point."""
LONGEST_DAY_HOURS = 25


@dataclass(frozen=True)
class FiguresByDay[Figure]:
    """A figure by day, and what was refused."""

    days: dict[date, Figure]
    refused: RejectedValues


def place_daily(points: Iterable[Point], start: date, end: date, most_watts: int = MOST_WATTS) -> FiguresByDay[int]:
    """Return the energy of the days `[start, end[`, in Wh. Two different values of a day are both refused."""
    return _place_points(points, start, end, most_watts * LONGEST_DAY_HOURS, lambda point: point.value)


def place_peaks(points: Iterable[Point], start: date, end: date, most_va: int = MOST_WATTS) -> FiguresByDay[Peak]:
    """Return the greatest powers of the days `[start, end[`. Two different ones of a day are both refused."""
    return _place_points(points, start, end, most_va, lambda point: Peak(point.value, _find_moment(point)))


def _place_points[Figure](
    points: Iterable[Point], start: date, end: date, most: int, read: Callable[[Point], Figure]
) -> FiguresByDay[Figure]:
    days: dict[date, Figure] = {}
    contradicted: set[date] = set()
    refused = RejectedValues()
    for point in points:
        if point.is_empty:
            continue
        try:
            day, value, figure = point.day, point.value, read(point)
        except UnreadableError as error:
            refused.add_points(RejectionReason(error.part), error.text)
            continue
        if not start <= day < end:
            refused.add_points(RejectionReason.OUTSIDE, str(day))
        elif not 0 <= value <= most:
            refused.add_points(RejectionReason.IMPLAUSIBLE, str(value))
        elif days.setdefault(day, figure) != figure:
            contradicted.add(day)
            refused.add_points(RejectionReason.CONTRADICTORY, str(day))
    for day in contradicted:
        del days[day]
        refused.add_points(RejectionReason.CONTRADICTORY)
    return FiguresByDay(days, refused)


def _find_moment(point: Point) -> datetime | None:
    """Return the instant of a greatest power; None where its clock time is not certain, as in autumn's doubled hour."""
    try:
        instants = point.instants
    except UnreadableError:
        return None
    return instants[0] if len(instants) == 1 else None
