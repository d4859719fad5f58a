"""The cost of the same hours under each tariff option, with the prices in force at the time."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import pairwise

from gateway.billing.days.counting import Facts, count_day
from gateway.billing.days.figures import DayFigures, subscription_of
from gateway.billing.days.home import Home
from gateway.kit import paris
from gateway.tariffs.availability import is_open_to_new
from gateway.tariffs.buckets import Rules
from gateway.tariffs.off_peak import OffPeakPeriod
from gateway.tariffs.offers import Offer
from gateway.tariffs.options import REGULATED, Option
from gateway.tariffs.tariff import Tariff, find_tariff_on

OWN = "own"
CHANGED_HOURS = "changed_hours"
"""The key of the option `hp_hc` with off-peak hours other than those in force."""
_RED_PEAK, _RED_OFF_PEAK = "red_hp", "red_hc"
_VA_A_KVA = 1000


@dataclass(frozen=True)
class Cost:
    """The cost of an option in the exact units of figures, over the `priced` ones of the `hours` of the months.

    `energy` is the cost of the energy. An option that cannot be compared has no priced hour. The subscription is None
    if that of any day is not known. `buckets` has the energy and the cost of each bucket. `red_gain` is how much less
    the option would cost if all energy of red peak hours were used in red off-peak hours.
    """

    energy: int = 0
    subscription: int | None = 0
    priced: int = 0
    hours: int = 0
    buckets: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    red_gain: int = 0

    def __add__(self, other: Cost) -> Cost:
        """Return the cost of two spans together."""
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
    def share(self) -> float:
        """The share of all hours that is known and priced, from 0 to 1, rounded to 4 decimals."""
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
class Month:
    """The costs of the days `[start, end[` by option. Their `hours` are those of the days in service."""

    start: date
    end: date
    costs: Mapping[str, Cost]


@dataclass(frozen=True)
class ComparisonTotal:
    """The costs of the options over the same `months` months."""

    costs: Mapping[str, Cost]
    months: int


@dataclass(frozen=True)
class _DayBill:
    """The cost of each priced row of a day, by its hour, and the day's subscription, in exact units.

    A row contains `hours_a_row` hours. `sold`: the option is sold at the power subscribed on that day.
    """

    costs: Mapping[int, int] = field(default_factory=dict)
    hours_a_row: int = 1
    subscription: int | None = None
    sold: bool = False
    figures: DayFigures | None = None

    def sum_hours(self, hours: Collection[int]) -> Cost:
        """Return the cost of some of its priced hours, in all and by bucket, without the subscription."""
        if self.figures is None:
            return Cost()
        rows = [row for row, hour in enumerate(self.figures.hours) if hour in hours]
        buckets, prices = {}, self.figures.prices
        for bucket, used in self.figures.used.items():
            energy = sum(used[row] for row in rows)
            if energy and bucket in prices:
                buckets[bucket] = (energy, energy * prices[bucket])
        gain = prices.get(_RED_PEAK, 0) - prices.get(_RED_OFF_PEAK, 0)
        return Cost(
            energy=sum(self.costs[hour] for hour in hours),
            priced=len(rows) * self.hours_a_row,
            buckets=buckets,
            red_gain=buckets.get(_RED_PEAK, (0, 0))[0] * gain,
        )


def list_months(today: date, number: int) -> list[tuple[date, date]]:
    """Return the last `number` whole months before `today`, as `[start, end[`, oldest first."""
    ends = [today.replace(day=1)]
    for _ in range(number):
        ends.insert(0, (ends[0] - paris.DAY).replace(day=1))
    return list(pairwise(ends))


def compare_options(
    home: Home,
    colors: Mapping[date, str],
    facts: Mapping[date, Facts],
    own: Mapping[date, DayFigures],
    spans: Iterable[tuple[date, date]],
    changed_hours: Sequence[OffPeakPeriod] = (),
) -> list[Month]:
    """Return the cost of each month of `spans` under every option, at the power subscribed on each day.

    The options are the regulated ones, the known offers without the examples, `own`, and `hp_hc` with `changed_hours`.
    `facts` has the days in service; `own` has the published figures by day. Months in which nothing has a price are
    left out.

    Example: a home of 3 kVA until 15 January, of 6 kVA since, and no colour known in February. January has Base and the
    own tariff only, since Tempo is not sold at 3 kVA; February has all but Tempo; March has all of them. Were a colour
    missing on 5 March, its hours would be left out of all options, so that all are billed over the same hours.
    """
    bill_under = _Bills(home, colors, changed_hours)
    names = [*map(str, REGULATED), *(offer.id for offer in list_offers(home))]
    if changed_hours:
        names.append(CHANGED_HOURS)
    found = []
    for start, end in spans:
        days = [day for day in paris.iterate_days(start, end) if day in facts]
        bills = {name: [bill_under.bill_option(name, day, facts[day]) for day in days] for name in names}
        bills[OWN] = [bill_under.bill_own(day, facts[day], own.get(day)) for day in days]
        hours = sum(paris.minutes_in(day) // 60 for day in days)
        if costs := _restrict_to_same_hours(bills, hours):
            found.append(Month(start, end, costs))
    return found


def add_up_months(found: Sequence[Month]) -> ComparisonTotal:
    """Add up the options that can be compared in at least half of the months, over the months that all of them have."""
    have = Counter(name for month in found for name, cost in month.costs.items() if cost.priced)
    compared = {name for name, number in have.items() if 2 * number >= len(found)}
    shared = [month for month in found if all(month.costs[name].priced for name in compared)]
    hours = sum(next(iter(month.costs.values())).hours for month in shared)
    costs = {}
    for name in dict.fromkeys([*map(str, REGULATED), OWN, *(name for month in found for name in month.costs)]):
        of_months = [month.costs[name] for month in shared]
        costs[name] = sum(of_months, Cost()) if name in compared else Cost(subscription=None, hours=hours)
    return ComparisonTotal(costs, len(shared))


class _Bills:
    """Bills days, each with an option's prices at the power subscribed on that day."""

    def __init__(self, home: Home, colors: Mapping[date, str], changed_hours: Sequence[OffPeakPeriod]) -> None:
        self._home = home
        self._colors = colors
        self._changed_hours = changed_hours
        self._own = home.build_rules(colors)
        self._rules: dict[tuple[str, float], Rules | None] = {}

    def bill_option(self, name: str, day: date, facts: Facts) -> _DayBill:
        power = _find_power_on(self._home, day)
        if power is None:
            return _DayBill()
        if (name, power) not in self._rules:
            self._rules[name, power] = self._build_rules(name, power)
        built = self._rules[name, power]
        if built is None:
            return _DayBill()
        rules = built.get_day_rules(day)
        return _bill_day(day, count_day(day, facts, Facts(), rules), rules.subscription)

    def _build_rules(self, name: str, power: float) -> Rules | None:
        """Return the rules for billing under an option at a power in kVA; None if it is not sold at that power."""
        home = self._home
        if home.offers.find_offer(name) is not None:
            tariffs = resolve_offer(home, name, power)
            return home.build_rules(self._colors, tariffs) if tariffs else None
        option = Option.HP_HC if name == CHANGED_HOURS else Option(name)
        if power not in home.book.list_powers(option):
            return None
        tariffs = [Tariff(option=option, power_kva=int(power))]
        if name == CHANGED_HOURS:
            return Rules(tariffs, self._changed_hours, self._colors, home.book, home.injects_since)
        return home.build_rules(self._colors, tariffs)

    def bill_own(self, day: date, facts: Facts, published: DayFigures | None) -> _DayBill:
        """Bill a day by its published figures, or by new ones if it is not published yet."""
        rules = self._own.get_day_rules(day)
        return _bill_day(day, published or count_day(day, facts, Facts(), rules), rules.subscription)


def _bill_day(day: date, figures: DayFigures | None, subscription: int | None) -> _DayBill:
    owed = subscription_of(day, subscription)
    if figures is None:
        return _DayBill(subscription=owed, sold=True)
    without_price = {row for values in figures.unpriced_energy for row, used in enumerate(values) if used}
    amounts = figures.build_columns().get("cost") or [0] * len(figures.hours)
    costs = {hour: amounts[row] for row, hour in enumerate(figures.hours) if row not in without_price}
    return _DayBill(costs, figures.length if figures.is_one_row else 1, owed, sold=True, figures=figures)


def _restrict_to_same_hours(bills: Mapping[str, Sequence[_DayBill]], hours: int) -> dict[str, Cost]:
    """Return the cost of each option over the hours that all compared options have a price for; empty if none.

    An option is compared if it is sold on every day and has a price for at least half as many hours as the option with
    the most. `hours` is the number of hours of the days in service.
    """
    priced = {name: sum(len(bill.costs) * bill.hours_a_row for bill in days) for name, days in bills.items()}
    most = max(priced.values())
    compared = {
        name: days
        for name, days in bills.items()
        if all(bill.sold for bill in days) and priced[name] and 2 * priced[name] >= most
    }
    if not compared:
        return {}
    shared = [
        set.intersection(*(set(bill.costs) for bill in same_day)) for same_day in zip(*compared.values(), strict=True)
    ]
    costs = {}
    for name, days in bills.items():
        if name not in compared:
            costs[name] = Cost(subscription=None, hours=hours)
            continue
        owed = [bill.subscription for bill in days]
        whole = sum((bill.sum_hours(rows) for bill, rows in zip(days, shared, strict=True)), Cost())
        subscription = None if None in owed else sum(each for each in owed if each is not None)
        costs[name] = replace(whole, subscription=subscription, hours=hours)
    return costs if any(cost.priced for cost in costs.values()) else {}


def list_sold_tariffs(home: Home, option: Option) -> list[Tariff]:
    """Return a tariff with the regulated option for each power of the home's tariffs at which it is sold."""
    powers: dict[date | None, float] = {tariff.valid_from: tariff.power_kva for tariff in home.tariffs}
    if not powers and home.point.contract.power_kva:
        powers = {None: home.point.contract.power_kva}
    sold = {day: int(power) for day, power in powers.items() if power in home.book.list_powers(option)}
    return [Tariff(valid_from=day, option=option, power_kva=power) for day, power in sold.items()]


def _find_power_on(home: Home, day: date) -> float | None:
    """Return the subscribed power of a day in kVA: of its tariff, else of the first tariff, else of the contract."""
    tariff = find_tariff_on(home.tariffs, day)
    if tariff is None and home.tariffs:
        tariff = min(home.tariffs, key=lambda one: one.valid_from or date.min)
    return home.point.contract.power_kva if tariff is None else tariff.power_kva


def list_offers(home: Home) -> list[Offer]:
    """Return the offers to compare: all known ones but the examples."""
    return [offer for offer in home.offers.offers if not offer.example]


def resolve_offer(home: Home, offer_id: str, power: float) -> list[Tariff]:
    """Return the versions of an offer at a power in kVA, as tariffs; empty if it was never sold at that power."""
    if power != int(power) or not home.offers.is_sold(offer_id, int(power)):
        return []
    chosen = Tariff(option=Option.CUSTOM, offer=offer_id, prices="offer", power_kva=int(power))
    return home.offers.resolve_tariffs([chosen])


def find_options_open_to_new(home: Home, today: date) -> dict[str, bool]:
    """Return, by option and offer, whether a new customer may choose it today at the subscribed power.

    Empty if that power is not known.
    """
    tariff = find_tariff_on(home.tariffs, today)
    power = tariff.power_kva if tariff is not None else home.point.contract.power_kva
    if not power:
        return {}
    regulated = {
        str(option): power in home.book.list_powers(option) and is_open_to_new(option, power, today)
        for option in REGULATED
    }
    return regulated | {offer.id: offer.is_open(power, today) for offer in list_offers(home)}


def list_days_above(
    powers: Iterable[int], peaks: Mapping[date, int], subscribed: float | None
) -> dict[int, list[date]]:
    """Return, for each power in kVA below the subscribed one, the days whose peak in VA was above it."""
    return {
        power: sorted(day for day, va in peaks.items() if va > power * _VA_A_KVA)
        for power in powers
        if subscribed is not None and power < subscribed
    }


def find_lowest_power(home: Home, highest_va: int | None, today: date) -> int | None:
    """Return the lowest power in kVA on sale that covers a peak in VA; None if there is none or no known peak."""
    if highest_va is None:
        return None
    tariff = find_tariff_on(home.tariffs, today)
    option = tariff.option if tariff is not None and tariff.option in REGULATED else Option.BASE
    return next((power for power in home.book.list_powers(option) if power * _VA_A_KVA >= highest_va), None)
