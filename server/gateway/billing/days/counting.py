"""From what the archive knows of a day to its figures: readings shared among hours and buckets, or the day's value.

Example with a curve: off-peak begins at 01:28, and 01:00-01:30 was 600 Wh. It is shared by the minute: in the row of
01:00, 28 minutes (560 Wh) are peak and 2 minutes (40 Wh) off-peak.
Example without one: the day's value is 9,000 Wh, the registers advanced by 6,000 (peak) and 3,001 (off-peak). They
agree but for a Wh of rounding, which the larger one bears: 5,999 and 3,001, in one row, that of midnight.
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
"""The one bucket of what is given."""


@dataclass(frozen=True)
class Facts:
    """What is known of one direction of a day.

    `value` is the day's energy in Wh where it may stand for a curve that will not come. `registers` is what each
    advanced by during the day, in Wh by bucket, its total left out.
    """

    curve: Sequence[Run] = ()
    value: int | None = None
    registers: Mapping[str, int] = field(default_factory=dict)


def count_day(day: date, used: Facts, gave: Facts, rules: DayRules, *, takes: bool = True) -> DayFigures | None:
    """Return the figures of a day; None when it has no row.

    The hours that consumption covers wholly make the rows; production those of a meter that only gives, and takes
    nothing: to any other they would say that nothing was used. A day that has a value and no curve is one row, that of
    its midnight.
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
    """Share a day's value among its buckets: by the registers where they agree with it, else it is of none."""
    if rules.single_bucket is not None:
        return {rules.single_bucket: [wh * WATT_MINUTES_A_WH]}
    if wh == 0 and rules.buckets:
        return {min(rules.buckets): [0]}
    known = {bucket: advance for bucket, advance in registers.items() if advance}
    rounding = sum(known.values()) - wh
    if not known or not known.keys() <= rules.buckets or abs(rounding) > len(registers):
        return {UNKNOWN: [wh * WATT_MINUTES_A_WH]}
    largest = max(known, key=lambda bucket: (known[bucket], bucket))
    known[largest] -= rounding  # registers count whole Wh each
    return {bucket: [advance * WATT_MINUTES_A_WH] for bucket, advance in sorted(known.items())}


def _place_production(
    hours: Sequence[int], given: HourlyShares, gave: Facts, *, is_day: bool
) -> tuple[list[int] | None, list[MadeOf]]:
    """Return what was given in each row; a day's value stands in its midnight's."""
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
