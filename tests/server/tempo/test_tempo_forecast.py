"""The forecast of Tempo colours: what it may never say, what is kept of it, and when it is shown."""

from collections.abc import Mapping
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.domain.public_holidays import is_public_holiday
from gateway.domain.tempo_days import Color
from gateway.domain.tempo_season import Season
from gateway.kit import paris
from gateway.tempo.forecast import service
from gateway.tempo.forecast.backtest import load_calibrated
from gateway.tempo.forecast.conditions import HORIZONS, gather_conditions
from gateway.tempo.forecast.probabilities import Probabilities, forecast_days
from gateway.tempo.forecast.schemas import TempoForecastView
from gateway.tempo.forecast.scores import ForecastMeasure, ForecastOutcome, Score, score_outcomes
from gateway.tempo.forecast.seasons import load_season
from gateway.tempo.models import ColorSource, TempoDay, TempoForecast
from tests.server.signals import House, keep_tempo, parse_paris

DAY = timedelta(days=1)
COLORS = (Color.BLUE, Color.WHITE, Color.RED)


@st.composite
def histories(draw: st.DrawFn) -> tuple[dict[date, Color], date]:
    """Any colours of a season's days up to tomorrow, even such as RTE would never choose."""
    year = draw(st.integers(2014, 2060))
    season = Season.of(date(year, 9, 1))
    today = date(year, 10, 20) + draw(st.integers(0, 165)) * DAY
    often = draw(st.sampled_from([COLORS, (*COLORS, *[Color.BLUE] * 9), (Color.WHITE,), (Color.RED,)]))
    days = list(paris.iterate_days(season.start, today + 2 * DAY))
    seed = draw(st.randoms(use_true_random=False))
    return {day: seed.choice(often) for day in days}, today


def forecast(colors: Mapping[date, Color], today: date) -> dict[date, Probabilities]:
    return forecast_days(gather_conditions(colors, today), load_calibrated().weights)


@given(history=histories())
def test_what_it_never_says(history: tuple[dict[date, Color], date]) -> None:
    colors, today = history
    found = forecast(colors, today)
    used = list(colors.values())
    assert set(found) <= {today + horizon * DAY for horizon in HORIZONS}, "tomorrow is announced, not forecast"
    for day, each in found.items():
        assert each.blue + each.white + each.red == pytest.approx(1)
        assert all(0 <= share <= 1 for share in (each.blue, each.white, each.red))
        assert day.weekday() < 6
        if day.weekday() == 5 or is_public_holiday(day) or day.month not in {11, 12, 1, 2, 3}:
            assert each.red == 0
    for color, total in ((Color.RED, 22), (Color.WHITE, 43)):
        left = max(0, total - used.count(color))
        assert sum(each.get(color) for each in found.values()) <= left + 1e-6, "no more days than are left"


def test_it_knows_nothing_of_later_days() -> None:
    whole = load_season(2024)
    today = date(2025, 1, 8)
    until_tomorrow = {day: color for day, color in whole.items() if day <= today + DAY}
    assert forecast(whole, today) == forecast(until_tomorrow, today)


def test_the_example_of_the_documentation() -> None:
    """On Wednesday 8 January 2025 tomorrow was white; Friday became red (probabilities.py)."""
    friday = forecast(load_season(2024), date(2025, 1, 8))[date(2025, 1, 10)]
    assert [round(share, 2) for share in (friday.blue, friday.white, friday.red)] == [0.14, 0.4, 0.46]


def test_days_that_the_quota_lets_expect_are_likely_red_and_not_certain() -> None:
    """From 13 March 2026 every weekday of March was expected to be red, and became so."""
    found = forecast(load_season(2025), date(2026, 3, 12))
    weekdays = [each.red for day, each in found.items() if day.weekday() < 5]
    assert all(0.8 < share < 1 for share in weekdays)


def test_scores_by_hand() -> None:
    told = Probabilities.of(white=0.2, red=0.7)
    usual = Probabilities.of(white=0.27, red=0.21)
    scores = score_outcomes([ForecastOutcome(2, True, Color.RED, told, usual, Probabilities.certain(Color.RED))])
    assert {score.measure: (score.forecast, score.climatology, score.deduction) for score in scores} == {
        ForecastMeasure.RED: (0.09, 0.6241, 0),
        ForecastMeasure.WHITE: (0.04, 0.0729, 0),
        ForecastMeasure.BLUE: (0.01, 0.2704, 0),
        ForecastMeasure.TOTAL: (0.14, 0.9674, 0),
    }


def make_scores(horizon: int, days: int, forecast: float, climatology: float, deduction: float) -> list[Score]:
    return [
        Score(
            horizon=horizon,
            measure=measure,
            days=days,
            forecast=forecast,
            climatology=climatology,
            deduction=deduction,
        )
        for measure in ForecastMeasure
    ]


def test_only_a_horizon_that_beats_both_baselines_is_published() -> None:
    better, worse, as_good = (2, 900, 0.1, 0.2, 0.15), (3, 900, 0.16, 0.2, 0.15), (4, 900, 0.15, 0.2, 0.15)
    backtest = [*make_scores(*better), *make_scores(*worse), *make_scores(*as_good)]
    assert service.find_published_horizons(backtest, []) == {2}
    assert service.find_published_horizons(backtest, make_scores(2, 59, 0.3, 0.2, 0.2)) == {2}, "too few days to tell"
    assert service.find_published_horizons(backtest, make_scores(2, 60, 0.3, 0.2, 0.2)) == set()
    assert service.find_published_horizons([], make_scores(2, 60, 0.1, 0.2, 0.2)) == set()


async def test_a_forecast_is_made_once_tomorrow_is_official(house: House) -> None:
    """The morning of Tuesday 20 January 2026: 08:10, and tomorrow's colour may still change until 11:20."""
    await house.work(keep_tempo)
    assert await service.make_forecast(house.database, house.clock) == parse_paris("2026-01-20 11:20")
    assert (await read(house)).made_at is None
    await house.live(keep_tempo, parse_paris("2026-01-20 11:30"))
    due = await service.make_forecast(house.database, house.clock)
    assert due == parse_paris("2026-01-21 06:00")
    found = await read(house)
    assert found.made_at == parse_paris("2026-01-20 11:30")
    assert [str(day.date) for day in found.days] == [
        *("2026-01-22", "2026-01-23", "2026-01-24"),
        *("2026-01-26", "2026-01-27", "2026-01-28", "2026-01-29"),
    ]
    for day in found.days:
        shares = day.probabilities
        assert round(shares.blue + shares.white + shares.red, 9) == 1
    assert found.days[2].probabilities.red == 0, "a Saturday"
    assert all(horizon.is_published and not horizon.recorded for horizon in found.horizons)


async def test_it_is_kept_as_it_was_and_never_contradicts_a_colour(house: House) -> None:
    await house.live(keep_tempo, parse_paris("2026-01-20 11:30"))
    await service.make_forecast(house.database, house.clock)
    before = await read(house)
    await service.make_forecast(house.database, house.clock)
    assert await read(house) == before, "made once"
    await house.live(keep_tempo, parse_paris("2026-01-21 08:00"))
    seen = await read(house)
    assert date(2026, 1, 22) not in [day.date for day in seen.days], "tomorrow is RTE's to tell"
    early = TempoDay(
        day=date(2026, 1, 23),
        color=Color.WHITE,
        confirmed=False,
        source=ColorSource.RTE,
        told_at=house.clock.now(),
    )
    async with house.database.write() as session:
        session.add(early)
    assert date(2026, 1, 23) not in [day.date for day in (await read(house)).days]


def make_record(day: date) -> TempoForecast:
    """Return what was forecast for a day two days before: 0.25 white, 0.6 red."""
    made_on = day - 2 * DAY
    return TempoForecast(
        made_on=made_on,
        day=day,
        white=0.25,
        red=0.6,
        deduced_white=0.5,
        deduced_red=0.2,
        made_at=parse_paris(f"{made_on} 11:20"),
    )


async def test_kept_forecasts_are_scored_against_what_came(house: House) -> None:
    """Thursday 8 January 2026 was white: a forecast of 0.25 white and 0.6 red for it, two days before."""
    await house.work(keep_tempo)
    truth = (await house.world.colors(date(2026, 1, 8), date(2026, 1, 9)))[date(2026, 1, 8)]
    assert truth == "white"
    async with house.database.write() as session:
        session.add_all(make_record(day) for day in (date(2026, 1, 8), date(2026, 1, 22)))
    recorded = {score.measure: score for score in (await read(house)).horizons[0].recorded}
    assert recorded[ForecastMeasure.RED].days == 1, "22 January has not come"
    assert recorded[ForecastMeasure.RED].forecast == 0.36
    assert recorded[ForecastMeasure.WHITE].forecast == 0.5625
    assert recorded[ForecastMeasure.WHITE].deduction == 0.25
    assert recorded[ForecastMeasure.TOTAL].forecast == 0.945
    assert recorded[ForecastMeasure.RED].climatology == pytest.approx(0.2064**2, abs=1e-4)


async def test_without_every_colour_of_the_season_there_is_none(house: House) -> None:
    await house.live(keep_tempo, parse_paris("2026-01-20 11:30"))
    async with house.database.write() as session:
        row = await session.get_one(TempoDay, date(2025, 12, 16))
        row.color = Color.UNKNOWN
    assert await service.make_forecast(house.database, house.clock) == parse_paris("2026-01-20 11:40")
    assert (await read(house)).days == []


async def test_out_of_winter_there_is_none(house: House) -> None:
    await house.set(parse_paris("2026-06-02 12:00"))
    assert await service.make_forecast(house.database, house.clock) == parse_paris("2026-06-03 06:00")
    found = await read(house)
    assert (found.days, found.next_change) == ([], parse_paris("2026-06-03 06:00"))


async def read(house: House) -> TempoForecastView:
    async with house.database.read() as session:
        return await service.load_forecast(session, house.clock.now())
