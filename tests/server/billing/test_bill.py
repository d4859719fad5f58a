"""Every watt-hour and every cent in its hour and bucket, compared with a bill made minute by minute."""

import random
from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from functools import cache
from itertools import accumulate
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.billing import hours as published
from gateway.billing.buckets import Rules
from gateway.billing.counting import Facts, count
from gateway.billing.figures import DayFigures, MadeOf, is_money, show
from gateway.billing.offpeak import OffPeakPeriod
from gateway.billing.options import Option
from gateway.billing.prices import packaged
from gateway.billing.tariffs import Tariff
from gateway.metering.packing import pack, runs
from gateway.metering.readings import Quality, Reading
from tests.server.billing.naive import Contract, Home, Interval, Price, Slots, bill

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
        grid = packaged().grid(Option(option), 9, day)
        assert grid is not None
        assert grid.valid_from == day
        by_bucket = {bucket: Fraction(price) for bucket, price in grid.prices}
        found.append(Price(day, by_bucket, Fraction(grid.subscription_month)))
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


def by_day(readings: Sequence[Reading]) -> dict[date, list[Reading]]:
    found: dict[date, list[Reading]] = defaultdict(list)
    for reading in readings:
        found[reading.start.astimezone(PARIS).date()].append(reading)
    return found


type Bill = dict[datetime, dict[str, Fraction]]


def figures(rules: Rules, readings: Sequence[Reading], given: Sequence[Reading] = ()) -> dict[date, DayFigures]:
    found, gave = by_day(readings), by_day(given)
    counted = {
        day: count(day, curve_of(day, known), curve_of(day, gave.get(day, ())), rules.of_day(day))
        for day, known in sorted(found.items())
    }
    return {day: one for day, one in counted.items() if one is not None}


def curve_of(day: date, readings: Sequence[Reading]) -> Facts:
    """What the archive would know of these readings."""
    return Facts(curve=tuple(runs(pack(readings, midnight(day)))))


def exact(counted: dict[date, DayFigures]) -> Bill:
    """The amounts of each hour, in Wh and EUR."""
    return {
        midnight(day) + timedelta(hours=number): {
            key: Fraction(values[row], UNITS[is_money(key)]) for key, values in one.columns().items()
        }
        for day, one in counted.items()
        for row, number in enumerate(one.hours)
    }


def agree(ours: Bill, theirs: Bill) -> None:
    """Exactly alike, but for the subscription, whose hours are whole parts of a tiny unit."""
    assert ours.keys() == theirs.keys()
    for hour, amounts in ours.items():
        for key in amounts.keys() | theirs[hour].keys():
            allowed = Fraction(1, 10**9) if key == "subscription" else Fraction(0)
            difference = amounts.get(key, Fraction(0)) - theirs[hour].get(key, Fraction(0))
            assert abs(difference) <= allowed, (hour, key)


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
def homes(draw: st.DrawFn, first: date) -> tuple[Rules, Home]:
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
    tariffs = [
        (CUSTOM if option == "custom" else {"option": option, "power_kva": 9})
        | {"valid_from": None if day == date.min else day}
        for day, option in contracts.items()
    ]
    rules = Rules(
        [Tariff.model_validate(tariff) for tariff in tariffs],
        [OffPeakPeriod.model_validate(period) for period in stated],
        colors,
        packaged(),
    )
    home = Home(
        [
            naive_custom(day) if option == "custom" else Contract(day, option, prices(option))
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


def told(readings: Sequence[Reading]) -> list[Interval]:
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
    rules, home = data.draw(homes(first))
    chance, last = random.Random(seed), midnight(first + timedelta(days=count_of_days))  # noqa: S311
    readings = curve(midnight(first), last, steps, chance)
    readings = [reading for number, reading in enumerate(readings) if number not in lost]
    given_ = curve(midnight(first), last, steps_given, chance) if gives else []
    counted = figures(rules, readings, given_)
    agree(exact(counted), bill(home, told(readings), told(given_)))
    for hour, amounts in exact(counted).items():
        check_sums(hour, amounts, readings)
    for one in counted.values():
        assert DayFigures.unpack(one.pack()) == one


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
    home = Home([Contract(date.min, "hp_hc", prices("hp_hc"))], [Slots([("01:28", "06:58"), ("13:58", "16:28")])], {})
    readings = curve(midnight(day), midnight(day + timedelta(days=1)), steps, random.Random(seed))  # noqa: S311
    one = figures(rules, readings)[day]
    expected = list(bill(home, told(readings)).values())
    keys = sorted(one.columns())
    assert keys == sorted({key for hour in expected for key in hour} | {"consumption"})
    for key, sums in published.columns(one, {}, keys).items():
        running = list(accumulate(hour.get(key, Fraction(0)) for hour in expected))
        allowed = Fraction(1, 10**8) if key == "subscription" else 0
        assert all(
            abs(Fraction(sum_, UNITS[is_money(key)]) - right) <= allowed
            for sum_, right in zip(sums, running, strict=True)
        )
        shown = [show(key, sum_) for sum_ in sums]
        assert shown == sorted(shown)
        half = Fraction(1, 2 * 10 ** (6 if is_money(key) else 3)) + Fraction(1, 10**8)
        assert all(abs(Fraction(value) - amount) <= half for value, amount in zip(shown, running, strict=True))
    assert published.after(one, {}) == {key: sums[-1] for key, sums in published.columns(one, {}, keys).items()}


@pytest.mark.long
@pytest.mark.parametrize("option", ["base", "hp_hc", "tempo", "custom"])
def test_a_year_of_half_hours_agrees_to_the_cent(option: str) -> None:
    chance = random.Random(option)  # noqa: S311
    first, last = date(2025, 3, 1), date(2026, 3, 1)
    colors = {
        first + timedelta(days=number): chance.choice(["blue", "blue", "white", "red"]) for number in range(-1, 366)
    }
    tariff = CUSTOM if option == "custom" else {"option": option, "power_kva": 9}
    slots_ = [OffPeakPeriod.model_validate({"slots": [["22:30", "06:30"]]})]
    rules = Rules([Tariff.model_validate(tariff)], slots_, colors, packaged())
    contract = naive_custom(date.min) if option == "custom" else Contract(date.min, option, prices(option))
    home = Home([contract], [Slots([("22:30", "06:30")])], colors)
    readings = curve(midnight(first), midnight(last), [30], chance)
    given_ = curve(midnight(first), midnight(last), [30], chance)
    total: dict[str, int] = {}
    for one in figures(rules, readings, given_).values():
        total = published.after(one, total)
    expected: dict[str, Fraction] = defaultdict(Fraction)
    for series in bill(home, told(readings), told(given_)).values():
        for key, amount in series.items():
            expected[key] += amount
    exactly = {key: Fraction(amount, UNITS[is_money(key)]) for key, amount in total.items()}
    assert exactly.pop("subscription") == expected.pop("subscription")
    assert exactly == expected


def off_peak_home(power: int, *slots_: list[str]) -> Rules:
    period = OffPeakPeriod.model_validate({"slots": slots_})
    return Rules([Tariff(option=Option.HP_HC, power_kva=power)], [period], {}, packaged())


def base_home(**dates: date) -> Rules:
    return Rules([Tariff(option=Option.BASE, power_kva=6, **dates)], [], {}, packaged())


def tempo_home(colors: dict[date, str]) -> Rules:
    return Rules([Tariff(option=Option.TEMPO, power_kva=9)], [], colors, packaged())


def flat(day: date, watts: int, step: int = 30) -> list[Reading]:
    start, end = midnight(day), midnight(day + timedelta(days=1))
    number = round((end - start).total_seconds() / 60) // step
    return [Reading(start + timedelta(minutes=step * each), step, watts) for each in range(number)]


def totals(one: DayFigures) -> dict[str, float]:
    return {key: show(key, sum(values)) for key, values in one.columns().items()}


def day_of(rules: Rules, day: date, watts: int) -> dict[str, float]:
    return totals(figures(rules, flat(day, watts))[day])


DAY = date(2026, 1, 13)
EVE = DAY - timedelta(days=1)


def test_a_red_day_after_a_blue_one_worked_by_hand() -> None:
    """1 kW all day on 13 January 2026: six hours of the blue day's night, 16 red peak hours, two red off-peak."""
    assert day_of(tempo_home({EVE: "blue", DAY: "red"}), DAY, 1000) == {
        "consumption": 24_000,
        "consumption_blue_hc": 6_000,
        "consumption_red_hp": 16_000,
        "consumption_red_hc": 2_000,
        "cost": 11.38,  # 6 x 0.1232 + 16 x 0.6468 + 2 x 0.1460
        "cost_blue_hc": 0.7392,
        "cost_red_hp": 10.3488,
        "cost_red_hc": 0.292,
        "subscription": 0.62871,  # 19.49 / 31
    }


def test_a_red_day_ends_at_six_the_next_morning() -> None:
    """1 kW on the blue day after a red one: its first six hours cost red off-peak."""
    found = day_of(tempo_home({EVE: "red", DAY: "blue"}), DAY, 1000)
    assert found["consumption_red_hc"] == 6_000
    assert found["cost_red_hc"] == pytest.approx(6 * 0.1460)
    assert found["cost"] == pytest.approx(6 * 0.1460 + 16 * 0.1494 + 2 * 0.1232)


def test_a_colour_not_yet_known_has_energy_and_no_price() -> None:
    found = day_of(tempo_home({EVE: "white"}), DAY, 1000)
    assert found["consumption_unknown"] == 18_000
    assert found["consumption_white_hc"] == 6_000
    assert found["cost"] == found["cost_white_hc"] == pytest.approx(6 * 0.1391)
    assert not any("blue" in key for key in found)


def test_odd_off_peak_hours_are_shared_by_the_minute() -> None:
    """1.2 kW: 5 h 30 and 2 h 30 off-peak make 9.6 kWh, the other 16 hours 19.2."""
    found = day_of(off_peak_home(6, ["01:28", "06:58"], ["13:58", "16:28"]), DAY, 1200)
    assert (found["consumption_hc"], found["consumption_hp"]) == (9_600, 19_200)
    assert found["cost"] == pytest.approx(9.6 * 0.1635 + 19.2 * 0.2081)


def test_hours_whose_readings_a_boundary_cuts_are_marked() -> None:
    one = figures(off_peak_home(6, ["01:28", "06:58"], ["13:58", "16:28"]), flat(DAY, 1200))[DAY]
    cut = [hour for hour, made_of in zip(one.hours, one.used_made_of, strict=True) if made_of is MadeOf.ESTIMATED]
    assert cut == [1, 6, 13, 16]
    assert one.used["hc"][1] == 1200 * 32
    uncut = figures(off_peak_home(6, ["01:30", "07:00"]), flat(DAY, 1200))[DAY]
    assert set(uncut.used_made_of) == {MadeOf.MEASURED}


@pytest.mark.parametrize(("day", "off_peak"), [(date(2026, 3, 29), 7), (date(2026, 10, 25), 9), (date(2026, 6, 1), 8)])
def test_the_odd_nights_have_an_off_peak_hour_less_or_more(day: date, off_peak: int) -> None:
    found = day_of(off_peak_home(6, ["22:00", "06:00"]), day, 1000)
    assert (found["consumption_hc"], found["consumption_hp"]) == (off_peak * 1000, 16_000)


def test_the_prices_of_august_2025_begin_at_its_first_midnight() -> None:
    """The kWh fell by 0.64 c, and the VAT of the subscription rose from 5.5 to 20 %: 13.72 and 15.47 EUR a month."""
    july, august = date(2025, 7, 31), date(2025, 8, 1)
    found = exact(figures(base_home(), [*flat(july, 1000), *flat(august, 1000)]))
    last, first = datetime(2025, 7, 31, 21, tzinfo=UTC), datetime(2025, 7, 31, 22, tzinfo=UTC)
    assert found[last]["cost"] == Fraction("0.2016")
    assert found[first]["cost"] == Fraction("0.1952")
    assert float(found[last]["subscription"]) == pytest.approx(13.72 / 31 / 24)
    assert float(found[first]["subscription"]) == pytest.approx(15.47 / 31 / 24)


def test_the_days_of_a_month_make_its_subscription_exactly() -> None:
    for month, price in ((2, "15.65"), (3, "15.65"), (7, "15.65")):
        first = date(2026, month, 1)
        following = date(2026, month + 1, 1)
        all_days = [first + timedelta(days=number) for number in range((following - first).days)]
        found = exact(figures(base_home(), [reading for day in all_days for reading in flat(day, 100)]))
        assert sum(amounts["subscription"] for amounts in found.values()) == Fraction(price)


def test_a_roof_gives_and_is_paid() -> None:
    """It uses 500 W all day; from 10:00 to 16:00 it gives 2 kW, paid 12.69 c: 12 kWh are 1.52 EUR."""
    tariff = Tariff.model_validate({"option": "base", "power_kva": 6, "production_eur_per_kwh": 0.1269})
    given_ = [
        Reading(reading.start, 30, 2000 if 10 <= reading.start.astimezone(PARIS).hour < 16 else 0)
        for reading in flat(DAY, 0)
    ]
    found = totals(figures(Rules([tariff], [], {}, packaged()), flat(DAY, 500), given_)[DAY])
    assert (found["consumption"], found["production"]) == (12_000, 12_000)
    assert found["revenue"] == pytest.approx(12 * 0.1269)
    assert found["cost"] == pytest.approx(12 * 0.1952)


def test_an_option_has_its_date_and_before_the_first_nothing_is_known() -> None:
    rules = base_home(valid_from=DAY)
    assert day_of(rules, EVE, 500) == {"consumption": 12_000, "consumption_unknown": 12_000}
    assert set(day_of(rules, DAY, 500)) == {
        "consumption",
        "consumption_base",
        "cost",
        "cost_base",
        "subscription",
    }


def test_prices_of_ones_own_have_their_dates_too() -> None:
    own = [
        Tariff.model_validate({"option": "base", "power_kva": 6, "prices": [{"bucket": "base", "eur_per_kwh": 0.2}]}),
        Tariff.model_validate(
            {
                "valid_from": DAY,
                "option": "base",
                "power_kva": 6,
                "prices": [{"bucket": "base", "eur_per_kwh": 0.3}],
                "subscription_eur_per_month": 31,
            }
        ),
    ]
    rules = Rules(own, [], {}, packaged())
    assert day_of(rules, EVE, 1000)["cost"] == pytest.approx(4.8)
    assert "subscription" not in day_of(rules, EVE, 1000)
    assert day_of(rules, DAY, 1000)["cost"] == pytest.approx(7.2)
    assert day_of(rules, DAY, 1000)["subscription"] == 1


def test_off_peak_hours_that_nobody_stated_are_not_guessed() -> None:
    rules = Rules([Tariff(option=Option.HP_HC, power_kva=6)], [], {}, packaged())
    found = day_of(rules, DAY, 500)
    assert (found["consumption_unknown"], "cost" in found) == (12_000, False)


def test_an_hour_known_in_part_is_left_out_and_an_estimated_part_marks_its_hour() -> None:
    readings = flat(DAY, 600)
    readings[5] = Reading(readings[5].start, 30, 600, Quality.ESTIMATED)
    del readings[9]
    one = figures(base_home(), readings)[DAY]
    assert one.hours == [number for number in range(24) if number != 4]
    assert [one.hours[row] for row, made_of in enumerate(one.used_made_of) if made_of is MadeOf.ESTIMATED] == [2]
    assert not one.is_whole


def test_zero_is_known() -> None:
    one = figures(base_home(), flat(DAY, 0))[DAY]
    assert len(one.hours) == 24
    found = totals(one)
    assert found.pop("subscription") > 0
    assert found == {"consumption": 0, "consumption_base": 0, "cost": 0, "cost_base": 0}


NOTHING = Facts()


def by_value(rules: Rules, wh: int, registers: dict[str, int] | None = None, gave: Facts = NOTHING) -> DayFigures:
    one = count(DAY, Facts(value=wh, registers=registers or {}), gave, rules.of_day(DAY))
    assert one is not None
    assert (one.hours, one.used_made_of, one.is_whole) == ([0], [MadeOf.DAY], True)
    return one


def test_a_day_without_a_curve_is_one_row_and_base_is_priced() -> None:
    found = totals(by_value(base_home(), 10_000))
    assert found["cost"] == pytest.approx(1.952)
    assert found["subscription"] == pytest.approx(15.47 / 31)


def test_a_day_without_a_curve_is_billed_by_its_registers_or_not_at_all() -> None:
    rules = off_peak_home(6, ["22:00", "06:00"])
    assert by_value(rules, 10_000).used == {"unknown": [600_000]}
    assert by_value(rules, 10_000, {"hp": 7_000, "hc": 3_001}).used == {"hc": [3_001 * 60], "hp": [6_999 * 60]}
    assert by_value(rules, 10_000, {"hp": 7_000, "hc": 2_000}).used == {"unknown": [600_000]}  # they contradict it
    assert by_value(rules, 10_000, {"blue_hp": 7_000, "blue_hc": 3_000}).used == {"unknown": [600_000]}
    found = totals(by_value(tempo_home({}), 10_000, {"red_hp": 7_000, "red_hc": 3_000, "blue_hp": 0}))
    assert found["cost"] == pytest.approx(7 * 0.6468 + 3 * 0.1460)


def test_what_a_day_without_a_curve_gave_stands_in_the_same_row() -> None:
    assert by_value(base_home(), 10_000, gave=curve_of(DAY, flat(DAY, 100))).gave == [24 * 100 * 60]
    assert by_value(base_home(), 10_000, gave=Facts(value=5_000)).gave == [300_000]
    part = by_value(base_home(), 10_000, gave=curve_of(DAY, flat(DAY, 100)[3:]))
    assert (part.gave, part.gave_made_of) == ([0], [MadeOf.UNKNOWN])


def test_a_meter_that_only_gives_has_rows_of_its_own() -> None:
    one = count(DAY, Facts(), curve_of(DAY, flat(DAY, 100)), base_home().of_day(DAY))
    assert one is not None
    assert (len(one.hours), one.columns()["production"]) == (24, [6_000] * 24)
    assert "consumption" not in one.columns()
    assert count(DAY, Facts(), Facts(), base_home().of_day(DAY)) is None


def test_what_was_given_and_is_not_known_stands_still_and_says_so() -> None:
    one = count(DAY, curve_of(DAY, flat(DAY, 100)), curve_of(DAY, flat(DAY, 50)[:4]), base_home().of_day(DAY))
    assert one is not None
    assert one.gave == [3_000, 3_000, *[0] * 22]
    assert one.gave_made_of == [MadeOf.MEASURED, MadeOf.MEASURED, *[MadeOf.UNKNOWN] * 22]
