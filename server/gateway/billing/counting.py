"""From what the archive knows of a day to its figures: readings shared among hours and buckets, or the day's value."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from gateway.billing.buckets import DayRules, Span
from gateway.billing.figures import WATT_MINUTES_A_WH, DayFigures, MadeOf, subscription_of
from gateway.billing.options import UNKNOWN
from gateway.kit import paris
from gateway.metering.readings import Quality, Reading


@dataclass(frozen=True)
class Facts:
    """What is known of one direction of a day.

    `value` is the day's energy in Wh where it may stand for a curve that will not come. `registers` is what each
    advanced by during the day, in Wh by bucket, its total left out.
    """

    readings: Sequence[Reading] = ()
    value: int | None = None
    registers: Mapping[str, int] = field(default_factory=dict)


@dataclass
class _Hour:
    minutes: int = 0
    made_of: MadeOf = MadeOf.MEASURED
    used: dict[str, int] = field(default_factory=dict)


def count(day: date, used: Facts, gave: Facts, rules: DayRules) -> DayFigures | None:
    """Return the figures of a day; None when it has no row.

    The hours that consumption covers wholly make the rows; production those of a meter that only gives. A day that has
    a value and no curve is one row, that of its midnight.
    """
    length = paris.minutes_in(day) // 60
    taken = _by_hour(day, used.readings, rules.spans)
    given = _by_hour(day, gave.readings, ((0, length * 60, "given"),))
    hours, buckets, made_of = _rows(taken)
    if not hours and not used.readings and used.value is not None:
        hours, buckets, made_of = [0], _of_value(used.value, used.registers, rules), [MadeOf.DAY]
    if not hours and not used.readings:
        hours = _whole(given) or ([0] if not gave.readings and gave.value is not None else [])
        made_of = [MadeOf.UNKNOWN] * len(hours)
    if not hours:
        return None
    is_day = made_of == [MadeOf.DAY]
    amounts, gave_made_of = _given(hours, given, gave, is_day=is_day, length=length)
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


def _by_hour(day: date, readings: Sequence[Reading], spans: Sequence[Span]) -> dict[int, _Hour]:
    """Share the readings among the hours and buckets they touch, by minutes."""
    found: dict[int, _Hour] = {}
    begins, first = paris.midnight(day), 0
    for reading in readings:
        position = (reading.start - begins).days * 1440 + (reading.start - begins).seconds // 60
        end = position + reading.minutes
        while first + 1 < len(spans) and spans[first][1] <= position:
            first += 1
        span, cut = first, spans[first][1] < end
        while position < end:
            number = position // 60
            until = min(end, number * 60 + 60, spans[span][1] if span < len(spans) - 1 else end)
            hour = found.get(number) or found.setdefault(number, _Hour())
            bucket = spans[span][2]
            hour.minutes += until - position
            hour.used[bucket] = hour.used.get(bucket, 0) + (until - position) * reading.watts
            if cut or reading.quality is Quality.ESTIMATED:
                hour.made_of = MadeOf.ESTIMATED
            if until == spans[span][1] and span < len(spans) - 1:
                span += 1
            position = until
    return found


def _whole(hours: Mapping[int, _Hour]) -> list[int]:
    return [number for number in sorted(hours) if hours[number].minutes == 60]


def _rows(hours: Mapping[int, _Hour]) -> tuple[list[int], dict[str, list[int]], list[MadeOf]]:
    numbers = _whole(hours)
    names = sorted({bucket for number in numbers for bucket in hours[number].used})
    return (
        numbers,
        {name: [hours[number].used.get(name, 0) for number in numbers] for name in names},
        [hours[number].made_of for number in numbers],
    )


def _of_value(wh: int, registers: Mapping[str, int], rules: DayRules) -> dict[str, list[int]]:
    """Share a day's value among its buckets: by the registers where they agree with it, else it is of none."""
    if rules.only is not None:
        return {rules.only: [wh * WATT_MINUTES_A_WH]}
    if wh == 0 and rules.buckets:
        return {min(rules.buckets): [0]}
    known = {bucket: advance for bucket, advance in registers.items() if advance}
    rounding = sum(known.values()) - wh
    if not known or not known.keys() <= rules.buckets or abs(rounding) > len(registers):
        return {UNKNOWN: [wh * WATT_MINUTES_A_WH]}
    largest = max(known, key=lambda bucket: (known[bucket], bucket))
    known[largest] -= rounding  # registers count whole Wh each
    return {bucket: [advance * WATT_MINUTES_A_WH] for bucket, advance in sorted(known.items())}


def _given(
    hours: Sequence[int], given: Mapping[int, _Hour], gave: Facts, *, is_day: bool, length: int
) -> tuple[list[int] | None, list[MadeOf]]:
    """Return what was given in each row; a day's value stands in its midnight's."""
    if not gave.readings and gave.value is None:
        return None, []
    known = {number: given[number] for number in _whole(given)}
    total = sum(sum(hour.used.values()) for hour in known.values()) if len(known) == length else None
    if total is None and gave.value is not None and (is_day or not gave.readings):
        total = gave.value * WATT_MINUTES_A_WH
    if is_day or not gave.readings:
        placed = total is not None and hours[0] == 0
        amounts = [total if placed and number == 0 and total is not None else 0 for number in hours]
        return amounts, [MadeOf.DAY if placed else MadeOf.UNKNOWN] * len(hours)
    amounts = [sum(known[number].used.values()) if number in known else 0 for number in hours]
    return amounts, [known[number].made_of if number in known else MadeOf.UNKNOWN for number in hours]
