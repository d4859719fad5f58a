"""Compares the days of a file with the archive. Pure.

Rounding is not a difference: a file with two decimals of a kW has multiples of 10 W, so a half-hour may be 2.5 Wh off,
and a day 120 Wh. Larger differences are reported with both values, and the archive's value stays.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from math import gcd

from gateway.domain.direction import Direction
from gateway.domain.readings import WATT_MINUTES_A_WH, Quality, Reading, complete_readings, find_gaps, watt_minutes
from gateway.imports.placing import ImportedFeed
from gateway.kit import paris
from gateway.metering import payloads
from gateway.metering.packing import pack_readings
from gateway.metering.schedule import Kind
from gateway.metering.settling import TOLERANCE_WH

_COARSEST_WATTS = 10
"""Files have at least two decimals of a kW, so a common divisor of more than 10 W is not due to rounding."""

type PayloadsByFeed = Mapping[ImportedFeed, Mapping[date, bytes]]


class DayOutcome(StrEnum):
    """The result for a day of a file: it adds data, adds none, or contradicts the archive."""

    NEW = "new"
    AGREES = "agrees"
    DIFFERS = "differs"


@dataclass(frozen=True)
class ComparedDay:
    """A day of a file and of the archive: energy in Wh, maximum power in VA, or the total of an index in Wh.

    `in_file` is the file's figure, `in_archive` the archive's. `payload` is what the file adds. `is_whole`: the file
    has the whole day.
    """

    kind: Kind
    direction: Direction
    day: date
    outcome: DayOutcome
    in_file: int
    in_archive: int | None
    is_whole: bool
    payload: bytes | None = None


def compare_days(file: PayloadsByFeed, archive: PayloadsByFeed) -> list[ComparedDay]:
    """Return the comparison of each day of a file with the same day of the archive."""
    return [
        _compare_day(kind, direction, day, payload, archive)
        for (kind, direction), days in file.items()
        for day, payload in days.items()
    ]


def _compare_day(kind: Kind, direction: Direction, day: date, payload: bytes, archive: PayloadsByFeed) -> ComparedDay:
    match kind:
        case Kind.CURVE:
            return _compare_curve(direction, day, payload, archive)
        case Kind.DAILY | Kind.MAX_POWER | Kind.INDEX:
            return _compare_figure(kind, direction, day, payload, archive)


def _compare_curve(direction: Direction, day: date, payload: bytes, archive: PayloadsByFeed) -> ComparedDay:
    file = payloads.read_curve(day, payload)
    packed = archive.get((Kind.CURVE, direction), {}).get(day)
    archived = [] if packed is None else payloads.read_curve(day, packed)
    value = archive.get((Kind.DAILY, direction), {}).get(day)
    is_whole = not any(find_gaps(day, file))
    known_wh = payloads.read_value(day, value) if value else _to_wh(archived) if archived else None
    agrees = _curves_agree(day, file, archived) and (
        value is None or _fits_value(file, payloads.read_value(day, value), is_whole=is_whole)
    )
    added = sorted(set(complete_readings(archived, file)) - set(archived))
    outcome = DayOutcome.DIFFERS if not agrees else DayOutcome.NEW if added else DayOutcome.AGREES
    content = pack_readings(added, paris.midnight(day)) if outcome is DayOutcome.NEW else None
    return ComparedDay(Kind.CURVE, direction, day, outcome, _to_wh(file), known_wh, is_whole, content)


def _curves_agree(day: date, file: Sequence[Reading], archive: Sequence[Reading]) -> bool:
    """Tell whether the hours that both have agree; with estimates in the archive, only whole days are compared."""
    rounding = _find_rounding(file)
    if any(reading.quality is Quality.ESTIMATED for reading in archive):
        if any(find_gaps(day, file)) or any(find_gaps(day, archive)):
            return True
        return abs(watt_minutes(file) - watt_minutes(archive)) <= _get_tolerance(rounding, paris.minutes_in(day))
    mine, theirs = _share_by_hour(day, file), _share_by_hour(day, archive)
    return all(abs(mine[hour] - theirs[hour]) <= _get_tolerance(rounding, 60) for hour in mine.keys() & theirs.keys())


def _fits_value(file: Sequence[Reading], wh: int, *, is_whole: bool) -> bool:
    """Tell whether a curve agrees with the daily value `wh`; the energy of a partial day may be lower."""
    minutes = sum(reading.minutes for reading in file)
    difference = watt_minutes(file) - wh * WATT_MINUTES_A_WH
    tolerance = _get_tolerance(_find_rounding(file), minutes)
    return abs(difference) <= tolerance if is_whole else difference <= tolerance


def _get_tolerance(rounding: int, minutes: int) -> int:
    """Return the tolerance in watt-minutes for `minutes` minutes of values rounded to `rounding` watts."""
    return TOLERANCE_WH * WATT_MINUTES_A_WH + rounding * minutes // 2


def _find_rounding(readings: Sequence[Reading]) -> int:
    return min(gcd(*(reading.watts for reading in readings)), _COARSEST_WATTS)


def _share_by_hour(day: date, readings: Sequence[Reading]) -> dict[int, int]:
    """Return the watt-minutes of each whole hour; hours are counted from the day's first instant."""
    midnight, minutes, energy = paris.midnight(day), dict[int, int](), dict[int, int]()
    for reading in readings:
        offset = int((reading.start - midnight).total_seconds()) // 60
        for minute in range(offset, offset + reading.minutes, 5):
            hour = minute // 60
            minutes[hour] = minutes.get(hour, 0) + 5
            energy[hour] = energy.get(hour, 0) + 5 * reading.watts
    return {hour: energy[hour] for hour, known in minutes.items() if known == 60}


def _compare_figure(
    kind: Kind, direction: Direction, day: date, payload: bytes, archive: PayloadsByFeed
) -> ComparedDay:
    stored = archive.get((kind, direction), {}).get(day)
    in_file, in_archive = _get_amount(kind, day, payload), None if stored is None else _get_amount(kind, day, stored)
    if in_archive is None and kind is Kind.DAILY and (curve := archive.get((Kind.CURVE, direction), {}).get(day)):
        readings = payloads.read_curve(day, curve)
        in_archive = None if any(find_gaps(day, readings)) else _to_wh(readings)
    if in_archive is None:
        return ComparedDay(kind, direction, day, DayOutcome.NEW, in_file, None, is_whole=True, payload=payload)
    # files often round to whole or tenths of a kWh: the archive is more precise
    tolerance = TOLERANCE_WH + (1000 if in_file % 1000 == 0 else 100 if in_file % 100 == 0 else 0) // 2
    outcome = DayOutcome.AGREES if abs(in_file - in_archive) <= tolerance else DayOutcome.DIFFERS
    return ComparedDay(kind, direction, day, outcome, in_file, in_archive, is_whole=True)


def _get_amount(kind: Kind, day: date, payload: bytes) -> int:
    match kind:
        case Kind.CURVE:
            return _to_wh(payloads.read_curve(day, payload))
        case Kind.DAILY:
            return payloads.read_value(day, payload)
        case Kind.MAX_POWER:
            return payloads.read_peak(day, payload).va
        case Kind.INDEX:
            registers = payloads.read_registers(day, payload)
            return registers.get("total", sum(registers.values()))


def _to_wh(readings: Sequence[Reading]) -> int:
    return round(watt_minutes(readings) / WATT_MINUTES_A_WH)
