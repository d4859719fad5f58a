"""Computes days again and compares them with the published ones. Pure functions."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from gateway.billing.days.billed_point import BilledPoint
from gateway.billing.days.counting import count_day
from gateway.billing.days.facts import KnownDays
from gateway.billing.days.figures import DayFigures
from gateway.billing.hours.repository import PublishedFigures
from gateway.billing.hours.series import find_first_change, list_series, sum_day
from gateway.domain.direction import Direction
from gateway.tariffs.tariff import Tariff


@dataclass(frozen=True)
class PreviousFigures:
    """What is published: the days from the first that is computed again, the one before (`last`), and all series."""

    days: Mapping[date, PublishedFigures]
    last: PublishedFigures | None
    series: Collection[str]


@dataclass(frozen=True)
class Change:
    """What is new: series, days whose figures changed, and days of which only the sums before them changed.

    `to_send` has all days from the first with changed figures. `vanished`: a published row no longer exists.
    """

    series: list[str] = field(default_factory=list)
    changed: list[PublishedFigures] = field(default_factory=list)
    sums_changed: list[PublishedFigures] = field(default_factory=list)
    to_send: list[PublishedFigures] = field(default_factory=list)
    vanished: bool = False


def count_due_days(
    point: BilledPoint, known: KnownDays, due: Collection[date], before: PreviousFigures, *, takes: bool
) -> dict[date, DayFigures | None]:
    """Return the figures of the `due` days, in order; None for a day without a row. `takes`: the meter consumes."""
    rules = point.build_rules(known.colors)
    figures: dict[date, DayFigures | None] = {}
    for day in sorted(due):
        earlier = before.days.get(day)
        as_day = earlier is not None and earlier.figures.is_one_row
        used = known.get_facts(day, Direction.CONSUMPTION, as_day=as_day)
        is_row = used.value is not None or (as_day and not used.curve)  # then the production is in the same row
        gave = known.get_facts(day, Direction.PRODUCTION, as_day=is_row)
        figures[day] = count_day(day, used, gave, rules.get_day_rules(day), takes=takes)
    return figures


def compare_figures(
    before: PreviousFigures, figures: Mapping[date, DayFigures | None], tariffs: list[Tariff], revision: int
) -> Change:
    """Return what is new compared with `before`; `revision` is the one that changed days get.

    `figures` are the days that were computed again; `tariffs` determine the series.
    """
    found = {day: counted for day, counted in figures.items() if counted}
    change = Change(
        vanished=any(_is_row_lost(before.days[day], found.get(day)) for day in figures.keys() & before.days.keys())
    )
    sums = {} if before.last is None else sum_day(before.last.figures, before.last.before)
    for day in sorted(before.days.keys() | found.keys()):
        earlier = before.days.get(day)
        if earlier is None or found.get(day, earlier.figures) != earlier.figures:
            current = _update_day(earlier, PublishedFigures(day, found[day], sums, revision, ((revision, 0),)))
            change.changed.append(current)
        elif sums != earlier.before:
            current = replace(earlier, before=sums)
            change.sums_changed.append(current)
        else:
            current = earlier
        if change.to_send or current.revision == revision:
            change.to_send.append(current)
        sums = sum_day(current.figures, sums)
    if sums:
        change.series.extend(key for key in list_series(sums, tariffs, before.series) if key not in before.series)
    return change


def _is_row_lost(before: PublishedFigures, now: DayFigures | None) -> bool:
    """Return whether a published row of a day no longer exists."""
    return not set(before.figures.hours) <= set(now.hours if now else ())


def _update_day(before: PublishedFigures | None, now: PublishedFigures) -> PublishedFigures:
    """Return a day with its new figures and the hour of the first changed row.

    The revision stays if the figures differ but no row does.
    """
    if before is None:
        return now
    hour = find_first_change(before.figures, now.figures)
    if hour is None:
        return replace(now, revision=before.revision, changes=before.changes)
    earlier = [change for change in before.changes if change[1] < hour]
    return replace(now, changes=(*earlier, (now.revision, hour)))
