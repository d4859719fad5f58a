"""Turns points of daily energy and of maximum power into one figure per day."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime

from gateway.domain.readings import Peak
from gateway.enedis.rejected_values import RejectedValues, RejectionReason
from gateway.enedis.wire import Point, UnreadableError

MOST_WATTS = 40_000_000
"""The highest power that Enedis connects, in W: higher values are not plausible."""
LONGEST_DAY_HOURS = 25


@dataclass(frozen=True)
class FiguresByDay[Figure]:
    """A figure by day, and the rejected values."""

    days: dict[date, Figure]
    refused: RejectedValues


def place_daily(points: Iterable[Point], start: date, end: date, most_watts: int = MOST_WATTS) -> FiguresByDay[int]:
    """Return the energy of the days `[start, end[`, in Wh. Two different values for a day are both rejected."""
    return _place_points(points, start, end, most_watts * LONGEST_DAY_HOURS, lambda point: point.value)


def place_peaks(points: Iterable[Point], start: date, end: date, most_va: int = MOST_WATTS) -> FiguresByDay[Peak]:
    """Return the maximum powers of the days `[start, end[`, in VA. Two different values for a day are both rejected."""
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
    """Return the instant of a maximum power; None if its clock time is ambiguous, as in autumn's repeated hour."""
    try:
        instants = point.instants
    except UnreadableError:
        return None
    return instants[0] if len(instants) == 1 else None
