"""The back-test over every season on record, and what it leaves for the running gateway: `calibrated.json`.

Each season is forecast with weights and shares from the other seasons only, day by day, with the colours that were
known on each day. `gateway tempo-forecast backtest` prints the table, and with `--save` writes the file.
"""

from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from importlib.resources import files

from pydantic import BaseModel, ConfigDict

from gateway.tempo.forecast.baselines import DayKind, count_climatology, deduce_colors, find_kind
from gateway.tempo.forecast.calibration import calibrate_weights, replay_season
from gateway.tempo.forecast.probabilities import Probabilities, Weights, forecast_days
from gateway.tempo.forecast.scores import (
    BrierScores,
    ForecastMeasure,
    ForecastOutcome,
    Score,
    compare_outcomes,
    score_outcomes,
)
from gateway.tempo.forecast.seasons import YEARS

_NUMBERS = ("days", "forecast", "climatology", "deduction", "beats both")


class SeasonScore(BrierScores):
    """The scores about red days of one season, at all horizons together."""

    season: str


class CalibrationResult(BaseModel):
    """The weights and shares from all seasons, and the scores of the back-test."""

    model_config = ConfigDict(frozen=True)

    weights: Weights
    climatology: Mapping[DayKind, Probabilities]
    backtest: tuple[Score, ...]
    seasons: tuple[SeasonScore, ...]


@cache
def load_calibrated() -> CalibrationResult:
    """Return what the last back-test left."""
    text = files("gateway.tempo.forecast").joinpath("calibrated.json").read_text("utf-8")
    return CalibrationResult.model_validate_json(text)


def run_backtest() -> CalibrationResult:
    """Test the forecast on each season, and calibrate it on all; takes some seconds."""
    by_year = {year: list(_forecast_season(year)) for year in YEARS}
    return CalibrationResult(
        weights=calibrate_weights(YEARS),
        climatology=count_climatology(YEARS),
        backtest=tuple(score_outcomes(outcome for outcomes in by_year.values() for outcome in outcomes)),
        seasons=tuple(
            SeasonScore(season=f"{year}-{year + 1}", **compare_outcomes(ForecastMeasure.RED, outcomes).model_dump())
            for year, outcomes in by_year.items()
        ),
    )


def _forecast_season(year: int) -> Iterator[ForecastOutcome]:
    others = [other for other in YEARS if other != year]
    weights, climatology = calibrate_weights(others), count_climatology(others)
    for days in replay_season(year):
        forecasts = forecast_days([day.conditions for day in days], weights)
        for day in days:
            yield ForecastOutcome(
                horizon=day.conditions.horizon,
                can_be_red=day.conditions.can_be_red,
                color=day.color,
                forecast=forecasts[day.conditions.day],
                climatology=climatology[find_kind(day.conditions.day)],
                deduction=deduce_colors(day.conditions, climatology),
            )


def format_tables(result: CalibrationResult) -> str:
    """Return the scores as tables in Markdown: by horizon for each measure, red first, then by season."""
    by_horizon = [
        ((str(score.horizon), score.measure.value), score)
        for measure in ForecastMeasure
        for score in result.backtest
        if score.measure is measure
    ]
    by_season = [((score.season,), score) for score in result.seasons]
    return f"{_format_table(('J+', 'measure'), by_horizon)}\n{_format_table(('season, red',), by_season)}"


def _format_table(keys: tuple[str, ...], rows: Iterable[tuple[tuple[str, ...], BrierScores]]) -> str:
    head = (*keys, *_NUMBERS)
    lines = [head, ("---",) * len(head)]
    for key, score in rows:
        scores = (f"{value:.4f}" for value in (score.forecast, score.climatology, score.deduction))
        lines.append((*key, str(score.days), *scores, "yes" if score.beats_baselines else "no"))
    return "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"
