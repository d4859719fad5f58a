"""Response bodies for charts."""

from collections.abc import Collection, Sequence
from datetime import date
from enum import StrEnum

from pydantic import BaseModel

from gateway.billing.charts.habits import AverageSlot
from gateway.billing.charts.rows import PARTS, ChartRows, Part, Row
from gateway.billing.charts.service import PointHabits, Series
from gateway.billing.charts.steps import Hour, Step
from gateway.billing.days.figures import MadeOf, to_unit
from gateway.billing.totals.schemas import TotalView
from gateway.billing.totals.totals import Span
from gateway.domain.direction import Direction
from gateway.kit import paris
from gateway.kit.wire import Utc
from gateway.tariffs.prices import MICRO

type _Amounts = list[float | None]


class Include(StrEnum):
    """An optional part of a chart."""

    BUCKETS = "buckets"
    EUROS = "euros"
    PRODUCTION = "production"
    QUALITY = "quality"
    YEAR_AGO = "year_ago"


USUAL = frozenset(Include) - {Include.YEAR_AGO}
"""The parts that are included by default."""


class SpanView(BaseModel):
    """The days `[start, end[`."""

    start: date
    end: date


class ChartView(BaseModel):
    """Columns with one value per row, oldest first, in Wh and EUR, null where nothing is known.

    `start` is an instant for hours, and a day in Paris for longer steps; a row ends where the next begins. In the chart
    of a year before, each row is the step that corresponds to the same row, null where that year had none (29 February,
    a skipped hour). `bill` is `cost` plus `subscription`. `quality` is the lowest quality in a row; `day`: only
    the day's total is known, and is in its first hour. `complete`: no energy is missing and, for money, all of it
    has a price; `complete_rows` counts these rows. `total` is the total of all rows; a year before, of as many days as
    are known now.
    """

    start: list[str | None]
    consumption: _Amounts
    consumption_by_bucket: dict[str, _Amounts] | None
    production: _Amounts | None
    cost: _Amounts | None
    cost_by_bucket: dict[str, _Amounts] | None
    subscription: _Amounts | None
    bill: _Amounts | None
    revenue: _Amounts | None
    quality: dict[Direction, list[MadeOf | None]] | None
    complete: dict[Part, list[bool]] | None
    complete_rows: dict[Part, int] | None
    total: TotalView | None

    @classmethod
    def of(cls, chart: ChartRows, include: Collection[Include]) -> ChartView:
        """Return the response for a chart, with the parts in `include`."""
        rows = chart.rows

        def get_amounts(key: str) -> _Amounts:
            return [None if (found := row.amounts.get(key)) is None else to_unit(key, found) for row in rows]

        def by_bucket(kind: str) -> dict[str, _Amounts]:
            return {bucket: get_amounts(f"{kind}_{bucket}") for bucket in chart.buckets}

        euros, production = Include.EUROS in include, Include.PRODUCTION in include
        buckets, quality = Include.BUCKETS in include, Include.QUALITY in include
        directions = [Direction.CONSUMPTION, Direction.PRODUCTION] if production else [Direction.CONSUMPTION]
        return cls.model_construct(
            start=[_format_start(step) for step in chart.steps],
            consumption=get_amounts("consumption"),
            consumption_by_bucket=by_bucket("consumption") if buckets else None,
            production=get_amounts("production") if production else None,
            cost=get_amounts("cost") if euros else None,
            cost_by_bucket=by_bucket("cost") if euros and buckets else None,
            subscription=get_amounts("subscription") if euros else None,
            bill=[_get_bill(row) for row in rows] if euros else None,
            revenue=get_amounts("revenue") if euros and production else None,
            quality={one: [row.made_of.get(one) for row in rows] for one in directions} if quality else None,
            complete={part: [row.is_complete(part) for row in rows] for part in PARTS} if quality else None,
            complete_rows={part: sum(row.is_complete(part) for row in rows) for part in PARTS} if quality else None,
            total=TotalView.of(chart.total) if chart.total else None,
        )


class SeriesView(BaseModel):
    """A chart of the days `[start, end[`, and the one a year before: the same dates, or 52 weeks earlier for weeks.

    `known` is the span from the first to the last day with published figures.
    """

    step: Step
    start: date
    end: date
    current: ChartView
    year_ago: ChartView | None
    known: SpanView | None
    prices_outdated: date | None
    next_change: Utc

    @classmethod
    def of(cls, found: Series, include: Collection[Include]) -> SeriesView:
        """Return the response for charts, with the parts in `include`."""
        return cls.model_construct(
            step=found.step,
            start=found.span.start,
            end=found.span.end,
            current=ChartView.of(found.current, include),
            year_ago=ChartView.of(found.year_ago, include) if found.year_ago else None,
            known=SpanView(start=found.known.start, end=found.known.end) if found.known else None,
            prices_outdated=found.prices_outdated,
            next_change=found.next_change,
        )


class AverageHours(BaseModel):
    """24 values, one for each hour of clocks in Paris: the average energy in Wh, and the average price in EUR per kWh.

    Null where no such hour is known, or no energy has a price. `days` is the highest number of hours in an average.
    """

    wh: list[float | None]
    eur_per_kwh: list[float | None]
    days: int

    @classmethod
    def of(cls, slots: Sequence[AverageSlot]) -> AverageHours:
        """Return the response for 24 slots."""
        return cls(
            wh=[round(to_unit("consumption", slot.energy) / slot.hours, 3) if slot.hours else None for slot in slots],
            eur_per_kwh=[round(slot.cost / slot.priced / MICRO, 5) if slot.priced else None for slot in slots],
            days=max(slot.hours for slot in slots),
        )


class MonthHours(AverageHours):
    """The average day of a month, named by its first day."""

    month: date


class HabitsView(BaseModel):
    """The average day by weekday, Monday first, and by month, oldest first."""

    by_weekday: list[AverageHours]
    by_month: list[MonthHours]
    next_change: Utc

    @classmethod
    def of(cls, found: PointHabits) -> HabitsView:
        """Return the response for habits."""
        return cls(
            by_weekday=[AverageHours.of(slots) for slots in found.habits.by_weekday],
            by_month=[
                MonthHours(month=month, **AverageHours.of(slots).model_dump())
                for month, slots in sorted(found.habits.by_month.items())
            ],
            next_change=found.next_change,
        )


def _format_start(step: Span | Hour | None) -> str | None:
    match step:
        case None:
            return None
        case Hour():
            return paris.format_instant(step.start)
        case Span():
            return step.start.isoformat()


def _get_bill(row: Row) -> float | None:
    if "cost" not in row.amounts or "subscription" not in row.amounts:
        return None
    return to_unit("cost", row.amounts["cost"] + row.amounts["subscription"])
