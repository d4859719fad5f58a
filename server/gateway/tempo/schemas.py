"""Tempo as the API writes it."""

import datetime as dt

from pydantic import BaseModel, ConfigDict

from gateway.domain.tempo_days import Color
from gateway.kit.conditional import Changing
from gateway.kit.wire import Utc
from gateway.tempo.models import Source


class Day(BaseModel):
    """A day from 06:00 of Paris to 06:00, `[start, until[`; not confirmed, its colour may still change.

    `possible` are the colours it can have in the end: one when it is confirmed, or when the season leaves no choice.
    """

    date: dt.date
    start: Utc
    until: Utc
    color: Color
    confirmed: bool
    possible: list[Color]


class SourcedDay(Day):
    """A day and who told its colour; null when nobody did."""

    source: Source | None


class Period(BaseModel):
    """The bucket in force: colour and `hp` (06:00 to 22:00) or `hc`."""

    model_config = ConfigDict(from_attributes=True)

    key: str
    until: Utc


class ComingPeriod(Period):
    """A bucket during `[start, until[`."""

    start: Utc


class Count(BaseModel):
    """Days of a colour since 1 September; null where a day that is not known could change the number."""

    model_config = ConfigDict(from_attributes=True)

    total: int
    used_through_today: int | None
    left_after_today: int | None
    left_after_tomorrow: int | None


class Season(BaseModel):
    """The season of today, `end` excluded; a tomorrow of the next season uses nothing of it.

    `certain_red` are the days after today that are red for certain: confirmed, or because as many red days are left as
    days that can be red.
    """

    start: dt.date
    end: dt.date
    days: dict[Color, Count]
    certain_red: list[dt.date]


class Tempo(Changing):
    """The Tempo day in force, so that until 06:00 it is yesterday's, and the one after.

    `next_change` is the first moment at which this answer can change; `as_of` is when RTE last answered.
    """

    today: SourcedDay
    tomorrow: SourcedDay
    period: Period
    coming: list[ComingPeriod]
    season: Season
    as_of: Utc | None


class Days(Changing):
    """The days asked for, oldest first, unknown ones included."""

    days: list[Day]
