"""What the answers about a home must say, counted minute by minute; shares nothing with the gateway.

Prices are copied from EDF's printed price lists. Energy is in watt-minutes, money in whole numbers of 1/`MONEY` EUR.
"""

import calendar
import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from functools import cache, cached_property
from itertools import groupby

from tests.server.paris import PARIS, midnight

DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
WATT_MINUTES = 60_000
"""In a kWh."""
MONEY = 10_000 * WATT_MINUTES * 12 * math.lcm(28, 29, 30, 31) * math.lcm(23, 24, 25)
"""A watt-minute at any price of four decimals and an hour's subscription are whole: fractions would add up slowly."""
REGULATED = ("base", "hp_hc", "tempo")
_BUCKETS = {
    "base": ("base",),
    "hp_hc": ("hp", "hc"),
    "tempo": ("blue_hp", "blue_hc", "white_hp", "white_hc", "red_hp", "red_hc"),
}
_GRIDS: dict[tuple[str, int], list[tuple[str, str, str]]] = {
    ("base", 6): [
        ("2025-02-01", "13.72", "0.2016"),
        ("2025-08-01", "15.47", "0.1952"),
        ("2026-02-01", "15.65", "0.1940"),
        ("2026-08-01", "15.86", "0.2001"),
    ],
    ("base", 9): [
        ("2025-02-01", "17.27", "0.2016"),
        ("2025-08-01", "19.39", "0.1952"),
        ("2026-02-01", "19.56", "0.1927"),
        ("2026-08-01", "19.88", "0.1985"),
    ],
    ("hp_hc", 6): [
        ("2025-02-01", "14.04", "0.2146 0.1696"),
        ("2025-08-01", "15.74", "0.2081 0.1635"),
        ("2026-02-01", "15.65", "0.2065 0.1579"),
        ("2026-08-01", "15.86", "0.2142 0.1589"),
    ],
    ("hp_hc", 9): [
        ("2025-02-01", "18.01", "0.2146 0.1696"),
        ("2025-08-01", "19.81", "0.2081 0.1635"),
        ("2026-02-01", "19.56", "0.2065 0.1579"),
        ("2026-08-01", "19.88", "0.2142 0.1589"),
    ],
    ("tempo", 6): [
        ("2025-02-01", "13.97", "0.1552 0.1288 0.1792 0.1447 0.6586 0.1518"),
        ("2025-08-01", "15.50", "0.1494 0.1232 0.1730 0.1391 0.6468 0.1460"),
        ("2026-02-01", "15.59", "0.1612 0.1325 0.1871 0.1499 0.7060 0.1575"),
        ("2026-08-01", "15.80", "0.1654 0.1356 0.1921 0.1536 0.7295 0.1615"),
    ],
    ("tempo", 9): [
        ("2025-02-01", "17.45", "0.1552 0.1288 0.1792 0.1447 0.6586 0.1518"),
        ("2025-08-01", "19.49", "0.1494 0.1232 0.1730 0.1391 0.6468 0.1460"),
        ("2026-02-01", "19.38", "0.1612 0.1325 0.1871 0.1499 0.7060 0.1575"),
        ("2026-08-01", "19.70", "0.1654 0.1356 0.1921 0.1536 0.7295 0.1615"),
    ],
}
_SURCHARGES = [("2025-02-01", Fraction("9.72") * Fraction("1.055")), ("2025-08-01", Fraction("9.60") * Fraction("1.2"))]
"""EUR a year, which a producer who also consumes owes."""

type Slot = tuple[str, str]
type Curve = Sequence[tuple[int, int, int]]
"""Offset in minutes from the day's first instant, minutes, and watts of each reading."""


@dataclass(frozen=True)
class Contract:
    first: date
    option: str
    kva: int
    production: Fraction | None = None


@dataclass(frozen=True)
class OffPeak:
    """Slots of the days `[first, before[` in these months."""

    slots: tuple[Slot, ...]
    first: date = date.min
    before: date = date.max
    months: frozenset[int] = frozenset(range(1, 13))


@dataclass(frozen=True)
class Known:
    """What the archive knows of one direction of a day: a curve, which may have holes, or the day's energy in Wh."""

    curve: Curve = ()
    wh: int | None = None


@dataclass
class Hour:
    """An hour, or a whole day, whose consumption is known: watt-minutes by bucket; None if no production is known."""

    used: Mapping[str, int]
    gave: int | None
    minutes: int = 60

    @property
    def energy(self) -> int:
        return sum(self.used.values())


@dataclass
class Sums:
    """What some days or hours come to; None where nothing is known. `lacks` are the incomplete ones."""

    consumption: int | None = None
    production: int | None = None
    cost: int | None = None
    revenue: int | None = None
    used: Counter[str] = field(default_factory=Counter)
    costs: dict[str, int] = field(default_factory=dict)
    lacks: set[str] = field(default_factory=set)


def count_money(eur: Fraction) -> int:
    money = eur * MONEY
    assert money.is_integer(), eur
    return int(money)


def list_days(start: date, end: date) -> list[date]:
    return [start + number * DAY for number in range((end - start).days)]


@cache
def list_clocks(day: date) -> tuple[int, ...]:
    """The minute of the clock at each minute of a day: 1380, 1440 or 1500 of them."""
    start, end = midnight(day), midnight(day + DAY)
    shown = [(start + number * MINUTE).astimezone(PARIS) for number in range((end - start) // MINUTE)]
    return tuple(moment.hour * 60 + moment.minute for moment in shown)


def parse_clock(text: str) -> int:
    hours, minutes = text.split(":")
    return int(hours) * 60 + int(minutes)


@cache
def list_off_peak_minutes(slots: tuple[Slot, ...]) -> frozenset[int]:
    found = set()
    for start, end in slots:
        first, last = parse_clock(start), parse_clock(end)
        found |= set(range(first, last)) if first < last else {*range(first, 1440), *range(last)}
    return frozenset(found)


@dataclass
class Home:
    contracts: list[Contract]
    off_peak: list[OffPeak]
    colors: Mapping[date, str]
    used: Mapping[date, Known]
    gave: Mapping[date, Known]
    produces: bool
    since: date = date.min
    """The day on which the meter was put into service."""

    def find_contract(self, day: date) -> Contract:
        return max((one for one in self.contracts if one.first <= day), key=lambda one: one.first)

    def find_color(self, day: date) -> str | None:
        """The colour of a Tempo day. A Sunday is always blue."""
        return self.colors.get(day, "blue" if day.weekday() == 6 else None)

    def name_minutes(self, option: str, day: date) -> list[str]:
        """The bucket of each minute of a day."""
        clocks = list_clocks(day)
        if option == "base":
            return ["base"] * len(clocks)
        if option == "hp_hc":
            told = [one for one in self.off_peak if one.first <= day < one.before and day.month in one.months]
            if not told:
                return ["unknown"] * len(clocks)
            cheap = frozenset().union(*(list_off_peak_minutes(one.slots) for one in told))
            return ["hc" if clock in cheap else "hp" for clock in clocks]
        night, light = self.find_color(day - DAY), self.find_color(day)
        found = []
        for clock in clocks:
            color = night if clock < 6 * 60 else light
            time = "hp" if 6 * 60 <= clock < 22 * 60 else "hc"
            found.append(f"{color}_{time}" if color else "unknown")
        return found

    def list_hours(self, day: date, option: str) -> dict[int, Hour]:
        """The hours of a day whose consumption is known, by number; the first stands for a day of one value."""
        known, given = self.used.get(day, Known()), self.gave.get(day, Known())
        names, gave = self.name_minutes(option, day), _list_watts(day, given.curve)
        if not known.curve:
            if known.wh is None:
                return {}
            bucket = names[0] if len(set(names)) == 1 else "unknown"
            whole = sum(watts or 0 for watts in gave) if gave and None not in gave else None
            return {0: Hour({bucket: known.wh * 60}, whole, len(names))}
        used = _list_watts(day, known.curve)
        found = {}
        for number in range(len(names) // 60):
            minutes = slice(number * 60, number * 60 + 60)
            if None in used[minutes]:
                continue
            sums: Counter[str] = Counter()
            for watts, name in zip(used[minutes], names[minutes], strict=True):
                sums[name] += watts or 0
            hour_gave = gave[minutes]
            is_told = bool(hour_gave) and None not in hour_gave
            found[number] = Hour(sums, sum(watts or 0 for watts in hour_gave) if is_told else None)
        return found

    @cached_property
    def own_hours(self) -> dict[date, dict[int, Hour]]:
        days = {day: self.list_hours(day, self.find_contract(day).option) for day in sorted(self.used)}
        return {day: hours for day, hours in days.items() if hours}

    def is_whole(self, day: date, hours: Mapping[int, Hour]) -> bool:
        return sum(hour.minutes for hour in hours.values()) == len(list_clocks(day))

    def subscription_of(self, day: date, option: str = "") -> int:
        contract = self.find_contract(day)
        return price_day(option or contract.option, contract.kva, day, produces=self.produces)

    def add_up(self, days: Iterable[date], today: date) -> Sums:
        """What the known hours of some days come to, and what is missing."""
        found = Sums()
        for day in days:
            hours = self.own_hours.get(day, {})
            if not self.is_whole(day, hours) or day >= today:
                found.lacks.add("consumption")
            if not self.is_whole(day, hours) or any(hour.gave is None for hour in hours.values()) or day >= today:
                found.lacks.add("production")
            for hour in hours.values():
                self.add_hour(found, day, hour)
        return found

    def add_hour(self, found: Sums, day: date, hour: Hour) -> None:
        contract = self.find_contract(day)
        found.consumption = (found.consumption or 0) + hour.energy
        found.used.update(hour.used)
        prices = list_prices(contract.option, contract.kva, day)
        for bucket, energy in hour.used.items():
            if bucket in prices:
                cost = energy * prices[bucket]
                found.cost = (found.cost or 0) + cost
                found.costs[bucket] = found.costs.get(bucket, 0) + cost
            elif energy:
                found.lacks.add("cost")
        if hour.gave is None:
            return
        found.production = (found.production or 0) + hour.gave
        if contract.production is not None:
            found.revenue = (found.revenue or 0) + hour.gave * price_watt_minute(contract.production)
        elif hour.gave:
            found.lacks.add("revenue")


def _list_watts(day: date, curve: Curve) -> list[int | None]:
    """The power of each minute of a day; empty without a curve."""
    if not curve:
        return []
    found: list[int | None] = [None] * len(list_clocks(day))
    for offset, minutes, watts in curve:
        found[offset : offset + minutes] = [watts] * minutes
    return found


def _find_grid(option: str, kva: int, day: date) -> tuple[str, str, str]:
    return [grid for grid in _GRIDS[option, kva] if grid[0] <= day.isoformat()][-1]


@cache
def price_watt_minute(eur_per_kwh: Fraction) -> int:
    return count_money(eur_per_kwh / WATT_MINUTES)


@cache
def list_prices(option: str, kva: int, day: date) -> dict[str, int]:
    """What a watt-minute costs, by bucket."""
    told = _find_grid(option, kva, day)[2].split()
    return {bucket: price_watt_minute(Fraction(eur)) for bucket, eur in zip(_BUCKETS[option], told, strict=True)}


@cache
def price_day(option: str, kva: int, day: date, *, produces: bool) -> int:
    """What a day of a subscription costs."""
    month = Fraction(_find_grid(option, kva, day)[1])
    if produces:
        month += [yearly for first, yearly in _SURCHARGES if first <= day.isoformat()][-1] / 12
    return count_money(month / calendar.monthrange(day.year, day.month)[1])


def find_year_before(day: date) -> date | None:
    """The same date a year before; 29 February has none."""
    return None if (day.month, day.day) == (2, 29) else day.replace(year=day.year - 1)


def step_back_a_year(day: date) -> date:
    """The same date a year before; 1 March for 29 February."""
    return find_year_before(day) or date(day.year - 1, 3, 1)


def find_hour_before(start: datetime, *, by_weeks: bool) -> datetime | None:
    """The instant at which clocks showed the same time on the day that is compared, if there was one."""
    local = start.astimezone(PARIS)
    day = local.date() - timedelta(weeks=52) if by_weeks else find_year_before(local.date())
    if day is None:
        return None
    wanted = datetime.combine(day, local.time().replace(tzinfo=None))
    first = midnight(day)
    shown = [first + number * timedelta(hours=1) for number in range(len(list_clocks(day)) // 60)]
    same = [moment for moment in shown if moment.astimezone(PARIS).replace(tzinfo=None) == wanted]
    return same[local.fold] if local.fold < len(same) else None


def split_days(step: str, days: Sequence[date]) -> list[list[date]]:
    """Days by step; the first and the last step may be shorter."""
    begins = {
        "day": lambda day: day,
        "week": lambda day: day - day.weekday() * DAY,
        "month": lambda day: day.replace(day=1),
        "year": lambda day: day.replace(month=1, day=1),
    }[step]
    return [list(group) for _, group in groupby(days, begins)]


@dataclass(frozen=True)
class OptionBill:
    """What an option comes to in a month, over the hours that are compared. `share` is that of the month's hours."""

    energy: int
    subscription: int
    share: Fraction


def compare_month(home: Home, days: Sequence[date]) -> dict[str, OptionBill | None]:
    """What a month would have cost under each option; empty if nothing has a price. None: cannot be compared."""
    days = [day for day in days if day >= home.since]
    costs: dict[str, dict[tuple[date, int], int]] = {name: {} for name in (*REGULATED, "own")}
    lengths: dict[tuple[date, int], int] = {}
    for name, found in costs.items():
        for day in days:
            contract = home.find_contract(day)
            option = contract.option if name == "own" else name
            prices = list_prices(option, contract.kva, day)
            for number, hour in home.list_hours(day, option).items():
                if hour.used.keys() <= prices.keys():
                    lengths[day, number] = hour.minutes // 60
                    found[day, number] = sum(energy * prices[bucket] for bucket, energy in hour.used.items())
    known = {name: sum(lengths[key] for key in found) for name, found in costs.items()}
    most = max(known.values())
    if not most:
        return {}
    compared = [name for name in costs if known[name] * 2 >= most]
    shared = set.intersection(*(set(costs[name]) for name in compared))
    if not shared:
        return {}
    hours = sum(len(list_clocks(day)) // 60 for day in days)
    return {
        name: OptionBill(
            sum(costs[name][key] for key in shared),
            sum(home.subscription_of(day, "" if name == "own" else name) for day in days),
            Fraction(sum(lengths[key] for key in shared), hours),
        )
        if name in compared
        else None
        for name in costs
    }


def iterate_clock_hours(home: Home, days: Iterable[date]) -> Iterator[tuple[date, int, Hour]]:
    """Each known hour with the hour that clocks showed; days of which only the sum is known are left out."""
    for day in days:
        for number, hour in home.own_hours.get(day, {}).items():
            if hour.minutes == 60:
                yield day, list_clocks(day)[number * 60] // 60, hour


def format_instant(day: date, number: int = 0) -> str:
    return (midnight(day) + number * timedelta(hours=1)).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
