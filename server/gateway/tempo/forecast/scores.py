"""How good forecasts were: Brier scores by horizon and colour, beside those of the baselines.

The Brier score of a colour is the mean of (probability - outcome)^2, the outcome being 1 if the day had the colour and
else 0: 0 is perfect, and smaller is better. `total` is the sum over the three colours.

Example: a day forecast as red with 0.7, white with 0.2 and blue with 0.1 became red: 0.09 for red, 0.04 for white,
0.01 for blue, 0.14 in total. The usual shares (0.21, 0.32, 0.47) score 0.62 + 0.10 + 0.22 = 0.95.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from pydantic import BaseModel, ConfigDict, computed_field

from gateway.domain.tempo_days import COLORS, Color
from gateway.tempo.forecast.probabilities import Probabilities


class ForecastMeasure(StrEnum):
    """What a score is about: one colour, or all three."""

    RED = "red"
    WHITE = "white"
    BLUE = "blue"
    TOTAL = "total"


_COLOR_OF = {ForecastMeasure.RED: Color.RED, ForecastMeasure.WHITE: Color.WHITE, ForecastMeasure.BLUE: Color.BLUE}
_DECISIVE = (ForecastMeasure.RED, ForecastMeasure.TOTAL)


@dataclass(frozen=True)
class ForecastOutcome:
    """A day that was forecast, by the forecast and both baselines, and its colour; `can_be_red`: by the rules."""

    horizon: int
    can_be_red: bool
    color: Color
    forecast: Probabilities
    climatology: Probabilities
    deduction: Probabilities


class BrierScores(BaseModel):
    """Brier scores of the forecast and of both baselines over the same `days`; `baseline` is the better one of both."""

    model_config = ConfigDict(frozen=True)

    days: int
    forecast: float
    climatology: float
    deduction: float

    @computed_field  # type: ignore[prop-decorator]  # as pydantic writes it: mypy knows no decorator of a property
    @property
    def baseline(self) -> float:
        """The score of the better baseline."""
        return min(self.climatology, self.deduction)

    @property
    def beats_baselines(self) -> bool:
        """Whether the forecast was better than both."""
        return self.forecast < self.baseline


class Score(BrierScores):
    """The scores of one horizon: of `red` over days that can be red, of the others over all days but Sundays."""

    horizon: int
    measure: ForecastMeasure


def score_outcomes(outcomes: Iterable[ForecastOutcome]) -> list[Score]:
    """Return the scores of each horizon and measure that has any day."""
    by_horizon: defaultdict[int, list[ForecastOutcome]] = defaultdict(list)
    for outcome in outcomes:
        by_horizon[outcome.horizon].append(outcome)
    return [
        Score(horizon=horizon, measure=measure, **dict(compared))
        for horizon, found in sorted(by_horizon.items())
        for measure in ForecastMeasure
        if (compared := compare_outcomes(measure, found)).days
    ]


def compare_outcomes(measure: ForecastMeasure, outcomes: Iterable[ForecastOutcome]) -> BrierScores:
    """Return one score of each prediction over the outcomes that count for it; of no days, zeros."""
    counted = [each for each in outcomes if measure is not ForecastMeasure.RED or each.can_be_red]
    colors = (_COLOR_OF[measure],) if measure in _COLOR_OF else COLORS

    def compute_mean(predictions: Iterable[Probabilities]) -> float:
        paired = zip(predictions, counted, strict=True)
        squares = ((found.get(color) - (each.color is color)) ** 2 for found, each in paired for color in colors)
        return round(sum(squares) / max(len(counted), 1), 4)

    return BrierScores(
        days=len(counted),
        forecast=compute_mean(each.forecast for each in counted),
        climatology=compute_mean(each.climatology for each in counted),
        deduction=compute_mean(each.deduction for each in counted),
    )


def beats_baselines(scores: Iterable[Score], horizon: int) -> bool:
    """Tell whether the forecast beat both baselines at a horizon, about red days and in total; False without scores."""
    found = [score.beats_baselines for score in scores if score.horizon == horizon and score.measure in _DECISIVE]
    return len(found) == len(_DECISIVE) and all(found)
