"""Past and future periods of a usage point, each with its bucket and price."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from gateway.billing.days.billed_point import BilledPoint
from gateway.domain.tempo_days import Color
from gateway.domain.tempo_season import ExpectedReason
from gateway.kit import paris
from gateway.tariffs.buckets import BucketSpan, Rules, instant_at, list_clock_hours, to_elapsed_minutes
from gateway.tariffs.off_peak import MINUTES_A_DAY
from gateway.tariffs.options import UNKNOWN
from gateway.tariffs.prices import MICRO
from gateway.tariffs.tariff import Tariff, find_tariff_on
from gateway.tempo.colors import DayColor

AHEAD = timedelta(days=8)
"""How far to look ahead by default."""


@dataclass(frozen=True)
class Period:
    """The bucket during `[start, end[` and its price in EUR per kWh. Unless `certain`, the bucket can still change.

    `expected_reason` is set if the bucket is that of the colour which the usual quota makes likely. `off_peak` is None
    if the tariff has no off-peak hours, or they are not known.
    """

    start: datetime
    end: datetime
    bucket: str
    off_peak: bool | None
    price: float | None
    certain: bool
    expected_reason: ExpectedReason | None = None


def list_periods(point: BilledPoint, colors: Mapping[date, DayColor], start: date, end: date) -> list[Period]:
    """Return the periods of the days `[start, end[`. Equal neighbours are joined."""
    likely = {day: color.likely_color for day, color in colors.items() if color.likely_color is not Color.UNKNOWN}
    rules = point.build_rules(likely)
    joined: list[Period] = []
    for day in paris.iterate_days(start, end):
        for period in _list_periods_of_day(point, rules, colors, day):
            last = joined[-1] if joined else None
            if last is not None and replace(last, start=period.start, end=period.end) == period:
                joined[-1] = replace(last, end=period.end)
            else:
                joined.append(period)
    return joined


def _list_periods_of_day(
    point: BilledPoint, rules: Rules, colors: Mapping[date, DayColor], day: date
) -> Iterator[Period]:
    billed = rules.get_day_rules(day)
    tariff = find_tariff_on(point.tariffs, day)
    spans = _cut_at_color_change(billed.spans, tariff, day)
    for first, last, bucket, off_peak in _split_by_off_peak(spans, rules.get_off_peak(day)):
        start, price = instant_at(day, first), billed.prices.get(bucket)
        certain, reason = bucket != UNKNOWN, None
        if certain and tariff is not None and tariff.depends_on_colors:
            color = colors[tariff.find_color_day(start)]
            certain, reason = color.certain, color.expected.reason if color.expected else None
        eur = None if price is None else price / MICRO
        yield Period(start, instant_at(day, last), bucket, off_peak, eur, certain, reason)


def _cut_at_color_change(spans: Sequence[BucketSpan], tariff: Tariff | None, day: date) -> Sequence[BucketSpan]:
    """Cut the buckets of a day where the next colour comes into force: one may be certain, the other not."""
    if tariff is None or not tariff.depends_on_colors:
        return spans
    clock = ((0, tariff.day_starts, "before"), (tariff.day_starts, MINUTES_A_DAY, "after"))
    by_color = to_elapsed_minutes(clock, list_clock_hours(day))
    return [
        (max(start, first), min(end, last), bucket)
        for start, end, bucket in spans
        for first, last, _ in by_color
        if max(start, first) < min(end, last)
    ]


def _split_by_off_peak(
    spans: Sequence[BucketSpan], off_peak: Sequence[tuple[int, int, bool | None]]
) -> Iterator[tuple[int, int, str, bool | None]]:
    """Split the bucket spans of a day where off-peak hours begin or end, which is known even if the colour is not.

    Yields start and end in minutes of the day, the bucket, and whether it is off-peak.
    """
    for start, end, bucket in spans:
        for first, last, is_off_peak in off_peak:
            if max(start, first) < min(end, last):
                yield max(start, first), min(end, last), bucket, is_off_peak
