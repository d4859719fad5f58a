"""Every watt-hour and every cent in its hour and bucket, compared with a bill made minute by minute."""

import random
from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from fractions import Fraction
from functools import cache
from itertools import accumulate
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.billing.days.figures import DayFigures, is_money, to_unit
from gateway.billing.hours import series as published
from gateway.domain.readings import Reading
from gateway.tariffs.buckets import Rules
from gateway.tariffs.off_peak import OffPeakPeriod
from gateway.tariffs.options import Option
from gateway.tariffs.prices import load_packaged_prices
from gateway.tariffs.tariff import Tariff
from tests.server.billing.counted import UNITS, Bill, count_figures, off_peak_home, to_exact_amounts
from tests.server.billing.naive import Contract, Home, Interval, Price, Slots, compute_bill
from tests.server.paris import midnight

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
CHANGES = [
    date(2023, 8, 1),
    date(2024, 2, 1),
    date(2024, 11, 1),
    date(2025, 2, 1),
    date(2025, 8, 1),
    date(2026, 2, 1),
    date(2026, 8, 1),
]


@cache
def list_prices(option: str) -> list[Price]:
    found = []
    for day in CHANGES:
        grid = load_packaged_prices().find_grid(Option(option), 9, day)
        assert grid is not None
        assert grid.valid_from == day or (option, day) == ("hp_hc", date(2024, 11, 1)), "at 9 kVA nothing changed then"
        by_bucket = {bucket: Fraction(price) for bucket, price in grid.prices}
        found.append(Price(day, by_bucket, Fraction(grid.subscription_month)))
    return found


def random_curve(start: datetime, end: datetime, steps: list[int], watts: random.Random) -> list[Reading]:
    """Random powers from start to end, each hour cut by the next step."""
    readings, hour, number = [], start, 0
    while hour < end:
        step = steps[number % len(steps)]
        readings += [
            Reading(hour + timedelta(minutes=minute), step, watts.randrange(12_000)) for minute in range(0, 60, step)
        ]
        hour, number = hour + timedelta(hours=1), number + 1
    return readings


def assert_agreement(ours: Bill, theirs: Bill) -> None:
    """Exactly alike, but for the subscription, whose hours are whole parts of a tiny unit."""
    assert ours.keys() == theirs.keys()
    for hour, amounts in ours.items():
        for key in amounts.keys() | theirs[hour].keys():
            allowed = Fraction(1, 10**9) if key == "subscription" else Fraction(0)
            difference = amounts.get(key, Fraction(0)) - theirs[hour].get(key, Fraction(0))
            assert abs(difference) <= allowed, (hour, key)


def format_clock(minute: int) -> str:
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
options = st.sampled_from(["base", "hp_hc", "tempo", "custom"])
step_lists = st.lists(st.sampled_from([10, 12, 15, 20, 30, 60]), min_size=1, max_size=5)
CUSTOM: dict[str, Any] = {
    "option": "custom",
    "power_kva": 9,
    "prices": [
        {"bucket": "weekend", "eur_per_kwh": 0.1234, "weekdays": [5, 6], "slots": [["00:00", "24:00"]]},
        {"bucket": "night", "eur_per_kwh": 0.15, "slots": [["22:07", "05:53"], ["13:00", "14:30"]]},
        {"bucket": "day", "eur_per_kwh": 0.345678},
    ],
    "subscription_eur_per_month": 17.35,
    "production_eur_per_kwh": 0.1269,
}


def naive_custom(first: date) -> Contract:
    prices = {"weekend": Fraction("0.1234"), "night": Fraction("0.15"), "day": Fraction("0.345678")}
    times = [
        ("weekend", Slots([("00:00", "24:00")], weekdays=frozenset({5, 6}))),
        ("night", Slots([("22:07", "05:53"), ("13:00", "14:30")])),
    ]
    price = Price(date.min, prices, Fraction("17.35"))
    return Contract(first, "custom", [price], times, "day", Fraction("0.1269"))


@st.composite
def any_homes(draw: st.DrawFn, first: date) -> tuple[Rules, Home]:
    """The same home for both: tariffs that may change on some midnight, off-peak hours, colours partly unknown."""
    contracts = {date.min: draw(options)}
    if draw(st.booleans()):
        contracts[first + timedelta(days=draw(st.integers(0, 3)))] = draw(options)
    stated = [
        period | {"slots": [[format_clock(start), format_clock(end)] for start, end in period["slots"]]}
        for period in draw(periods)
    ]
    colors = {}
    for offset in range(-1, 5):
        color = draw(st.sampled_from(["blue", "white", "red", None]))
        if color:
            colors[first + timedelta(days=offset)] = color
    tariffs = [
        (CUSTOM if option == "custom" else {"option": option, "power_kva": 9})
        | {"valid_from": None if day == date.min else day}
        for day, option in contracts.items()
    ]
    rules = Rules(
        [Tariff.model_validate(tariff) for tariff in tariffs],
        [OffPeakPeriod.model_validate(period) for period in stated],
        colors,
        load_packaged_prices(),
    )
    home = Home(
        [
            naive_custom(day) if option == "custom" else Contract(day, option, list_prices(option))
            for day, option in contracts.items()
        ],
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
    return rules, home


def to_intervals(readings: Sequence[Reading]) -> list[Interval]:
    return [(reading.start, reading.minutes, reading.watts) for reading in readings]


@given(
    st.data(),
    days,
    st.integers(1, 3),
    step_lists,
    step_lists,
    st.integers(0, 2**32),
    st.sets(st.integers(0, 60), max_size=4),
    st.booleans(),
)
@settings(max_examples=40, deadline=None)
def test_hours_agree_with_a_bill_made_minute_by_minute(
    data: st.DataObject,
    first: date,
    count_of_days: int,
    steps: list[int],
    steps_given: list[int],
    seed: int,
    lost: set[int],
    gives: bool,
) -> None:
    rules, home = data.draw(any_homes(first))
    chance, last = random.Random(seed), midnight(first + timedelta(days=count_of_days))
    readings = random_curve(midnight(first), last, steps, chance)
    readings = [reading for number, reading in enumerate(readings) if number not in lost]
    given_ = random_curve(midnight(first), last, steps_given, chance) if gives else []
    counted = count_figures(rules, readings, given_)
    assert_agreement(to_exact_amounts(counted), compute_bill(home, to_intervals(readings), to_intervals(given_)))
    for hour, amounts in to_exact_amounts(counted).items():
        check_sums(hour, amounts, readings)
    for one in counted.values():
        assert DayFigures.unpack_figures(one.pack_figures()) == one


def check_sums(hour: datetime, amounts: dict[str, Fraction], readings: list[Reading]) -> None:
    buckets = {key: amount for key, amount in amounts.items() if key.startswith("consumption_")}
    costs = {key: amount for key, amount in amounts.items() if key.startswith("cost_")}
    assert sum(buckets.values()) == amounts["consumption"]
    assert sum(costs.values()) == amounts.get("cost", 0)
    assert {key.removeprefix("cost_") for key in costs} <= {key.removeprefix("consumption_") for key in buckets}
    inside = [reading for reading in readings if hour <= reading.start < hour + timedelta(hours=1)]
    assert Fraction(sum(reading.watts * reading.minutes for reading in inside), 60) == amounts["consumption"]


@given(days, step_lists, st.integers(0, 2**32))
@settings(max_examples=40, deadline=None)
def test_running_sums_are_exact_and_end_with_the_bill_to_the_cent(day: date, steps: list[int], seed: int) -> None:
    rules = off_peak_home(9, ["01:28", "06:58"], ["13:58", "16:28"])
    home = Home(
        [Contract(date.min, "hp_hc", list_prices("hp_hc"))], [Slots([("01:28", "06:58"), ("13:58", "16:28")])], {}
    )
    readings = random_curve(midnight(day), midnight(day + timedelta(days=1)), steps, random.Random(seed))
    one = count_figures(rules, readings)[day]
    expected = list(compute_bill(home, to_intervals(readings)).values())
    keys = sorted(one.build_columns())
    assert keys == sorted({key for hour in expected for key in hour} | {"consumption"})
    for key, sums in published.sum_columns(one, {}, keys).items():
        running = list(accumulate(hour.get(key, Fraction(0)) for hour in expected))
        allowed = Fraction(1, 10**8) if key == "subscription" else 0
        assert all(
            abs(Fraction(sum_, UNITS[is_money(key)]) - right) <= allowed
            for sum_, right in zip(sums, running, strict=True)
        )
        shown = [to_unit(key, sum_) for sum_ in sums]
        assert shown == sorted(shown)
        half = Fraction(1, 2 * 10 ** (6 if is_money(key) else 3)) + Fraction(1, 10**8)
        assert all(abs(Fraction(value) - amount) <= half for value, amount in zip(shown, running, strict=True))
    assert published.sum_day(one, {}) == {key: sums[-1] for key, sums in published.sum_columns(one, {}, keys).items()}


@pytest.mark.long
@pytest.mark.parametrize("option", ["base", "hp_hc", "tempo", "custom"])
def test_a_year_of_half_hours_agrees_to_the_cent(option: str) -> None:
    chance = random.Random(option)
    first, last = date(2025, 3, 1), date(2026, 3, 1)
    colors = {
        first + timedelta(days=number): chance.choice(["blue", "blue", "white", "red"]) for number in range(-1, 366)
    }
    tariff = CUSTOM if option == "custom" else {"option": option, "power_kva": 9}
    slots_ = [OffPeakPeriod.model_validate({"slots": [["22:30", "06:30"]]})]
    rules = Rules([Tariff.model_validate(tariff)], slots_, colors, load_packaged_prices())
    contract = naive_custom(date.min) if option == "custom" else Contract(date.min, option, list_prices(option))
    home = Home([contract], [Slots([("22:30", "06:30")])], colors)
    readings = random_curve(midnight(first), midnight(last), [30], chance)
    given_ = random_curve(midnight(first), midnight(last), [30], chance)
    total: dict[str, int] = {}
    for one in count_figures(rules, readings, given_).values():
        total = published.sum_day(one, total)
    expected: dict[str, Fraction] = defaultdict(Fraction)
    for series in compute_bill(home, to_intervals(readings), to_intervals(given_)).values():
        for key, amount in series.items():
            expected[key] += amount
    exactly = {key: Fraction(amount, UNITS[is_money(key)]) for key, amount in total.items()}
    assert exactly.pop("subscription") == expected.pop("subscription")
    assert exactly == expected
