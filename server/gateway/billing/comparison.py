"""What the same hours would have cost under each option, with the prices of their dates."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise

from gateway.billing.counting import Facts, count
from gateway.billing.figures import DayFigures, subscription_of
from gateway.billing.home import Home
from gateway.kit import paris
from gateway.tariffs.availability import is_open_to_new
from gateway.tariffs.buckets import Rules
from gateway.tariffs.options import REGULATED, Option
from gateway.tariffs.tariff import Tariff, tariff_on

OWN = "own"
_VA_A_KVA = 1000


@dataclass
class Cost:
    """What an option comes to in exact units, and over how many hours; `priced` are those with a price, of `hours`.

    The subscription is None when none is known on some day.
    """

    energy: int = 0
    subscription: int | None = 0
    priced: int = 0
    hours: int = 0

    def __add__(self, other: Cost) -> Cost:
        """Add what two spans come to."""
        both = (self.subscription, other.subscription)
        return Cost(
            self.energy + other.energy,
            None if None in both else sum(each for each in both if each is not None),
            self.priced + other.priced,
            self.hours + other.hours,
        )

    @property
    def share(self) -> float:
        """The share of all hours that is known and priced."""
        return round(self.priced / self.hours, 4) if self.hours else 0.0


@dataclass
class Month:
    """A month, or the part of it that is compared, by option."""

    start: date
    end: date
    costs: dict[str, Cost] = field(default_factory=dict)


def months(today: date, number: int) -> list[tuple[date, date]]:
    """Return the last so many whole months, oldest first."""
    ends = [today.replace(day=1)]
    for _ in range(number):
        ends.insert(0, (ends[0] - paris.DAY).replace(day=1))
    return list(pairwise(ends))


def compare(
    home: Home,
    colors: Mapping[date, str],
    facts: Mapping[date, Facts],
    own: Mapping[date, DayFigures],
    spans: Iterable[tuple[date, date]],
) -> list[Month]:
    """Bill what is known of days under every option, at the power subscribed then; `own` is what was billed."""
    found = []
    paid = Rules(home.tariffs, home.off_peak, colors, home.book)
    others = {option: Rules(as_option(home, option), home.off_peak, colors, home.book) for option in REGULATED}
    for start, end in spans:
        month = Month(start, end, {name: Cost() for name in (*map(str, REGULATED), OWN)})
        for day in paris.days(start, end):
            for option, rules in others.items():
                billed = rules.of_day(day)
                counted = count(day, facts.get(day, Facts()), Facts(), billed)
                _add(month.costs[option], day, counted, billed.subscription)
            _add(month.costs[OWN], day, own.get(day), paid.of_day(day).subscription)
        found.append(month)
    return found


def _add(cost: Cost, day: date, figures: DayFigures | None, subscription: int | None) -> None:
    cost.hours += paris.minutes_in(day) // 60
    owed = subscription_of(day, subscription)
    cost.subscription = None if owed is None or cost.subscription is None else cost.subscription + owed
    if figures is None:
        return
    cost.energy += sum(figures.columns().get("cost", []))
    without = {row for values in figures.unpriced for row, used in enumerate(values) if used}
    rows = len(figures.hours) - len(without)
    cost.priced += figures.length * rows if figures.is_one_row else rows


def as_option(home: Home, option: Option) -> list[Tariff]:
    """Return a home's tariffs, each exchanged for the regulated option at its power; none if that is not sold."""
    powers = {tariff.valid_from: tariff.power_kva for tariff in home.tariffs}
    told = home.point.contract.get("power_kva")
    powers = powers or ({None: told} if told else {})
    if not set(powers.values()) <= set(home.book.powers(option)):
        return []
    first = min(powers, key=lambda day: day or date.min, default=None)
    return [
        Tariff(valid_from=None if day == first else day, option=option, power_kva=power)
        for day, power in powers.items()
    ]


def open_to_new(home: Home, today: date) -> dict[Option, bool]:
    """Tell of each option whether a new customer may choose it today, at the power that is subscribed."""
    tariff = tariff_on(home.tariffs, today)
    power = tariff.power_kva if tariff is not None else home.point.contract.get("power_kva")
    return {
        option: power in home.book.powers(option) and is_open_to_new(option, power, today)
        for option in REGULATED
        if power
    }


def lowest_power(home: Home, highest_va: int | None, today: date) -> int | None:
    """Return the lowest power sold that would have allowed the highest power used; None when that is not known."""
    if highest_va is None:
        return None
    tariff = tariff_on(home.tariffs, today)
    option = tariff.option if tariff is not None and tariff.option in REGULATED else Option.BASE
    return next((power for power in home.book.powers(option) if power * _VA_A_KVA >= highest_va), None)
