"""Readings: complete, consistent, at the right time, and always the same."""

import subprocess
import sys
from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.simulator.curves import Direction, compute_energy, compute_watts
from gateway.simulator.curves import list_intervals as curve
from gateway.simulator.paris import format_stamp, list_days
from gateway.simulator.street import Street

PARIS = ZoneInfo("Europe/Paris")
STREET = Street(date(2026, 11, 23))
HOMES = sorted(STREET.homes)
CURVE, DAILY = "courbe_de_charge_consommation", "consommation_quotidienne"
BASE, WATER, TEMPO = HOMES[:3]

any_day = st.dates(date(2020, 1, 1), date(2030, 12, 31))
any_home = st.sampled_from(HOMES).map(lambda prm: STREET.homes[prm])


@given(any_home, st.sampled_from(Direction), any_day, st.sampled_from([5, 10, 15, 30, 60]))
def test_each_step_covers_the_day_with_the_same_energy(home, direction, day, step):
    readings = curve(replace(home, steps=((date.min, step),)), direction, day)
    assert {minutes for _, minutes, _ in readings} == {step}
    assert all(before + timedelta(minutes=step) == after for (before, _, _), (after, _, _) in pairwise(readings))
    assert min(value for _, _, value in readings) >= 0
    assert sum(value for _, _, value in readings) * step == compute_energy(home, direction, day) * 60


@given(any_home, st.sampled_from(Direction), any_day)
def test_a_day_is_covered_without_overlap_and_its_curve_sums_to_its_energy(home, direction, day):
    readings = curve(home, direction, day)
    edge = datetime.combine(day, datetime.min.time(), PARIS).astimezone(UTC)
    for start, minutes, value in readings:
        assert start == edge
        assert value >= 0
        edge = start + timedelta(minutes=minutes)
    assert edge == datetime.combine(day + timedelta(days=1), datetime.min.time(), PARIS).astimezone(UTC)
    assert sum(value * minutes for _, minutes, value in readings) == compute_energy(home, direction, day) * 60
    assert max(compute_watts(home, direction, day)) <= max(home.power_kva * 1000, home.solar)


def test_the_odd_days_have_46_and_50_half_hours_and_autumn_doubles_an_hour():
    home = STREET.homes[BASE]
    for day in list_days(date(2020, 1, 1), date(2031, 1, 1)):
        last_sunday = day.weekday() == 6 and day.day > 24
        expected = {3: 46, 10: 50}.get(day.month, 48) if last_sunday else 48
        assert len(curve(home, Direction.CONSUMPTION, day)) == expected
    ends = Counter(
        format_stamp(start + timedelta(minutes=30))
        for start, _, _ in curve(home, Direction.CONSUMPTION, date(2026, 10, 25))
    )
    assert {end for end, times in ends.items() if times == 2} == {"2026-10-25 02:00:00", "2026-10-25 02:30:00"}


def test_consumption_is_that_of_a_home():
    for prm in HOMES:
        home = STREET.homes[prm]
        if home.consumes and home.phases == 1:
            values = [
                compute_energy(home, Direction.CONSUMPTION, day)
                for day in list_days(date(2023, 11, 1), date(2026, 11, 1))
            ]
            assert min(values) >= 1500, home.name
            assert max(values) <= 30_500, home.name


def test_the_electric_heated_flat_follows_winter_and_spares_red_days():
    home = STREET.homes[TEMPO]
    winter, summer = (
        sum(compute_energy(home, Direction.CONSUMPTION, day) for day in list_days(start, start + timedelta(days=30)))
        for start in (date(2026, 1, 1), date(2026, 7, 1))
    )
    assert winter > 1.7 * summer
    peak = {
        day: sum(compute_watts(home, Direction.CONSUMPTION, day)[12:44]) for day in (date(2026, 1, 8), date(2026, 1, 7))
    }
    assert peak[date(2026, 1, 7)] < 0.6 * peak[date(2026, 1, 8)]  # the 7th was red


def test_the_water_heater_runs_in_off_peak_hours_only():
    home = STREET.homes[WATER]
    for day in list_days(date(2026, 1, 1), date(2026, 2, 1)):
        drawn = compute_watts(home, Direction.CONSUMPTION, day)
        assert max(drawn[:13] + drawn[45:]) > 1900
        assert max(drawn[13:45]) < 1900


def test_another_process_in_another_order_tells_the_same():
    program = """
from datetime import date
from gateway.simulator.curves import Direction, compute_watts
from gateway.simulator.paris import list_days
from gateway.simulator.street import Street
street = Street(date(2020, 5, 5))
for day in reversed(list_days(date(2026, 1, 1), date(2026, 2, 1))):
    for prm in ("30009000000042", "30001000000005", "30001000000003"):
        for direction in reversed(Direction):
            print(prm, direction, day, *compute_watts(street.find_home(prm), direction, day))
"""
    told = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout
    here = [
        " ".join(map(str, (prm, direction, day, *compute_watts(STREET.find_home(prm), direction, day))))
        for day in list_days(date(2026, 1, 1), date(2026, 2, 1))
        for prm in ("30001000000003", "30001000000005", "30009000000042")
        for direction in Direction
    ]
    assert sorted(told.splitlines()) == sorted(here)


async def test_load_curve_marks_interval_ends_in_paris_time_and_comes_unsorted(start_simulator):
    simulator = await start_simulator()
    found = simulator.points(await simulator.measures(CURVE, TEMPO, "2026-11-16", "2026-11-23"))
    stamps = [point["d"] for point in found]
    assert len(stamps) == 7 * 48
    assert stamps != sorted(stamps)
    assert (min(stamps), max(stamps)) == ("2026-11-16 00:30:00", "2026-11-23 00:00:00")
    assert all(isinstance(value, str) for point in found for value in point.values())
    truth = await simulator.truth(TEMPO, "2026-11-16", "2026-11-23")
    exact = {
        format_stamp(datetime.fromisoformat(reading["start"]) + timedelta(minutes=30)): str(reading["watts"])
        for day in truth
        for reading in day["readings"]
    }
    assert {point["d"]: point["v"] for point in found} == exact


async def test_autumns_doubled_hour_keeps_its_order(start_simulator):
    simulator = await start_simulator()
    found = simulator.points(await simulator.measures(CURVE, WATER, "2026-10-24", "2026-10-27"))
    (day,) = await simulator.truth(WATER, "2026-10-25", "2026-10-26")
    doubled = [reading["watts"] for reading in day["readings"]][3:7]
    first, second = doubled[:2], doubled[2:]
    for i, end in enumerate(("2026-10-25 02:00:00", "2026-10-25 02:30:00")):
        assert [point["v"] for point in found if point["d"] == end] == [str(first[i]), str(second[i])]


@pytest.mark.parametrize("prm", [BASE, WATER, TEMPO])
async def test_daily_values_are_the_sums_of_the_curve(start_simulator, prm: str):
    simulator = await start_simulator()
    daily = simulator.points(await simulator.measures(DAILY, prm, "2026-03-25", "2026-04-01"))
    found = simulator.points(await simulator.measures(CURVE, prm, "2026-03-25", "2026-04-01"))
    sums: Counter[str] = Counter()
    for point in found:
        end = datetime.fromisoformat(point["d"])
        sums[f"{(end - timedelta(minutes=1)).date()}"] += int(point["v"])
    assert {point["d"]: int(point["v"]) * 2 for point in daily} == sums


async def test_36_months_of_daily_values_come_in_one_call(start_simulator):
    simulator = await start_simulator()
    assert len(simulator.points(await simulator.measures(DAILY, BASE, "2023-11-08", "2026-11-23"))) == 1111


async def test_yesterday_is_absent_until_it_is_published(start_simulator):
    simulator = await start_simulator()
    (day,) = await simulator.truth(BASE, "2026-11-22", "2026-11-23")
    published = datetime.fromisoformat(day["published_at"])
    assert "08:00" <= f"{published.astimezone(PARIS):%H:%M}" < "10:10"
    for moment, expected in (
        (published - timedelta(seconds=1), ["2026-11-21"]),
        (published, ["2026-11-21", "2026-11-22"]),
    ):
        await simulator.set_clock(moment.isoformat())
        daily = simulator.points(await simulator.measures(DAILY, BASE, "2026-11-21", "2026-11-23"))
        assert sorted(point["d"] for point in daily) == expected
    await simulator.set_clock((published - timedelta(seconds=1)).isoformat())
    alone = await simulator.measures(DAILY, BASE, "2026-11-22", "2026-11-23")
    assert (alone.status_code, alone.json()["error"]) == (404, "no_data_found")


async def test_max_power_has_its_instant_and_its_phases(start_simulator):
    simulator = await start_simulator()
    query = {"mesuresPas": "P1D", "grandeurPhysique": "TOUT"}
    answer = await simulator.measures("puissance_conso_max_quotidienne", HOMES[9], "2026-11-01", "2026-11-11", **query)
    series = {grandeur["grandeurPhysique"]: grandeur for grandeur in answer.json()["grandeur"]}
    assert list(series) == ["PMA", "PMA1", "PMA2", "PMA3"]
    assert {grandeur["unite"] for grandeur in series.values()} == {"VA"}
    assert len(series["PMA"]["points"]) == 10
    for day in await simulator.truth(HOMES[9], "2026-11-01", "2026-11-11"):
        (peak,) = [point for point in series["PMA"]["points"] if point["d"].startswith(day["date"])]
        assert int(peak["v"]) >= max(reading["watts"] for reading in day["readings"])
    query |= {"mesuresPas": "P1M", "grandeurPhysique": "PMA"}
    monthly = simulator.points(
        await simulator.measures("puissance_conso_max_quotidienne", BASE, "2026-01-01", "2026-07-01", **query)
    )
    assert sorted(point["d"][:7] for point in monthly) == [f"2026-0{month}" for month in range(1, 7)]
