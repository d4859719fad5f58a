"""The forecast as the API writes it."""

import datetime as dt

from pydantic import BaseModel, ConfigDict

from gateway.kit.conditional import Changing
from gateway.kit.wire import Utc
from gateway.tempo.forecast.scores import Score


class ProbabilitiesView(BaseModel):
    """How likely each colour is; they sum to one."""

    model_config = ConfigDict(from_attributes=True)

    blue: float
    white: float
    red: float


class ForecastDay(BaseModel):
    """A day `horizon` days after the one on which the forecast was made."""

    date: dt.date
    horizon: int
    probabilities: ProbabilitiesView


class HorizonView(BaseModel):
    """How good forecasts so many days ahead were: over all seasons since 2014-15, and as this gateway recorded them.

    Brier scores, of which smaller ones are better, beside those of two baselines: the usual share of each colour, and
    the colours that follow from the usual quota. A horizon is published only if it beat both, about red days and in
    total: in the back-test, and in what was recorded from 60 days on.
    """

    horizon: int
    is_published: bool
    backtest: list[Score]
    recorded: list[Score]


class TempoForecastView(Changing):
    """A forecast by this gateway, not by RTE: of the days two to nine days ahead, from November to March.

    It is made once a day, after tomorrow's colour is final (`made_at`; null before the first one). `days` are those
    whose horizon is published and whose colour is not announced. Sundays are always blue and have no forecast.
    """

    made_at: Utc | None
    days: list[ForecastDay]
    horizons: list[HorizonView]
