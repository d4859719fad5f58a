"""Every season that is on record, replayed day by day: no certain claim is ever untrue.

2019-2020 ended with 18 red and 47 white days; the list of 2021-2022 has 42 white ones.
"""

from datetime import UTC, date, datetime, timedelta

import pytest

from gateway.domain.public_holidays import is_public_holiday
from gateway.domain.tempo_days import Color
from gateway.domain.tempo_season import ExpectedReason, Season, count_days, find_color_by_rule
from gateway.tempo.colors import DayColor, resolve_colors
from gateway.tempo.forecast.seasons import YEARS, load_season
from gateway.tempo.models import ColorSource, TempoDay

DAY = timedelta(days=1)
NOT_BLUE = {day: color for year in YEARS for day, color in load_season(year).items() if color is not Color.BLUE}


def days_of(season: Season) -> list[date]:
    return [season.start + number * DAY for number in range((season.end - season.start).days)]


def rows_until(season: Season, last: date) -> dict[date, TempoDay]:
    """What RTE told of a season up to a day, but for its Sundays, which it need not name."""
    return {
        day: make_row(day, NOT_BLUE.get(day, Color.BLUE))
        for day in days_of(season)
        if day <= last and day.weekday() < 6
    }


def make_row(day: date, color: Color, *, confirmed: bool = True) -> TempoDay:
    asked = datetime(day.year, day.month, day.day, tzinfo=UTC)
    return TempoDay(day=day, color=color, confirmed=confirmed, source=ColorSource.RTE, told_at=asked)


def resolve_seen_on(today: date, last_told: date | None = None) -> dict[date, DayColor]:
    season = Season.of(today)
    return resolve_colors(rows_until(season, last_told or today + DAY), days_of(season), today)


@pytest.mark.parametrize("year", YEARS)
def test_no_certain_claim_is_untrue(year: int) -> None:
    season = Season.of(date(year, 9, 1))
    days = days_of(season)
    truth = {day: NOT_BLUE.get(day, Color.BLUE) for day in days}
    # out of winter little changes from a day to the next
    for today in (day for day in days if day.month in {11, 12, 1, 2, 3} or day.day % 5 == 0):
        colors = resolve_seen_on(today)
        for day, color in colors.items():
            assert truth[day] in color.possible
            assert not color.certain or color.color is truth[day]
            assert color.color in {truth[day], Color.UNKNOWN}
            assert not (is_public_holiday(day) and color.expected and color.expected.color is Color.RED)
        known = {day: color.color for day, color in colors.items() if color.color is not Color.UNKNOWN}
        for count in count_days(season, known, today).values():
            assert min(count.used_through_today or 0, count.left_after_today or 0, count.left_after_tomorrow or 0) >= 0


def test_the_season_of_18_red_days_was_expected_otherwise() -> None:
    """On 24 March 2020 the quota left more red days than March had weekdays; all of these became white or blue."""
    colors = resolve_seen_on(date(2020, 3, 24))
    expected = [day for day, color in colors.items() if color.expected and color.expected.color is Color.RED]
    assert expected[-1] == date(2020, 3, 31)
    assert not any(colors[day].certain for day in expected)
    assert all(NOT_BLUE.get(day) is not Color.RED for day in expected)


def test_the_counters_of_that_season_end_at_zero() -> None:
    season = Season.of(date(2020, 8, 30))
    known = {day: NOT_BLUE.get(day, Color.BLUE) for day in days_of(season)}
    counts = count_days(season, known, date(2020, 8, 30))
    assert (counts[Color.RED].used_through_today, counts[Color.RED].left_after_today) == (18, 0)
    assert (counts[Color.WHITE].used_through_today, counts[Color.WHITE].left_after_today) == (47, 0)


def test_no_red_day_is_left_once_their_months_are_over() -> None:
    season = Season.of(date(2020, 4, 2))
    known = {day: NOT_BLUE.get(day, Color.BLUE) for day in days_of(season) if day <= date(2020, 4, 3)}
    assert count_days(season, known, date(2020, 4, 2))[Color.RED].left_after_today == 0


def test_the_end_of_march_2026_was_expected() -> None:
    colors = resolve_seen_on(date(2026, 3, 12), last_told=date(2026, 3, 12))
    expected = {day for day, color in colors.items() if color.expected}
    weekdays = {day for day in colors if date(2026, 3, 13) <= day < date(2026, 4, 1) and day.weekday() < 5}
    assert expected == weekdays
    reasons = {color.expected.reason for color in colors.values() if color.expected}
    assert reasons == {ExpectedReason.QUOTA_LEFT}
    assert all(set(colors[day].possible) == {Color.BLUE, Color.WHITE, Color.RED} for day in weekdays)
    the_day_before = resolve_seen_on(date(2026, 3, 11), last_told=date(2026, 3, 11))
    assert not any(color.expected for color in the_day_before.values())


def test_a_public_holiday_is_not_expected_to_be_red() -> None:
    """Easter Monday of 2027 is 29 March; with all red days still to come every weekday of March would be one."""
    season = Season.of(date(2027, 3, 20))
    rows = {day: make_row(day, Color.BLUE) for day in days_of(season) if day <= date(2027, 3, 20)}
    colors = resolve_colors(rows, days_of(season), date(2027, 3, 20))
    expected = {day for day, color in colors.items() if color.expected and color.expected.color is Color.RED}
    assert date(2027, 3, 29) not in expected
    assert date(2027, 3, 30) in expected
    assert Color.RED in colors[date(2027, 3, 29)].possible, "no published rule forbids it"


def test_once_the_quota_is_used_blue_is_expected_and_not_certain() -> None:
    today = date(2026, 9, 1) - 40 * DAY
    season = Season.of(today)
    told = rows_until(season, today)
    spare = [day for day in told if day.month in {5, 6} and day.weekday() == 1]
    told |= {day: make_row(day, Color.WHITE) for day in spare[:5]}  # the list of 2025-2026 lacks the last white days
    colors = resolve_colors(told, days_of(season), today)
    ahead = {day: color for day, color in colors.items() if day > today and day.weekday() < 6}
    assert {(color.expected.color, color.expected.reason) for color in ahead.values() if color.expected} == {
        (Color.BLUE, ExpectedReason.QUOTA_USED)
    }
    assert all(color.expected and not color.certain for color in ahead.values())


def test_a_sunday_is_blue_whoever_names_it() -> None:
    sunday = date(2026, 1, 18)
    assert find_color_by_rule(sunday) is Color.BLUE
    for stored in (
        {},
        {sunday: make_row(sunday, Color.UNKNOWN)},
        {sunday: make_row(sunday, Color.BLUE, confirmed=False)},
    ):
        color = resolve_colors(stored, [sunday], date(2026, 1, 20))[sunday]
        assert (color.color, color.certain, color.possible) == (Color.BLUE, True, (Color.BLUE,))
    told = resolve_colors({sunday: make_row(sunday, Color.WHITE)}, [sunday], date(2026, 1, 20))[sunday]
    assert told.color is Color.WHITE, "what RTE confirmed stands above its rule"


def test_nothing_follows_from_a_color_that_can_still_change() -> None:
    today = date(2026, 3, 12)
    told = rows_until(Season.of(today), today - DAY) | {today: make_row(today, Color.BLUE, confirmed=False)}
    assert not any(color.expected for color in resolve_colors(told, days_of(Season.of(today)), today).values())


def test_nothing_is_expected_of_a_day_that_has_passed() -> None:
    told = rows_until(Season.of(date(2025, 8, 1)), date(2025, 8, 2))
    del told[date(2025, 7, 1)]
    colors = resolve_colors(told, days_of(Season.of(date(2025, 8, 1))), date(2025, 8, 1))
    assert (colors[date(2025, 7, 1)].color, colors[date(2025, 7, 1)].expected) == (Color.UNKNOWN, None)
