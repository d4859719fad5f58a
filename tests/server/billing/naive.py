"""Billing minute by minute, for comparison: slow, obvious, and sharing nothing with the gateway but its inputs."""

import calendar
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

PARIS = ZoneInfo("Europe/Paris")

type Interval = tuple[datetime, int, int | Fraction]
"""Its start, minutes and watts."""


@dataclass(frozen=True)
class Slots:
    """Off-peak clock times, `HH:MM`, of the days of Paris that the other members describe."""

    slots: list[tuple[str, str]]
    first: date = date.min
    before: date = date.max
    months: frozenset[int] = frozenset(range(1, 13))
    weekdays: frozenset[int] = frozenset(range(7))
    holidays: frozenset[date] = frozenset()
    on_holidays: bool | None = None
    """Whether they hold on holidays; None: as on the weekday."""
    colors: frozenset[str] = frozenset()
    """The colours of the days on which they hold; none: of any."""
    named: frozenset[date] | None = None
    named_until: date = date.max
    """The days named one by one on which they hold, all of them up to a day; None: on any."""
    day_starts: str = "06:00"

    def is_of_its_kind(self, local: datetime, colors: Mapping[date, str]) -> bool | None:
        """Whether the day that a minute belongs to has the colour and the name; None: nobody knows."""
        day = local.date() if f"{local:%H:%M}" >= self.day_starts else local.date() - timedelta(days=1)
        if self.colors and day in colors and colors[day] not in self.colors:
            return False
        if self.named is not None and day not in self.named and day < self.named_until:
            return False
        if self.colors and day not in colors:
            return None
        return None if self.named is not None and day not in self.named else True

    def say_of(self, local: datetime) -> bool | None:
        """Whether that minute is off-peak; None on a day that is none of theirs, by its dates and months."""
        day = local.date()
        if not (self.first <= day < self.before) or day.month not in self.months:
            return None
        if day in self.holidays and self.on_holidays is not None:
            if not self.on_holidays:
                return False
        elif day.weekday() not in self.weekdays:
            return False
        clock = f"{local:%H:%M}"
        return any(start <= clock < end if start < end else clock >= start or clock < end for start, end in self.slots)


@dataclass(frozen=True)
class Price:
    """EUR a kWh by bucket and EUR a month, from the midnight of a day."""

    first: date
    by_bucket: Mapping[str, Fraction]
    month: Fraction | None = None


@dataclass(frozen=True)
class Contract:
    """An option from the midnight of a day. `times` are those of a custom offer's buckets, `rest` its other one."""

    first: date
    option: str
    prices: list[Price]
    times: Sequence[tuple[str, Slots]] = ()
    rest: str = ""
    production: Fraction | None = None


@dataclass(frozen=True)
class Home:
    contracts: list[Contract]
    off_peak: list[Slots]
    colors: Mapping[date, str]

    def find_contract(self, day: date) -> Contract | None:
        found = None
        for candidate in sorted(self.contracts, key=lambda contract: contract.first):
            if candidate.first <= day:
                found = candidate
        return found

    def find_price(self, day: date) -> Price | None:
        contract, found = self.find_contract(day), None
        for candidate in sorted(contract.prices, key=lambda price: price.first) if contract else []:
            if candidate.first <= day:
                found = candidate
        return found

    def bucket_and_price(self, minute: datetime) -> tuple[str, Fraction | None]:
        local = minute.astimezone(PARIS)
        contract, price = self.find_contract(local.date()), self.find_price(local.date())
        if contract is None:
            return "unknown", None
        bucket = (
            self.find_custom_bucket(contract, local)
            if contract.option == "custom"
            else self.find_bucket(contract.option, local)
        )
        return bucket, price.by_bucket.get(bucket) if price else None

    def find_custom_bucket(self, contract: Contract, local: datetime) -> str:
        for bucket, slots in contract.times:
            kind = slots.is_of_its_kind(local, self.colors)
            if slots.say_of(local) and kind is not False:
                return bucket if kind else "unknown"
        return contract.rest

    def compute_subscription(self, minute: datetime) -> Fraction | None:
        """What a minute costs, whether anything is used or not."""
        day = minute.astimezone(PARIS).date()
        price = self.find_price(day)
        if price is None or price.month is None:
            return None
        midnights = [datetime(on.year, on.month, on.day, tzinfo=PARIS) for on in (day, day + timedelta(days=1))]
        start, end = (midnight.astimezone(UTC) for midnight in midnights)
        days = calendar.monthrange(day.year, day.month)[1]
        return price.month / days / Fraction((end - start) // timedelta(minutes=1))

    def find_bucket(self, option: str, local: datetime) -> str:
        if option == "base":
            return "base"
        if option == "hp_hc":
            answers = [answer for slots in self.off_peak if (answer := slots.say_of(local)) is not None]
            if not answers:
                return "unknown"
            return "hc" if any(answers) else "hp"
        six_hours_ago_on_the_clock = local.replace(tzinfo=None) - timedelta(hours=6)
        color = self.colors.get(six_hours_ago_on_the_clock.date())
        if color is None:
            return "unknown"
        return f"{color}_{'hp' if 6 <= local.hour < 22 else 'hc'}"


def compute_bill(
    home: Home, readings: Sequence[Interval], given: Sequence[Interval] = ()
) -> dict[datetime, dict[str, Fraction]]:
    """Wh and EUR by UTC hour and series, of the hours whose sixty minutes are all known.

    `given` are the intervals of what the home gave.
    """
    known: dict[datetime, int] = defaultdict(int)
    hours: dict[datetime, dict[str, Fraction]] = defaultdict(lambda: defaultdict(Fraction))
    for minute, watts in _split_minutes(readings):
        hour = minute.astimezone(UTC).replace(minute=0)
        known[hour] += 1
        energy = Fraction(watts) / 60
        bucket, price = home.bucket_and_price(minute)
        hours[hour]["consumption"] += energy
        hours[hour][f"consumption_{bucket}"] += energy
        if price is not None:
            hours[hour]["cost"] += energy / 1000 * price
            hours[hour][f"cost_{bucket}"] += energy / 1000 * price
        subscription = home.compute_subscription(minute)
        if subscription is not None:
            hours[hour]["subscription"] += subscription
    for minute, watts in _split_minutes(given):
        hour = minute.astimezone(UTC).replace(minute=0)
        contract = home.find_contract(minute.astimezone(PARIS).date())
        hours[hour]["production"] += Fraction(watts) / 60
        if contract is not None and contract.production is not None:
            hours[hour]["revenue"] += Fraction(watts) / 60000 * contract.production
    return {hour: dict(series) for hour, series in sorted(hours.items()) if known[hour] == 60}


def _split_minutes(readings: Sequence[Interval]) -> list[tuple[datetime, int | Fraction]]:
    return [
        (start + timedelta(minutes=number), watts) for start, minutes, watts in readings for number in range(minutes)
    ]
