"""The truth of the index: each day's registers against the buckets made from the curve.

A register's clock is Enedis' own, so that where both are known they must agree. Where they do not and other off-peak
hours explain the registers, those are told.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import accumulate, pairwise

from gateway.billing.figures import DayFigures
from gateway.domain.readings import WATT_MINUTES_A_WH
from gateway.metering.packing import Run
from gateway.tariffs.buckets import clock_hours
from gateway.tariffs.off_peak import MINUTES_A_DAY

SHIFTS = sorted(range(-120, 121), key=lambda minutes: (abs(minutes), minutes))
"""By how many minutes off-peak hours may be wrong; the smallest that explains comes first."""

type Slots = Sequence[tuple[int, int]]
"""Off-peak minutes of the clock, `[start, end[`."""

_TOLERANCE = 0.005
_WORTH_TELLING = 0.5
_FAR, _FAR_WH = 0.5, 1000
"""From what share of a day's energy on, and how many Wh beside, registers are not those of the curve's meter."""


@dataclass(frozen=True)
class Difference:
    """A day's Wh by bucket: what the registers advanced by, and what the curve made of it."""

    day: date
    registers: Mapping[str, int]
    curve: Mapping[str, float]

    @property
    def off_by(self) -> dict[str, float]:
        """The registers less the curve."""
        buckets = self.registers.keys() | self.curve.keys()
        return {
            bucket: round(self.registers.get(bucket, 0) - self.curve.get(bucket, 0), 3) for bucket in sorted(buckets)
        }


@dataclass(frozen=True)
class Fit:
    """Off-peak hours that explain the registers better, and by how many minutes they, or one slot, are later.

    `minutes` None: they are not those in force moved, but other ones that Enedis told.
    """

    minutes: int | None
    slots: list[tuple[int, int]]
    difference_before: float
    difference_after: float


def differences(figures: Mapping[date, DayFigures], advances: Mapping[date, Mapping[str, int]]) -> list[Difference]:
    """Compare the days of which both are known whole, but for one on which another meter's registers took over."""
    found = []
    for day, advance in sorted(advances.items()):
        known = figures.get(day)
        if advance and known is not None and known.is_whole and not known.is_one_row:
            curve = {bucket: sum(values) / WATT_MINUTES_A_WH for bucket, values in known.used.items() if any(values)}
            if _may_be_one_meter(sum(advance.values()), sum(curve.values())):
                found.append(Difference(day, advance, curve))
    return found


def _may_be_one_meter(counted: float, used: float) -> bool:
    """Tell a day that was counted otherwise than the curve from one whose registers jumped."""
    return abs(counted - used) <= _FAR * used + _FAR_WH


def better_fit(
    compared: Sequence[Difference],
    curves: Mapping[date, Sequence[Run]],
    slots: Mapping[date, Slots],
    told: Mapping[date, Slots],
) -> Fit | None:
    """Return the off-peak hours that explain the registers; None where those in force do, or none does.

    Tried are the hours in force, all of them or one slot moved, and those that Enedis told. Only the newest days with
    the same hours are looked at.
    """
    days = [one for one in compared if "hc" in one.registers and one.day in curves]
    if not days or not slots[days[-1].day]:
        return None
    in_force, of_enedis = list(slots[days[-1].day]), told[days[-1].day]
    days = [one for one in days if list(slots[one.day]) == in_force]
    used = [_used_until(one.day, curves[one.day]) for one in days]

    def unexplained(tried: Slots) -> float:
        return sum(
            abs(one.registers["hc"] - sum(sums[end] - sums[start] for start, end in tried) / WATT_MINUTES_A_WH)
            for one, sums in zip(days, used, strict=True)
        )

    before = unexplained(in_force)
    after, _, minutes, best = min(
        (unexplained(tried), number, minutes, tried)
        for number, (minutes, tried) in enumerate(_candidates(in_force, of_enedis))
    )
    energy = sum(sums[-1] for sums in used) / WATT_MINUTES_A_WH
    if before <= _TOLERANCE * energy or after > _WORTH_TELLING * before:
        return None
    return Fit(minutes, _joined(best), round(before, 3), round(after, 3))


def _candidates(in_force: Slots, of_enedis: Slots) -> Iterator[tuple[int | None, list[tuple[int, int]]]]:
    """Yield off-peak hours to try, and by how many minutes they are moved; what changes less comes first."""
    for minutes in SHIFTS:
        yield minutes, _shifted(in_force, minutes)
    stated = _joined(in_force)
    for moved in stated if len(stated) > 1 else ():
        others = _shifted([slot for slot in stated if slot != moved], 0)
        for minutes in SHIFTS:
            tried = sorted([*others, *_shifted([moved], minutes)])
            if all(one[1] <= following[0] for one, following in pairwise(tried)):
                yield minutes, tried
    if of_enedis:
        yield None, list(of_enedis)


def _used_until(day: date, curve: Sequence[Run]) -> list[int]:
    """Return the watt-minutes used before each minute of the clock; the odd days' extra hour counts with its first."""
    by_minute, hours = [0] * MINUTES_A_DAY, clock_hours(day)
    for run in curve:
        for minute in range(run.offset, min(run.offset + run.step * len(run.watts), 60 * len(hours))):
            by_minute[hours[minute // 60] * 60 + minute % 60] += run.watts[(minute - run.offset) // run.step]
    return list(accumulate(by_minute, initial=0))


def _shifted(slots: Slots, minutes: int) -> list[tuple[int, int]]:
    """Return slots of the clock so many minutes later, those across midnight cut in two."""
    found = []
    for start, end in slots:
        first = (start + minutes) % MINUTES_A_DAY
        last = first + ((end - start) % MINUTES_A_DAY or MINUTES_A_DAY)
        found += [(first, min(last, MINUTES_A_DAY)), (0, last - MINUTES_A_DAY)]
    return sorted(slot for slot in found if slot[0] < slot[1])


def _joined(slots: Slots) -> list[tuple[int, int]]:
    """Write slots as people do: those that touch are one, across midnight too."""
    joined: list[tuple[int, int]] = []
    for start, end in slots:
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    if len(joined) > 1 and joined[0][0] == 0 and joined[-1][1] == MINUTES_A_DAY:
        joined = [*joined[1:-1], (joined[-1][0], joined[0][1])]
    return joined
