"""Turns the conditions of days ahead into probabilities, with weights that are calibrated on past seasons.

First how likely the day is not blue, then how likely a day that is not blue is red. Each is a logistic function of
RTE's threshold and of the estimated load (conditions.py). The rules come on top: no red day at a week-end, on a public
holiday or after the last of 22; a day that the usual quota lets one expect to be red is red as often as such days were.

Example: Wednesday 8 January 2025, 12 red and 23 white days left, tomorrow white; how likely is each colour on Friday?
Friday is day 132: the thresholds are 4 - 1.98 - 0.91 = 1.11 (white) and 3.15 - 1.32 - 0.372 = 1.458 (red), the season
is 0.995, the recent level 0.5.

    not blue           -0.428 - 2.654 * 1.11  + 3.470 * 0.995 + 3.482 * 0.5 = 1.818   logistic: 0.86
    red if not blue     0.923 - 3.512 * 1.458 + 3.398 * 0.995 + 1.881 * 0.5 = 0.123   logistic: 0.53

So red 0.86 * 0.53 = 0.46, white 0.86 - 0.46 = 0.40, blue 0.14. That Friday was red. The weights are the calibrated
ones (calibrated.json), rounded here.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Self

from pydantic import BaseModel, ConfigDict

from gateway.domain.tempo_days import COLORS, Color
from gateway.tempo.forecast.conditions import Conditions


@dataclass(frozen=True)
class Probabilities:
    """How likely each colour of a day is; they sum to one."""

    blue: float
    white: float
    red: float

    @classmethod
    def of(cls, white: float, red: float) -> Self:
        """Return the probabilities of a day from those of two colours."""
        return cls(blue=max(0.0, round(1 - white - red, 12)), white=white, red=red)

    @classmethod
    def certain(cls, color: Color) -> Self:
        """Return the probabilities of a day whose colour is known."""
        return cls(*(float(color is each) for each in COLORS))

    def get(self, color: Color) -> float:
        """Return the probability of a colour."""
        return {Color.BLUE: self.blue, Color.WHITE: self.white, Color.RED: self.red}[color]


class Weights(BaseModel):
    """The calibrated numbers.

    `not_blue` are the weights of `list_not_blue_inputs`, `red` of `list_red_inputs`. `expected_red` is the share of
    red days among those that the usual quota let one expect to be red.
    """

    model_config = ConfigDict(frozen=True)

    not_blue: tuple[float, ...]
    red: tuple[float, ...]
    expected_red: float


def list_not_blue_inputs(conditions: Conditions) -> tuple[float, ...]:
    """Return what says whether a day is blue."""
    load = conditions.load
    return 1, conditions.white_threshold, load.season, load.recent, load.is_saturday, load.is_holiday


def list_red_inputs(conditions: Conditions) -> tuple[float, ...]:
    """Return what says whether a day that is not blue is red."""
    return 1, conditions.red_threshold, conditions.load.season, conditions.load.recent


def forecast_days(days: Sequence[Conditions], weights: Weights) -> dict[date, Probabilities]:
    """Return the probabilities of each day; their sums never exceed the days left of a colour."""
    found = {each.day: _forecast_day(each, weights) for each in days}
    if not days:
        return found
    red = _limit_share({day: each.red for day, each in found.items()}, days[0].red_left)
    white = _limit_share({day: each.white for day, each in found.items()}, days[0].white_left)
    return {day: Probabilities.of(white[day], red[day]) for day in found}


def compute_logistic(weights: Sequence[float], inputs: Sequence[float]) -> float:
    """Return the logistic function of the weighted sum."""
    total = sum(weight * value for weight, value in zip(weights, inputs, strict=True))
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, total))))


def _forecast_day(each: Conditions, weights: Weights) -> Probabilities:
    not_blue = compute_logistic(weights.not_blue, list_not_blue_inputs(each))
    is_red_possible = each.can_be_red and each.red_left > 0
    red = not_blue * compute_logistic(weights.red, list_red_inputs(each)) if is_red_possible else 0.0
    white = not_blue - red
    if is_red_possible and each.expected and each.expected.color is Color.RED:
        white *= (1 - weights.expected_red) / (1 - red)
        red = weights.expected_red
    return Probabilities.of(white if each.white_left > 0 else 0.0, red)


def _limit_share(shares: Mapping[date, float], left: int) -> dict[date, float]:
    total = sum(shares.values())
    factor = left / total if total > left else 1.0
    return {day: share * factor for day, share in shares.items()}
