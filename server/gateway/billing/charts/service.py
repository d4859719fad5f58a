"""Charts and habits from the published figures of a usage point, for `/series` and `/habits`."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from gateway.billing.charts.habits import Habits, find_habits
from gateway.billing.charts.rows import ChartRows, build_chart_rows
from gateway.billing.charts.steps import (
    Hour,
    Step,
    compares_weeks,
    find_comparison_hour,
    find_span_before,
    list_hours,
    list_spans,
)
from gateway.billing.days.figures import DayFigures
from gateway.billing.hours import repository
from gateway.billing.hours.publishing import Publisher
from gateway.billing.notices import find_outdated_prices
from gateway.billing.totals.totals import DayTotal, Span, sum_by_day
from gateway.kit import paris
from gateway.kit.clock import Clock
from gateway.kit.database import Database
from gateway.metering.freshness import find_next_change_by_date
from gateway.metering.metered_point import MeteredPoint


@dataclass(frozen=True)
class Series:
    """A chart, the one a year before if requested, and `known`: the span from the first to the last published day."""

    step: Step
    span: Span
    current: ChartRows
    year_ago: ChartRows | None
    known: Span | None
    prices_outdated: date | None
    next_change: datetime


@dataclass(frozen=True)
class PointHabits:
    """The habits of a usage point, and when they may be different."""

    habits: Habits
    next_change: datetime


class SeriesService:
    """Makes charts from published figures."""

    def __init__(self, database: Database, clock: Clock, publisher: Publisher) -> None:
        self._database = database
        self._clock = clock
        self._publisher = publisher

    async def load_charts(
        self, account_id: str, point_id: str, step: Step, span: Span, *, with_year_ago: bool
    ) -> Series:
        """Return a chart of the days of `span`, and one of a year before if requested. Raises `not_found`."""
        billed_point = (await self._publisher.publish_hours(account_id, point_id)).point
        now = self._clock.now()
        today = paris.day_of(now)
        by_weeks = compares_weeks(step, span.start, span.end)
        before = find_span_before(span, by_weeks=by_weeks) if with_year_ago else None
        async with self._database.read() as session:
            figures = await repository.load_published_figures(session, billed_point, span.start, span.end)
            older = (
                await repository.load_published_figures(session, billed_point, before.start, before.end)
                if before
                else {}
            )
            known = await repository.find_published_span(session, billed_point.public_id)
        metered_point = MeteredPoint.of(billed_point.row, billed_point.secrets, now)
        counted_since = {
            direction: metered_point.since[direction] or date.min for direction in metered_point.directions
        }

        def add_up_days(of: Span | None, known_days: Mapping[date, DayFigures]) -> dict[date, DayTotal]:
            days = paris.iterate_days(of.start, min(of.end, today + paris.DAY)) if of else []
            return sum_by_day(days, known_days, counted_since, billed_point.build_rules({}).get_subscription)

        def build_charts() -> tuple[ChartRows, ChartRows | None]:
            current = build_chart_rows(_list_steps(step, span), span, figures, add_up_days(span, figures), today)
            if not with_year_ago:
                return current, None
            compared = _cut_to_known(span, figures, today)
            whole = find_span_before(compared, by_weeks=by_weeks) if compared else None
            steps = [_find_step_before(one, by_weeks=by_weeks) for one in _list_steps(step, span)]
            return current, build_chart_rows(steps, whole, older, add_up_days(before, older), today)

        current, year_ago = await asyncio.to_thread(build_charts)
        return Series(
            step=step,
            span=span,
            current=current,
            year_ago=year_ago,
            known=Span(known[0], known[1] + paris.DAY) if known else None,
            prices_outdated=find_outdated_prices(
                billed_point.book, billed_point.tariffs, span.start, min(span.end - paris.DAY, today)
            ),
            next_change=find_next_change_by_date(billed_point.row, now),
        )

    async def load_habits(self, account_id: str, point_id: str, span: Span) -> PointHabits:
        """Return the sums for the average hours of the days of `span`. Raises the problem `not_found`."""
        now = self._clock.now()
        point = (await self._publisher.publish_hours(account_id, point_id)).point
        async with self._database.read() as session:
            figures = await repository.load_published_figures(session, point, span.start, span.end)
        habits = await asyncio.to_thread(find_habits, figures)
        return PointHabits(habits, find_next_change_by_date(point.row, now))


def _list_steps(step: Step, span: Span) -> list[Span | Hour]:
    return [*list_hours(span.start, span.end)] if step is Step.HOUR else [*list_spans(step, span.start, span.end)]


def _find_step_before(step: Span | Hour, *, by_weeks: bool) -> Span | Hour | None:
    if isinstance(step, Hour):
        return find_comparison_hour(step, by_weeks=by_weeks)
    return find_span_before(step, by_weeks=by_weeks)


def _cut_to_known(span: Span, figures: Mapping[date, DayFigures], today: date) -> Span | None:
    """Return the days of a span up to the last known one before today; None if there are none.

    So the current year is compared with as many days of the year before.
    """
    end = min(max(figures) + paris.DAY, today) if figures else span.start
    return Span(span.start, end) if end > span.start else None
