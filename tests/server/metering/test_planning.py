"""The fewest calls, of the right days, at the right time."""

import random
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.metering.planner import Window, get_history_start, plan_calls
from gateway.metering.schedule import Entry, Feed, Kind, State, find_next_attempt, get_expected_time

PARIS = ZoneInfo("Europe/Paris")
NOW = datetime(2026, 11, 3, 9, 30, tzinfo=UTC)
TODAY = NOW.date()
DAY = timedelta(days=1)
POINT = "abcdefghijklmnop"
CURVE = Feed(POINT, Kind.CURVE)
LONGEST = {Kind.CURVE: 7, Kind.DAILY: 366, Kind.MAX_POWER: 366, Kind.INDEX: 366}

ages = st.integers(-2, 60) | st.integers(700, 760) | st.integers(1090, 1130)
entries = st.builds(
    Entry,
    state=st.sampled_from(State),
    asked_at=st.integers(0, 40 * 24).map(lambda hours: NOW - timedelta(hours=hours)),
)
ledgers = st.dictionaries(ages.map(lambda age: TODAY - timedelta(days=age)), entries, max_size=40)
wanted_days = st.sets(ages.map(lambda age: TODAY - timedelta(days=age)), max_size=50)


def days_from(day: date) -> Iterator[date]:
    while True:
        yield day
        day += DAY


def days_of(window: Window) -> set[date]:
    return {window.start + number * DAY for number in range((window.end - window.start).days)}


def find_fewest_windows(due: set[date], longest: int) -> int:
    """The least number of windows that cover the days, by trying every last window."""
    if not due:
        return 0
    ordered = sorted(due)
    best = [0]
    for number, day in enumerate(ordered, start=1):
        best.append(min(1 + best[first] for first in range(number) if (day - ordered[first]).days < longest))
    return best[-1]


@given(ledgers, wanted_days, st.sampled_from(Kind), st.none() | st.just(6))
@settings(max_examples=200, deadline=None)
def test_every_day_that_is_due_by_the_fewest_calls(
    ledger: dict[date, Entry], wanted: set[date], kind: Kind, shorter: int | None
) -> None:
    feed, longest = Feed(POINT, kind), shorter or LONGEST[kind]
    calls = plan_calls(feed, ledger, sorted(wanted, key=hash), NOW, longest=shorter)
    due = {day for day in wanted if plan_calls(feed, ledger, [day], NOW)}
    covered = [day for window in calls for day in days_of(window)]
    assert len(covered) == len(set(covered)), "a day is asked twice"
    assert due <= set(covered)
    assert len(calls) == find_fewest_windows(due, longest)
    for window in calls:
        assert {window.start, window.end - DAY} <= due | (wanted & ledger.keys()), "an edge that nobody needs"
        assert due & days_of(window), "a call that nobody needs"
        assert 1 <= (window.end - window.start).days <= longest
        assert window.start >= get_history_start(kind, TODAY)
        assert window.end <= TODAY, "today is not over"
    assert calls == sorted(calls, key=lambda window: window.start, reverse=True)


def test_a_day_that_is_asked_again_later_joins_a_call_that_has_room() -> None:
    """Tuesday's holes are tried again with each new day, and cost no call of their own while they are a week old."""
    holes = {TODAY - 5 * DAY: Entry(State.PARTIAL, NOW - timedelta(hours=1))}
    assert plan_calls(CURVE, holes, [TODAY - 5 * DAY], NOW) == []
    wanted = [TODAY - DAY, TODAY - 5 * DAY, TODAY]
    assert plan_calls(CURVE, holes, wanted, NOW) == [Window(TODAY - 5 * DAY, TODAY)]
    too_old = {TODAY - 8 * DAY: Entry(State.PARTIAL, NOW - timedelta(hours=1))}
    assert plan_calls(CURVE, too_old, [TODAY - DAY, TODAY - 8 * DAY], NOW) == [Window(TODAY - DAY, TODAY)]


def test_never_a_day_before_the_meter_was_put_into_service() -> None:
    wanted = [TODAY - timedelta(days=age) for age in range(1, 30)]
    since = TODAY - 10 * DAY
    assert plan_calls(CURVE, {}, wanted, NOW, since=since) == [
        Window(TODAY - 7 * DAY, TODAY),
        Window(since, TODAY - 7 * DAY),
    ]


@given(st.text("abcdefghijklmnopqrstuvwxyz234567", min_size=16, max_size=16), st.dates(date(2024, 1, 1)))
def test_the_index_is_asked_on_one_morning_a_week_which_differs_among_homes(point: str, day: date) -> None:
    feed = Feed(point, Kind.INDEX)
    mornings = [feed.get_expected_time(day + timedelta(days=number)) for number in range(28)]
    assert all(get_expected_time(day) <= at for day, at in zip(days_from(day), mornings, strict=False))
    assert 4 <= len(set(mornings)) <= 5, "once a week"
    assert len({at.astimezone(PARIS).weekday() for at in mornings}) == 1


def test_known_days_between_are_crossed_where_that_saves_a_call() -> None:
    done = Entry(State.COMPLETE, NOW)
    wanted = [TODAY - timedelta(days=age) for age in range(1, 8)]
    between = dict.fromkeys(wanted[1:6], done)
    assert plan_calls(CURVE, between, wanted, NOW) == [Window(TODAY - 7 * DAY, TODAY)]
    edges = {wanted[0]: done, wanted[-1]: done}
    assert plan_calls(CURVE, edges, wanted, NOW) == [Window(TODAY - 6 * DAY, TODAY - DAY)]
    assert plan_calls(CURVE, dict.fromkeys(wanted, done), wanted, NOW) == []


def test_a_new_home_takes_its_whole_history_in_few_calls() -> None:
    calls = 0
    for kind in (Kind.CURVE, Kind.DAILY):
        wanted = [TODAY - timedelta(days=age) for age in range(1200)]
        calls += len(plan_calls(Feed(POINT, kind), {}, wanted, NOW))
    assert calls <= 115


@pytest.mark.parametrize(
    ("today", "curve", "daily"),
    [
        (date(2026, 11, 3), date(2024, 10, 19), date(2023, 10, 19)),
        (date(2028, 2, 29), date(2026, 2, 13), date(2025, 2, 13)),
        (date(2027, 3, 1), date(2025, 2, 14), date(2024, 2, 15)),
        (date(2026, 1, 10), date(2023, 12, 26), date(2022, 12, 26)),
        (date(2026, 12, 31), date(2024, 12, 16), date(2023, 12, 16)),
    ],
)
def test_history_is_24_or_36_months_and_15_days(today: date, curve: date, daily: date) -> None:
    assert get_history_start(Kind.CURVE, today) == curve
    assert get_history_start(Kind.DAILY, today) == get_history_start(Kind.MAX_POWER, today) == daily


@given(st.dates(date(2020, 1, 1), date(2035, 12, 31)))
@settings(deadline=None)
def test_history_never_reaches_too_far_and_never_moves_back(today: date) -> None:
    start = get_history_start(Kind.CURVE, today)
    assert 730 + 15 - 1 <= (today - start).days <= 731 + 15 + 1
    assert start <= get_history_start(Kind.CURVE, today + DAY)


@pytest.mark.parametrize(
    ("day", "utc_hour"),
    [(date(2026, 7, 1), 6), (date(2026, 12, 1), 7), (date(2026, 3, 28), 6), (date(2026, 10, 24), 7)],
)
def test_a_day_is_expected_at_eight_and_asked_from_half_past_nine_in_paris(day: date, utc_hour: int) -> None:
    eight = datetime.combine(day + DAY, time(), UTC) + timedelta(hours=utc_hour)
    assert get_expected_time(day) == eight
    first = CURVE.get_expected_time(day)
    assert timedelta(minutes=90) <= first - eight < timedelta(minutes=150)
    assert plan_calls(CURVE, {}, [day], first - timedelta(seconds=1)) == []
    assert plan_calls(CURVE, {}, [day], first) == [Window(day, day + DAY)]


def test_homes_do_not_ask_in_the_same_minute() -> None:
    chance = random.Random(1)
    ids = ["".join(chance.choices("abcdefghijklmnopqrstuvwxyz0123456789", k=16)) for _ in range(3000)]
    minutes = Counter(Feed(point, Kind.CURVE).get_expected_time(TODAY).replace(second=0) for point in ids)
    assert len(minutes) == 60
    assert max(minutes.values()) < 100, "fifty would be perfectly even"


@given(st.dates(date(2020, 1, 1), date(2030, 12, 31)), st.integers(0, 59))
@settings(deadline=None)
def test_a_day_that_is_late_costs_two_calls_of_its_own_and_then_shares_those_of_the_mornings(
    day: date, second: int
) -> None:
    first = CURVE.get_expected_time(day)
    asked = first + timedelta(seconds=second)
    second_try = find_next_attempt(CURVE, day, Entry(State.ABSENT, asked))
    assert second_try is not None
    assert second_try - asked == timedelta(hours=2)
    assert find_next_attempt(CURVE, day, Entry(State.ABSENT, second_try)) == CURVE.get_expected_time(day + DAY)


def test_maximum_power_is_asked_when_the_curve_had_its_second_try() -> None:
    second_try = find_next_attempt(CURVE, TODAY, Entry(State.ABSENT, CURVE.get_expected_time(TODAY)))
    assert second_try is not None
    assert second_try <= Feed(POINT, Kind.MAX_POWER).get_expected_time(TODAY)


@given(
    st.dates(date(2020, 1, 1), date(2030, 12, 31)),
    st.sampled_from([State.PARTIAL, State.ABSENT]),
    st.integers(0, 20 * 24 * 60),
)
@settings(deadline=None)
def test_a_late_day_is_asked_at_growing_pauses_and_given_up_after_fifteen_days(
    day: date, state: State, late: int
) -> None:
    given_up = CURVE.get_expected_time(day + timedelta(days=15))
    attempts = [CURVE.get_expected_time(day) + timedelta(minutes=late)]
    while (again := find_next_attempt(CURVE, day, Entry(state, attempts[-1], None, len(attempts)))) is not None:
        attempts.append(again)
        assert len(attempts) < 20, "it costs too many calls"
    pauses = [later - earlier for earlier, later in pairwise(attempts)]
    tried = [pause for pause, at in zip(pauses, attempts[1:], strict=True) if at < given_up]
    assert tried == sorted(tried), "growing, but for a last time when the fifteen days end"
    assert all(pause >= timedelta(hours=1) for pause in pauses[:-1])
    assert attempts[-1] <= max(attempts[0], given_up) + timedelta(days=10)
    assert attempts[-1] > get_expected_time(day) + timedelta(days=7), "it is given up too early"


def test_an_old_day_is_absent_for_good_after_a_third_answer_without_it() -> None:
    old, asked = date(2026, 3, 2), [NOW]
    while (again := find_next_attempt(CURVE, old, Entry(State.ABSENT, asked[-1], None, len(asked)))) is not None:
        asked.append(again)
    assert [round((later - earlier) / timedelta(days=1)) for earlier, later in pairwise(asked)] == [1, 7]


@given(st.dates(date(2020, 1, 1)), st.sampled_from([State.COMPLETE, State.BEFORE_ACTIVATION]))
@settings(deadline=None)
def test_what_is_known_is_never_asked_again(day: date, state: State) -> None:
    assert find_next_attempt(CURVE, day, Entry(state, NOW)) is None


@given(st.dates(date(2020, 1, 1), date(2030, 12, 31)), st.integers(0, 15 * 24 * 60))
@settings(deadline=None)
def test_nothing_is_asked_again_in_the_afternoon_or_at_night(day: date, late: int) -> None:
    again = find_next_attempt(CURVE, day, Entry(State.ABSENT, get_expected_time(day) + timedelta(minutes=late)))
    assert again is None or time(9, 30) <= again.astimezone(PARIS).time() < time(14)


def test_a_day_requested_again_is_fetched_although_it_is_known() -> None:
    entries = {TODAY - 9 * DAY: Entry(State.COMPLETE, NOW - DAY, again_at=NOW)}
    assert plan_calls(CURVE, entries, [TODAY - 9 * DAY], NOW) == [Window(TODAY - 9 * DAY, TODAY - 8 * DAY)]


def test_a_day_asked_too_early_waits_until_it_is_expected() -> None:
    early = get_expected_time(TODAY) - timedelta(hours=9)
    assert find_next_attempt(CURVE, TODAY, Entry(State.ABSENT, early)) == CURVE.get_expected_time(TODAY)
