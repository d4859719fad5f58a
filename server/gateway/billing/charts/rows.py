"""The rows of a chart: the sums of each step, in the exact units of figures. Unknown amounts are left out."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from gateway.billing.charts.steps import Hour
from gateway.billing.days.figures import DayFigures, MadeOf, bucket_of
from gateway.billing.totals.totals import DayTotal, Span, Total, add_up, drop_unknown
from gateway.domain.direction import Direction
from gateway.kit import paris

type Part = Literal["consumption", "production", "cost", "revenue"]

_NEEDED: Mapping[Part, frozenset[str]] = {
    "consumption": frozenset({"consumption"}),
    "production": frozenset({"production"}),
    "cost": frozenset({"consumption", "cost"}),
    "revenue": frozenset({"production", "revenue"}),
}
"""The series that must be complete for a part to be complete: an amount of money is not, if energy is missing."""
PARTS = tuple(_NEEDED)
_WORST_FIRST = (MadeOf.ESTIMATED, MadeOf.DAY, MadeOf.IMPORTED, MadeOf.MEASURED)


@dataclass(frozen=True)
class Row:
    """The sums of a step by series, the series that are incomplete (`lacks`), and the quality of its energy."""

    amounts: Mapping[str, int]
    lacks: frozenset[str]
    made_of: Mapping[Direction, MadeOf]

    def is_complete(self, part: Part) -> bool:
        """Return whether the energy of `part` is known and, if it is money, all that energy has a price."""
        return not _NEEDED[part] & self.lacks


NOTHING = Row({}, frozenset(Direction), {})
"""A step of which nothing is known, or that did not exist a year before."""


@dataclass(frozen=True)
class ChartRows:
    """Rows, each with its span or hour (None if the year before had none), and their total."""

    steps: Sequence[Span | Hour | None]
    rows: Sequence[Row]
    total: Total | None
    buckets: Sequence[str]


def build_chart_rows(
    steps: Sequence[Span | Hour | None],
    whole: Span | None,
    figures: Mapping[date, DayFigures],
    days: Mapping[date, DayTotal],
    today: date,
) -> ChartRows:
    """Return a chart with one row per step.

    `days` has the sums of each day. `whole` is the span of the total; without it there is no total. The total includes
    the subscription of every day, a row that of the days of which something is known. If only the total of a day is
    known, it is in the first hour, and all hours of the day have the quality `day`.
    """
    known_days = {day: total for day, total in days.items() if day in figures}
    hours: dict[date, dict[int, Row]] = {}

    def build_row(step: Span | Hour | None) -> Row:
        match step:
            case None:
                return NOTHING
            case Hour(day=day, number=number):
                if day not in hours:
                    hours[day] = _build_day_rows(figures[day]) if day in figures else {}
                return hours[day].get(number, NOTHING)
            case Span():
                return _build_span_row(step, figures, known_days, today)

    rows = [build_row(step) for step in steps]
    buckets = {bucket for one in rows for key in one.amounts if (bucket := bucket_of(key))}
    return ChartRows(steps, rows, add_up(whole, days, today) if whole else None, sorted(buckets))


def _build_span_row(span: Span, figures: Mapping[date, DayFigures], days: Mapping[date, DayTotal], today: date) -> Row:
    total = add_up(span, days, today)
    lacks = total.lacks if span.end <= today else total.lacks | set(Direction)
    made_of = _find_quality(figures, span)
    return Row(_drop_unknown_zeros(total.sums, lacks, made_of), lacks, made_of)


def _build_day_rows(figures: DayFigures) -> dict[int, Row]:
    columns = figures.build_columns()
    if figures.is_one_row:
        made_of = _find_worst_quality(figures)
        others = Row({}, frozenset(Direction) - made_of.keys(), made_of)
        return dict.fromkeys(range(figures.length), others) | {0: build_hour_row(figures, columns, 0)}
    return {hour: build_hour_row(figures, columns, index) for index, hour in enumerate(figures.hours)}


def build_hour_row(figures: DayFigures, columns: Mapping[str, Sequence[int]], index: int) -> Row:
    """Return the row at `index` of a day's figures, whose columns are given."""
    made_of = {}
    if figures.used and figures.used_made_of[index] is not MadeOf.UNKNOWN:
        made_of[Direction.CONSUMPTION] = figures.used_made_of[index]
    if figures.gave is not None and figures.gave_made_of[index] is not MadeOf.UNKNOWN:
        made_of[Direction.PRODUCTION] = figures.gave_made_of[index]
    lacks = {str(direction) for direction in Direction if direction not in made_of}
    if any(values[index] for values in figures.unpriced_energy):
        lacks.add("cost")
    if figures.gave is not None and figures.gave[index] and figures.production_price is None:
        lacks.add("revenue")
    amounts = {key: values[index] for key, values in columns.items()}
    return Row(_drop_unknown_zeros(amounts, lacks, made_of), frozenset(lacks), made_of)


def _drop_unknown_zeros(
    amounts: Mapping[str, int], lacks: Collection[str], made_of: Mapping[Direction, MadeOf]
) -> dict[str, int]:
    """Return the amounts without those that would be zero only because nothing is known."""
    unknown = {"subscription"} & set(lacks)
    if Direction.CONSUMPTION not in made_of:
        unknown |= {"consumption", "cost"}
    if Direction.PRODUCTION not in made_of:
        unknown |= {"production", "revenue"}
    return drop_unknown(amounts, lacks, unknown)


def _find_quality(figures: Mapping[date, DayFigures], span: Span) -> Mapping[Direction, MadeOf]:
    found: dict[Direction, MadeOf] = {}
    for day in paris.iterate_days(span.start, span.end):
        for direction, made_of in _find_worst_quality(figures[day]).items() if day in figures else ():
            found[direction] = min(found.get(direction, made_of), made_of, key=_WORST_FIRST.index)
    return found


def _find_worst_quality(figures: DayFigures) -> dict[Direction, MadeOf]:
    by_direction = {Direction.CONSUMPTION: figures.used_made_of, Direction.PRODUCTION: figures.gave_made_of}
    return {
        direction: min(known, key=_WORST_FIRST.index)
        for direction, made_of in by_direction.items()
        if (known := {one for one in made_of if one is not MadeOf.UNKNOWN})
    }
