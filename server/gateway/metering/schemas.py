"""Readings on the wire."""

from datetime import date, datetime

from pydantic import BaseModel, ConfigDict

from gateway.domain.direction import Direction
from gateway.domain.readings import Quality
from gateway.kit.wire import Utc
from gateway.metering.history import Progress
from gateway.metering.missing import Reason
from gateway.metering.service import EnergySource


class MissingRange(BaseModel):
    """A missing range `[start, end[`, why, and when it is expected (null: it will not come)."""

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
    """A day of Paris: Enedis' own value where it is known, else the sum of the load curve."""

    date: date
    wh: int
    quality: Quality
    source: EnergySource


class PeakReading(BaseModel):
    """The highest power of a day of Paris, in VA, and its time (null: not certain).

    `share` is relative to the power subscribed today, 1 being all of it (null: that power is not known).
    """

    date: date
    va: int
    share: float | None
    at: Utc | None
    quality: Quality


class IndexReading(BaseModel):
    """The registers at the beginning of a day, in Wh: the `total`, and by bucket where Enedis gives them."""

    date: date
    registers: dict[str, int]
    quality: Quality


class RangeAnswer(BaseModel):
    """What every range has: `as_of` is when Enedis was last asked for any of it; the present, when it never was."""

    direction: Direction
    start: date
    end: date
    missing: list[MissingRange]
    as_of: Utc
    next_change: Utc | None


class CurveAnswer(RangeAnswer):
    """The load curve of `[start, end[`."""

    readings: list[CurveReading]


class DailyAnswer(RangeAnswer):
    """The daily values of `[start, end[`."""

    readings: list[DayReading]


class MaxPowerAnswer(RangeAnswer):
    """The highest power of each day of `[start, end[`."""

    readings: list[PeakReading]


class IndexAnswer(RangeAnswer):
    """The registers on the days of `[start, end[`."""

    readings: list[IndexReading]


class RefreshRequest(BaseModel):
    """The days `[start, end[` to request again."""

    model_config = ConfigDict(extra="forbid")

    start: date
    end: date


class RefreshAnswer(BaseModel):
    """How many days will be requested again, in at least how many calls, and from when."""

    days: int
    calls: int
    expected_at: Utc


class Hole(BaseModel):
    """Days `[start, end[` that are known in part or not at all; `next_try` is null when no more is expected."""

    direction: Direction
    start: date
    end: date
    reason: Reason
    next_try: Utc | None


class History(BaseModel):
    """The progress of the history: every day since `known_from` has been requested; `oldest` is where it will end."""

    known_from: date
    oldest: date
    days: int
    of_days: int
    finished: bool
    next_call: Utc | None

    @classmethod
    def of(cls, progress: Progress, next_call: datetime | None) -> History:
        """Show how far it has come; it is finished once nothing is left to ask and nothing was left out."""
        return cls(
            known_from=progress.known_from,
            oldest=progress.oldest,
            days=progress.days,
            of_days=progress.of_days,
            finished=next_call is None and progress.known_from <= progress.oldest,
            next_call=next_call,
        )
