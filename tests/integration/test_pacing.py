"""When the gateway is asked again."""

from datetime import UTC, datetime, timedelta

import pytest

from custom_components.my_electrical_data.pacing import Pace, add_jitter, get_retry_wait

NOW = datetime(2026, 11, 23, 10, 5, tzinfo=UTC)
PACE = Pace(usual=timedelta(minutes=30), least=timedelta(minutes=1), most=timedelta(hours=6))


@pytest.mark.parametrize(
    ("next_change", "max_age", "minutes"),
    [
        (None, None, 30),
        (None, 600, 10),
        (timedelta(minutes=35), None, 35),
        (timedelta(minutes=35), 600, 35),
        (timedelta(minutes=-5), None, 1),
        (None, 0, 1),
        (timedelta(days=2), None, 360),
    ],
)
def test_waits_for_the_change(next_change: timedelta | None, max_age: float | None, minutes: int) -> None:
    moment = None if next_change is None else NOW + next_change
    assert PACE.get_wait(NOW, moment, max_age) == timedelta(minutes=minutes)


@pytest.mark.parametrize(("failures", "minutes"), [(1, 1), (2, 2), (3, 4), (5, 16), (6, 30), (1000, 30)])
def test_the_pause_grows(failures: int, minutes: int) -> None:
    assert get_retry_wait(failures, None) == timedelta(minutes=minutes)


def test_the_gateways_word_counts() -> None:
    assert get_retry_wait(1, 7200) == timedelta(hours=2)
    assert get_retry_wait(9, 0) == timedelta(seconds=1)


@pytest.mark.parametrize(("wait", "most"), [(100, 10), (86400, 60)])
def test_homes_are_spread_and_none_comes_early(wait: int, most: int) -> None:
    draws = iter(number / 100 for number in range(100))
    waits = [add_jitter(timedelta(seconds=wait), lambda: next(draws)).total_seconds() for _ in range(100)]
    assert waits[0] == wait
    assert wait + most * 0.98 < waits[-1] < wait + most
    assert len(set(waits)) == 100
