"""Computes the figures of a day, from its load curve by hours and buckets, or from its daily value.

Example with a curve: off-peak begins at 01:28, and 01:00-01:30 was 600 Wh. The energy is split by the minute: in the
row of 01:00, 28 minutes (560 Wh) are peak and 2 minutes (40 Wh) off-peak.
Example without one: the day's value is 9,000 Wh, the registers advanced by 6,000 (peak) and 3,001 (off-peak). They
differ by 1 Wh of rounding, which is taken off the larger one: 5,999 and 3,001, in one row, at midnight.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from gateway.billing.days.figures import DayFigures, MadeOf, subscription_of
from gateway.billing.days.sharing import HourlyShares, list_buckets, share_curve
from gateway.domain.readings import WATT_MINUTES_A_WH
from gateway.kit import paris
from gateway.metering.packing import Run
from gateway.tariffs.buckets import BucketSpan, DayRules
from gateway.tariffs.options import UNKNOWN

GIVEN = "given"
"""The only bucket of production."""


@dataclass(frozen=True)
class Facts:
    """The readings of one direction on one day.

    `value` is the day's energy in Wh, if it may replace a curve that will not arrive. `registers` is by how many Wh
    each register advanced during the day, by bucket, or `total` if only the meter's total is known.
    """

    curve: Sequence[Run] = ()
    value: int | None = None
    registers: Mapping[str, int] = field(default_factory=dict)


def count_day(day: date, used: Facts, gave: Facts, rules: DayRules, *, takes: bool = True) -> DayFigures | None:
    """Return the figures of a day; None if it has no row. `takes`: whether the meter measures consumption.

    There is a row for each hour that the consumption curve covers completely. A meter that measures production only has
    a row for each hour that the production curve covers; for other meters such rows would mean that nothing was used. A
    day with a value and no curve has one row, at midnight.
    """
    length = paris.minutes_in(day) // 60
    given = share_curve(gave.curve, ((0, length * 60, GIVEN),))
    hours, buckets, made_of = _build_rows(share_curve(used.curve, rules.spans), rules.spans)
    if not hours and not used.curve and used.value is not None:
        hours, buckets, made_of = [0], _count_daily_value(used.value, used.registers, rules), [MadeOf.DAY]
    if not hours and not takes:
        hours = given.whole_hours or ([0] if not gave.curve and gave.value is not None else [])
        made_of = [MadeOf.UNKNOWN] * len(hours)
    if not hours:
        return None
    is_day = made_of == [MadeOf.DAY]
    amounts, gave_made_of = _place_production(hours, given, gave, is_day=is_day)
    return DayFigures(
        length=length,
        hours=hours,
        used=buckets,
        used_made_of=made_of,
        gave=amounts,
        gave_made_of=gave_made_of,
        prices={bucket: price for bucket, price in rules.prices.items() if bucket in buckets},
        subscription=subscription_of(day, rules.subscription),
        production_price=None if amounts is None else rules.production,
    )


def _build_rows(
    shared: HourlyShares, spans: tuple[BucketSpan, ...]
) -> tuple[list[int], dict[str, list[int]], list[MadeOf]]:
    hours = shared.whole_hours
    buckets = {name: [shared.by_bucket[name][hour] for hour in hours] for name in list_buckets(hours, spans)}
    return hours, buckets, [shared.made_of[hour] for hour in hours]


def _count_daily_value(wh: int, registers: Mapping[str, int], rules: DayRules) -> dict[str, list[int]]:
    """Split a day's value in Wh among its buckets by the registers; return watt-minutes by bucket, one row each.

    The bucket is `unknown` if the registers do not agree with the value.
    """
    if rules.single_bucket is not None:
        return {rules.single_bucket: [wh * WATT_MINUTES_A_WH]}
    if wh == 0 and rules.buckets:
        return {min(rules.buckets): [0]}
    known = {bucket: advance for bucket, advance in registers.items() if advance}
    rounding = sum(known.values()) - wh
    if not known or not known.keys() <= rules.buckets or abs(rounding) > len(registers):
        return {UNKNOWN: [wh * WATT_MINUTES_A_WH]}
    largest = max(known, key=lambda bucket: (known[bucket], bucket))
    known[largest] -= rounding  # each register counts whole Wh
    return {bucket: [advance * WATT_MINUTES_A_WH] for bucket, advance in sorted(known.items())}


def _place_production(
    hours: Sequence[int], given: HourlyShares, gave: Facts, *, is_day: bool
) -> tuple[list[int] | None, list[MadeOf]]:
    """Return the production of each row in watt-minutes and its quality. A daily value is in the row of midnight.

    Returns None and an empty list if nothing is known of the production.
    """
    if not gave.curve and gave.value is None:
        return None, []
    known, amounts = set(given.whole_hours), given.by_bucket.get(GIVEN, [])
    total = sum(amounts) if len(known) == len(given.minutes) else None
    if total is None and gave.value is not None and (is_day or not gave.curve):
        total = gave.value * WATT_MINUTES_A_WH
    if is_day or not gave.curve:
        placed = total is not None and hours[0] == 0
        in_rows = [total if placed and hour == 0 and total is not None else 0 for hour in hours]
        return in_rows, [MadeOf.DAY if placed else MadeOf.UNKNOWN] * len(hours)
    in_rows = [amounts[hour] if hour in known else 0 for hour in hours]
    return in_rows, [given.made_of[hour] if hour in known else MadeOf.UNKNOWN for hour in hours]
