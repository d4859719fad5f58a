"""Readings as an older client gets them: by the names of Enedis' APIs, in Paris time, at the end of each interval."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from gateway.domain.direction import Direction
from gateway.domain.readings import Quality
from gateway.enedis.registers import Registers
from gateway.kit import paris
from gateway.kit.clock import Clock
from gateway.legacy_clients.refusals import raise_if_refused
from gateway.metering.missing import Missing
from gateway.metering.packing import unpack_readings
from gateway.metering.schedule import Kind
from gateway.metering.service import DayPeak, Readings
from gateway.usage_points.models import UsagePoint
from gateway.usage_points.refusals import Refusals

STAMP = "%Y-%m-%d %H:%M:%S"


@dataclass(frozen=True)
class LegacyMeasure:
    """What is asked for."""

    kind: Kind
    direction: Direction


@dataclass(frozen=True)
class MeasuredPoint:
    """A value, and its day or moment as Enedis writes it; of a load curve also the length of its interval."""

    value: int
    stamp: str
    quality: Quality
    minutes: int = 0


@dataclass(frozen=True)
class MeasuredRange:
    """The points of the days `[start, end[` of a meter; an index has `registers` instead, in Wh by day."""

    prm: str
    measure: LegacyMeasure
    start: date
    end: date
    points: Sequence[MeasuredPoint]
    registers: Mapping[date, Registers]


async def read_range(
    readings: Readings,
    clock: Clock,
    point: UsagePoint,
    prm: str,
    measure: LegacyMeasure,
    start: date,
    end: date,
) -> MeasuredRange:
    """Return the readings of `[start, end[`, up to today. Raises RefusedError and ProblemError."""
    last = min(end, paris.day_of(clock.now()) + paris.DAY)
    points: Sequence[MeasuredPoint] = ()
    registers: Mapping[date, Registers] = {}
    gaps: Sequence[Missing]
    match measure.kind:
        case Kind.CURVE:
            curve = await readings.read_load_curve(point.account_id, point.id, measure.direction, start, last)
            points, gaps = await asyncio.to_thread(_list_intervals, curve.days), curve.missing
        case Kind.DAILY:
            daily = await readings.read_daily(point.account_id, point.id, measure.direction, start, last)
            points = [MeasuredPoint(value.wh, day.isoformat(), value.quality) for day, value in daily.days.items()]
            gaps = daily.missing
        case Kind.MAX_POWER:
            peaks = await readings.read_max_power(point.account_id, point.id, start, last)
            points = [
                MeasuredPoint(peak.va, _format_peak_time(day, peak), peaks.get_quality(day))
                for day, peak in peaks.days.items()
            ]
            gaps = peaks.missing
        case Kind.INDEX:
            index = await readings.read_index(point.account_id, point.id, measure.direction, start, last)
            registers, gaps = index.days, index.missing
    refusal = Refusals.of(point).meter
    raise_if_refused(
        gaps,
        clock.now(),
        has_readings=bool(points or registers),
        is_refusal_lasting=refusal is not None and refusal.is_lasting,
    )
    return MeasuredRange(prm, measure, start, end, points, registers)


def _list_intervals(days: Mapping[date, bytes]) -> list[MeasuredPoint]:
    """Return the intervals of packed days, each with its end: the last of a day is at 00:00 of the next."""
    return [
        MeasuredPoint(reading.watts, _format_stamp(reading.end), reading.quality, reading.minutes)
        for day, packed in days.items()
        for reading in unpack_readings(packed, paris.midnight(day))
    ]


def _format_stamp(instant: datetime) -> str:
    return instant.astimezone(paris.PARIS).strftime(STAMP)


def _format_peak_time(day: date, peak: DayPeak) -> str:
    """Return when the maximum occurred; midnight where that is not certain, since clients cannot do without a time."""
    return _format_stamp(peak.at or paris.midnight(day))
