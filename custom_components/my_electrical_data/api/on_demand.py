"""Responses to actions: a load curve, a comparison of options, a refresh.

Datetimes are aware and in UTC, dates are days of Paris, energy is in Wh, power in W or VA, money in EUR.
"""

from dataclasses import dataclass
from datetime import date, datetime

from .figures import Missing


@dataclass(frozen=True, kw_only=True, slots=True)
class Interval:
    """The average power of an interval."""

    start: datetime
    minutes: int
    watts: int
    quality: str


@dataclass(frozen=True, kw_only=True, slots=True)
class LoadCurve:
    """A load curve, oldest first, and what is missing of it."""

    readings: tuple[Interval, ...]
    missing: tuple[Missing, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class BucketCost:
    """Energy of a bucket, and its cost."""

    kwh: float
    eur: float


@dataclass(frozen=True, kw_only=True, slots=True)
class OptionCost:
    """The cost of an option: energy, subscription and total; `known` is the share of hours with a price (0 to 1).

    `red_gain` is how much less it would cost, were all energy of red peak hours used in red off-peak hours.
    """

    energy: float | None
    subscription: float | None
    total: float | None
    known: float
    buckets: dict[str, BucketCost]
    red_gain: float | None


@dataclass(frozen=True, kw_only=True, slots=True)
class OptionTotal(OptionCost):
    """The cost of an option over all months; `above_lowest` is how much more it costs than the lowest option."""

    above_lowest: float | None


@dataclass(frozen=True, kw_only=True, slots=True)
class ComparedMonth:
    """The cost of the days `[start, end[` under each option; `known` is the share of their hours that is compared."""

    start: date
    end: date
    options: dict[str, OptionCost]
    known: float


@dataclass(frozen=True, kw_only=True, slots=True)
class ComparedOffer:
    """An offer among the options, under its id; `prices_outdated` is the day since which nobody checked its prices."""

    id: str
    supplier: str
    name: str
    prices_outdated: date | None


@dataclass(frozen=True, kw_only=True, slots=True)
class LowerPower:
    """A power lower than the one subscribed, and the days on which more was used."""

    power_kva: int
    days_above: tuple[date, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Comparison:
    """The cost of the same hours under each option, and the lowest subscribed power that would have been enough.

    `highest_known` is the share of days (0 to 1) whose maximum power is known. `open_to_new` says of an option whether
    somebody who does not have it yet may choose it today. `total` is of `total_months` months, alike for all options;
    `lowest` has the lowest bill of those that the reader may choose; None if no bill is known.
    """

    items: tuple[ComparedMonth, ...]
    total: dict[str, OptionTotal]
    power_kva: int | None
    highest_va: int | None
    highest_known: float
    lowest_power_kva: int | None
    prices_outdated: date | None
    open_to_new: dict[str, bool]
    total_months: int
    lowest: str | None
    offers: tuple[ComparedOffer, ...]
    lower_powers: tuple[LowerPower, ...]
    next_change: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Refresh:
    """The number of days requested again, the least number of calls it costs, and when they are expected."""

    days: int
    calls: int
    expected_at: datetime
