"""Charts: what each step comes to, side by side with a year before."""

import asyncio
import json
import random
import shutil
import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from gateway.billing.charts.schemas import HabitsView, Include, SeriesView
from gateway.billing.charts.service import SeriesService
from gateway.billing.charts.steps import Step
from gateway.billing.totals.totals import Span
from gateway.domain.direction import Direction
from gateway.kit.crypto import Keyring
from gateway.metering.schedule import Kind, State
from gateway.migrations import upgrade_database
from gateway.usage_points.contract import Contract
from gateway.usage_points.models import PointStatus
from tests.server.billing.answered import load_comparison, load_totals, write_curve
from tests.server.billing.homes import BASE, HP_HC, NIGHT, TEMPO, TODAY, StoredHome, sqlite_url, whole_curve
from tests.server.billing.test_any_life import Life
from tests.server.conftest import NOW, SetClock
from tests.server.paris import PARIS

KEYRING = Keyring.parse_keyring(Keyring.generate_key())
ALL = frozenset(Include)
BEGINS: dict[str, Callable[[date], date]] = {
    "day": lambda day: day,
    "week": lambda day: day - timedelta(days=day.weekday()),
    "month": lambda day: day.replace(day=1),
    "year": lambda day: day.replace(month=1, day=1),
}


async def load_series(
    home: StoredHome, step: str, start: date, end: date, include: frozenset[Include] = ALL
) -> dict[str, Any]:
    service = SeriesService(home.database, home.clock, home.publisher)
    found = await service.load_charts(
        home.account_id, home.point_id, Step(step), Span(start, end), with_year_ago=Include.YEAR_AGO in include
    )
    answer: dict[str, Any] = json.loads(SeriesView.of(found, include).model_dump_json())
    SeriesView.model_validate(answer)
    return answer


async def amounts_by_day(home: StoredHome) -> dict[date, dict[str, float]]:
    """What each day of Paris comes to, from the running sums of `/hours`."""
    answer = await home.load_hours()
    found: dict[date, dict[str, float]] = defaultdict(lambda: defaultdict(float))
    for key, sums in answer["sum"].items():
        for start, before, after in zip(answer["start"], [0, *sums], sums, strict=False):
            day = datetime.fromisoformat(start).astimezone(PARIS).date()
            found[day][key] += after - before
    return found


def get_columns(chart: dict[str, Any]) -> dict[str, list[float | None]]:
    kinds = ("consumption", "production", "cost", "subscription", "revenue")
    by_bucket = {
        f"{kind}_{bucket}": values
        for kind in ("consumption", "cost")
        for bucket, values in chart[f"{kind}_by_bucket"].items()
    }
    return {kind: chart[kind] for kind in kinds} | by_bucket


async def test_hours_of_the_day_with_25_hours(home: StoredHome) -> None:
    await write_curve(home, date(2026, 9, 4))
    odd = date(2026, 10, 25)
    chart = (await load_series(home, "hour", odd, odd + timedelta(days=1)))["current"]
    assert (chart["start"][0], chart["start"][-1], len(chart["start"])) == (
        "2026-10-24T22:00:00Z",
        "2026-10-25T22:00:00Z",
        25,
    )
    assert chart["consumption"] == [1000] * 25
    assert chart["cost"] == pytest.approx([0.2001] * 25)
    assert sum(chart["subscription"]) == pytest.approx(15.86 / 31, abs=1e-4)
    assert chart["bill"][0] == pytest.approx(0.2001 + 15.86 / 31 / 25, abs=1e-5)
    assert set(chart["quality"]["consumption"]) == {"measured"}
    assert set(chart["quality"]["production"]) == {None}
    assert chart["total"]["consumption"]["wh"] == 25_000


async def test_a_day_known_only_as_a_whole_stands_in_its_first_hour(home: StoredHome) -> None:
    await home.change_point(services=["IDX"])
    await home.write_days(Kind.DAILY, dict.fromkeys([TODAY - timedelta(days=n) for n in range(1, 61)], 24000))
    chart = (await load_series(home, "hour", date(2026, 11, 1), date(2026, 11, 2)))["current"]
    assert chart["consumption"] == [24_000] + [None] * 23
    assert chart["quality"]["consumption"] == ["day"] * 24
    assert chart["complete"]["consumption"] == [True] * 24


async def test_what_is_not_known_is_null_and_never_zero(home: StoredHome) -> None:
    await write_curve(home, date(2026, 9, 4))
    hole = date(2026, 10, 10)
    await home.write_days(Kind.CURVE, {hole: None})
    found = await load_series(home, "day", hole - timedelta(days=1), hole + timedelta(days=2))
    assert found["current"]["consumption"] == [24_000, None, 24_000]
    assert found["current"]["cost"][1] is found["current"]["bill"][1] is found["current"]["subscription"][1] is None
    assert found["current"]["complete"]["consumption"] == [True, False, True]
    assert found["current"]["production"] == [None] * 3
    assert found["year_ago"]["consumption"] == [None] * 3
    assert found["year_ago"]["total"]["consumption"] is None
    assert found["known"] == {"start": "2026-09-04", "end": "2026-11-03"}
    future = (await load_series(home, "month", date(2026, 11, 1), date(2027, 1, 1)))["current"]
    assert future["consumption"] == [48_000, None]
    assert future["complete"]["consumption"] == [False, False]


async def test_money_is_complete_only_if_its_energy_is(home: StoredHome) -> None:
    await home.change_point(
        tariffs=[BASE[0] | {"production_eur_per_kwh": 0.1}],
        contract=Contract(produces=True, power_kva=6, production_activated_on=date(2026, 9, 1)),
    )
    await write_curve(home, date(2026, 9, 1))
    days = [date(2026, 9, 1) + timedelta(days=number) for number in range(63)]
    await home.write_days(Kind.CURVE, {day: whole_curve(day, [500]) for day in days}, Direction.PRODUCTION)
    holes = [date(2026, 10, 10), date(2026, 10, 11)]
    part = date(2026, 10, 12)
    known = [one for one in whole_curve(part, [1000]) if not 4 <= one.start.astimezone(PARIS).hour < 8]
    for direction in Direction:
        await home.write_days(Kind.CURVE, dict.fromkeys(holes), direction)
        await home.write_days(Kind.CURVE, {part: known}, direction, state=State.PARTIAL)
    hours = (await load_series(home, "hour", part, part + timedelta(days=1)))["current"]
    weeks = (await load_series(home, "week", date(2026, 9, 28), date(2026, 10, 26)))["current"]
    month = (await load_series(home, "month", date(2026, 10, 1), date(2026, 11, 1)))["current"]
    for kind, energy in {"cost": "consumption", "revenue": "production"}.items():
        assert hours[kind][4:8] == [None] * 4
        assert hours["complete"][kind] == hours["complete"][energy] == [True] * 4 + [False] * 4 + [True] * 16
        assert hours["complete_rows"][kind] == hours["complete_rows"][energy] == 20
        assert weeks["complete"][kind] == weeks["complete"][energy] == [True, False, False, True]
        assert month["complete"][kind] == month["complete"][energy] == [False]
        assert (weeks["complete_rows"][kind], month["complete_rows"][kind]) == (2, 0)


async def test_energy_without_a_price_has_no_cost(home: StoredHome) -> None:
    await home.change_point(tariffs=TEMPO)
    await write_curve(home, date(2026, 9, 4))
    saturday = date(2026, 10, 31)  # a Sunday would be blue by rule
    chart = (await load_series(home, "day", saturday, saturday + timedelta(days=1)))["current"]
    assert chart["consumption_by_bucket"] == {"unknown": [24_000]}
    assert (chart["cost"], chart["bill"], chart["complete"]["cost"]) == ([None], [None], [False])


async def test_only_what_is_included_is_told(home: StoredHome) -> None:
    await write_curve(home, date(2026, 9, 4))
    found = await load_series(home, "day", date(2026, 11, 1), date(2026, 11, 3), frozenset())
    told = {key for key, value in found["current"].items() if value is not None}
    assert (told, found["year_ago"]) == ({"start", "consumption", "total"}, None)


async def test_a_running_year_is_compared_with_as_many_days(home: StoredHome) -> None:
    await write_curve(home, date(2024, 10, 15))
    older = [date(2023, 10, 15) + timedelta(days=number) for number in range(366)]
    await home.write_days(Kind.DAILY, dict.fromkeys(older, 24_000))
    found = await load_series(home, "month", date(2026, 1, 1), date(2027, 1, 1))
    before = found["year_ago"]
    assert before["start"] == [f"2025-{month:02}-01" for month in range(1, 13)]
    assert before["consumption"][0] == 31 * 24_000
    assert before["consumption"][8:] == [30 * 24_000, (31 * 24 + 1) * 1000, 30 * 24_000, 31 * 24_000]
    assert all(before["complete"]["consumption"])
    assert (before["total"]["start"], before["total"]["end"]) == ("2025-01-01", "2025-11-03")
    year = (await load_totals(home))["year"]
    assert found["current"]["total"]["consumption"] == year["running"]["consumption"]
    assert before["total"]["consumption"] == year["running_year_ago"]["consumption"]


async def test_a_week_begins_on_monday_and_is_compared_with_a_week(home: StoredHome) -> None:
    await write_curve(home, date(2026, 9, 4))
    found = await load_series(home, "week", date(2026, 10, 22), date(2026, 11, 3))
    assert found["current"]["start"] == ["2026-10-22", "2026-10-26", "2026-11-02"]
    assert found["current"]["consumption"] == [(4 * 24 + 1) * 1000, 7 * 24_000, 24_000]
    assert found["year_ago"]["start"] == ["2025-10-23", "2025-10-27", "2025-11-03"]
    one_week = await load_series(home, "day", date(2026, 10, 26), date(2026, 11, 2))
    assert one_week["year_ago"]["start"][0] == "2025-10-27"


async def test_the_29th_of_february_stands_beside_nothing(home: StoredHome) -> None:
    found = await load_series(home, "day", date(2028, 2, 28), date(2028, 3, 2))
    assert found["year_ago"]["start"] == ["2027-02-28", None, "2027-03-01"]
    later = await load_series(home, "day", date(2029, 2, 28), date(2029, 3, 2))
    assert later["year_ago"]["start"] == ["2028-02-28", "2028-03-01"]
    hours = await load_series(home, "hour", date(2028, 2, 29), date(2028, 3, 1))
    assert hours["year_ago"]["start"] == [None] * 24


async def test_what_is_known_to_the_28th_of_a_leap_year_is_compared_with_as_many_days(home: StoredHome) -> None:
    home.clock.set(datetime(2028, 2, 29, 11, tzinfo=UTC))
    await home.change_point(status=PointStatus.ENDED, ended_at=home.clock.now() - timedelta(days=1))
    await write_curve(home, date(2027, 1, 1), end=date(2028, 2, 29))
    found = await load_series(home, "day", date(2028, 2, 1), date(2028, 3, 1))
    [now, before] = [found[chart]["total"] for chart in ("current", "year_ago")]
    assert now["consumption"]["wh"] == before["consumption"]["wh"] == 28 * 24_000
    assert (before["start"], before["end"]) == ("2027-02-01", "2027-03-01")
    [of_february] = (await load_series(home, "month", date(2028, 2, 1), date(2028, 2, 29)))["year_ago"]["consumption"]
    assert of_february == 28 * 24_000
    after = await load_series(home, "day", date(2028, 2, 29), date(2028, 3, 2))
    assert (after["year_ago"]["start"], after["year_ago"]["total"]) == ([None, "2027-03-01"], None)


async def test_prices_that_will_be_outdated_are_not_outdated_yet(home: StoredHome) -> None:
    await write_curve(home, date(2026, 9, 4))
    for now, outdated in ((datetime(2027, 1, 31, tzinfo=UTC), None), (datetime(2027, 2, 1, tzinfo=UTC), "2027-02-01")):
        home.clock.set(now)
        year = await load_series(home, "month", date(2027, 1, 1), date(2028, 1, 1))
        assert year["prices_outdated"] == outdated
    assert (await load_series(home, "month", date(2028, 1, 1), date(2029, 1, 1)))["prices_outdated"] is None


@pytest.mark.parametrize(
    ("day", "number", "before"),
    [
        (date(2026, 3, 29), 2, "2025-03-29T02:00:00Z"),  # 03:00 in both years, in winter time the year before
        (date(2025, 3, 30), 23 - 1, "2024-03-30T22:00:00Z"),
        (date(2027, 3, 29), 2, "2026-03-29T00:00:00Z"),
        (date(2026, 10, 25), 3, None),  # 02:00 for the second time
        (date(2026, 10, 25), 4, "2025-10-25T01:00:00Z"),
        (date(2027, 10, 25), 2, "2026-10-25T00:00:00Z"),  # 02:00 for the first time
    ],
)
async def test_an_hour_is_compared_with_the_one_that_clocks_showed_alike(
    home: StoredHome, day: date, number: int, before: str | None
) -> None:
    found = await load_series(home, "hour", day, day + timedelta(days=1))
    expected = before
    if (day, number) == (date(2027, 3, 29), 2):
        expected = None  # 02:00 did not exist on 29 March 2026
    assert found["year_ago"]["start"][number] == expected


@pytest.fixture(scope="module")
def empty_database() -> Iterator[Path]:
    """A database with its tables, to be copied."""
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(upgrade_database(sqlite_url(Path(folder))))
        yield Path(folder)


CHANGES = st.lists(
    st.sampled_from(["late", "partial", "absent", "daily", "color", "tariff", "off_peak", "produce", "contract"]),
    max_size=20,
)


async def _check_sums(folder: Path, changes: list[str], chance: random.Random) -> None:
    today = chance.choice([TODAY, date(2026, 4, 10)])
    clock = SetClock(NOW.replace(year=today.year, month=today.month, day=today.day))
    home = await StoredHome.open(
        sqlite_url(folder), clock, KEYRING, tariffs=chance.choice([BASE, HP_HC, TEMPO]), off_peak=NIGHT
    )
    try:
        days = [today - timedelta(days=number) for number in range(1, 61)]
        await home.write_colors({day: chance.choice(["blue", "white", "red"]) for day in days})
        await home.write_days(Kind.CURVE, {day: whole_curve(day, [chance.randrange(3000)]) for day in days})
        life = Life(home, chance, today=today)
        for change in changes:
            await life.step(change)
        by_day = await amounts_by_day(home)
        start = today - timedelta(days=chance.randrange(1, 70))
        end = start + timedelta(days=chance.randrange(1, 60))
        step = chance.choice(list(BEGINS))
        await _compare_with_days(home, step, BEGINS[step], start, end, by_day)
        await _compare_hours(home, start, end, by_day)
        found = await load_totals(home)
        total = found[step][chance.choice(["running", "last"])]
        span = date.fromisoformat(total["start"]), date.fromisoformat(total["end"])
        assert (await load_series(home, step, *span, frozenset()))["current"]["total"] == total
    finally:
        await home.database.close()


async def _compare_with_days(
    home: StoredHome,
    step: str,
    begin: Callable[[date], date],
    start: date,
    end: date,
    by_day: dict[date, dict[str, float]],
) -> None:
    chart = (await load_series(home, step, start, end))["current"]
    expected: dict[str, dict[str, float]] = {}
    for day in (start + timedelta(days=number) for number in range((end - start).days)):
        row = expected.setdefault(max(begin(day), start).isoformat(), defaultdict(float))
        for key, amount in by_day.get(day, {}).items():
            row[key] += amount
    assert chart["start"] == list(expected)
    for key, values in get_columns(chart).items():
        for value, row in zip(values, expected.values(), strict=True):
            if key == "subscription":  # not told when one day of several has none; owed whole for half a day
                assert value is None or value >= row[key] - 0.01
                continue
            assert (value or 0) == pytest.approx(row.get(_in_hours(key, by_day), 0), abs=0.01), key


async def _compare_hours(home: StoredHome, start: date, end: date, by_day: dict[date, dict[str, float]]) -> None:
    chart = (await load_series(home, "hour", start, end))["current"]
    first = datetime.combine(start, datetime.min.time(), PARIS).astimezone(UTC)
    last = datetime.combine(end, datetime.min.time(), PARIS).astimezone(UTC)
    assert len(chart["start"]) == (last - first) // timedelta(hours=1)
    for key, values in get_columns(chart).items():
        name = _in_hours(key, by_day)
        expected = sum(amounts.get(name, 0) for day, amounts in by_day.items() if start <= day < end)
        assert sum(value or 0 for value in values) == pytest.approx(expected, abs=1 if "cost" not in key else 0.01), key


def _in_hours(key: str, by_day: dict[date, dict[str, float]]) -> str:
    """The name of a series in `/hours`, which leaves out the bucket of a home that has one only."""
    known = {name for amounts in by_day.values() for name in amounts}
    kind, _, bucket = key.partition("_")
    return kind if bucket and not any(name.startswith(f"{kind}_") for name in known) else key


@given(CHANGES, st.integers(0, 2**32))
@settings(max_examples=12, deadline=None, phases=[Phase.explicit, Phase.generate])
def test_the_steps_of_any_home_come_to_what_its_hours_do(empty_database: Path, changes: list[str], seed: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        shutil.copy(empty_database / "gateway.db", folder)
        asyncio.run(_check_sums(Path(folder), changes, random.Random(seed)))


async def test_production_counts_beside_consumption(home: StoredHome) -> None:
    await home.change_point(
        tariffs=[BASE[0] | {"production_eur_per_kwh": 0.1}],
        contract=Contract(produces=True, power_kva=6, production_activated_on=date(2026, 10, 1)),
    )
    await write_curve(home, date(2026, 9, 4))
    days = [date(2026, 10, 1) + timedelta(days=number) for number in range(33)]
    await home.write_days(Kind.CURVE, {day: whole_curve(day, [500]) for day in days}, Direction.PRODUCTION)
    await home.write_days(Kind.CURVE, {days[-1]: None}, Direction.PRODUCTION, state=State.ABSENT)
    chart = (await load_series(home, "day", days[-2], days[-1] + timedelta(days=1)))["current"]
    assert chart["production"] == [12_000, None]
    assert chart["revenue"] == [pytest.approx(1.2), None]
    assert chart["complete"]["production"] == [True, False]


async def test_a_revenue_of_which_no_price_is_known_is_not_zero(home: StoredHome) -> None:
    """1 November has no price, and 2 November no production."""
    await home.change_point(
        tariffs=[BASE[0], BASE[0] | {"valid_from": "2026-11-02", "production_eur_per_kwh": 0.1}],
        contract=Contract(produces=True, power_kva=6),
    )
    await write_curve(home, date(2026, 9, 4))
    for day, watts in ((date(2026, 11, 1), 500), (date(2026, 11, 2), 0)):
        await home.write_days(Kind.CURVE, {day: whole_curve(day, [watts])}, Direction.PRODUCTION)
    chart = (await load_series(home, "week", date(2026, 11, 1), date(2026, 11, 3)))["current"]
    assert (chart["production"], chart["revenue"]) == ([12_000, 0], [None, 0])
    month = (await load_series(home, "month", date(2026, 11, 1), date(2026, 11, 3)))["current"]
    assert (month["production"], month["revenue"], month["complete"]["revenue"]) == ([12_000], [None], [False])


async def load_habits(home: StoredHome, start: date, end: date) -> dict[str, Any]:
    found = await SeriesService(home.database, home.clock, home.publisher).load_habits(
        home.account_id, home.point_id, Span(start, end)
    )
    answer: dict[str, Any] = json.loads(HabitsView.of(found).model_dump_json())
    return answer


async def test_habits_are_averages_of_known_hours_by_the_clock(home: StoredHome) -> None:
    watts = [number * 100 for number in range(24)]
    days = [TODAY - timedelta(days=number) for number in range(1, 61)]
    odd = date(2026, 10, 25)
    curves = {day: whole_curve(day, watts, 60) for day in days if day != odd}
    await home.write_days(Kind.CURVE, curves | {odd: whole_curve(odd, [0, 0, 100, 300], 60)})
    found = await load_habits(home, date(2026, 10, 1), date(2026, 11, 1))
    monday, sunday = found["by_weekday"][0], found["by_weekday"][6]
    assert (monday["wh"], monday["days"]) == (watts, 4)
    assert sunday["days"] == 5, "02:00 came twice on one of four Sundays"
    assert sunday["wh"][2] == (3 * 200 + 100 + 300) / 5
    [october] = found["by_month"]
    assert (october["month"], october["days"]) == ("2026-10-01", 32)
    assert october["eur_per_kwh"][5] == pytest.approx(0.2001)
    nothing = await load_habits(home, date(2026, 12, 1), date(2026, 12, 2))
    assert nothing["by_weekday"][0]["wh"] == [None] * 24
    assert nothing["by_month"] == []


async def test_the_mean_price_of_an_hour_of_a_watt_hour_is_exact(home: StoredHome) -> None:
    await write_curve(home, date(2026, 9, 4), watts=1)
    found = await load_habits(home, date(2026, 10, 26), date(2026, 11, 2))
    assert {price for day in found["by_weekday"] for price in day["eur_per_kwh"]} == {0.2001}


async def test_options_that_newcomers_are_refused_are_told(home: StoredHome) -> None:
    await write_curve(home, date(2026, 9, 4))
    assert (await load_comparison(home))["open_to_new"] == {"base": True, "hp_hc": True, "tempo": True}
    await home.change_point(tariffs=[{"option": "hp_hc", "power_kva": 9}])
    assert (await load_comparison(home))["open_to_new"] == {"base": False, "hp_hc": True, "tempo": True}
    await home.change_point(tariffs=[])
    assert (await load_comparison(home))["open_to_new"] == {}
