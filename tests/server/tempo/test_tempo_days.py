"""The Tempo day, its periods and its season, by the calendar alone."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gateway.domain.tempo_days import Color, find_tempo_day, get_start
from gateway.domain.tempo_season import Season, count_days, find_possible_colors
from gateway.tempo.periods import list_periods, list_periods_ahead
from tests.server.signals import parse_paris

DAY = timedelta(days=1)
DAYS = st.dates(date(2014, 9, 1), date(2040, 8, 31))
INSTANTS = st.datetimes(datetime(2014, 9, 2), datetime(2040, 8, 30), timezones=st.just(UTC))  # noqa: DTZ001 - hypothesis adds it


@pytest.mark.parametrize(
    ("clock", "day"),
    [
        ("2026-01-20 00:00", date(2026, 1, 19)),
        ("2026-01-20 05:59", date(2026, 1, 19)),
        ("2026-01-20 06:00", date(2026, 1, 20)),
        ("2026-03-29 01:59", date(2026, 3, 28)),
        ("2026-03-29 03:00", date(2026, 3, 28)),
        ("2026-03-29 06:00", date(2026, 3, 29)),
        ("2025-10-26 02:30", date(2025, 10, 25)),
        ("2025-10-26 02:30+", date(2025, 10, 25)),
        ("2025-10-26 06:00", date(2025, 10, 26)),
        ("2026-09-01 05:59", date(2026, 8, 31)),
    ],
)
def test_until_six_yesterday_is_in_force(clock: str, day: date) -> None:
    assert find_tempo_day(parse_paris(clock)) == day


@pytest.mark.parametrize(
    ("day", "hours", "night"),
    [(date(2026, 1, 20), 24, 8), (date(2026, 3, 28), 23, 7), (date(2025, 10, 25), 25, 9)],
)
def test_the_night_takes_the_odd_hour(day: date, hours: int, night: int) -> None:
    peak, off_peak = list_periods({day: Color.RED}, day)
    assert (peak.key, off_peak.key) == ("red_hp", "red_hc")
    assert peak.until - peak.start == timedelta(hours=16)
    assert off_peak.until - off_peak.start == timedelta(hours=night)
    assert get_start(day + DAY) - get_start(day) == timedelta(hours=hours)


@given(INSTANTS)
def test_periods_cover_the_time_ahead_without_gap(now: datetime) -> None:
    coming = list_periods_ahead({}, now)
    assert coming[0].start <= now < coming[0].until
    assert all(earlier.until == later.start for earlier, later in pairwise(coming))
    assert coming[-1].until == get_start(find_tempo_day(now) + 2 * DAY)
    assert get_start(find_tempo_day(now)) <= now < get_start(find_tempo_day(now) + DAY)


@given(DAYS)
def test_a_season_is_a_year_of_three_colors(day: date) -> None:
    season = Season.of(day)
    assert season.start <= day < season.end
    leap = any((season.start + n * DAY).strftime("%m-%d") == "02-29" for n in range(366))
    assert season.quota == {Color.BLUE: 301 if leap else 300, Color.WHITE: 43, Color.RED: 22}


@st.composite
def whole_seasons(draw: st.DrawFn) -> dict[date, Color]:
    """A season as the rules allow one."""
    season = Season.of(draw(DAYS))
    days = [season.start + n * DAY for n in range((season.end - season.start).days)]
    shuffled = draw(st.randoms(use_true_random=False)).sample(days, len(days))
    red = [day for day in shuffled if Color.RED in find_possible_colors(day)][:22]
    white = [day for day in shuffled if Color.WHITE in find_possible_colors(day) and day not in red][:43]
    return {day: Color.RED if day in red else Color.WHITE if day in white else Color.BLUE for day in days}


@given(whole_seasons(), st.integers(0, 365))
def test_counters_of_a_known_season(colors: dict[date, Color], passed: int) -> None:
    days = list(colors)
    today = days[min(passed, len(days) - 1)]
    through = {day: color for day, color in colors.items() if day <= today}
    tomorrow = colors.get(today + DAY)
    told = through | ({today + DAY: tomorrow} if tomorrow else {})
    for color, count in count_days(Season.of(today), told, today).items():
        assert count.used_through_today == sum(each is color for each in through.values())
        assert count.left_after_today == count.total - (count.used_through_today or 0)
        assert count.left_after_tomorrow == count.left_after_today - (tomorrow is color)
    if today == days[-1]:
        assert all(count.left_after_today == 0 for count in count_days(Season.of(today), told, today).values())


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])  # a season is slow on a busy machine
@given(whole_seasons(), st.data())
def test_nothing_is_said_that_a_missing_day_could_deny(colors: dict[date, Color], data: st.DataObject) -> None:
    days = list(colors)
    missing = data.draw(st.sets(st.sampled_from(days), max_size=12))
    today = data.draw(st.sampled_from(days[:-1]))
    told = {day: color for day, color in colors.items() if day not in missing and day <= today + DAY}
    for color, count in count_days(Season.of(today), told, today).items():
        truth = sum(each is color for day, each in colors.items() if day <= today)
        assert count.used_through_today in {truth, None}


def test_a_tomorrow_of_the_next_season_uses_nothing_of_this_one() -> None:
    season = Season.of(date(2026, 8, 31))
    red = set(_working_days(date(2026, 1, 5), 22))
    told = {day: Color.RED if day in red else Color.BLUE for day in _all_days(season)}
    count = count_days(season, told, date(2026, 8, 31))[Color.RED]
    assert (count.used_through_today, count.left_after_today, count.left_after_tomorrow) == (22, 0, 0)


def test_the_first_of_september_begins_anew() -> None:
    told = {date(2026, 9, 1): Color.BLUE}
    count = count_days(Season.of(date(2026, 9, 1)), told, date(2026, 9, 1))[Color.BLUE]
    assert (count.total, count.used_through_today, count.left_after_today, count.left_after_tomorrow) == (
        300,
        1,
        299,
        None,
    )


def _all_days(season: Season) -> list[date]:
    return [season.start + n * DAY for n in range((season.end - season.start).days)]


def _working_days(start: date, count: int) -> list[date]:
    days = (start + n * DAY for n in range(100))
    return [day for day in days if day.weekday() < 5][:count]
