"""From Enedis' stamps to readings: nothing lost, nothing invented, on any day of ten years."""

import random
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.domain.readings import Quality, Reading
from gateway.enedis.readings import place_curve
from gateway.enedis.wire import Point
from gateway.kit import paris
from gateway.metering.packing import pack_readings, unpack_readings

PARIS = ZoneInfo("Europe/Paris")
STEPS = (5, 10, 15, 30, 60)
SPRING, AUTUMN, PLAIN = date(2026, 3, 29), date(2026, 10, 25), date(2026, 6, 1)
ODD_DAYS = {
    date(year, month, day)
    for year in range(2020, 2031)
    for month in (3, 10)
    for day in range(25, 32)
    if date(year, month, day).weekday() == 6
}
every_day = st.one_of(
    st.dates(date(2020, 1, 1), date(2030, 12, 31)),
    st.sampled_from(sorted(ODD_DAYS)),
)

type Interval = tuple[datetime, datetime]


@cache
def length_of(day: date) -> int:
    """Minutes of a day, from the calendar: the last Sundays of March and October are odd."""
    return 24 * 60 + (0 if day not in ODD_DAYS else -60 if day.month == 3 else 60)


def midnight(day: date) -> datetime:
    """The first instant of a day: Paris is two hours ahead after the last Sunday of March, until that of October."""
    spring = max(odd for odd in ODD_DAYS if odd.year == day.year and odd.month == 3)
    autumn = max(odd for odd in ODD_DAYS if odd.year == day.year and odd.month == 10)
    return datetime(day.year, day.month, day.day, tzinfo=UTC) - timedelta(hours=2 if spring < day <= autumn else 1)


def cut_day(day: date, steps: list[int]) -> list[Interval]:
    """Cut a day into intervals, hour by hour, each hour with the next of the steps (in turn)."""
    hour, intervals = midnight(day), list[Interval]()
    for number in range(length_of(day) // 60):
        step = timedelta(minutes=steps[number % len(steps)])
        start = hour
        hour += timedelta(hours=1)
        while start < hour:
            intervals.append((start, start + step))
            start += step
    return intervals


def write_point(interval: Interval, watts: int) -> Point:
    """A point as Enedis writes it: the end of the interval on a clock in Paris."""
    start, end = interval
    minutes = round((end - start).total_seconds() / 60)
    return Point.model_validate(
        {"v": str(watts), "d": end.astimezone(PARIS).strftime("%Y-%m-%d %H:%M:%S"), "p": f"PT{minutes}M", "n": "B"}
    )


def make_readings(intervals: list[Interval], seed: int) -> list[Reading]:
    """What a meter measured: a power of its own for each interval, so that no two can be exchanged unnoticed."""
    watts = random.Random(seed).sample(range(9000), len(intervals))
    return [
        Reading(start, round((end - start).total_seconds() / 60), power)
        for (start, end), power in zip(intervals, watts, strict=True)
    ]


def points_of(truth: list[Reading]) -> list[Point]:
    return [write_point((reading.start, reading.end), reading.watts) for reading in truth]


def shuffle_points(points: list[Point], seed: int) -> list[Point]:
    """In any order, but of two equal stamps the first stays first."""
    mixed = list(points)
    random.Random(seed).shuffle(mixed)
    by_stamp: dict[str, Iterator[Point]] = {
        stamp: iter([point for point in points if point.d == stamp]) for stamp in {point.d for point in points}
    }
    return [next(by_stamp[point.d]) for point in mixed]


def check_days(step: int, stride: int) -> None:
    for ordinal in range(date(2020, 1, 1).toordinal(), date(2031, 1, 1).toordinal()):
        day = date.fromordinal(ordinal)
        if ordinal % stride and day not in ODD_DAYS:
            continue
        truth = make_readings(cut_day(day, [step]), ordinal)
        placement = place_curve(points_of(truth))
        assert placement.refused.total == 0, day
        assert placement.days == {day: truth}
        assert sum(reading.minutes for reading in truth) == length_of(day)


@pytest.mark.parametrize("step", STEPS)
def test_the_days_of_eleven_years_come_back_as_they_were_written(step: int) -> None:
    check_days(step, stride={60: 3, 30: 11}.get(step, 29))


@pytest.mark.long
@pytest.mark.parametrize("step", STEPS)
def test_every_day_of_eleven_years_comes_back_as_it_was_written(step: int) -> None:
    check_days(step, stride=1)


@given(every_day, st.lists(st.sampled_from(STEPS), min_size=1, max_size=25), st.integers(0, 2**32))
@settings(max_examples=120, deadline=None)
def test_steps_that_change_within_the_day_in_any_order(day: date, steps: list[int], seed: int) -> None:
    truth = make_readings(cut_day(day, steps), seed)
    placement = place_curve(shuffle_points(points_of(truth), seed))
    assert placement.refused.total == 0
    assert drop_quality(placement.days) == drop_quality({day: truth})
    assert all(one.end == two.start for one, two in pairwise(placement.days[day]))


@given(st.sampled_from(sorted(ODD_DAYS)), st.integers(-3, 3), st.sampled_from(STEPS))
@settings(max_examples=25, deadline=None)
def test_a_week_around_an_odd_day_keeps_each_day_to_itself(odd: date, shift: int, step: int) -> None:
    days = [odd + timedelta(days=shift + offset) for offset in range(7)]
    truth = {day: make_readings(cut_day(day, [step]), day.toordinal()) for day in days}
    placement = place_curve(shuffle_points([point for day in days for point in points_of(truth[day])], shift))
    assert placement.refused.total == 0
    assert drop_quality(placement.days) == drop_quality(truth)


def drop_quality(days: dict[date, list[Reading]]) -> dict[date, list[tuple[datetime, int, int]]]:
    """Readings without their quality: in no order, the doubled hour is estimated."""
    return {day: [(one.start, one.minutes, one.watts) for one in readings] for day, readings in days.items()}


@pytest.mark.parametrize("oldest_first", [True, False])
def test_autumns_doubled_hour_is_told_by_the_order_of_the_answer(oldest_first: bool) -> None:
    truth = make_readings(cut_day(AUTUMN, [30]), 3)
    points = points_of(truth)
    assert place_curve(points if oldest_first else points[::-1]).days == {AUTUMN: truth}


def test_without_any_order_the_doubled_half_hours_are_estimated_and_no_others() -> None:
    truth = make_readings(cut_day(AUTUMN, [30]), 3)
    points = points_of(truth)
    mixed = points[10:] + points[:10]
    mixed[30], mixed[20] = mixed[20], mixed[30]
    placed = place_curve(mixed).days[AUTUMN]
    assert [one.start for one in placed if one.quality is Quality.ESTIMATED] == [one.start for one in truth[3:7]]
    same = [one.model_copy(update={"v": "7"}) if "02:00" in one.d or "02:30" in one.d else one for one in mixed]
    assert {one.quality for one in place_curve(same).days[AUTUMN]} == {Quality.MEASURED}, (
        "two equal values cannot be swapped"
    )


def is_ambiguous(reading: Reading) -> bool:
    """Its stamp is one that clocks show twice."""
    end = reading.end
    return any(
        (end + timedelta(hours=hours)).astimezone(PARIS).replace(tzinfo=None)
        == end.astimezone(PARIS).replace(tzinfo=None)
        for hours in (-1, 1)
    )


@given(every_day, st.sampled_from(STEPS), st.data())
@settings(max_examples=120, deadline=None)
def test_with_points_missing_just_what_is_certain_is_placed(day: date, step: int, data: st.DataObject) -> None:
    whole = make_readings(cut_day(day, [step]), 7)
    holes = data.draw(st.sets(st.integers(0, len(whole) - 1), min_size=1))
    holes |= data.draw(st.sets(st.sampled_from(range(len(whole))[: 5 * 60 // step])))
    sent = [reading for number, reading in enumerate(whole) if number not in holes]
    placement = place_curve(points_of(sent))
    stamps = [reading.end.astimezone(PARIS).replace(tzinfo=None) for reading in sent]
    sure = [
        reading
        for reading, stamp in zip(sent, stamps, strict=True)
        if not is_ambiguous(reading) or stamps.count(stamp) == 2
    ]
    assert placement.days.get(day, []) == sure
    assert placement.refused.total == len(sent) - len(sure)


@given(st.lists(st.sampled_from(STEPS), min_size=25, max_size=25), st.data())
@settings(max_examples=120, deadline=None)
def test_autumn_with_points_missing_and_mixed_steps_is_never_wrong(steps: list[int], data: st.DataObject) -> None:
    whole = make_readings(cut_day(AUTUMN, steps), 11)
    night = [reading for reading in whole if reading.start < midnight(AUTUMN) + timedelta(hours=5)]
    holes = data.draw(st.sets(st.sampled_from(night)))
    sent = [reading for reading in whole if reading not in holes]
    placement = place_curve(points_of(sent))
    placed = placement.days[AUTUMN]
    assert set(placed) <= set(sent)
    assert {reading for reading in sent if not is_ambiguous(reading)} <= set(placed)
    assert len(placed) + placement.refused.total == len(sent)


def test_one_of_autumns_two_half_past_two_is_refused_and_the_rest_of_the_night_is_not() -> None:
    truth = make_readings(cut_day(AUTUMN, [30]), 3)
    for missing in (3, 4, 5, 6):  # the readings that end at 02:00, 02:30, 02:00 and 02:30
        placement = place_curve(points_of([reading for reading in truth if reading != truth[missing]]))
        twin = missing + 2 if missing < 5 else missing - 2
        assert placement.days[AUTUMN] == [reading for reading in truth if reading not in (truth[missing], truth[twin])]
        assert placement.refused.total == 1


def test_the_odd_days_have_46_and_50_half_hours_and_the_last_belongs_to_its_day() -> None:
    for day, half_hours in ((SPRING, 46), (PLAIN, 48), (AUTUMN, 50)):
        points = points_of(make_readings(cut_day(day, [30]), 5))
        assert len(points) == half_hours
        assert points[-1].d == f"{day + timedelta(days=1)} 00:00:00"
        assert len(place_curve(points).days[day]) == half_hours


def test_spring_has_no_half_past_two() -> None:
    point = Point.model_validate({"v": "100", "d": f"{SPRING} 02:30:00", "p": "PT30M"})
    assert place_curve([point]).days == {}
    assert place_curve([point]).refused.total == 1


@pytest.mark.parametrize(
    ("d", "p", "v"),
    [
        ("2026-06-01 00:30:17", "PT30M", "100"),
        ("2026-06-01", "PT30M", "100"),
        ("2026-06-31 00:30:00", "PT30M", "100"),
        ("soon", "PT30M", "100"),
        ("", "PT30M", "100"),
        ("0001-01-01 00:00:00", "PT30M", "100"),
        ("9999-12-31 23:30:00", "PT30M", "100"),
        ("2026-06-01 00:10:00", "PT30M", "100"),
        ("2026-06-01 00:30:00", None, "100"),
        ("2026-06-01 00:30:00", "P1D", "100"),
        ("2026-06-01 00:30:00", "PT0M", "100"),
        ("2026-06-02 00:00:00", "PT12H", "100"),
        ("2026-06-01 00:30:00", "PT30M", "-1"),
        ("2026-06-01 00:30:00", "PT30M", "99999999999"),
    ],
)
def test_what_cannot_be_placed_is_refused_and_its_neighbours_are_not(d: str, p: str | None, v: str) -> None:
    good = make_readings(cut_day(PLAIN, [30]), 1)[10:20]
    placement = place_curve([*points_of(good), Point.model_validate({"v": v, "d": d, "p": p})])
    assert placement.days == {PLAIN: good}
    assert placement.refused.total == 1


def test_an_absent_value_is_no_reading_and_zero_is_one() -> None:
    points = [
        Point.model_validate({"v": value, "d": f"2026-06-01 0{hour}:00:00", "p": "PT1H"})
        for hour, value in enumerate((None, "", "0"), start=1)
    ]
    placement = place_curve(points)
    assert [reading.watts for reading in placement.days[PLAIN]] == [0]
    assert placement.refused.total == 0


def test_repeated_points_count_once_and_contradictions_not_at_all() -> None:
    truth = make_readings(cut_day(PLAIN, [30]), 9)
    points = points_of(truth)
    assert place_curve([*points, *points]).days == {PLAIN: truth}
    liar = points[5].model_copy(update={"v": truth[5].watts + 1})
    placement = place_curve([*points, liar])
    assert placement.days == {PLAIN: [reading for reading in truth if reading is not truth[5]]}
    assert placement.refused.total == 2
    long = points[7].model_copy(update={"p": "PT60M"})
    assert place_curve([*points, long]).days == {PLAIN: [*truth[:6], *truth[8:]]}


anything = st.one_of(
    st.none(),
    st.text(max_size=25),
    st.integers(-(10**12), 10**12).map(str),
    st.floats().map(str),
    st.sampled_from(["PT30M", "PT1H", "PT5M", "P1D", "1e3", "PT99H9999M", "2026-10-25 02:30:00"]),
)
stamps = st.one_of(
    anything,
    st.integers(-2 * 60, 6 * 60).map(lambda minute: str(datetime.combine(AUTUMN, time()) + timedelta(minutes=minute))),
    st.datetimes().map(str),
)
numbers = st.integers(0, 20_000).map(str)
steps_written = st.sampled_from([f"PT{step}M" for step in (5, 7, 10, 15, 30, 60)])
wild_points = st.lists(
    st.fixed_dictionaries({"v": numbers | anything, "d": stamps, "p": steps_written | anything}), max_size=40
)


def claim_of(point: Point) -> tuple[datetime, int, int] | None:
    try:
        clock = datetime.fromisoformat(str(point.d).strip())
        clock = clock.astimezone(PARIS).replace(tzinfo=None) if clock.tzinfo else clock
        claim = clock, point.minutes, point.value
    except ValueError, OverflowError:
        return None
    return claim


@given(wild_points)
@settings(max_examples=120, deadline=None)
def test_garbage_neither_crashes_nor_invents(points: list[dict[str, object]]) -> None:
    sent = [Point.model_validate(point) for point in points]
    placement = place_curve(sent)
    claimed = Counter(claim for point in sent if (claim := claim_of(point)) is not None)
    placed = Counter[tuple[datetime, int, int]]()
    for day, readings in placement.days.items():
        assert all(one.end <= two.start for one, two in pairwise(readings)), "they overlap"
        for reading in readings:
            assert reading.start.astimezone(PARIS).date() == day
            assert (reading.end - timedelta(seconds=1)).astimezone(PARIS).date() == day
            placed[reading.end.astimezone(PARIS).replace(tzinfo=None), reading.minutes, reading.watts] += 1
        assert unpack_readings(pack_readings(readings, paris.midnight(day)), paris.midnight(day)) == readings, (
            "it cannot be archived"
        )
    assert placed <= claimed
    assert placed.total() + placement.refused.total <= len(sent)


@given(st.lists(st.integers(0, 59), max_size=60), st.integers(5, 9))
@settings(max_examples=40, deadline=None)
def test_a_crowd_in_the_doubled_hour_ends_in_time(minutes: list[int], step: int) -> None:
    """The ways to place it must not be tried one by one without end."""
    points = [
        Point.model_validate({"v": "100", "d": f"2026-10-25 02:{minute:02}:00", "p": f"PT{step}M"})
        for minute in [*range(0, 60, 5), *minutes]
    ]
    readings = place_curve(points).days.get(AUTUMN, [])
    assert all(one.end <= two.start for one, two in pairwise(readings))
