"""Tempo as the API writes it."""

import datetime as dt

from pydantic import BaseModel, ConfigDict

from gateway.domain.tempo_days import Color
from gateway.domain.tempo_season import ExpectedReason
from gateway.kit.conditional import Changing
from gateway.kit.wire import Utc
from gateway.tempo.models import ColorSource


class TempoDayView(BaseModel):
    """A day from 06:00 of Paris to 06:00, `[start, until[`.

    `confirmed`: its colour can no longer change. It was announced, or RTE's published rules leave no other: a Sunday is
    always blue, whether RTE named it or not. `possible` are the colours it can have in the end.

    `expected_color` is the likely colour, by the usual quota (22 red and 43 white days a season), of a future day that
    has no colour yet. It is not certain: a season has ended with 18 red and 47 white days. Its reason is `quota_left`
    (as many days of this colour are usually left as days that can have it) or `quota_used` (the others are usually
    used up). A public holiday is never expected to be red.
    """

    date: dt.date
    start: Utc
    until: Utc
    color: Color
    confirmed: bool
    possible: list[Color]
    expected_color: Color | None
    expected_reason: ExpectedReason | None


class SourcedDay(TempoDayView):
    """A day and the source of its colour; null if it is unknown, or follows from a rule."""

    source: ColorSource | None


class TempoPeriodView(BaseModel):
    """The bucket in force: colour and `hp` (06:00 to 22:00) or `hc`."""

    model_config = ConfigDict(from_attributes=True)

    key: str
    until: Utc


class ComingPeriod(TempoPeriodView):
    """A bucket during `[start, until[`."""

    start: Utc


class ColorCountView(BaseModel):
    """Days of a colour since 1 September: `total` is the usual quota, `left_…` are the days of it that remain.

    Null where an unknown day could change the number; never below zero.
    """

    model_config = ConfigDict(from_attributes=True)

    total: int
    used_through_today: int | None
    left_after_today: int | None
    left_after_tomorrow: int | None


class TempoSeasonView(BaseModel):
    """The season of today, `end` excluded; a tomorrow of the next season uses nothing of it.

    `certain_red` are the days after today that were announced as red and can no longer change. `expected_red` are those
    that the usual quota makes likely to be red.
    """

    start: dt.date
    end: dt.date
    days: dict[Color, ColorCountView]
    certain_red: list[dt.date]
    expected_red: list[dt.date]


class Tempo(Changing):
    """The Tempo day in force, so that until 06:00 it is yesterday's, and the one after.

    `next_change` is the first moment at which this answer can change; `as_of` is when RTE last answered.
    """

    today: SourcedDay
    tomorrow: SourcedDay
    period: TempoPeriodView
    coming: list[ComingPeriod]
    season: TempoSeasonView
    as_of: Utc | None


class Days(Changing):
    """The days asked for, oldest first, unknown ones included."""

    days: list[TempoDayView]
