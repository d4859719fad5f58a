"""Billing minute by minute, for comparison: slow, obvious, and sharing nothing with the gateway but its inputs."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

PARIS = ZoneInfo("Europe/Paris")


@dataclass(frozen=True)
class Slots:
    """Off-peak clock times, `HH:MM`, of the days of Paris that the other members describe."""

    slots: list[tuple[str, str]]
    first: date = date.min
    before: date = date.max
    months: frozenset[int] = frozenset(range(1, 13))
    weekdays: frozenset[int] = frozenset(range(7))

    def say_of(self, local: datetime) -> bool | None:
        """Whether that minute is off-peak; None on a day that is none of theirs."""
        day = local.date()
        if not (self.first <= day < self.before) or day.month not in self.months or day.weekday() not in self.weekdays:
            return None
        clock = f"{local:%H:%M}"
        return any(start <= clock < end if start < end else clock >= start or clock < end for start, end in self.slots)


@dataclass(frozen=True)
class Price:
    """EUR a kWh by bucket, from the midnight of a day."""

    first: date
    by_bucket: Mapping[str, Fraction]


@dataclass(frozen=True)
class Contract:
    """An option from the midnight of a day."""

    first: date
    option: str
    prices: list[Price]


@dataclass(frozen=True)
class Home:
    contracts: list[Contract]
    off_peak: list[Slots]
    colors: Mapping[date, str]

    def bucket_and_price(self, minute: datetime) -> tuple[str, Fraction | None]:
        local = minute.astimezone(PARIS)
        contract = None
        for candidate in sorted(self.contracts, key=lambda contract: contract.first):
            if candidate.first <= local.date():
                contract = candidate
        if contract is None:
            return "unknown", None
        bucket = self.bucket(contract.option, local)
        prices: Mapping[str, Fraction] = {}
        for price in sorted(contract.prices, key=lambda price: price.first):
            if price.first <= local.date():
                prices = price.by_bucket
        return bucket, prices.get(bucket)

    def bucket(self, option: str, local: datetime) -> str:
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


def bill(home: Home, readings: list[tuple[datetime, int, int]]) -> dict[datetime, dict[str, Fraction]]:
    """Wh and EUR by UTC hour and series, of the hours whose sixty minutes are all known.

    Readings are start, minutes and watts.
    """
    known: dict[datetime, int] = defaultdict(int)
    hours: dict[datetime, dict[str, Fraction]] = defaultdict(lambda: defaultdict(Fraction))
    for start, minutes, watts in readings:
        for number in range(minutes):
            minute = start + timedelta(minutes=number)
            hour = minute.astimezone(UTC).replace(minute=0)
            known[hour] += 1
            energy = Fraction(watts, 60)
            bucket, price = home.bucket_and_price(minute)
            hours[hour]["consumption"] += energy
            hours[hour][f"consumption_{bucket}"] += energy
            if price is not None:
                hours[hour]["cost"] += energy / 1000 * price
                hours[hour][f"cost_{bucket}"] += energy / 1000 * price
    return {hour: dict(series) for hour, series in sorted(hours.items()) if known[hour] == 60}
