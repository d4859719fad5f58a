"""Makes a forecast each day from November to March, keeps it, and says how good the kept ones were."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from gateway.domain.tempo_days import Color, find_tempo_day, get_official_time, get_start
from gateway.domain.tempo_season import Season
from gateway.kit import paris
from gateway.kit.clock import Clock
from gateway.kit.database import Database, build_insert
from gateway.tempo import repository as tempo
from gateway.tempo.colors import resolve_colors
from gateway.tempo.forecast import repository, schemas
from gateway.tempo.forecast.backtest import load_calibrated
from gateway.tempo.forecast.baselines import deduce_colors, find_kind
from gateway.tempo.forecast.conditions import HORIZONS, can_be_red, gather_conditions, list_forecast_days
from gateway.tempo.forecast.probabilities import Probabilities, forecast_days
from gateway.tempo.forecast.scores import ForecastMeasure, ForecastOutcome, Score, beats_baselines, score_outcomes
from gateway.tempo.models import TempoForecast

log = structlog.get_logger()

_PAUSE = timedelta(minutes=10)
_ENOUGH_DAYS = 60
"""About half a winter: from then on the gateway's own score decides too whether a horizon is published."""


async def make_forecast(database: Database, clock: Clock) -> datetime:
    """Make and keep today's forecast if tomorrow's colour is settled; return when to run next.

    Without a colour for each day of the season so far, nobody knows how many days are left: no forecast is made.
    """
    now = clock.now()
    today = find_tempo_day(now)
    if not list_forecast_days(today) or now < get_official_time(today + paris.DAY):
        return _find_next_run(now, is_made=False)
    async with database.write() as session:
        if await repository.has_forecast_of(session, today):
            return _find_next_run(now, is_made=True)
        days = list(paris.iterate_days(Season.of(today).start, today + 2 * paris.DAY))
        colors = resolve_colors(await tempo.list_days(session, days[0], days[-1] + paris.DAY), days, today)
        if not all(color.certain for color in colors.values()):
            return _find_next_run(now, is_made=False)
        calibrated = load_calibrated()
        conditions = gather_conditions({day: color.color for day, color in colors.items()}, today)
        forecasts = forecast_days(conditions, calibrated.weights)
        rows = [
            {
                "made_on": today,
                "day": each.day,
                "white": forecasts[each.day].white,
                "red": forecasts[each.day].red,
                "deduced_white": deduced.white,
                "deduced_red": deduced.red,
                "made_at": now,
            }
            for each in conditions
            for deduced in [deduce_colors(each, calibrated.climatology)]
        ]
        await session.execute(build_insert(session, TempoForecast).on_conflict_do_nothing(), rows)
    log.info("tempo_forecast_made", day=str(today), days=len(conditions))
    return _find_next_run(now, is_made=True)


class TempoForecasts:
    """Answers about the forecast from the database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def read_forecast(self, now: datetime) -> schemas.TempoForecastView:
        """Return the published days of the newest forecast, and the scores of all horizons."""
        async with self._database.read() as session:
            return await load_forecast(session, now)


async def load_forecast(session: AsyncSession, now: datetime) -> schemas.TempoForecastView:
    """Return the forecast as it is published at `now`. Days that RTE has announced since are left out."""
    today = find_tempo_day(now)
    horizons = await load_horizons(session)
    published = {each.horizon for each in horizons if each.is_published}
    newest = await repository.list_newest(session, today)
    stored = await tempo.list_days(session, today, today + timedelta(days=HORIZONS.stop))
    announced = {day for day, row in stored.items() if row.color is not Color.UNKNOWN}
    return schemas.TempoForecastView(
        made_at=newest[0].made_at if newest else None,
        days=[
            schemas.ForecastDay(
                date=row.day,
                horizon=horizon,
                probabilities=schemas.ProbabilitiesView.model_validate(
                    Probabilities.of(round(row.white, 3), round(row.red, 3))
                ),
            )
            for row in newest
            if (horizon := (row.day - row.made_on).days) in published
            and row.day > today + paris.DAY
            and row.day not in announced
        ],
        horizons=horizons,
        next_change=_find_next_run(now, is_made=bool(newest) and newest[0].made_on == today),
    )


async def load_horizons(session: AsyncSession) -> list[schemas.HorizonView]:
    """Return how good the forecast was at each horizon, in the back-test and as recorded, and whether it is shown."""
    backtest = load_calibrated().backtest
    recorded = await _score_recorded(session)
    published = find_published_horizons(backtest, recorded)
    return [
        schemas.HorizonView(
            horizon=horizon,
            is_published=horizon in published,
            backtest=[score for score in backtest if score.horizon == horizon],
            recorded=[score for score in recorded if score.horizon == horizon],
        )
        for horizon in HORIZONS
    ]


async def _score_recorded(session: AsyncSession) -> list[Score]:
    climatology = load_calibrated().climatology
    return score_outcomes(
        ForecastOutcome(
            horizon=(row.day - row.made_on).days,
            can_be_red=can_be_red(row.day),
            color=row.color,
            forecast=Probabilities.of(row.white, row.red),
            climatology=climatology[find_kind(row.day)],
            deduction=Probabilities.of(row.deduced_white, row.deduced_red),
        )
        for row in await repository.list_with_outcome(session)
    )


def find_published_horizons(backtest: Sequence[Score], recorded: Sequence[Score]) -> frozenset[int]:
    """Return the horizons that beat both baselines in the back-test, and here once enough days were scored."""
    counted = {score.horizon: score.days for score in recorded if score.measure is ForecastMeasure.TOTAL}
    return frozenset(
        horizon
        for horizon in HORIZONS
        if beats_baselines(backtest, horizon)
        and (counted.get(horizon, 0) < _ENOUGH_DAYS or beats_baselines(recorded, horizon))
    )


def _find_next_run(now: datetime, *, is_made: bool) -> datetime:
    """Return when a forecast may next be made, and so when the published one may next change."""
    today = find_tempo_day(now)
    if is_made or not list_forecast_days(today):
        return get_start(today + paris.DAY)
    official = get_official_time(today + paris.DAY)
    return official if now < official else min(now + _PAUSE, get_start(today + paris.DAY))
