"""Strings become numbers, days and instants at the edge, in every form seen; one bad point spoils no other."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.enedis.daily import place_daily
from gateway.enedis.readings import place_curve
from gateway.enedis.rejected_values import RejectionReason
from gateway.enedis.wire import Point, UnreadableError

DAY, NEXT = date(2026, 9, 29), date(2026, 9, 30)


def make_point(**members: object) -> Point:
    return Point.model_validate({"v": "1", "d": "2026-09-29 00:30:00", "p": "PT30M"} | members)


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("4078", 4078),
        (4078, 4078),
        ("4078.0", 4078),
        (4078.0, 4078),
        (" 12 ", 12),
        ("0", 0),
        ("-3", -3),
        ("4078.4", 4078),
        ("4078,6", 4079),
        (4078.6, 4079),
        ("12.50", 12),
        ("13.5", 14),
    ],
)
def test_values_are_read_to_the_nearest_whole(written: object, value: int) -> None:
    assert make_point(v=written).value == value


@pytest.mark.parametrize("written", ["NaN", "1e3", "1_000", "", None, {}, [], True, "0x10", "9" * 40, "٣"])
def test_what_is_no_value_is_said(written: object) -> None:
    with pytest.raises(UnreadableError) as unreadable:
        _ = make_point(v=written).value
    assert unreadable.value.part == "value"


@pytest.mark.parametrize("written", [None, ""])
def test_null_and_empty_are_no_value(written: object) -> None:
    assert make_point(v=written).is_empty


@pytest.mark.parametrize(
    ("written", "minutes"),
    [
        ("PT5M", 5),
        ("PT30M", 30),
        ("PT60M", 60),
        ("PT1H", 60),
        ("PT1H30M", 90),
        ("PT1800S", 30),
        ("P0DT30M", 30),
        ("PT0.5H", 30),
        ("P0DT0H30M0S", 30),
    ],
)
def test_steps_in_every_spelling_of_a_duration(written: str, minutes: int) -> None:
    assert make_point(p=written).minutes == minutes


@pytest.mark.parametrize("written", ["PT", "30", "", None, "pt30m", "PT90S", "soon", 30])
def test_what_is_no_step_is_said(written: object) -> None:
    with pytest.raises(UnreadableError) as unreadable:
        _ = make_point(p=written).minutes
    assert unreadable.value.part == "step"


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("2026-09-29", DAY),
        ("2026-09-29 13:03:35", DAY),
        ("2026-09-29T00:00:00+02:00", DAY),
        (" 2026-09-29 ", DAY),
        ("2026-09-28T22:00:00Z", DAY),
        ("2026-09-29T00:00:00+0200", DAY),
    ],
)
def test_days(written: str, day: date) -> None:
    assert make_point(d=written).day == day


@pytest.mark.parametrize("written", ["2026-02-30", "29/09/2026", "", "soon", None, "9999-12-31", "0001-01-01"])
def test_what_is_no_day_is_said(written: object) -> None:
    with pytest.raises(UnreadableError):
        _ = make_point(d=written).day


def test_midnight_is_written_in_two_ways() -> None:
    midnight = datetime(2026, 9, 29, 22, tzinfo=UTC)
    for written in ("2026-09-30 00:00:00", "2026-09-29 24:00:00", "2026-09-30T00:00:00+02:00", "2026-09-29T22:00:00Z"):
        assert make_point(d=written).instants == [midnight]


def test_an_offset_tells_the_doubled_hour_apart() -> None:
    early, late = make_point(v="100", d="2026-10-25T02:30:00+02:00"), make_point(v="200", d="2026-10-25T02:30:00+01:00")
    assert [reading.watts for reading in place_curve([late, early]).days[date(2026, 10, 25)]] == [100, 200]


def test_one_unreadable_point_spoils_no_other_and_is_counted_by_what_is_wrong() -> None:
    good = [make_point(v="100"), make_point(v="100", d="2026-09-29 01:00:00")]
    bad = [
        make_point(v="NaN"),
        make_point(p="PT45S"),
        make_point(p="P1D"),
        make_point(d="soon"),
        make_point(v="-5"),
        make_point(v="40000001"),
    ]
    placed = place_curve([good[0], *bad, good[1]], DAY, NEXT)
    assert [reading.watts for reading in placed.days[DAY]] == [100, 100]
    counts = {
        RejectionReason.VALUE: 1,
        RejectionReason.STEP: 2,
        RejectionReason.STAMP: 1,
        RejectionReason.IMPLAUSIBLE: 2,
    }
    assert placed.refused.counts == counts


def test_points_of_other_days_are_refused() -> None:
    placed = place_curve([make_point(d="2026-09-30 00:30:00"), make_point(d="2026-09-30 00:00:00")], DAY, NEXT)
    assert list(placed.days) == [DAY], "midnight ends the day before"
    assert placed.refused.counts == {RejectionReason.OUTSIDE: 1}


def make_daily_points(*values: tuple[str, str]) -> list[Point]:
    return [Point.model_validate({"v": wh, "d": day}) for day, wh in values]


def test_daily_values_are_read_counted_and_bounded() -> None:
    placed = place_daily(
        make_daily_points(("2026-09-28", "1"), ("2026-09-29", "33495.4"), ("2026-09-30", "999999999999999")),
        DAY,
        date(2026, 10, 1),
    )
    assert placed.days == {DAY: 33495}
    assert placed.refused.counts == {RejectionReason.OUTSIDE: 1, RejectionReason.IMPLAUSIBLE: 1}


def test_ten_times_the_subscribed_power_is_no_measure() -> None:
    assert place_daily(make_daily_points(("2026-09-29", "2500001")), DAY, NEXT, 100_000).days == {}
    assert place_daily(make_daily_points(("2026-09-29", "2499999")), DAY, NEXT, 100_000).days == {DAY: 2_499_999}


def test_two_different_values_of_a_day_are_both_refused_and_equal_ones_count_once() -> None:
    placed = place_daily(
        make_daily_points(("2026-09-29", "10"), ("2026-09-29", "10"), ("2026-09-30", "5")), DAY, date(2026, 10, 1)
    )
    assert placed.days == {DAY: 10, NEXT: 5}
    placed = place_daily(
        make_daily_points(("2026-09-29", "10"), ("2026-09-29", "11"), ("2026-09-30", "5")), DAY, date(2026, 10, 1)
    )
    assert placed.days == {NEXT: 5}
    assert placed.refused.counts == {RejectionReason.CONTRADICTORY: 2}


@given(st.text(max_size=40) | st.none() | st.integers() | st.floats() | st.dictionaries(st.text(max_size=3), st.none()))
@settings(max_examples=200, deadline=None)
def test_any_member_is_read_or_refused(member: object) -> None:
    sent = [Point.model_validate({"v": member, "d": member, "p": member})]
    assert not place_curve(sent, DAY, NEXT).days
    assert not place_daily(sent, DAY, NEXT).days
