"""Energy and money of the current and last day, week, month and year, and of the same a year before."""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from functools import partial

from gateway.billing.days.figures import DayFigures, MadeOf, bucket_of, subscription_of
from gateway.domain.direction import Direction
from gateway.kit import paris


class Unit(StrEnum):
    """The unit of time of a total."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    YEAR = "year"


@dataclass(frozen=True)
class Span:
    """The days `[start, end[`."""

    start: date
    end: date


@dataclass
class Total:
    """The known sums of a span by series, in the exact units of figures.

    `lacks` are the series whose sum is incomplete: energy with a day that is not known, money with known energy that
    has no price. `complete`: the span is over and no energy is missing.
    The subscription includes every day in service, whether its energy is known or not.
    """

    span: Span
    complete: bool
    lacks: frozenset[str] = frozenset()
    sums: Mapping[str, int] = field(default_factory=dict)

    def group_by_bucket(self, kind: str) -> dict[str, int]:
        """Return the sums of `consumption` or `cost` by bucket."""
        buckets = {key: bucket for key in self.sums if key.startswith(kind) and (bucket := bucket_of(key))}
        return {bucket: self.sums[key] for key, bucket in sorted(buckets.items())}


@dataclass(frozen=True)
class DayTotal:
    """The sums of a day by series, and the series whose sum is incomplete (`lacks`)."""

    lacks: frozenset[str]
    sums: Mapping[str, int]


_ENERGY = frozenset({"consumption", "production"})
_NOTHING = DayTotal(_ENERGY, {})


def list_spans(unit: Unit, today: date, known_until: date) -> dict[str, Span]:
    """Return four spans of a unit.

    `running` is the current one up to today, `running_year_ago` as many of its days as are known, a year before. `last`
    is the last one that is over and known, `year_ago` the same a year before. For weeks, a year before is 52 weeks
    earlier, so that they begin on a Monday too; 29 February is compared with the 28th.
    """
    end = _find_begin(unit, known_until)
    start = _find_begin(unit, end - paris.DAY)
    begun = _find_begin(unit, today)
    year_before = partial(find_year_before, by_weeks=unit is Unit.WEEK)
    begun_before, before = year_before(begun), year_before(start)
    so_far = year_before(known_until - paris.DAY) + paris.DAY if known_until > begun else begun_before
    return {
        "running": Span(begun, today + paris.DAY),
        "running_year_ago": Span(begun_before, so_far),
        "last": Span(start, end),
        "year_ago": Span(before, before + paris.DAY if unit is Unit.DAY else year_before(end)),
    }


def find_year_before(day: date, *, by_weeks: bool) -> date:
    """Return the day a year before, or 52 weeks before if `by_weeks`. 29 February is compared with the 28th."""
    if by_weeks:
        return day - timedelta(weeks=52)
    february = day.replace(day=28) if (day.month, day.day) == (2, 29) else day
    return february.replace(year=day.year - 1)


def _find_begin(unit: Unit, day: date) -> date:
    match unit:
        case Unit.DAY:
            return day
        case Unit.WEEK:
            return day - timedelta(days=day.weekday())
        case Unit.MONTH:
            return day.replace(day=1)
        case Unit.YEAR:
            return day.replace(month=1, day=1)


def sum_by_unit(
    figures: Mapping[date, DayFigures],
    counted_since: Mapping[Direction, date],
    subscription_on: Callable[[date], int | None],
    today: date,
    known_until: date,
) -> dict[Unit, dict[str, Total]]:
    """Return the totals of each span of every unit; `counted_since` and `subscription_on` as in `sum_by_day`."""
    wanted = {unit: list_spans(unit, today, known_until) for unit in Unit}
    dates = {
        day for named in wanted.values() for span in named.values() for day in paris.iterate_days(span.start, span.end)
    }
    days = sum_by_day(dates, figures, counted_since, subscription_on)
    return {unit: {name: add_up(span, days, today) for name, span in named.items()} for unit, named in wanted.items()}


def sum_by_day(
    days: Iterable[date],
    figures: Mapping[date, DayFigures],
    counted_since: Mapping[Direction, date],
    subscription_on: Callable[[date], int | None],
) -> dict[date, DayTotal]:
    """Return the sums of each of `days`.

    `counted_since` has the directions that are measured and the first day of each; no subscription is owed before that
    of consumption, or of production for a meter that only produces.
    `subscription_on` returns the subscription in force on a day, in millionths of EUR a month.
    """
    served_since = counted_since.get(Direction.CONSUMPTION, min(counted_since.values(), default=date.max))
    totals = {}
    for day in days:
        known, total = figures.get(day), _NOTHING
        if known is not None:
            counted = {direction for direction, since in counted_since.items() if since <= day}
            total = DayTotal(_find_partly_known(known, counted), _sum_columns(known))
        if day >= served_since:
            owed = subscription_of(day, subscription_on(day))
            lacks = total.lacks if owed is not None else total.lacks | {"subscription"}
            total = DayTotal(lacks, {**total.sums, "subscription": owed or 0})
        totals[day] = total
    return totals


def add_up(span: Span, days: Mapping[date, DayTotal], today: date) -> Total:
    """Return the total of a span. A span that includes today or later days is not complete."""
    sums: Counter[str] = Counter()
    lacks: frozenset[str] = frozenset()
    for day in paris.iterate_days(span.start, span.end):
        known = days.get(day, _NOTHING)
        sums.update(known.sums)
        lacks |= known.lacks
    return Total(span, span.end <= today and not lacks & _ENERGY, lacks, drop_unknown(sums, lacks))


def drop_unknown(amounts: Mapping[str, int], lacks: Collection[str], kinds: Collection[str] = ()) -> dict[str, int]:
    """Return the amounts without those of `kinds`, and without money that is zero only because no price is known."""
    unpriced = {kind for kind in ("cost", "revenue") if kind in lacks and not amounts.get(kind)}
    return {key: amount for key, amount in amounts.items() if key.partition("_")[0] not in {*kinds, *unpriced}}


def _find_partly_known(figures: DayFigures, counted: set[Direction]) -> frozenset[str]:
    """Return the series of a day that are incomplete: energy of the `counted` directions, and money without a price."""
    used, gave = figures.used, figures.gave
    unknown = {
        "consumption": (used or Direction.CONSUMPTION in counted)
        and (not figures.is_whole or MadeOf.UNKNOWN in figures.used_made_of),
        "production": (gave is not None or Direction.PRODUCTION in counted)
        and (not figures.is_whole or gave is None or MadeOf.UNKNOWN in figures.gave_made_of),
        "cost": any(map(any, figures.unpriced_energy)),
        "revenue": gave is not None and figures.production_price is None and any(gave),
    }
    return frozenset(series for series, is_unknown in unknown.items() if is_unknown)


def _sum_columns(figures: DayFigures) -> Mapping[str, int]:
    """Return the sum of each series of which something is known.

    The subscription is left out: it does not depend on the known hours.
    """
    left_out = {"subscription"}
    if all(made_of is MadeOf.UNKNOWN for made_of in figures.gave_made_of):
        left_out |= {"production", "revenue"}
    return {key: sum(values) for key, values in figures.build_columns().items() if key not in left_out}
