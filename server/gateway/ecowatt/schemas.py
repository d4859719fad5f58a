"""Ecowatt as the API writes it."""

import datetime as dt
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from gateway.kit.conditional import Changing
from gateway.kit.wire import Utc

type Level = Annotated[int, Field(ge=0, le=3, description="0 low-carbon, 1 normal, 2 tense, 3 very tense")]


class LevelRunView(BaseModel):
    """Hours in a row that have the same level: `[since, until[`."""

    model_config = ConfigDict(from_attributes=True)

    level: Level
    since: Utc
    until: Utc


class EcowattHourView(BaseModel):
    """The level of the hour that begins at `start`."""

    start: Utc
    level: Level


class EcowattDayView(BaseModel):
    """A day of Paris, of 23, 24 or 25 hours, as far as they are known; `message` is RTE's, in French."""

    date: dt.date
    worst: Level
    message: str
    hours: list[EcowattHourView]


class Ecowatt(Changing):
    """Today and the days ahead. `now` is null when the present hour is not known, `next` when what follows is not.

    `tense` are the hours of levels 2 and 3, `low_carbon` those of level 0, that are not over yet.
    `next_change` is the first moment at which this answer can change; `as_of` is when RTE last answered.
    """

    now: LevelRunView | None
    next: LevelRunView | None
    tense: list[LevelRunView]
    low_carbon: list[LevelRunView]
    days: list[EcowattDayView]
    as_of: Utc | None
