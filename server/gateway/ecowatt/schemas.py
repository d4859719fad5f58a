"""Response bodies for Ecowatt."""

import datetime as dt
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from gateway.kit.conditional import Changing
from gateway.kit.wire import Utc

type Level = Annotated[int, Field(ge=0, le=3, description="0 low-carbon, 1 normal, 2 tense, 3 very tense")]


class LevelRunView(BaseModel):
    """Consecutive hours of one level: `[since, until[`."""

    model_config = ConfigDict(from_attributes=True)

    level: Level
    since: Utc
    until: Utc


class EcowattHourView(BaseModel):
    """The level of the hour that begins at `start`."""

    start: Utc
    level: Level


class EcowattDayView(BaseModel):
    """A day in Paris with its known hours, at most 23, 24 or 25; `message` is from RTE, in French."""

    date: dt.date
    worst: Level
    message: str
    hours: list[EcowattHourView]


class Ecowatt(Changing):
    """Today and the days ahead. `now` is null if the current hour is not known, `next` if the following one is not.

    `tense` are the runs of levels 2 and 3 that are not over yet, `low_carbon` those of level 0.
    `next_change` is the first moment at which this answer can change; `as_of` is when RTE last answered.
    """

    now: LevelRunView | None
    next: LevelRunView | None
    tense: list[LevelRunView]
    low_carbon: list[LevelRunView]
    days: list[EcowattDayView]
    as_of: Utc | None
