"""Turns Enedis' index series into the values of registers by day.

No live answer is known, so this follows the outline in the documentation: each value has the day at whose beginning the
register was read. Known time classes of a calendar are named as buckets; the supplier's calendar, which is used for
bills, is preferred to the distributor's.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from gateway.enedis.daily import MOST_WATTS
from gateway.enedis.rejected_values import RejectedValues, RejectionReason
from gateway.enedis.wire import IndexSeries, Register, RegisterCalendar, UnreadableError

TOTAL = "total"
_HOURS = {"HC": "hc", "HP": "hp"}
_COLORS = {"": "", "JB": "blue_", "JW": "white_", "JR": "red_"}
BUCKETS = {"BASE": "base"} | {
    f"{hours}{letters}": f"{color}{bucket}" for hours, bucket in _HOURS.items() for letters, color in _COLORS.items()
}
"""The bucket of each time class of Enedis: `HCJR`, the off-peak hours of red days, is `red_hc`."""

_MOST_WH = MOST_WATTS * 24 * 366 * 30
"""The highest plausible index: the largest connection at full power for 30 years."""
_SUPPLIER, _DISTRIBUTOR = ("FC", "fourniss"), ("DI", "distrib")
"""The prefix of a calendar's id, and a part of its label."""

type Registers = dict[str, int]
"""The index at the beginning of a day, in Wh, by bucket; `total` is for the whole meter."""


@dataclass(frozen=True)
class PlacedRegisters:
    """The registers by day, and the rejected values."""

    days: dict[date, Registers]
    refused: RejectedValues


def place_index(series: Iterable[IndexSeries], start: date, end: date) -> PlacedRegisters:
    """Return the registers at the beginning of the days `[start, end[`.

    A day on which a register has two different values, as when the meter is replaced, is rejected.
    """
    refused = RejectedValues()
    found: dict[date, Registers] = defaultdict(dict)
    contradicted: set[date] = set()
    for one in series:
        for name, register in _name_registers(one):
            for day, wh in _read_register(register, start, end, refused):
                if found[day].setdefault(name, wh) != wh:
                    contradicted.add(day)
        for day, wh in _sum_calendar(one, start, end).items():
            found[day].setdefault(TOTAL, wh)
    for day in sorted(contradicted):
        refused.add_points(RejectionReason.CONTRADICTORY, str(day), times=len(found.pop(day)))
    return PlacedRegisters({day: registers for day, registers in found.items() if registers}, refused)


def _read_register(register: Register, start: date, end: date, refused: RejectedValues) -> Iterable[tuple[date, int]]:
    for point in register.valeur or []:
        if point.is_empty:
            continue
        try:
            day, wh = point.day, point.value
        except UnreadableError as error:
            refused.add_points(RejectionReason(error.part), error.text)
            continue
        if not start <= day < end:
            refused.add_points(RejectionReason.OUTSIDE, str(day))
        elif not 0 <= wh <= _MOST_WH:
            refused.add_points(RejectionReason.IMPLAUSIBLE, str(wh)[:24])
        else:
            yield day, wh


def _name_registers(series: IndexSeries) -> list[tuple[str, Register]]:
    """Return the named registers of the first calendar whose time classes are all known, and the total."""
    calendars = sorted(series.calendrier or [], key=_rank_calendar)
    named = next((names for calendar in calendars if (names := _name_classes(calendar))), [])
    return named + ([(TOTAL, series.cadranTotalisateur)] if series.cadranTotalisateur else [])


def _rank_calendar(calendar: RegisterCalendar) -> int:
    """Return the sort key of a calendar: 0 for the supplier's, 2 for the distributor's, 1 for others."""
    identifier, label = (calendar.idCalendrier or "").upper(), (calendar.libelleCalendrier or "").casefold()
    for rank, (prefix, word) in ((0, _SUPPLIER), (2, _DISTRIBUTOR)):
        if identifier.startswith(prefix) or word in label:
            return rank
    return 1


def _name_classes(calendar: RegisterCalendar) -> list[tuple[str, Register]]:
    classes = calendar.classeTemporelle or []
    names = [BUCKETS.get((register.idClasseTemporelle or "").strip().upper()) for register in classes]
    known = [(name, register) for name, register in zip(names, classes, strict=True) if name is not None]
    return known if len(known) == len(classes) else []


def _sum_calendar(series: IndexSeries, start: date, end: date) -> dict[date, int]:
    """Return the sum of all registers of the first calendar that has days with a value for each register."""
    for calendar in sorted(series.calendrier or [], key=_rank_calendar):
        registers = calendar.classeTemporelle or []
        values = [dict(_read_register(register, start, end, RejectedValues())) for register in registers]
        days = Counter(day for one in values for day in one)
        sums = {day: sum(one[day] for one in values) for day, count in days.items() if count == len(registers)}
        if sums:
            return sums
    return {}
