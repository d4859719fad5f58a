"""What the hours of one day cost under an option."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date

from gateway.billing.days.figures import DayFigures, subscription_of
from gateway.tariffs.buckets import DayRules

_RED_PEAK, _RED_OFF_PEAK = "red_hp", "red_hc"


@dataclass(frozen=True)
class Cost:
    """What an option comes to in exact units over the hours compared: `priced` of the `hours` of the months.

    An option that cannot be compared has no priced hour. The subscription is None when none is known on some day.
    `buckets` has energy and cost of each. `red_gain` is what it would cost less, were all energy of red peak hours used
    in red off-peak hours.
    """

    energy: int = 0
    subscription: int | None = 0
    priced: int = 0
    hours: int = 0
    buckets: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    red_gain: int = 0

    def __add__(self, other: Cost) -> Cost:
        """Add what two spans come to."""
        both = (self.subscription, other.subscription)
        return Cost(
            self.energy + other.energy,
            None if None in both else sum(each for each in both if each is not None),
            self.priced + other.priced,
            self.hours + other.hours,
            _add_buckets(self.buckets, other.buckets),
            self.red_gain + other.red_gain,
        )

    @property
    def bill(self) -> int | None:
        """Energy and subscription together; None if either is not known."""
        return self.energy + self.subscription if self.priced and self.subscription is not None else None

    @property
    def share(self) -> float:
        """The share of all hours that is known and priced."""
        return round(self.priced / self.hours, 4) if self.hours else 0.0


def _add_buckets(
    one: Mapping[str, tuple[int, int]], other: Mapping[str, tuple[int, int]]
) -> dict[str, tuple[int, int]]:
    found = dict(one)
    for name, (energy, cost) in other.items():
        before = found.get(name, (0, 0))
        found[name] = before[0] + energy, before[1] + cost
    return found


@dataclass(frozen=True)
class DayBill:
    """What the rows of a day that have a price cost, by their hour, and the day's subscription.

    A row stands for `hours_a_row` hours. `sold`: the option is sold at the day's power. `red_gain` is what a kWh costs
    less in red off-peak hours than in red peak hours.
    """

    costs: Mapping[int, int] = field(default_factory=dict)
    hours_a_row: int = 1
    subscription: int | None = None
    sold: bool = False
    figures: DayFigures | None = None
    red_gain: int = 0

    def sum_hours(self, hours: Collection[int]) -> Cost:
        """Return what some of its hours come to, by bucket."""
        if self.figures is None:
            return Cost()
        rows = [row for row, hour in enumerate(self.figures.hours) if hour in hours]
        buckets, prices = {}, self.figures.prices
        for bucket, used in self.figures.used.items():
            energy = sum(used[row] for row in rows)
            if energy and bucket in prices:
                buckets[bucket] = (energy, energy * prices[bucket])
        return Cost(
            energy=sum(self.costs[hour] for hour in hours),
            priced=len(rows) * self.hours_a_row,
            buckets=buckets,
            red_gain=buckets.get(_RED_PEAK, (0, 0))[0] * self.red_gain,
        )


def bill_day(day: date, figures: DayFigures | None, rules: DayRules) -> DayBill:
    """Price a day's figures under an option: an hour in no priced bucket has no cost."""
    owed = subscription_of(day, rules.subscription)
    if figures is None:
        return DayBill(subscription=owed, sold=True)
    unpriced = _list_unpriced_hours(figures, rules)
    amounts = figures.build_columns().get("cost") or [0] * len(figures.hours)
    costs = {hour: amounts[row] for row, hour in enumerate(figures.hours) if hour not in unpriced}
    hours_a_row = figures.length if figures.is_one_row else 1
    return DayBill(costs, hours_a_row, owed, sold=True, figures=figures, red_gain=_find_red_gain(rules.prices))


def _find_red_gain(prices: Mapping[str, int]) -> int:
    """Return how much cheaper red off-peak hours are; 0 where either price is not known."""
    if _RED_PEAK not in prices or _RED_OFF_PEAK not in prices:
        return 0
    return prices[_RED_PEAK] - prices[_RED_OFF_PEAK]


def _list_unpriced_hours(figures: DayFigures, rules: DayRules) -> set[int]:
    """Return the hours of a day without a price: some minute is in no priced bucket, even if nothing was used then.

    Were an empty hour in no known bucket worth 0 EUR, an option whose off-peak hours are not known would be compared
    over the empty hours alone, and all the others with it. A daily value is judged by the buckets that it was shared
    among; a value of 0 names none.
    """
    used = {hour for values in figures.unpriced_energy for hour, wm in zip(figures.hours, values, strict=True) if wm}
    unpriced = {
        hour
        for start, end, bucket in rules.spans
        if bucket not in rules.prices
        for hour in range(start // 60, -(-end // 60))
    }
    if figures.is_one_row and any(map(any, figures.used.values())):
        return used
    return used | (set(figures.hours) if figures.is_one_row and unpriced else unpriced)
