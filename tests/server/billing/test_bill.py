"""Every watt-hour and every cent in its hour and bucket, compared with a bill made minute by minute."""

import random
from collections import defaultdict
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from functools import cache
from itertools import accumulate
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.billing.buckets import Buckets
from gateway.billing.hours import Hour, fingerprint, hours_of, is_money, running_sums, show
from gateway.billing.offpeak import OffPeakPeriod
from gateway.billing.tariffs import Option, Tariff, regulated
from gateway.metering.readings import Quality, Reading
from tests.server.billing.naive import Contract, Home, Price, Slots, bill

PARIS = ZoneInfo("Europe/Paris")
UNITS = {True: 60_000_000_000, False: 60}
"""The exact units of an hour's amounts, in EUR (True) and Wh."""
DAYS_OF_NOTE = [
    date(2024, 2, 29),
    date(2025, 3, 30),
    date(2025, 10, 26),
    date(2026, 3, 29),
    date(2026, 10, 25),
    date(2025, 7, 31),
    date(2025, 8, 1),
    date(2025, 12, 31),
    date(2026, 1, 31),
    date(2026, 2, 1),
]
days = st.one_of(st.sampled_from(DAYS_OF_NOTE), st.dates(date(2024, 1, 1), date(2026, 10, 31)))
CHANGES = [date(2023, 8, 1), date(2024, 2, 1), date(2025, 2, 1), date(2025, 8, 1), date(2026, 2, 1), date(2026, 8, 1)]


def midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=PARIS).astimezone(UTC)


@cache
def prices(option: str) -> list[Price]:
    found = []
    for day in CHANGES:
        grid = regulated(Option(option), 9, day)
        assert grid is not None
        assert grid.valid_from == day
        found.append(Price(day, {bucket: Fraction(price) for bucket, price in grid.prices.items()}))
    return found


def curve(start: datetime, end: datetime, steps: list[int], watts: random.Random) -> list[Reading]:
    """Random powers from start to end, each hour cut by the next step."""
    readings, hour, number = [], start, 0
    while hour < end:
        step = steps[number % len(steps)]
        readings += [
            Reading(hour + timedelta(minutes=minute), step, watts.randrange(12_000)) for minute in range(0, 60, step)
        ]
        hour, number = hour + timedelta(hours=1), number + 1
    return readings


def by_day(readings: list[Reading]) -> dict[date, list[Reading]]:
    found: dict[date, list[Reading]] = defaultdict(list)
    for reading in readings:
        found[reading.start.astimezone(PARIS).date()].append(reading)
    return found


def exact(hour: Hour) -> dict[str, Fraction]:
    return {key: Fraction(amount, UNITS[is_money(key)]) for key, amount in hour.amounts.items()}


def clock(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"


slots = st.lists(
    st.tuples(st.integers(0, 1439), st.integers(0, 1439)).filter(lambda slot: slot[0] != slot[1]), max_size=3
)
periods: st.SearchStrategy[list[dict[str, Any]]] = st.lists(
    st.fixed_dictionaries(
        {"slots": slots},
        optional={
            "valid_from": st.sampled_from(DAYS_OF_NOTE),
            "season": st.sampled_from(["all", "summer", "winter"]),
            "weekdays": st.sets(st.integers(0, 6), min_size=1),
        },
    ),
    max_size=3,
)
MONTHS = {
    "all": frozenset(range(1, 13)),
    "summer": frozenset({4, 5, 6, 7, 8, 9, 10}),
    "winter": frozenset({11, 12, 1, 2, 3}),
}
options = st.sampled_from(["base", "hp_hc", "tempo"])
step_lists = st.lists(st.sampled_from([10, 12, 15, 20, 30, 60]), min_size=1, max_size=5)


@st.composite
def homes(draw: st.DrawFn, first: date) -> tuple[Buckets, Home]:
    """The same home for both: tariffs that may change on some midnight, off-peak hours, colours partly unknown."""
    contracts = {date.min: draw(options)}
    if draw(st.booleans()):
        contracts[first + timedelta(days=draw(st.integers(0, 3)))] = draw(options)
    stated = [
        period | {"slots": [[clock(start), clock(end)] for start, end in period["slots"]]} for period in draw(periods)
    ]
    colors = {}
    for offset in range(-1, 5):
        color = draw(st.sampled_from(["blue", "white", "red", None]))
        if color:
            colors[first + timedelta(days=offset)] = color
    buckets = Buckets(
        [
            Tariff(valid_from=None if day == date.min else day, option=Option(option), power_kva=9)
            for day, option in contracts.items()
        ],
        [OffPeakPeriod.model_validate(period) for period in stated],
        colors,
    )
    home = Home(
        [Contract(day, option, prices(option)) for day, option in contracts.items()],
        [
            Slots(
                [(start, end) for start, end in period["slots"]],
                first=period.get("valid_from", date.min),
                months=MONTHS[period.get("season", "all")],
                weekdays=frozenset(period.get("weekdays", range(7))),
            )
            for period in stated
            if period["slots"]
        ],
        colors,
    )
    return buckets, home


@given(st.data(), days, st.integers(1, 3), step_lists, st.integers(0, 2**32), st.sets(st.integers(0, 60), max_size=4))
@settings(max_examples=60, deadline=None)
def test_hours_agree_with_a_bill_made_minute_by_minute(
    data: st.DataObject, first: date, count: int, steps: list[int], seed: int, lost: set[int]
) -> None:
    buckets, home = data.draw(homes(first))
    readings = curve(midnight(first), midnight(first + timedelta(days=count)), steps, random.Random(seed))  # noqa: S311
    readings = [reading for number, reading in enumerate(readings) if number not in lost]
    hours = [hour for day, known in sorted(by_day(readings).items()) for hour in hours_of(day, known, buckets)]
    expected = bill(home, [(reading.start, reading.minutes, reading.watts) for reading in readings])
    assert {hour.start: exact(hour) for hour in hours} == expected
    for hour in hours:
        check_sums(hour, readings)


def check_sums(hour: Hour, readings: list[Reading]) -> None:
    buckets = {key: amount for key, amount in hour.amounts.items() if key.startswith("consumption_")}
    costs = {key: amount for key, amount in hour.amounts.items() if key.startswith("cost_")}
    assert sum(buckets.values()) == hour.amounts["consumption"]
    assert sum(costs.values()) == hour.amounts.get("cost", 0)
    assert ("cost" in hour.amounts) is bool(costs)
    assert {key.removeprefix("cost_") for key in costs} <= {key.removeprefix("consumption_") for key in buckets}
    inside = [reading for reading in readings if hour.start <= reading.start < hour.start + timedelta(hours=1)]
    assert sum(reading.watts * reading.minutes for reading in inside) == hour.amounts["consumption"]


@given(days, step_lists, st.integers(0, 2**32))
@settings(max_examples=40, deadline=None)
def test_running_sums_are_exact_and_end_with_the_bill_to_the_cent(day: date, steps: list[int], seed: int) -> None:
    buckets = Buckets(
        [Tariff(option=Option.HP_HC, power_kva=9)],
        [OffPeakPeriod.model_validate({"slots": [["01:28", "06:58"], ["13:58", "16:28"]]})],
        {},
    )
    home = Home([Contract(date.min, "hp_hc", prices("hp_hc"))], [Slots([("01:28", "06:58"), ("13:58", "16:28")])], {})
    readings = curve(midnight(day), midnight(day + timedelta(days=1)), steps, random.Random(seed))  # noqa: S311
    hours = hours_of(day, readings, buckets)
    expected = list(bill(home, [(reading.start, reading.minutes, reading.watts) for reading in readings]).values())
    keys = sorted({key for hour in hours for key in hour.amounts})
    sums = list(running_sums(hours, keys))
    for key in keys:
        running = list(accumulate(hour.get(key, Fraction(0)) for hour in expected))
        assert [Fraction(row[key], UNITS[is_money(key)]) for row in sums] == running
        shown = [show(key, row[key]) for row in sums]
        assert shown == sorted(shown)
        decimals = 6 if is_money(key) else 3
        half = Fraction(1, 2 * 10**decimals) + Fraction(1, 10**9)
        assert all(abs(Fraction(one) - amount) <= half for one, amount in zip(shown, running, strict=True))


@pytest.mark.long
@pytest.mark.parametrize("option", ["base", "hp_hc", "tempo"])
def test_a_year_of_half_hours_agrees_to_the_cent(option: str) -> None:
    chance = random.Random(option)  # noqa: S311
    first, last = date(2025, 3, 1), date(2026, 3, 1)
    colors = {
        first + timedelta(days=number): chance.choice(["blue", "blue", "white", "red"]) for number in range(-1, 366)
    }
    buckets = Buckets(
        [Tariff(option=Option(option), power_kva=9)],
        [OffPeakPeriod.model_validate({"slots": [["22:30", "06:30"]]})],
        colors,
    )
    home = Home([Contract(date.min, option, prices(option))], [Slots([("22:30", "06:30")])], colors)
    readings = curve(midnight(first), midnight(last), [30], chance)
    hours = [hour for day, known in sorted(by_day(readings).items()) for hour in hours_of(day, known, buckets)]
    *_, total = running_sums(hours, sorted({key for hour in hours for key in hour.amounts}))
    expected: dict[str, Fraction] = defaultdict(Fraction)
    for series in bill(home, [(reading.start, reading.minutes, reading.watts) for reading in readings]).values():
        for key, amount in series.items():
            expected[key] += amount
    assert {key: Fraction(amount, UNITS[is_money(key)]) for key, amount in total.items()} == expected


def flat(day: date, watts: int, step: int = 30) -> list[Reading]:
    start, end = midnight(day), midnight(day + timedelta(days=1))
    count = round((end - start).total_seconds() / 60) // step
    return [Reading(start + timedelta(minutes=step * number), step, watts) for number in range(count)]


def totals(hours: list[Hour]) -> dict[str, float]:
    *_, last = running_sums(hours, sorted({key for hour in hours for key in hour.amounts}))
    return {key: show(key, amount) for key, amount in last.items()}


def test_a_red_day_after_a_blue_one_worked_by_hand() -> None:
    """1 kW all day on 13 January 2026: six hours of the blue day's night, 16 red peak hours, two red off-peak."""
    day = date(2026, 1, 13)
    buckets = Buckets([Tariff(option=Option.TEMPO, power_kva=9)], [], {day - timedelta(days=1): "blue", day: "red"})
    assert totals(hours_of(day, flat(day, 1000), buckets)) == {
        "consumption": 24_000,
        "consumption_blue_hc": 6_000,
        "consumption_red_hp": 16_000,
        "consumption_red_hc": 2_000,
        "cost": 11.38,  # 6 x 0.1232 + 16 x 0.6468 + 2 x 0.1460
        "cost_blue_hc": 0.7392,
        "cost_red_hp": 10.3488,
        "cost_red_hc": 0.292,
    }


def test_a_colour_not_yet_known_has_energy_and_no_price() -> None:
    day = date(2026, 1, 13)
    buckets = Buckets([Tariff(option=Option.TEMPO, power_kva=9)], [], {day - timedelta(days=1): "white"})
    found = totals(hours_of(day, flat(day, 1000), buckets))
    assert found["consumption_unknown"] == 18_000
    assert found["consumption_white_hc"] == 6_000
    assert found["cost"] == found["cost_white_hc"] == pytest.approx(6 * 0.1391)
    assert not any("blue" in key for key in found)


def test_odd_off_peak_hours_are_shared_by_the_minute() -> None:
    """1.2 kW: 5 h 30 and 2 h 30 off-peak make 9.6 kWh, the other 16 hours 19.2."""
    day = date(2026, 1, 13)
    buckets = Buckets(
        [Tariff(option=Option.HP_HC, power_kva=6)],
        [OffPeakPeriod.model_validate({"slots": [["01:28", "06:58"], ["13:58", "16:28"]]})],
        {},
    )
    found = totals(hours_of(day, flat(day, 1200), buckets))
    assert (found["consumption_hc"], found["consumption_hp"]) == (9_600, 19_200)
    assert found["cost"] == pytest.approx(9.6 * 0.1635 + 19.2 * 0.2081)


@pytest.mark.parametrize(("day", "off_peak"), [(date(2026, 3, 29), 7), (date(2026, 10, 25), 9), (date(2026, 6, 1), 8)])
def test_the_odd_nights_have_an_off_peak_hour_less_or_more(day: date, off_peak: int) -> None:
    buckets = Buckets(
        [Tariff(option=Option.HP_HC, power_kva=6)],
        [OffPeakPeriod.model_validate({"slots": [["22:00", "06:00"]]})],
        {},
    )
    found = totals(hours_of(day, flat(day, 1000), buckets))
    assert (found["consumption_hc"], found["consumption_hp"]) == (off_peak * 1000, 16_000)


def test_the_prices_of_august_2025_begin_at_its_first_midnight() -> None:
    buckets = Buckets([Tariff(option=Option.BASE, power_kva=6)], [], {})
    july, august = date(2025, 7, 31), date(2025, 8, 1)
    last_hour = hours_of(july, flat(july, 1000), buckets)[-1]
    first_hour = hours_of(august, flat(august, 1000), buckets)[0]
    assert last_hour.start + timedelta(hours=1) == first_hour.start == datetime(2025, 7, 31, 22, tzinfo=UTC)
    assert show("cost", last_hour.amounts["cost"]) == 0.2016
    assert show("cost", first_hour.amounts["cost"]) == 0.1952


def test_an_option_has_its_date_and_before_the_first_nothing_is_known() -> None:
    day = date(2026, 1, 13)
    buckets = Buckets([Tariff(valid_from=day, option=Option.BASE, power_kva=6)], [], {})
    before = hours_of(day - timedelta(days=1), flat(day - timedelta(days=1), 500), buckets)
    assert totals(before) == {"consumption": 12_000, "consumption_unknown": 12_000}
    assert set(totals(hours_of(day, flat(day, 500), buckets))) == {
        "consumption",
        "consumption_base",
        "cost",
        "cost_base",
    }


def test_off_peak_hours_that_nobody_stated_are_not_guessed() -> None:
    day = date(2026, 1, 13)
    buckets = Buckets([Tariff(option=Option.HP_HC, power_kva=6)], [], {})
    assert totals(hours_of(day, flat(day, 500), buckets)) == {"consumption": 12_000, "consumption_unknown": 12_000}


def test_an_hour_known_in_part_is_left_out_and_an_estimated_part_marks_its_hour() -> None:
    day = date(2026, 1, 13)
    readings = flat(day, 600)
    readings[5] = Reading(readings[5].start, 30, 600, Quality.ESTIMATED)
    del readings[9]
    hours = hours_of(day, readings, Buckets([Tariff(option=Option.BASE, power_kva=6)], [], {}))
    starts = [midnight(day) + timedelta(hours=number) for number in range(24) if number != 4]
    assert [hour.start for hour in hours] == starts
    assert [hour.start for hour in hours if hour.quality is Quality.ESTIMATED] == [midnight(day) + timedelta(hours=2)]


def test_zero_is_known() -> None:
    day = date(2026, 1, 13)
    hours = hours_of(day, flat(day, 0), Buckets([Tariff(option=Option.BASE, power_kva=6)], [], {}))
    assert len(hours) == 24
    assert totals(hours) == {"consumption": 0, "consumption_base": 0, "cost": 0, "cost_base": 0}


def test_the_fingerprint_changes_with_anything_a_client_was_told() -> None:
    day = date(2026, 1, 13)
    base = Buckets([Tariff(option=Option.BASE, power_kva=6)], [], {})
    readings = flat(day, 600)
    estimated = [Reading(readings[0].start, 30, 600, Quality.ESTIMATED), *readings[1:]]
    other = [Reading(readings[0].start, 30, 601), *readings[1:]]
    prints = {
        fingerprint(hours_of(day, known, buckets))
        for known, buckets in (
            (readings, base),
            (readings[2:], base),
            (estimated, base),
            (other, base),
            (readings, Buckets([], [], {})),
        )
    }
    assert len(prints) == 5
    assert fingerprint(hours_of(day, readings, base)) == fingerprint(hours_of(day, flat(day, 600, 10), base))
