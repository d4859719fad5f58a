"""Off-peak hours as people and Enedis state them."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from gateway.tariffs.off_peak import OffPeakPeriod, list_slots_on
from gateway.tariffs.off_peak_dates import select_effective

MONDAY, SATURDAY = date(2026, 11, 2), date(2026, 11, 7)


def make_period(**stated: object) -> OffPeakPeriod:
    return OffPeakPeriod.model_validate({"slots": [["22:00", "06:00"]]} | stated)


def minutes_of(periods: list[OffPeakPeriod], day: date) -> set[int]:
    return {minute for start, end in list_slots_on(periods, day) for minute in range(start, end)}


@pytest.mark.parametrize(
    ("slots", "expected"),
    [
        ([["22:00", "06:00"]], [(0, 360), (1320, 1440)]),
        ([["01:28", "06:58"], ["13:58", "16:28"]], [(88, 418), (838, 988)]),
        ([["22:00", "24:00"]], [(1320, 1440)]),
        ([["22:00", "00:00"]], [(1320, 1440)]),
        ([["00:00", "24:00"]], [(0, 1440)]),
        ([["24:00", "06:00"]], [(0, 360)]),
        ([["23:59", "00:01"]], [(0, 1), (1439, 1440)]),
        ([], []),
    ],
)
def test_slots(slots: list[list[str]], expected: list[tuple[int, int]]) -> None:
    assert list_slots_on([make_period(slots=slots)], MONDAY) == expected


def test_dates_are_inclusive_at_the_start_and_exclusive_at_the_end() -> None:
    moved = date(2026, 12, 1)
    old, new = (
        make_period(valid_to=moved),
        make_period(valid_from=moved, slots=[["01:00", "06:00"], ["14:00", "17:00"]]),
    )
    assert list_slots_on([old, new], date(2026, 11, 30)) == [(0, 360), (1320, 1440)]
    assert list_slots_on([old, new], moved) == [(60, 360), (840, 1020)]


@pytest.mark.parametrize(
    ("day", "summer"),
    [
        (date(2026, 3, 31), False),
        (date(2026, 4, 1), True),
        (date(2026, 10, 31), True),
        (date(2026, 11, 1), False),
        (date(2028, 2, 29), False),
    ],
)
def test_seasons(day: date, summer: bool) -> None:
    assert bool(list_slots_on([make_period(season="summer")], day)) is summer
    assert bool(list_slots_on([make_period(season="winter")], day)) is not summer
    assert list_slots_on([make_period(season="all")], day)


def test_weekdays() -> None:
    weekend = make_period(weekdays=[5, 6], slots=[["00:00", "24:00"]])
    assert list_slots_on([weekend], MONDAY) == []
    assert list_slots_on([weekend], SATURDAY) == [(0, 1440)]


def test_several_periods_of_a_day_add_up() -> None:
    assert minutes_of(
        [make_period(slots=[["00:00", "06:00"]]), make_period(slots=[["05:00", "07:00"]])], MONDAY
    ) == set(range(7 * 60))


@pytest.mark.parametrize(
    "stated",
    [
        {"slots": [["25:00", "06:00"]]},
        {"slots": [["22:60", "06:00"]]},
        {"slots": [["22:00:30", "06:00"]]},
        {"slots": [["22:00+02:00", "06:00"]]},
        {"slots": [["nonsense", "06:00"]]},
        {"slots": [["", "06:00"]]},
        {"slots": [["22:00"]]},
        {"slots": [["22:00", "06:00", "07:00"]]},
        {"slots": [[-1, 360]]},
        {"slots": [[0, 1441]]},
        {"slots": [["22:00", "22:00"]]},
        {"slots": [["00:00", "00:00"]]},
        {"slots": [["24:00", "00:00"]]},
        {"slots": "22:00-06:00"},
        {"slots": None},
        {"season": "spring"},
        {"weekdays": [7]},
        {"weekdays": [-1]},
        {"weekdays": []},
        {"valid_from": "2026-12-01", "valid_to": "2026-12-01"},
        {"valid_from": "2026-12-01", "valid_to": "2026-11-01"},
        {"valid_from": "12/01/2026"},
        {"seasons": "all"},
    ],
)
def test_what_means_nothing_is_refused_without_repeating_it(stated: dict[str, object]) -> None:
    with pytest.raises(ValidationError) as refusal:
        make_period(**stated)
    words = " ".join(error["msg"] for error in refusal.value.errors())
    assert "nonsense" not in words
    assert "22:60" not in words


some_days = st.dates(date(2026, 10, 1), date(2026, 10, 12))
dated: st.SearchStrategy[OffPeakPeriod] = st.builds(
    lambda first, last, bounds, slot, source: make_period(
        slots=[slot],
        source=source,
        valid_from=min(first, last) if bounds[0] else None,
        valid_to=max(first, last) + timedelta(days=1) if bounds[1] else None,
    ),
    some_days,
    some_days,
    st.tuples(st.booleans(), st.booleans()),
    st.sampled_from([("00:00", "06:00"), ("01:00", "02:00"), ("12:00", "14:00")]),
    st.sampled_from(["user", "enedis"]),
)


@given(st.lists(dated, max_size=5), st.dates(date(2026, 9, 25), date(2026, 10, 20)))
def test_of_a_day_the_users_periods_count_if_any_holds_it_and_else_enedis(
    periods: list[OffPeakPeriod], day: date
) -> None:
    holding = [one for one in periods if one.is_in_force_on(day)]
    own = [one for one in holding if one.source == "user"]
    assert list_slots_on(select_effective(periods), day) == list_slots_on(own or holding, day)


clock = st.integers(0, 1439)


@given(st.lists(st.tuples(clock, clock).filter(lambda slot: slot[0] != slot[1]), min_size=1, max_size=4))
@settings(deadline=None)
def test_any_slots_cover_their_minutes_and_come_back_as_written(slots: list[tuple[int, int]]) -> None:
    written = [[f"{start // 60:02}:{start % 60:02}", f"{end // 60:02}:{end % 60:02}"] for start, end in slots]
    stated = make_period(slots=written)
    assert stated.model_dump(mode="json")["slots"] == written
    assert OffPeakPeriod.model_validate(stated.model_dump(mode="json")) == stated
    expected = {(start + minute) % 1440 for start, end in slots for minute in range((end - start) % 1440)}
    assert minutes_of([stated], MONDAY) == expected
