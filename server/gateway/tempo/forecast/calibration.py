"""Calibrates the weights on seasons: logistic regression by Newton's method, with a small penalty on large weights."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache

from gateway.domain.tempo_days import Color
from gateway.domain.tempo_season import Season
from gateway.kit import paris
from gateway.tempo.forecast.conditions import Conditions, gather_conditions
from gateway.tempo.forecast.probabilities import Weights, compute_logistic, list_not_blue_inputs, list_red_inputs
from gateway.tempo.forecast.seasons import load_season

_STEPS = 8
_PENALTY = 1.0


@dataclass(frozen=True)
class PastDay:
    """What was known about a day some days before, and the colour that it became."""

    conditions: Conditions
    color: Color


@cache
def replay_season(year: int) -> tuple[tuple[PastDay, ...], ...]:
    """Replay a season: for each day of it, the days that were forecast then, with nothing that came later."""
    colors = load_season(year)
    season = Season.of(date(year, 9, 1))
    replayed = (
        tuple(PastDay(each, colors[each.day]) for each in gather_conditions(colors, today))
        for today in paris.iterate_days(season.start, date(year + 1, 4, 1))
    )
    return tuple(days for days in replayed if days)


def calibrate_weights(years: Iterable[int]) -> Weights:
    """Return the weights that fit the seasons best."""
    days = [day for year in years for day in _iterate_days(year)]
    red_or_white = [day for day in days if day.color is not Color.BLUE and day.conditions.can_be_red]
    expected = [
        day.color is Color.RED for day in days if day.conditions.expected and day.conditions.expected.color is Color.RED
    ]
    return Weights(
        not_blue=_fit_logistic([(list_not_blue_inputs(day.conditions), day.color is not Color.BLUE) for day in days]),
        red=_fit_logistic([(list_red_inputs(day.conditions), day.color is Color.RED) for day in red_or_white]),
        expected_red=(1 + sum(expected)) / (2 + len(expected)),  # Laplace: no season is the last to surprise
    )


def _iterate_days(year: int) -> Iterator[PastDay]:
    return (day for days in replay_season(year) for day in days)


def _fit_logistic(rows: Sequence[tuple[Sequence[float], bool]]) -> tuple[float, ...]:
    size = len(rows[0][0])
    weights = [0.0] * size
    for _ in range(_STEPS):
        slope = [-_PENALTY * weight if index else 0.0 for index, weight in enumerate(weights)]
        curve = [[_PENALTY * (row == column) for column in range(size)] for row in range(size)]
        for inputs, happened in rows:
            likely = compute_logistic(weights, inputs)
            spread = likely * (1 - likely)
            for row in range(size):
                slope[row] += inputs[row] * (happened - likely)
                weighted = inputs[row] * spread
                for column in range(row + 1):
                    curve[row][column] += weighted * inputs[column]
        for row in range(size):
            for column in range(row):
                curve[column][row] = curve[row][column]
        weights = [weight + step for weight, step in zip(weights, _solve(curve, slope), strict=True)]
    return tuple(round(weight, 4) for weight in weights)


def _solve(matrix: Sequence[Sequence[float]], right: Sequence[float]) -> list[float]:
    """Solve the linear equations by Gauss's elimination; the matrix is positive definite, so no pivot is zero."""
    rows = [[*row, value] for row, value in zip(matrix, right, strict=True)]
    for pivot in range(len(rows)):
        for other in range(len(rows)):
            if other != pivot:
                factor = rows[other][pivot] / rows[pivot][pivot]
                rows[other] = [value - factor * above for value, above in zip(rows[other], rows[pivot], strict=True)]
    return [row[-1] / row[index] for index, row in enumerate(rows)]
