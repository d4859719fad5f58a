"""What the gateway answers when somebody asks for something: a load curve, a comparison, days to ask Enedis for again.

Moments are aware and in UTC, days are days of Paris, energy is Wh, power W or VA, money EUR.
"""

from dataclasses import dataclass
from datetime import date, datetime

from .figures import Missing


@dataclass(frozen=True, kw_only=True, slots=True)
class Interval:
    """The average power of some minutes."""

    start: datetime
    minutes: int
    watts: int
    quality: str


@dataclass(frozen=True, kw_only=True, slots=True)
class LoadCurve:
    """A load curve, oldest first, and what is missing in it."""

    readings: tuple[Interval, ...]
    missing: tuple[Missing, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class OptionCost:
    """What an option comes to: the energy of the hours with a price, `known` of all (0 to 1), and the subscription."""

    energy: float | None
    subscription: float | None
    total: float | None
    known: float


@dataclass(frozen=True, kw_only=True, slots=True)
class ComparedMonth:
    """The days from `start` to before `end` under each option."""

    start: date
    end: date
    options: dict[str, OptionCost]


@dataclass(frozen=True, kw_only=True, slots=True)
class Comparison:
    """What the same hours would have cost under each option, and the lowest power that would have been enough.

    `highest_known` is the share of the days (0 to 1) whose highest power is known.
    """

    items: tuple[ComparedMonth, ...]
    total: dict[str, OptionCost]
    power_kva: int | None
    highest_va: int | None
    highest_known: float
    lowest_power_kva: int | None
    prices_outdated: date | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Refresh:
    """How many days are asked again, by how many calls of the day's quota at the least, and from when."""

    days: int
    calls: int
    expected_at: datetime
