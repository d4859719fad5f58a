"""Readings on the wire."""

from datetime import date

from pydantic import BaseModel

from gateway.enedis.client import Direction
from gateway.kit.wire import Utc
from gateway.metering.readings import Quality
from gateway.metering.service import Reason


class MissingRange(BaseModel):
    """What is not known of `[start, end[`, and when it is expected (null: it will not come)."""

    start: Utc
    end: Utc
    reason: Reason
    expected_at: Utc | None


class CurveReading(BaseModel):
    """An interval of the load curve."""

    start: Utc
    minutes: int
    watts: int
    quality: Quality


class DayReading(BaseModel):
    """A day of Paris."""

    date: date
    wh: int | float
    quality: Quality


class _Answer(BaseModel):
    direction: Direction
    start: date
    end: date
    missing: list[MissingRange]
    as_of: Utc
    next_change: Utc | None


class CurveAnswer(_Answer):
    """The load curve of `[start, end[`."""

    readings: list[CurveReading]


class DailyAnswer(_Answer):
    """The daily values of `[start, end[`."""

    readings: list[DayReading]
