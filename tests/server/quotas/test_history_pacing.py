"""How many calls of a day older history may use, and how many days a history takes."""

from collections import defaultdict
from datetime import UTC, date, datetime, timedelta
from itertools import islice, pairwise, takewhile

from hypothesis import example, given
from hypothesis import strategies as st

from gateway.kit import paris
from gateway.metering.planner import WINDOWS
from gateway.metering.schedule import Kind
from gateway.quotas.history_pacing import (
    HISTORY_HOUR,
    HISTORY_INTERVAL,
    LAST_HOUR,
    compute_history_limit,
    iterate_history_windows,
)
from gateway.usage_points.service import RECENT

EVENING = datetime(2026, 11, 3, 19, tzinfo=UTC)
LIMIT = 50
"""Calls of an account and day, unless the operator sets another number."""
FIRST_DAYS = -(-RECENT.days // WINDOWS[Kind.CURVE])
"""Calls for the first sixty days of a meter, in one direction."""
HISTORY = -(-(2 * 365 + 15 - RECENT.days) // WINDOWS[Kind.CURVE]) + 1
"""Calls for two years and fifteen days of curve without the first sixty days, and for the daily values before them."""
NEW_DAY = 1
"""Calls for the newest day, each morning."""

instants = st.integers(0, 2 * 365 * 24 * 60).map(
    lambda minutes: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
)


def count_days(calls: int, used: int, starts_at: datetime) -> int:
    """Return on which day a history that takes `calls` calls is complete, 1 for the day on which it starts."""
    left: float = calls
    for at, possible in iterate_history_windows(LIMIT, used, starts_at):
        left -= possible - (NEW_DAY if at > starts_at and at == paris.midnight(paris.day_of(at)) else 0)
        if left <= 0:
            return (paris.day_of(at) - paris.day_of(starts_at)).days + 1
    raise AssertionError("unreachable: the windows do not end")


def test_a_history_takes_three_days_as_it_did_when_nothing_was_kept_for_new_meters() -> None:
    assert HISTORY == 99
    assert count_days(HISTORY, FIRST_DAYS, EVENING) == 3
    kept_for_new_days = 10
    first_day = LIMIT - kept_for_new_days - FIRST_DAYS
    assert first_day + 2 * (LIMIT - kept_for_new_days - NEW_DAY) >= HISTORY > first_day + LIMIT - kept_for_new_days


def test_until_2300_the_first_days_of_two_more_meters_that_also_produce_have_room() -> None:
    assert LIMIT - compute_history_limit(LIMIT, EVENING) == 2 * 2 * FIRST_DAYS


@given(limit=st.integers(1, 2000), used=st.integers(0, 2000), now=instants)
@example(limit=1, used=1, now=EVENING)
@example(limit=50, used=0, now=datetime(2026, 10, 24, 22, tzinfo=UTC))
@example(limit=50, used=0, now=datetime(2026, 3, 28, 23, tzinfo=UTC))
def test_windows(limit: int, used: int, now: datetime) -> None:
    """They are in order, never exceed the limit, and give history all but the reserve on every later day."""
    end = paris.midnight(paris.day_of(now) + 4 * paris.DAY)
    by_day: dict[date, float] = defaultdict(float)
    last = now
    for at, calls in takewhile(lambda window: window[0] < end, iterate_history_windows(limit, used, now)):
        assert at >= last
        assert calls > 0
        last = at
        by_day[paris.day_of(at)] += calls
        already = used if paris.day_of(at) == paris.day_of(now) else 0
        assert already + by_day[paris.day_of(at)] <= compute_history_limit(limit, at)
    later = [by_day[paris.day_of(now) + days * paris.DAY] for days in (1, 2, 3)]
    assert later == [limit - min(10, limit // 5)] * 3


@given(limit=st.integers(1, 2000), used=st.integers(0, 2000), now=instants, accounts=st.integers(1, 10_000))
@example(limit=50, used=0, now=datetime(2026, 3, 28, 23, tzinfo=UTC), accounts=200)
@example(limit=50, used=0, now=datetime(2026, 11, 3, 22, tzinfo=UTC), accounts=200)
def test_no_window_has_more_calls_than_fit_in_it(limit: int, used: int, now: datetime, accounts: int) -> None:
    """From 23:00 on, 750 calls are possible for all accounts together."""
    turn = accounts * timedelta(seconds=HISTORY_INTERVAL)
    windows = list(islice(iterate_history_windows(limit, used, now, turn), 6))
    for (at, calls), (following, _) in pairwise(windows):
        last_hour = paris.at(paris.day_of(at), LAST_HOUR)
        ends_at = last_hour if at < last_hour else paris.midnight(paris.day_of(at) + paris.DAY)
        assert at < ends_at <= following
        assert 0 < calls <= compute_history_limit(limit, at)
        assert calls * turn <= ends_at - at + timedelta(milliseconds=1)
        if ends_at - at == timedelta(hours=1):
            assert calls * accounts <= HISTORY_HOUR + 0.001


@given(limit=st.integers(1, 2000), now=instants)
def test_history_may_use_more_only_from_2300_in_paris(limit: int, now: datetime) -> None:
    is_last_hour = now.astimezone(paris.PARIS).hour == 23
    reserve = min(10, limit // 5) if is_last_hour else max(36, min(10, limit // 5))
    assert compute_history_limit(limit, now) == max(limit - reserve, 0)
