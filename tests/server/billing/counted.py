"""Readings counted under a tariff, and homes to count them for."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from fractions import Fraction

from gateway.billing.days.counting import Facts, count_day
from gateway.billing.days.figures import DayFigures, is_money
from gateway.domain.readings import Reading
from gateway.metering.packing import pack_readings, unpack_runs
from gateway.tariffs.buckets import Rules
from gateway.tariffs.off_peak import OffPeakPeriod
from gateway.tariffs.options import Option
from gateway.tariffs.prices import load_packaged_prices
from gateway.tariffs.tariff import Tariff
from tests.server.paris import PARIS, midnight

UNITS = {True: 60_000_000_000, False: 60}
"""The exact units of an hour's amounts, in EUR (True) and Wh."""


def by_day(readings: Sequence[Reading]) -> dict[date, list[Reading]]:
    found: dict[date, list[Reading]] = defaultdict(list)
    for reading in readings:
        found[reading.start.astimezone(PARIS).date()].append(reading)
    return found


type Bill = dict[datetime, dict[str, Fraction]]


def count_figures(rules: Rules, readings: Sequence[Reading], given: Sequence[Reading] = ()) -> dict[date, DayFigures]:
    found, gave = by_day(readings), by_day(given)
    counted = {
        day: count_day(day, curve_of(day, known), curve_of(day, gave.get(day, ())), rules.get_day_rules(day))
        for day, known in sorted(found.items())
    }
    return {day: one for day, one in counted.items() if one is not None}


def curve_of(day: date, readings: Sequence[Reading]) -> Facts:
    """What the archive would know of these readings."""
    return Facts(curve=tuple(unpack_runs(pack_readings(readings, midnight(day)))))


def to_exact_amounts(counted: dict[date, DayFigures]) -> Bill:
    """The amounts of each hour, in Wh and EUR."""
    return {
        midnight(day) + timedelta(hours=number): {
            key: Fraction(values[row], UNITS[is_money(key)]) for key, values in one.build_columns().items()
        }
        for day, one in counted.items()
        for row, number in enumerate(one.hours)
    }


def off_peak_home(power: int, *slots_: list[str]) -> Rules:
    period = OffPeakPeriod.model_validate({"slots": slots_})
    return Rules([Tariff(option=Option.HP_HC, power_kva=power)], [period], {}, load_packaged_prices())


def base_home(**dates: date) -> Rules:
    return Rules([Tariff(option=Option.BASE, power_kva=6, **dates)], [], {}, load_packaged_prices())


def tempo_home(colors: dict[date, str]) -> Rules:
    return Rules([Tariff(option=Option.TEMPO, power_kva=9)], [], colors, load_packaged_prices())
