"""Days and hours of Paris, every one of eleven years."""

from datetime import UTC, date, datetime, time, timedelta, timezone
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.kit import paris

ALL_DAYS = [date.fromordinal(day) for day in range(date(2020, 1, 1).toordinal(), date(2031, 1, 1).toordinal())]


def last_sunday(year: int, month: int) -> date:
    """Of March or October, which have 31 days."""
    last = date(year, month, 31)
    return last - timedelta(days=(last.weekday() + 1) % 7)


SPRING = {last_sunday(year, 3) for year in range(2020, 2031)}
AUTUMN = {last_sunday(year, 10) for year in range(2020, 2031)}


def hours_in(day: date) -> int:
    return 23 if day in SPRING else 25 if day in AUTUMN else 24


def test_hours_of_all_days_neither_overlap_nor_leave_a_gap() -> None:
    hours = [hour for day in ALL_DAYS for hour in paris.iterate_hours(day)]
    assert hours[0] == datetime(2019, 12, 31, 23, tzinfo=UTC)
    assert hours[-1] == datetime(2030, 12, 31, 22, tzinfo=UTC)
    assert all(later - earlier == paris.HOUR for earlier, later in pairwise(hours))
    assert all(hour.tzinfo is UTC for hour in hours)


def test_each_day_has_23_24_or_25_hours_and_ends_where_the_next_begins() -> None:
    for day in ALL_DAYS:
        start, end = paris.day_bounds(day)
        assert len(list(paris.iterate_hours(day))) == hours_in(day), day
        assert paris.minutes_in(day) == 60 * hours_in(day)
        assert end == paris.midnight(day + paris.DAY)
        assert paris.day_of(start) == paris.day_of(end - timedelta(microseconds=1)) == day
        assert paris.day_of(end) == day + paris.DAY


def test_every_half_hour_of_the_clock_is_shown_once_save_on_the_odd_days() -> None:
    for day in [*SPRING, *AUTUMN, *ALL_DAYS[::30]]:
        for half_hour in range(48):
            local = datetime.combine(day, time()) + timedelta(minutes=30 * half_hour)
            odd = local.hour == 2
            shown = 0 if odd and day in SPRING else 2 if odd and day in AUTUMN else 1
            assert len(paris.find_instants(local)) == shown, local


def test_the_doubled_hour_is_in_order_and_an_hour_apart() -> None:
    first, second = paris.find_instants(datetime(2026, 10, 25, 2, 30))  # noqa: DTZ001 - what a clock shows
    assert first == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    assert second == first + paris.HOUR
    assert paris.at(date(2026, 10, 25), time(2, 30)) == first


@given(st.integers(0, 11 * 366 * 24 * 60).map(lambda minutes: paris.midnight(ALL_DAYS[0]) + timedelta(minutes=minutes)))
@settings(deadline=None)
def test_every_instant_is_among_those_of_its_clock(instant: datetime) -> None:
    local = instant.astimezone(paris.PARIS).replace(tzinfo=None)
    assert instant in paris.find_instants(local)


def test_days_exclude_their_end() -> None:
    assert list(paris.iterate_days(date(2026, 2, 27), date(2026, 3, 2))) == [
        date(2026, 2, 27),
        date(2026, 2, 28),
        date(2026, 3, 1),
    ]
    assert list(paris.iterate_days(date(2026, 3, 1), date(2026, 3, 1))) == []


@pytest.mark.parametrize("hours", [-5, 0, 2])
def test_instants_are_written_in_utc(hours: int) -> None:
    instant = datetime(2026, 11, 3, 8, 30, 15, 999, tzinfo=UTC)
    assert paris.format_instant(instant.astimezone(timezone(timedelta(hours=hours)))) == "2026-11-03T08:30:15Z"


def test_an_hour_has_a_number_that_leads_back_to_it() -> None:
    for hour in (hour for day in [*SPRING, *AUTUMN, *ALL_DAYS[::30]] for hour in paris.iterate_hours(day)):
        number = paris.hour_number(hour + timedelta(minutes=59))
        assert paris.hour_at(number) == hour
        assert paris.format_hour(number) == paris.format_instant(hour)
