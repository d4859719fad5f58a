"""The cost of the same hours under each tariff option, with the prices in force at the time."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import pairwise

from gateway.billing.comparison.day_bills import Cost, DayBill, bill_day
from gateway.billing.days.billed_point import BilledPoint
from gateway.billing.days.counting import Facts, count_day
from gateway.billing.days.figures import DayFigures, to_unit
from gateway.kit import paris
from gateway.tariffs.availability import is_open_to_new
from gateway.tariffs.buckets import Rules
from gateway.tariffs.off_peak import OffPeakPeriod
from gateway.tariffs.offers import Offer
from gateway.tariffs.options import REGULATED, Option
from gateway.tariffs.public_holidays import HolidayRegion
from gateway.tariffs.tariff import Tariff, find_tariff_on

OWN = "own"
CHANGED_HOURS = "changed_hours"
"""The option `hp_hc` with off-peak hours other than those in force."""
_SOLD_AS = {CHANGED_HOURS: str(Option.HP_HC)}


@dataclass(frozen=True)
class Month:
    """The costs of the days `[start, end[` by option. Their `hours` are those of the days in service."""

    start: date
    end: date
    costs: Mapping[str, Cost]

    @property
    def share(self) -> float:
        """The share of its hours that is compared: an option that is not compared in this month has a share of 0."""
        return max(cost.share for cost in self.costs.values())


@dataclass(frozen=True)
class ComparisonTotal:
    """The costs of the options over the same `months` months."""

    costs: Mapping[str, Cost]
    months: int


def list_months(today: date, number: int) -> list[tuple[date, date]]:
    """Return the last `number` whole months before `today`, as `[start, end[`, oldest first."""
    ends = [today.replace(day=1)]
    for _ in range(number):
        ends.insert(0, (ends[0] - paris.DAY).replace(day=1))
    return list(pairwise(ends))


def compare_options(
    point: BilledPoint,
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
    bill_under = _Bills(point, colors, changed_hours)
    names = [*map(str, REGULATED), *(offer.id for offer in list_offers(point))]
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


def find_lowest(costs: Mapping[str, Cost], open_to_new: Mapping[str, bool]) -> str | None:
    """Return the option with the lowest bill, without those that a new customer may not choose; None without any bill.

    Of bills that are equal to the cent, `own` is the lowest, since it needs no change.
    """
    bills = {
        name: (round(to_unit("cost", cost.bill), 2), name != OWN)
        for name, cost in costs.items()
        if cost.bill is not None and (name == OWN or open_to_new.get(_SOLD_AS.get(name, name), True))
    }
    return min(bills, key=lambda name: bills[name], default=None)


class _Bills:
    """Bills days, each with an option's prices at the power subscribed on that day."""

    def __init__(self, point: BilledPoint, colors: Mapping[date, str], changed_hours: Sequence[OffPeakPeriod]) -> None:
        self._point = point
        self._colors = colors
        self._changed_hours = changed_hours
        self._own = point.build_rules(colors)
        self._rules: dict[tuple[str, float, HolidayRegion], Rules | None] = {}

    def bill_option(self, name: str, day: date, facts: Facts) -> DayBill:
        tariff = _find_tariff_around(self._point, day)
        power = tariff.power_kva if tariff is not None else self._point.row.contract.power_kva
        if power is None:
            return DayBill()
        holidays = tariff.holidays if tariff is not None else HolidayRegion.MAINLAND
        key = name, power, holidays
        if key not in self._rules:
            self._rules[key] = self._build_rules(*key)
        built = self._rules[key]
        if built is None:
            return DayBill()
        rules = built.get_day_rules(day)
        return bill_day(day, count_day(day, facts, Facts(), rules), rules)

    def _build_rules(self, name: str, power: float, holidays: HolidayRegion) -> Rules | None:
        """Return how days are billed under an option with a power; None where it is not sold with it."""
        point = self._point
        if point.offers.find_offer(name) is not None:
            tariffs = resolve_offer(point, name, power, holidays)
            return point.build_rules(self._colors, tariffs) if tariffs else None
        option = Option.HP_HC if name == CHANGED_HOURS else Option(name)
        if power not in point.book.list_powers(option):
            return None
        tariffs = [Tariff(option=option, power_kva=int(power), holidays=holidays)]
        if name == CHANGED_HOURS:
            return Rules(tariffs, self._changed_hours, self._colors, point.book, point.injects_since)
        return point.build_rules(self._colors, tariffs)

    def bill_own(self, day: date, facts: Facts, published: DayFigures | None) -> DayBill:
        """Bill a day as it was published, or, while older days are still being fetched, as it will be."""
        rules = self._own.get_day_rules(day)
        return bill_day(day, published or count_day(day, facts, Facts(), rules), rules)


def _restrict_to_same_hours(bills: Mapping[str, Sequence[DayBill]], hours: int) -> dict[str, Cost]:
    """Return what each option comes to over the hours that all those compared have a price for; empty if there is none.

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


def list_sold_tariffs(point: BilledPoint, option: Option) -> list[Tariff]:
    """Return a tariff with the regulated option for each power of the usage point's tariffs at which it is sold."""
    powers: dict[date | None, float] = {tariff.valid_from: tariff.power_kva for tariff in point.tariffs}
    if not powers and point.row.contract.power_kva:
        powers = {None: point.row.contract.power_kva}
    sold = {day: int(power) for day, power in powers.items() if power in point.book.list_powers(option)}
    return [Tariff(valid_from=day, option=option, power_kva=power) for day, power in sold.items()]


def _find_tariff_around(point: BilledPoint, day: date) -> Tariff | None:
    """Return the tariff of a day, before the first one began that one; None when there is none."""
    first = min(point.tariffs, key=lambda tariff: tariff.valid_from or date.min, default=None)
    return find_tariff_on(point.tariffs, day) or first


def list_offers(point: BilledPoint) -> list[Offer]:
    """Return the offers to compare: all known ones but the examples."""
    return [offer for offer in point.offers.offers if not offer.example]


def resolve_offer(point: BilledPoint, offer_id: str, power: float, holidays: HolidayRegion) -> list[Tariff]:
    """Return the versions of an offer with a power; none where it was never sold with it."""
    if power != int(power) or not point.offers.is_sold(offer_id, int(power)):
        return []
    chosen = Tariff(option=Option.CUSTOM, offer=offer_id, prices="offer", power_kva=int(power), holidays=holidays)
    return point.offers.resolve_tariffs([chosen])


def find_options_open_to_new(point: BilledPoint, today: date) -> dict[str, bool]:
    """Return, by option and offer, whether a new customer may choose it today at the subscribed power.

    Empty if that power is not known.
    """
    tariff = find_tariff_on(point.tariffs, today)
    power = tariff.power_kva if tariff is not None else point.row.contract.power_kva
    if not power:
        return {}
    regulated = {
        str(option): power in point.book.list_powers(option) and is_open_to_new(option, power, today)
        for option in REGULATED
    }
    return regulated | {offer.id: offer.is_open(power, today) for offer in list_offers(point)}
