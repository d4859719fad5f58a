"""Compares the advance of each register in a day with the energy that the load curve has in its bucket.

Enedis' own clock switches the registers, so both must agree where both are known. There are three steps:

1. `detect_alignment`: find whether index values are from the beginning or the end of their day. The total decides, as
   it does not depend on off-peak hours: the alignment under which more days agree with the total of the curve (or the
   daily value).
2. `list_differences`: by day and bucket, the registers minus the curve.
3. `find_better_fit`: find other off-peak hours that explain the registers. The candidates are the hours in force, with
   all slots or one slot moved by up to twelve hours (a meter's clock may be hours off), and those that Enedis gave.

Example: the hours in force are 22:30-06:30, and the home uses 4 kW at 22:00-22:30 and 500 W at 06:00-06:30. In `hc` the
registers have 2,000 Wh more than the curve for the first and 250 Wh less for the second, so 1,750 Wh each day. Moving
the hours by -30 minutes explains the whole difference, so 22:00-06:00 is proposed.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import accumulate, pairwise

from gateway.billing.days.facts import Alignment
from gateway.billing.days.figures import DayFigures
from gateway.domain.readings import WATT_MINUTES_A_WH
from gateway.enedis.registers import TOTAL
from gateway.metering.packing import Run
from gateway.tariffs.buckets import list_clock_hours
from gateway.tariffs.off_peak import MINUTES_A_DAY

_HALF_A_DAY = 12 * 60
SHIFTS = sorted(range(-_HALF_A_DAY, _HALF_A_DAY + 1), key=lambda minutes: (abs(minutes), minutes))
"""By how many minutes off-peak hours may be wrong, smallest shifts first."""

type ClockSlots = Sequence[tuple[int, int]]
"""Off-peak hours, `[start, end[` in minutes of the clock since midnight."""

_TOLERANCE = 0.005
_NEAR = 120
_NEAR_LEAVES, _FAR_LEAVES = 0.5, 0.1
"""The share of the difference that a fit may leave: for hours moved by up to two hours or from Enedis; for others."""
_ROUNDING_WH = 10
_MOST_DAYS = 60
_FAR, _FAR_WH = 0.5, 1000
"""Registers that differ by more than this share of a day's energy plus these Wh are taken for another meter's."""


@dataclass(frozen=True)
class Difference:
    """The energy of a day in Wh by bucket, from the registers and from the curve."""

    day: date
    registers: Mapping[str, int]
    curve: Mapping[str, float]

    @property
    def off_by(self) -> dict[str, float]:
        """The registers minus the curve, in Wh by bucket."""
        buckets = self.registers.keys() | self.curve.keys()
        return {
            bucket: round(self.registers.get(bucket, 0) - self.curve.get(bucket, 0), 3) for bucket in sorted(buckets)
        }


@dataclass(frozen=True)
class Fit:
    """Off-peak hours that explain the registers better; they, or one of their slots, are `minutes` later.

    `minutes` is None if they are not the hours in force, moved, but those that Enedis gave. The differences are in Wh.
    """

    minutes: int | None
    slots: list[tuple[int, int]]
    difference_before: float
    difference_after: float


def detect_alignment(
    figures: Mapping[date, DayFigures], advances: Mapping[Alignment, Mapping[date, Mapping[str, int]]]
) -> Alignment:
    """Return the alignment under which more days agree with the energy used, within 10 Wh; DAY_BEGUN in a tie."""

    def count_agreeing(alignment: Alignment) -> int:
        return sum(
            abs(sum(advance.values()) - _sum_used(figures[day])) <= _ROUNDING_WH
            for day, advance in advances[alignment].items()
            if advance and day in figures and figures[day].is_whole
        )

    return max(Alignment, key=count_agreeing)  # the first of equals


def _sum_used(figures: DayFigures) -> float:
    return sum(map(sum, figures.used.values())) / WATT_MINUTES_A_WH


def list_differences(
    figures: Mapping[date, DayFigures], advances: Mapping[date, Mapping[str, int]]
) -> list[Difference]:
    """Return the differences of the days with complete registers and a complete curve, without changes of meter."""
    found = []
    for day, advance in sorted(advances.items()):
        known = figures.get(day)
        if advance and known is not None and known.is_whole and not known.is_one_row:
            curve = {bucket: sum(values) / WATT_MINUTES_A_WH for bucket, values in known.used.items() if any(values)}
            if advance.keys() == {TOTAL}:
                curve = {TOTAL: _sum_used(known)}
            if _is_one_meter_possible(sum(advance.values()), sum(curve.values())):
                found.append(Difference(day, advance, curve))
    return found


def _is_one_meter_possible(counted: float, used: float) -> bool:
    """Return whether registers and curve (Wh) are close enough to be of one meter, and no jump of the registers."""
    return abs(counted - used) <= _FAR * used + _FAR_WH


def find_better_fit(
    compared: Sequence[Difference],
    curves: Mapping[date, Sequence[Run]],
    slots: Mapping[date, ClockSlots],
    slots_from_enedis: Mapping[date, ClockSlots],
) -> Fit | None:
    """Return the off-peak hours that explain the registers; None if those in force do, or none do.

    The candidates are the hours in force, with all slots or one slot moved, and those that Enedis gave
    (`slots_from_enedis`). Only the newest 60 days with the same hours in force are compared.
    """
    days = [one for one in compared if "hc" in one.registers and one.day in curves]
    if not days or not slots[days[-1].day]:
        return None
    in_force, of_enedis = list(slots[days[-1].day]), slots_from_enedis[days[-1].day]
    days = [one for one in days if list(slots[one.day]) == in_force][-_MOST_DAYS:]
    used = [_sum_used_until(one.day, curves[one.day]) for one in days]

    def sum_unexplained(tried: ClockSlots) -> float:
        return sum(
            abs(one.registers["hc"] - sum(sums[end] - sums[start] for start, end in tried) / WATT_MINUTES_A_WH)
            for one, sums in zip(days, used, strict=True)
        )

    before = sum_unexplained(in_force)
    energy = sum(sums[-1] for sums in used) / WATT_MINUTES_A_WH
    if before <= _TOLERANCE * energy:
        return None
    tries = [
        (sum_unexplained(tried), number, minutes, tried)
        for number, (minutes, tried) in enumerate(_list_candidates(in_force, of_enedis))
    ]
    near = [one for one in tries if one[2] is None or abs(one[2]) <= _NEAR]
    for candidates, leaves in ((tries, _FAR_LEAVES), (near, _NEAR_LEAVES)):
        after, _, minutes, best = min(candidates)
        if after <= leaves * before:
            return Fit(minutes, _join_slots(best), round(before, 3), round(after, 3))
    return None


def _list_candidates(in_force: ClockSlots, of_enedis: ClockSlots) -> Iterator[tuple[int | None, list[tuple[int, int]]]]:
    """Yield candidate off-peak hours and the minutes by which they are moved, smaller changes first."""
    for minutes in SHIFTS:
        yield minutes, _shift_slots(in_force, minutes)
    stated = _join_slots(in_force)
    for moved in stated if len(stated) > 1 else ():
        others = _shift_slots([slot for slot in stated if slot != moved], 0)
        for minutes in SHIFTS:
            tried = sorted([*others, *_shift_slots([moved], minutes)])
            if all(one[1] <= following[0] for one, following in pairwise(tried)):
                yield minutes, tried
    if of_enedis:
        yield None, list(of_enedis)


def _sum_used_until(day: date, curve: Sequence[Run]) -> list[int]:
    """Return the watt-minutes used before each minute of the clock; a repeated hour counts with the first one."""
    by_minute, hours = [0] * MINUTES_A_DAY, list_clock_hours(day)
    for run in curve:
        for minute in range(run.offset, min(run.offset + run.step * len(run.watts), 60 * len(hours))):
            by_minute[hours[minute // 60] * 60 + minute % 60] += run.watts[(minute - run.offset) // run.step]
    return list(accumulate(by_minute, initial=0))


def _shift_slots(slots: ClockSlots, minutes: int) -> list[tuple[int, int]]:
    """Return the slots moved by some minutes; slots across midnight are split in two."""
    found = []
    for start, end in slots:
        first = (start + minutes) % MINUTES_A_DAY
        last = first + ((end - start) % MINUTES_A_DAY or MINUTES_A_DAY)
        found += [(first, min(last, MINUTES_A_DAY)), (0, last - MINUTES_A_DAY)]
    return sorted(slot for slot in found if slot[0] < slot[1])


def _join_slots(slots: ClockSlots) -> list[tuple[int, int]]:
    """Join adjacent slots, across midnight too, as people write them."""
    joined: list[tuple[int, int]] = []
    for start, end in slots:
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    if len(joined) > 1 and joined[0][0] == 0 and joined[-1][1] == MINUTES_A_DAY:
        joined = [*joined[1:-1], (joined[-1][0], joined[0][1])]
    return joined
