"""What the day's value has more than its readings fills what they lack, exactly, and is marked."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import accumulate, pairwise

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from gateway.domain.readings import Quality, Reading
from gateway.metering.packing import pack_readings, sum_energy
from gateway.metering.settling import fill_missing, fit_rounded, merge_readings
from tests.server.paris import midnight


@st.composite
def partial_days(draw: st.DrawFn) -> tuple[date, list[Reading]]:
    """A day of which some intervals are there; its step may change."""
    odd = st.sampled_from([date(2026, 3, 29), date(2026, 10, 25)])
    day = draw(odd | st.dates(date(2020, 1, 1), date(2030, 12, 31)))
    position, end, readings = midnight(day), midnight(day + timedelta(days=1)), []
    while position < end:
        step = draw(st.sampled_from([10, 15, 30, 60]))
        if draw(st.booleans()) and position + timedelta(minutes=step) <= end:
            readings.append(Reading(position, step, draw(st.integers(0, 9000))))
        position += timedelta(minutes=step)
    return day, readings


@given(partial_days(), st.integers(0, 200_000))
@settings(deadline=None, max_examples=150)
def test_a_settled_day_is_whole_sums_to_its_value_and_keeps_what_was_measured(
    partial: tuple[date, list[Reading]], wh: int
) -> None:
    day, readings = partial
    known = sum(reading.minutes * reading.watts for reading in readings)
    whole = fill_missing(day, readings, wh)
    if not readings or (wh + 1) * 60 <= known:
        assert whole is None
        return
    assert whole is not None
    if not any(reading.quality is Quality.ESTIMATED for reading in whole):
        assert whole == readings, "the day had no hole"
        return
    assert whole[0].start == midnight(day)
    assert whole[-1].end == midnight(day + timedelta(days=1))
    assert all(first.end == second.start for first, second in pairwise(whole))
    assert sum(reading.minutes * reading.watts for reading in whole) == max(wh * 60, known)
    assert [reading for reading in whole if reading.quality is Quality.MEASURED] == readings
    filled = [reading.watts for reading in whole if reading.quality is Quality.ESTIMATED]
    assert max(filled) - min(filled) <= 1, "spread evenly"
    assert sum_energy(pack_readings(whole, midnight(day))) == (max(wh * 60, known), Quality.ESTIMATED)


@st.composite
def any_answers(draw: st.DrawFn) -> tuple[date, list[dict[datetime, Reading]], int]:
    """What is answered of a day at each try, by half-hour: other parts each time, now and then another value."""
    day = draw(st.sampled_from([date(2026, 3, 29), date(2026, 10, 25), date(2026, 11, 3)]))
    halves = int((midnight(day + timedelta(days=1)) - midnight(day)).total_seconds()) // 1800
    starts = [midnight(day) + timedelta(minutes=30 * number) for number in range(halves)]
    part = st.dictionaries(st.sampled_from(starts), st.integers(0, 3000))
    tries = draw(st.lists(part, min_size=1, max_size=6))
    told = [{start: Reading(start, 30, watts) for start, watts in one.items()} for one in tries]
    return day, told, draw(st.integers(0, 40_000))


@given(any_answers())
@settings(deadline=None, max_examples=200)
def test_whatever_parts_come_in_whatever_order_a_settled_day_sums_to_its_value(
    told: tuple[date, list[dict[datetime, Reading]], int],
) -> None:
    day, tries, wh = told
    known: list[Reading] = []
    measured: dict[datetime, Reading] = {}
    for one in tries:
        measured |= one
        known = merge_readings(day, sorted(one.values()), known, wh)
        known = fill_missing(day, known, wh) or known  # it was the last try, until somebody requests another
        assert [reading for reading in known if reading.quality is Quality.MEASURED] == sorted(measured.values())
        if any(reading.quality is Quality.ESTIMATED for reading in known):
            more = sum(reading.minutes * reading.watts for reading in known) - wh * 60
            assert 0 <= more <= 2 * 60, "a hole that lacks nothing is filled with nothing"
            assert (known[0].start, known[-1].end) == (midnight(day), midnight(day + timedelta(days=1)))
            assert all(first.end == second.start for first, second in pairwise(known))


def test_two_missing_half_hours_by_hand() -> None:
    """A day of 1,000 W but for 00:30 to 01:30, and 23,700 Wh in all: 700 Wh are left, 700 W each."""
    day = date(2026, 11, 3)
    halves = [Reading(midnight(day) + timedelta(minutes=30 * number), 30, 1000) for number in range(48)]
    whole = fill_missing(day, halves[:1] + halves[3:], 23_700)
    assert whole is not None
    assert [(reading.watts, reading.quality) for reading in whole[:4]] == [
        (1000, Quality.MEASURED),
        (700, Quality.ESTIMATED),
        (700, Quality.ESTIMATED),
        (1000, Quality.MEASURED),
    ]


def test_nothing_consumed_is_zero_and_less_than_what_is_known_is_no_value() -> None:
    day = date(2026, 11, 3)
    halves = [Reading(midnight(day) + timedelta(minutes=30 * number), 30, 1000) for number in range(46)]
    whole = fill_missing(day, halves, 23_000)
    assert whole is not None
    assert [reading.watts for reading in whole[46:]] == [0, 0]
    assert fill_missing(day, halves, 22_998) == whole, "2 Wh less is nothing"
    assert fill_missing(day, halves, 22_997) is None
    assert fill_missing(day, [], 24_000) is None


def test_a_part_of_a_watt_hour_that_the_value_does_not_tell_makes_no_hole() -> None:
    day = date(2026, 11, 3)
    halves = [Reading(midnight(day) + timedelta(minutes=30 * number), 30, 1001) for number in range(47)]
    whole = fill_missing(day, halves, 23_523)  # they come to 23 523.5 Wh
    assert whole is not None
    assert whole[47:] == [Reading(midnight(day) + timedelta(minutes=30 * 47), 30, 0, Quality.ESTIMATED)]


def test_a_curve_rounded_to_1000_watts_follows_its_daily_value() -> None:
    day = date(2026, 11, 3)
    watts = [2000, 3000, 1000, 4000] * 12
    rounded = [Reading(midnight(day) + timedelta(minutes=30 * i), 30, value) for i, value in enumerate(watts)]
    fitted = fit_rounded(rounded, 59_209)
    assert fitted is not None
    assert {reading.quality for reading in fitted} == {Quality.ESTIMATED}
    assert sum(reading.watts for reading in fitted) / 2 == 59_209, "to the watt-hour"
    assert all(
        abs(one.watts - before.watts * 59_209 / 60_000) <= 1 for one, before in zip(fitted, rounded, strict=True)
    )
    assert fit_rounded(rounded, 60_001) is None, "they agree"
    assert fit_rounded(rounded, 20_000) is None, "rounding does not explain it"
    exact = [replace(reading, watts=reading.watts + 7) for reading in rounded]
    assert fit_rounded(exact, 59_209) is None


@given(
    st.lists(st.integers(0, 5), min_size=36, max_size=36).filter(lambda values: sum(map(bool, values)) >= 12),
    st.floats(0.98, 1.02),
)
def test_a_rounded_curve_of_two_intervals_never_falls_below_zero(kilowatts: list[int], share: float) -> None:
    day, steps = date(2026, 11, 3), [60] * 12 + [30] * 24
    starts = accumulate(steps, initial=0)
    rounded = [
        Reading(midnight(day) + timedelta(minutes=start), step, 1000 * value)
        for start, step, value in zip(starts, steps, kilowatts, strict=False)
    ]
    wh = round(sum(reading.watts * reading.minutes for reading in rounded) * share / 60)
    fitted = fit_rounded(rounded, wh)
    assume(fitted is not None)
    assert fitted is not None
    assert min(reading.watts for reading in fitted) >= 0
    assert abs(sum(reading.watts * reading.minutes for reading in fitted) / 60 - wh) <= 0.5
