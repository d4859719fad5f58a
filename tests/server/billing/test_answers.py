"""Periods, totals, the comparison of options and the index's word, of a home that is filled by hand."""

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from gateway.billing.answers import Answers
from gateway.billing.views import ComparisonView, IndexCheckView, PeriodsView, TotalsView
from gateway.enedis.client import Direction
from gateway.metering.ledger import Kind, State
from tests.server.billing.homes import BASE, HP_HC, NIGHT, TEMPO, TODAY, ByHand, sqlite, whole_curve
from tests.server.conftest import NOW, SetClock
from tests.server.paris import midnight

HOURS = 24 * 60 + 1


@pytest.fixture
async def home(tmp_path: Path) -> Any:
    made = await ByHand.make(sqlite(tmp_path), SetClock(NOW), tariffs=BASE)
    yield made
    await made.database.close()


def answers(home: ByHand) -> Answers:
    return Answers(home.database, home.clock, home.keyring)


def shown(view: Any) -> Any:
    return json.loads(view.model_dump_json())


async def periods(home: ByHand, start: date | None = None, end: date | None = None) -> Any:
    return shown(PeriodsView.of(await answers(home).periods(home.account_id, home.point_id, start, end)))


async def totals(home: ByHand) -> Any:
    return shown(TotalsView.of(await answers(home).totals(home.account_id, home.point_id)))


async def compare(home: ByHand, months: int = 1) -> Any:
    return shown(ComparisonView.of(await answers(home).comparison(home.account_id, home.point_id, months)))


async def check_index(home: ByHand, start: date, end: date) -> Any:
    return shown(IndexCheckView.of(await answers(home).index_check(home.account_id, home.point_id, start, end)))


async def fill(home: ByHand, start: date, watts: int = 1000, end: date = TODAY) -> None:
    days = [start + timedelta(days=number) for number in range((end - start).days)]
    await home.write(Kind.CURVE, {day: whole_curve(day, [watts]) for day in days})


async def test_a_base_home_is_one_period_as_far_as_asked(home: ByHand) -> None:
    found = await periods(home)
    assert found["items"] == [
        {
            "start": "2026-11-02T23:00:00Z",
            "end": "2026-11-10T23:00:00Z",
            "bucket": "base",
            "off_peak": None,
            "price": 0.2001,
            "certain": True,
        }
    ]


async def test_a_new_price_begins_a_period(home: ByHand) -> None:
    found = await periods(home, date(2025, 7, 31), date(2025, 8, 2))
    assert [(item["end"], item["price"]) for item in found["items"]] == [
        ("2025-07-31T22:00:00Z", 0.2016),
        ("2025-08-01T22:00:00Z", 0.1952),
    ]


async def test_hours_that_will_change_are_told_ahead(home: ByHand) -> None:
    moved = "2026-11-06"
    await home.change(
        tariffs=HP_HC, off_peak=[NIGHT[0] | {"valid_to": moved}, {"valid_from": moved, "slots": [["02:00", "10:00"]]}]
    )
    off_peak = [item["start"] for item in (await periods(home))["items"] if item["bucket"] == "hc"]
    assert off_peak[:5] == [
        "2026-11-02T23:00:00Z",
        "2026-11-03T21:30:00Z",
        "2026-11-04T21:30:00Z",
        "2026-11-05T21:30:00Z",
        "2026-11-06T01:00:00Z",
    ]
    assert len(off_peak) == 9


async def test_tempo_is_certain_as_far_as_its_colours_are(home: ByHand) -> None:
    await home.change(tariffs=TEMPO)
    await home.color({date(2026, 11, 2): "blue", TODAY: "red"})
    items = (await periods(home, TODAY, TODAY + timedelta(days=2)))["items"]
    assert [(item["start"], item["bucket"], item["price"], item["certain"]) for item in items] == [
        ("2026-11-02T23:00:00Z", "blue_hc", 0.1356, True),
        ("2026-11-03T05:00:00Z", "red_hp", 0.7295, True),
        ("2026-11-03T21:00:00Z", "red_hc", 0.1615, True),
        ("2026-11-04T05:00:00Z", "unknown", None, False),
        ("2026-11-04T21:00:00Z", "unknown", None, False),
    ]
    assert items[-1]["end"] == "2026-11-04T23:00:00Z"
    assert [item["off_peak"] for item in items] == [True, False, True, False, True], "whatever the colour"


async def test_off_peak_hours_are_told_where_there_are_any(home: ByHand) -> None:
    tomorrow = TODAY + timedelta(days=1)
    await home.change(tariffs=HP_HC, off_peak=NIGHT)
    told = [(item["bucket"], item["off_peak"]) for item in (await periods(home, TODAY, tomorrow))["items"]]
    assert told == [("hc", True), ("hp", False), ("hc", True)]
    await home.change(tariffs=HP_HC, off_peak=[])
    assert [item["off_peak"] for item in (await periods(home, TODAY, tomorrow))["items"]] == [None]
    own = [
        {"bucket": "day", "eur_per_kwh": 0.2},
        {"bucket": "night_hc", "eur_per_kwh": 0.1, "slots": [["01:28", "07:28"]]},
    ]
    await home.change(tariffs=[HP_HC[0] | {"option": "custom", "prices": own}])
    told = [(item["bucket"], item["off_peak"]) for item in (await periods(home, TODAY, tomorrow))["items"]]
    assert told == [("day", False), ("night_hc", True), ("day", False)]


async def test_a_colour_that_the_season_leaves_no_choice_of_is_certain(home: ByHand) -> None:
    """Of the season 2025-26 all white and red days are placed by 2 June: what is left of it is blue."""
    await home.change(tariffs=TEMPO)
    season = [date(2025, 9, 1) + timedelta(days=number) for number in range(274)]
    red = [day for day in season if day.weekday() < 5 and day.month in {11, 12}][:22]
    white = [day for day in season if day.weekday() != 6 and day not in red][:43]
    colors = dict.fromkeys(season, "blue") | dict.fromkeys(red, "red") | dict.fromkeys(white, "white")
    await home.color(colors)
    items = (await periods(home, date(2026, 7, 1), date(2026, 7, 3)))["items"]
    assert {(item["bucket"], item["certain"]) for item in items} == {("blue_hc", True), ("blue_hp", True)}


async def test_the_odd_nights_are_whole(home: ByHand) -> None:
    await home.change(tariffs=HP_HC, off_peak=NIGHT)
    for day, hours in ((date(2026, 3, 29), 7), (date(2026, 10, 25), 9)):
        eve = day - timedelta(days=1)
        night = next(item for item in (await periods(home, eve, day + timedelta(days=1)))["items"][2:])
        assert night["bucket"] == "hc"
        length = datetime.fromisoformat(night["end"]) - datetime.fromisoformat(night["start"])
        assert length == timedelta(hours=hours)


async def test_totals_of_what_is_known(home: ByHand) -> None:
    await fill(home, date(2026, 9, 4))
    found = await totals(home)
    day = found["day"]["last"]
    assert (day["start"], day["end"], day["complete"]) == ("2026-11-02", "2026-11-03", True)
    assert day["consumption"] == {"wh": 24_000, "by_bucket": {"base": 24_000}}
    assert day["cost"] == pytest.approx(24 * 0.2001)
    assert day["subscription"] == pytest.approx(15.86 / 30)
    assert (day["production"], day["revenue"]) == (None, None)
    week = found["week"]["last"]
    assert (week["start"], week["end"], week["complete"]) == ("2026-10-26", "2026-11-02", True)
    month = found["month"]["last"]
    assert (month["start"], month["end"], month["complete"]) == ("2026-10-01", "2026-11-01", True)
    assert month["consumption"]["wh"] == (31 * 24 + 1) * 1000
    running = found["month"]["running"]
    assert (running["start"], running["complete"], running["consumption"]["wh"]) == ("2026-11-01", False, 48_000)
    year = found["year"]["running"]
    assert (year["start"], year["complete"], year["consumption"]["wh"]) == ("2026-01-01", False, HOURS * 1000)
    so_far = {
        unit: (found[unit]["running_year_ago"]["start"], found[unit]["running_year_ago"]["end"])
        for unit in ("day", "week", "month", "year")
    }
    assert so_far == {
        "day": ("2025-11-03", "2025-11-03"),
        "week": ("2025-11-03", "2025-11-04"),
        "month": ("2025-11-01", "2025-11-03"),
        "year": ("2025-01-01", "2025-11-03"),
    }, "as many days as are known of the running one"
    for unit in ("day", "week", "month", "year"):
        assert found[unit]["year_ago"]["consumption"] is None
        assert found[unit]["year_ago"]["complete"] is False
    ago = {
        unit: (found[unit]["year_ago"]["start"], found[unit]["year_ago"]["end"])
        for unit in found
        if unit in {"day", "week", "month", "year"}
    }
    assert ago == {
        "day": ("2025-11-02", "2025-11-03"),
        "week": ("2025-10-27", "2025-11-03"),
        "month": ("2025-10-01", "2025-11-01"),
        "year": ("2024-01-01", "2025-01-01"),
    }


async def test_the_year_before_last_is_compared_before_new_years_eve_is_known(home: ByHand) -> None:
    await fill(home, date(2024, 11, 3), 1000, date(2026, 12, 31))
    values = [date(2023, 12, 1) + timedelta(days=number) for number in range(338)]
    home.clock.set(datetime(2027, 1, 1, 5, tzinfo=UTC))
    await home.write(Kind.DAILY, dict.fromkeys(values, 24_000))
    year = (await totals(home))["year"]
    assert (year["last"]["start"], year["year_ago"]["start"]) == ("2025-01-01", "2024-01-01")
    assert year["year_ago"]["consumption"]["wh"] > 0


async def test_the_last_day_is_the_last_that_is_known(home: ByHand) -> None:
    await fill(home, date(2026, 9, 4))
    home.clock.set(NOW + timedelta(hours=16))
    assert (await totals(home))["day"]["last"]["start"] == "2026-11-02"


async def test_a_hole_makes_its_totals_incomplete(home: ByHand) -> None:
    await fill(home, date(2026, 9, 4))
    hole = date(2026, 10, 28)
    await home.write(Kind.CURVE, {hole: whole_curve(hole, [1000])[:20]}, state=State.PARTIAL)
    found = await totals(home)
    assert found["day"]["last"]["complete"]
    assert not found["week"]["last"]["complete"]
    assert found["week"]["last"]["consumption"]["wh"] == (7 * 24 - 14) * 1000


async def test_a_day_that_is_of_no_bucket_leaves_its_totals_without_their_cost(home: ByHand) -> None:
    await home.change(tariffs=HP_HC, off_peak=NIGHT)
    await fill(home, date(2026, 9, 4))
    lost = date(2026, 10, 10)
    await home.write(Kind.CURVE, {lost: None})
    await home.write(Kind.DAILY, {lost: 24_000})
    found = await totals(home)
    october = found["month"]["last"]
    assert october["complete"], "its energy is known"
    assert october["consumption"]["by_bucket"]["unknown"] == 24_000
    assert not october["cost_complete"]
    assert not found["year"]["running"]["cost_complete"]
    assert found["month"]["running"]["cost_complete"], "what is to come is not missing"
    assert found["week"]["last"]["cost_complete"]


async def test_a_colour_that_is_not_known_leaves_a_day_without_its_cost(home: ByHand) -> None:
    await home.change(tariffs=TEMPO)
    await fill(home, date(2026, 9, 4))
    days = [date(2026, 9, 3) + timedelta(days=number) for number in range(60)]
    await home.color(dict.fromkeys(days, "blue"))
    found = await totals(home)
    assert (found["day"]["last"]["complete"], found["day"]["last"]["cost_complete"]) == (True, False)
    assert found["month"]["last"]["cost_complete"]
    await home.color({date(2026, 11, 2): "red"})
    assert (await totals(home))["day"]["last"]["cost_complete"]


async def test_a_tariff_that_begins_in_a_month_is_not_what_it_cost(home: ByHand) -> None:
    await home.change(tariffs=[BASE[0] | {"valid_from": "2026-10-16"}])
    await fill(home, date(2026, 9, 4))
    october = (await totals(home))["month"]["last"]
    assert (october["complete"], october["cost_complete"], october["subscription"]) == (True, False, None)


async def test_hours_stated_ahead_leave_the_past_its_own(home: ByHand) -> None:
    of_enedis = NIGHT[0] | {"source": "enedis"}
    await home.change(tariffs=HP_HC, off_peak=[of_enedis])
    await fill(home, date(2026, 9, 4))
    before = (await totals(home))["month"]["last"]
    assert before["cost"] == pytest.approx(31 * 16 * 0.2142 + (31 * 8 + 1) * 0.1589)
    await home.change(off_peak=[of_enedis, {"valid_from": "2026-12-01", "slots": [["01:28", "06:58"]]}])
    assert (await totals(home))["month"]["last"] == before
    items = (await periods(home, date(2026, 11, 29), date(2026, 12, 3)))["items"]
    off_peak = [item["start"] for item in items if item["bucket"] == "hc"]
    assert off_peak[-3:] == ["2026-11-30T21:30:00Z", "2026-12-01T00:28:00Z", "2026-12-02T00:28:00Z"]


async def test_what_was_given_and_not_told_is_missing(home: ByHand) -> None:
    await home.change(
        tariffs=[BASE[0] | {"production_eur_per_kwh": 0.1}],
        contract={"gives": True, "power_kva": 6, "production_activated_on": "2026-10-01"},
    )
    await fill(home, date(2026, 9, 4))
    lost = date(2026, 10, 10)
    october = [date(2026, 10, 1) + timedelta(days=number) for number in range(33)]
    await home.write(Kind.CURVE, {day: whole_curve(day, [500]) for day in october if day != lost}, Direction.PRODUCTION)
    await home.write(Kind.CURVE, {lost: None}, Direction.PRODUCTION)
    month = (await totals(home))["month"]["last"]
    assert (month["complete"], month["consumption_complete"], month["production_complete"]) == (False, True, False)
    assert month["production"] == (30 * 24 + 1) * 500
    await home.write(Kind.CURVE, {lost: whole_curve(lost, [500])}, Direction.PRODUCTION)
    month = (await totals(home))["month"]["last"]
    assert (month["complete"], month["revenue_complete"]) == (True, True)
    assert month["revenue"] == pytest.approx((31 * 24 + 1) * 0.5 * 0.1)


async def test_nothing_was_given_before_the_roof(home: ByHand) -> None:
    await home.change(contract={"gives": True, "power_kva": 6, "production_activated_on": TODAY.isoformat()})
    await fill(home, date(2026, 9, 4))
    found = await totals(home)
    assert (found["month"]["last"]["complete"], found["month"]["last"]["production"]) == (True, None)


async def test_a_meter_that_only_gives_has_complete_totals(home: ByHand) -> None:
    await home.change(contract={"gives": True}, tariffs=[BASE[0] | {"production_eur_per_kwh": 0.1}])
    october = [date(2026, 9, 4) + timedelta(days=number) for number in range(60)]
    await home.write(Kind.CURVE, {day: whole_curve(day, [500]) for day in october}, Direction.PRODUCTION)
    month = (await totals(home))["month"]["last"]
    assert (month["complete"], month["revenue_complete"]) == (True, True)
    assert month["production"] == (31 * 24 + 1) * 500


async def test_a_home_of_which_nothing_is_known_has_totals_of_nothing(home: ByHand) -> None:
    found = await totals(home)
    assert found["day"]["last"]["consumption"] is None
    assert found["year"]["running"]["cost"] is None
    assert not found["month"]["last"]["complete"]


async def test_what_october_would_have_cost_under_each_option(home: ByHand) -> None:
    await home.change(tariffs=HP_HC, off_peak=NIGHT)
    await fill(home, date(2026, 9, 4))
    days = [date(2026, 9, 30) + timedelta(days=number) for number in range(32)]
    await home.color(dict.fromkeys(days, "blue"))
    await home.write(Kind.MAX_POWER, {date(2026, 10, 5): 4_900})
    found = await compare(home)
    [month] = found["items"]
    assert (month["start"], month["end"]) == ("2026-10-01", "2026-11-01")
    kwh = 31 * 24 + 1
    options = month["options"]
    assert options["base"]["energy"] == pytest.approx(kwh * 0.2001)
    assert options["hp_hc"] == options["own"]
    assert options["hp_hc"]["energy"] == pytest.approx(31 * 16 * 0.2142 + (31 * 8 + 1) * 0.1589)
    assert options["tempo"]["energy"] == pytest.approx(31 * 16 * 0.1654 + (31 * 8 + 1) * 0.1356)
    assert options["tempo"]["subscription"] == pytest.approx(15.80)
    assert {option["known"] for option in options.values()} == {1.0}
    assert options["tempo"]["total"] == pytest.approx(options["tempo"]["energy"] + 15.80)
    assert found["total"] == options
    assert (found["power_kva"], found["highest_va"], found["lowest_power_kva"]) == (6, 4_900, 6)
    assert found["highest_known"] == round(1 / 31, 4)


async def test_a_comparison_says_how_much_it_knows(home: ByHand) -> None:
    await fill(home, date(2026, 9, 4))
    hole = date(2026, 10, 28)
    await home.write(Kind.CURVE, {hole: None})
    found = await compare(home)
    options = found["items"][0]["options"]
    assert options["base"]["known"] == round((31 * 24 + 1 - 24) / (31 * 24 + 1), 4)
    assert options["hp_hc"]["known"] == 0  # its off-peak hours are nobody's guess
    assert options["hp_hc"]["energy"] is None
    assert options["tempo"]["known"] == 0
    assert (found["highest_va"], found["lowest_power_kva"], found["highest_known"]) == (None, None, 0)


async def test_an_option_that_is_not_sold_at_that_power_is_not_compared(home: ByHand) -> None:
    await home.change(tariffs=[{"option": "base", "power_kva": 3}], off_peak=NIGHT)
    await fill(home, date(2026, 9, 4))
    options = (await compare(home))["items"][0]["options"]
    assert options["base"]["known"] == 1
    assert options["hp_hc"] == {"energy": None, "subscription": None, "total": None, "known": 0}


FIRST = date(2026, 10, 1)


async def count_by_registers(home: ByHand, *slots: tuple[int, int]) -> None:
    """Ten days of which the meter's own off-peak hours are these minutes of the clock."""
    await fill(home, date(2026, 9, 4), 300)
    shown_: dict[date, dict[str, int]] = {}
    peak = off_peak = 0
    for number in range(11):
        day = FIRST + timedelta(days=number)
        curve = whole_curve(day, [500] * 13 + [900 + 90 * number] * 14 + [1700] * 17 + [4000] * 4)
        await home.write(Kind.CURVE, {day: curve})
        shown_[day] = {"hp": peak, "hc": off_peak}
        for reading in curve:
            minute = (reading.start - midnight(day)) // timedelta(minutes=1)
            if any(start <= minute < end for start, end in slots):
                off_peak += reading.watts // 2
            else:
                peak += reading.watts // 2
    await home.write(Kind.INDEX, shown_)


async def test_the_registers_tell_off_peak_hours_that_are_wrong(home: ByHand) -> None:
    """The meter's own hours begin at 22:00; 22:30 was stated."""
    await home.change(tariffs=HP_HC, off_peak=NIGHT)
    await count_by_registers(home, (0, 360), (1320, 1440))
    found = await check_index(home, FIRST, FIRST + timedelta(days=10))
    assert len(found["items"]) == 10
    assert found["items"][0]["difference"] == {"hc": 4000 // 2 - 500 // 2, "hp": 500 // 2 - 4000 // 2}
    better = found["better_off_peak"]
    assert (better["minutes"], better["slots"]) == (-30, [["22:00", "06:00"]])
    assert better["difference_after"] == 0
    await home.change(off_peak=[{"slots": [["22:00", "06:00"]]}])
    right = await check_index(home, FIRST, FIRST + timedelta(days=10))
    assert right["better_off_peak"] is None
    assert all(set(item["difference"].values()) == {0} for item in right["items"])


async def test_the_registers_of_a_new_meter_are_not_what_was_used_that_day(home: ByHand) -> None:
    await home.change(tariffs=HP_HC, off_peak=NIGHT)
    await fill(home, date(2026, 9, 4))
    swapped = FIRST + timedelta(days=4)
    shown_ = {}
    for number in range(9):
        day = FIRST + timedelta(days=number)
        before = {"hp": 0, "hc": 0} if day <= swapped else {"hp": 900_000, "hc": 700_000}
        shown_[day] = {"hp": before["hp"] + 16_000 * number, "hc": before["hc"] + 8_000 * number}
    await home.write(Kind.INDEX, shown_)
    found = await check_index(home, FIRST, FIRST + timedelta(days=8))
    assert [item["date"] for item in found["items"]] == [
        (FIRST + timedelta(days=number)).isoformat() for number in range(8) if number != 4
    ]
    assert {value for item in found["items"] for value in item["difference"].values()} == {0}


async def test_the_registers_tell_which_slot_is_wrong(home: ByHand) -> None:
    await home.change(tariffs=HP_HC, off_peak=[{"slots": [["02:00", "07:00"], ["12:30", "15:30"]]}])
    await count_by_registers(home, (120, 420), (780, 960))
    better = (await check_index(home, FIRST, FIRST + timedelta(days=10)))["better_off_peak"]
    assert (better["minutes"], better["slots"]) == (30, [["02:00", "07:00"], ["13:00", "16:00"]])


async def test_the_registers_tell_that_enedis_hours_are_the_right_ones(home: ByHand) -> None:
    told = {"slots": [["02:00", "07:00"], ["13:00", "16:00"]], "source": "enedis"}
    await home.change(tariffs=HP_HC, off_peak=[told, *NIGHT])
    await count_by_registers(home, (120, 420), (780, 960))
    better = (await check_index(home, FIRST, FIRST + timedelta(days=10)))["better_off_peak"]
    assert (better["minutes"], better["slots"], better["difference_after"]) == (None, told["slots"], 0)


async def test_old_prices_are_flagged_in_every_answer_that_uses_them(home: ByHand) -> None:
    await home.change(tariffs=[{"option": "base", "power_kva": 15}])
    await fill(home, date(2026, 9, 4))
    for found in (await periods(home), await totals(home), await compare(home)):
        assert found["prices_outdated"] == "2026-08-01"
    assert (await periods(home, date(2026, 7, 1), date(2026, 7, 5)))["prices_outdated"] is None


async def test_old_prices_of_an_option_that_is_compared_are_flagged(home: ByHand) -> None:
    """Ones own prices are nobody's to call old; those of the regulated options at 15 kVA are of February."""
    own = {"prices": [{"bucket": "base", "eur_per_kwh": 0.2}], "subscription_eur_per_month": 20}
    await home.change(tariffs=[{"option": "base", "power_kva": 15} | own])
    await fill(home, date(2026, 9, 4))
    assert (await totals(home))["prices_outdated"] is None
    assert (await compare(home))["prices_outdated"] == "2026-08-01"
