"""When energy is used: averages by hour of the day, for each weekday and for each month.

Days of which only the total is known are left out. Hours are those of clocks in Paris: the hour that is repeated in
autumn counts twice, the one that is skipped in spring not at all.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from gateway.billing.days.figures import DayFigures
from gateway.kit import paris

HOURS = 24


@dataclass
class AverageSlot:
    """Sums over `hours` known hours, in the exact units of figures; `cost` is the cost of the energy `priced`."""

    hours: int = 0
    energy: int = 0
    priced: int = 0
    cost: int = 0


def _make_slots() -> list[AverageSlot]:
    return [AverageSlot() for _ in range(HOURS)]


@dataclass
class Habits:
    """Sums by weekday (Monday first) and hour, and by month (named by its first day) and hour."""

    by_weekday: list[list[AverageSlot]] = field(default_factory=lambda: [_make_slots() for _ in range(7)])
    by_month: dict[date, list[AverageSlot]] = field(default_factory=dict)


def find_habits(figures: Mapping[date, DayFigures]) -> Habits:
    """Return the sums of the known hours of days."""
    habits = Habits()
    for day, known in figures.items():
        if known.is_one_row or not known.used:
            continue
        month = habits.by_month.setdefault(day.replace(day=1), _make_slots())
        for hour, one in _iterate_slots(day, known):
            for slot in (habits.by_weekday[day.weekday()][hour], month[hour]):
                slot.hours += 1
                slot.energy += one.energy
                slot.priced += one.priced
                slot.cost += one.cost
    return habits


def _iterate_slots(day: date, known: DayFigures) -> Iterator[tuple[int, AverageSlot]]:
    shown = _list_hours_of_wall_clock(paris.midnight(day), known.length)
    for index, number in enumerate(known.hours):
        priced = sum(known.used[bucket][index] for bucket in known.prices)
        cost = sum(price * known.used[bucket][index] for bucket, price in known.prices.items())
        energy = sum(values[index] for values in known.used.values())
        yield shown[number], AverageSlot(1, energy, priced, cost)


def _list_hours_of_wall_clock(midnight: datetime, length: int) -> range | list[int]:
    if length == HOURS:
        return range(HOURS)
    return [(midnight + number * paris.HOUR).astimezone(paris.PARIS).hour for number in range(length)]
