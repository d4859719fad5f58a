"""The steps of a chart, and the step a year before with which each is compared."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import assert_never

from gateway.billing.totals.totals import Span, find_year_before
from gateway.kit import paris

_WEEK = timedelta(weeks=1)
_USUAL = 24


class Step(StrEnum):
    """The length of time of one row of a chart."""

    HOUR = "hour"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    YEAR = "year"


LONGEST: dict[Step, timedelta] = {
    Step.HOUR: timedelta(days=366),
    Step.DAY: timedelta(days=1096),
    Step.WEEK: timedelta(days=3653),
    Step.MONTH: timedelta(days=3653),
    Step.YEAR: timedelta(days=36525),
}
"""The longest span of a chart by step, which limits the size of a response."""


@dataclass(frozen=True)
class Hour:
    """One hour: its day in Paris, and its number counted from the first instant of that day, from 0."""

    day: date
    number: int

    @property
    def start(self) -> datetime:
        """The instant at which it begins."""
        return paris.midnight(self.day) + self.number * paris.HOUR


def list_spans(step: Step, start: date, end: date) -> list[Span]:
    """Split the days `[start, end[` into steps of a day or more. The first and the last may be shorter."""
    spans = []
    while start < end:
        until = min(_find_next_begin(step, start), end)
        spans.append(Span(start, until))
        start = until
    return spans


def _find_next_begin(step: Step, day: date) -> date:
    match step:
        case Step.HOUR | Step.DAY:
            return day + paris.DAY
        case Step.WEEK:
            return day - timedelta(days=day.weekday()) + _WEEK
        case Step.MONTH:
            return (day.replace(day=1) + timedelta(days=32)).replace(day=1)
        case Step.YEAR:
            return date(day.year + 1, 1, 1)
        case _:
            assert_never(step)


def list_hours(start: date, end: date) -> Iterator[Hour]:
    """Yield the hours of the days `[start, end[`: 23, 24 or 25 a day."""
    for day in paris.iterate_days(start, end):
        for number in range(_count_hours(day)):
            yield Hour(day, number)


@lru_cache(maxsize=4096)
def _count_hours(day: date) -> int:
    return paris.minutes_in(day) // 60


def compares_weeks(step: Step, start: date, end: date) -> bool:
    """Return whether a year before means 52 weeks, which keeps weekdays aligned: for weekly steps or one whole week."""
    return step is Step.WEEK or (start.weekday() == 0 and end - start == _WEEK)


def find_span_before(span: Span, *, by_weeks: bool) -> Span | None:
    """Return the span a year before; None for 29 February alone, which the year before does not have.

    Where a span begins or ends with 29 February, the year before does with 1 March: 1 to 28 February 2028 are compared
    with 1 to 28 February 2027. 28 February 2029 is compared with 28 February 2028 only, and not with the 29th.
    """
    if by_weeks:
        return Span(*(find_year_before(day, by_weeks=True) for day in (span.start, span.end)))
    start, end = (
        date(day.year - 1, 3, 1) if _is_leap_day(day) else find_year_before(day, by_weeks=False)
        for day in (span.start, span.end)
    )
    if span.end - span.start == paris.DAY:
        end = min(end, start + paris.DAY)
    return Span(start, end) if start < end else None


def _is_leap_day(day: date) -> bool:
    return (day.month, day.day) == (2, 29)


def find_comparison_hour(hour: Hour, *, by_weeks: bool) -> Hour | None:
    """Return the hour a year before at which clocks showed the same time; None if there was none.

    Example: 29 March 2026 has no 02:00, so its third hour (03:00) is compared with the fourth of 29 March 2025.
    """
    if not by_weeks and _is_leap_day(hour.day):
        return None
    day = find_year_before(hour.day, by_weeks=by_weeks)
    if _count_hours(day) == _count_hours(hour.day) == _USUAL:
        return Hour(day, hour.number)
    shown = hour.start.astimezone(paris.PARIS)
    local = datetime.combine(day, shown.time())
    found = paris.find_instants(local)
    if shown.fold:
        found = found[1:]
    if not found:
        return None
    return Hour(day, int((found[0].astimezone(UTC) - paris.midnight(day)) / paris.HOUR))
