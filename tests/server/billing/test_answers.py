"""Periods, the comparison of options and the index's word, of a home that is filled by hand."""

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from gateway.metering.schedule import Kind
from gateway.problems import ProblemError
from gateway.tariffs.repository import replace_offers
from gateway.tempo import outlook
from gateway.usage_points.contract import Contract
from tests.server.billing.answered import check_index, load_comparison, load_periods, load_totals, write_curve
from tests.server.billing.homes import HP_HC, NIGHT, TEMPO, TODAY, StoredHome, whole_curve
from tests.server.paris import midnight


async def test_a_base_home_is_one_period_as_far_as_asked(home: StoredHome) -> None:
    found = await load_periods(home)
    assert found["items"] == [
        {
            "start": "2026-11-02T23:00:00Z",
            "end": "2026-11-10T23:00:00Z",
            "bucket": "base",
            "off_peak": None,
            "price": 0.2001,
            "certain": True,
            "expected": False,
            "expected_reason": None,
        }
    ]


async def test_a_new_price_begins_a_period(home: StoredHome) -> None:
    found = await load_periods(home, date(2025, 7, 31), date(2025, 8, 2))
    assert [(item["end"], item["price"]) for item in found["items"]] == [
        ("2025-07-31T22:00:00Z", 0.2016),
        ("2025-08-01T22:00:00Z", 0.1952),
    ]


async def test_hours_that_will_change_are_told_ahead(home: StoredHome) -> None:
    moved = "2026-11-06"
    await home.change_point(
        tariffs=HP_HC, off_peak=[NIGHT[0] | {"valid_to": moved}, {"valid_from": moved, "slots": [["02:00", "10:00"]]}]
    )
    off_peak = [item["start"] for item in (await load_periods(home))["items"] if item["bucket"] == "hc"]
    assert off_peak[:5] == [
        "2026-11-02T23:00:00Z",
        "2026-11-03T21:30:00Z",
        "2026-11-04T21:30:00Z",
        "2026-11-05T21:30:00Z",
        "2026-11-06T01:00:00Z",
    ]
    assert len(off_peak) == 9


async def test_tempo_is_certain_as_far_as_its_colours_are(home: StoredHome) -> None:
    await home.change_point(tariffs=TEMPO)
    await home.write_colors({date(2026, 11, 2): "blue", TODAY: "red"})
    items = (await load_periods(home, TODAY, TODAY + timedelta(days=2)))["items"]
    assert [(item["start"], item["bucket"], item["price"], item["certain"]) for item in items] == [
        ("2026-11-02T23:00:00Z", "blue_hc", 0.1356, True),
        ("2026-11-03T05:00:00Z", "red_hp", 0.7295, True),
        ("2026-11-03T21:00:00Z", "red_hc", 0.1615, True),
        ("2026-11-04T05:00:00Z", "unknown", None, False),
        ("2026-11-04T21:00:00Z", "unknown", None, False),
    ]
    assert items[-1]["end"] == "2026-11-04T23:00:00Z"
    assert [item["off_peak"] for item in items] == [True, False, True, False, True], "whatever the colour"


async def test_off_peak_hours_are_told_where_there_are_any(home: StoredHome) -> None:
    tomorrow = TODAY + timedelta(days=1)
    await home.change_point(tariffs=HP_HC, off_peak=NIGHT)
    told = [(item["bucket"], item["off_peak"]) for item in (await load_periods(home, TODAY, tomorrow))["items"]]
    assert told == [("hc", True), ("hp", False), ("hc", True)]
    await home.change_point(tariffs=HP_HC, off_peak=[])
    assert [item["off_peak"] for item in (await load_periods(home, TODAY, tomorrow))["items"]] == [None]
    own = [
        {"bucket": "day", "eur_per_kwh": 0.2},
        {"bucket": "night_hc", "eur_per_kwh": 0.1, "slots": [["01:28", "07:28"]]},
    ]
    await home.change_point(tariffs=[HP_HC[0] | {"option": "custom", "prices": own}])
    told = [(item["bucket"], item["off_peak"]) for item in (await load_periods(home, TODAY, tomorrow))["items"]]
    assert told == [("day", False), ("night_hc", True), ("day", False)]


async def test_what_follows_from_the_usual_quota_is_expected_and_not_certain(home: StoredHome) -> None:
    """Of the season 2025-26 all white and red days of the quota are used by 2 June: from then on blue is expected."""
    await home.change_point(tariffs=TEMPO)
    home.clock.set(midnight(date(2026, 6, 2)) + timedelta(hours=12))
    season = [date(2025, 9, 1) + timedelta(days=number) for number in range(275)]
    red = [day for day in season if day.weekday() < 5 and day.month in {11, 12}][:22]
    white = [day for day in season if day.weekday() != 6 and day not in red][:43]
    colors = dict.fromkeys(season, "blue") | dict.fromkeys(red, "red") | dict.fromkeys(white, "white")
    await home.write_colors(colors)
    items = (await load_periods(home, date(2026, 7, 1), date(2026, 7, 3)))["items"]
    shown = {(item["bucket"], item["certain"], item["expected"], item["expected_reason"]) for item in items}
    assert shown == {("blue_hc", False, True, "quota_used"), ("blue_hp", False, True, "quota_used")}
    assert all(item["price"] for item in items)


async def test_a_sunday_that_rte_never_named_is_blue_in_every_answer(home: StoredHome) -> None:
    await home.change_point(tariffs=TEMPO)
    sunday = date(2026, 11, 1)
    await home.write_colors({sunday - timedelta(days=1): "blue", sunday: "unknown"})
    await write_curve(home, date(2026, 9, 4))
    async with home.database.read() as session:
        named = await outlook.list_days(session, sunday, TODAY, home.clock.now())
    assert [(day.color, day.confirmed) for day in named.days] == [("blue", True), ("unknown", False)]
    items = (await load_periods(home, sunday, TODAY))["items"]
    assert [(item["bucket"], item["certain"]) for item in items[:4]] == [
        ("blue_hc", True), ("blue_hp", True), ("blue_hc", True), ("unknown", False)
    ]  # fmt: skip
    hours = await home.load_hours()
    cost = dict(zip(hours["start"], hours["sum"]["cost"], strict=True))
    whole_sunday = cost["2026-11-01T22:00:00Z"] - cost["2026-10-31T22:00:00Z"]
    assert whole_sunday == pytest.approx(8 * 0.1356 + 16 * 0.1654, abs=1e-5)
    running = (await load_totals(home))["month"]["running"]
    of_monday_night = 6000
    assert running["consumption"]["by_bucket"] == {
        "blue_hc": 8000 + of_monday_night, "blue_hp": 16_000, "unknown": 18_000
    }  # fmt: skip


async def test_the_odd_nights_are_whole(home: StoredHome) -> None:
    await home.change_point(tariffs=HP_HC, off_peak=NIGHT)
    for day, hours in ((date(2026, 3, 29), 7), (date(2026, 10, 25), 9)):
        eve = day - timedelta(days=1)
        night = next(item for item in (await load_periods(home, eve, day + timedelta(days=1)))["items"][2:])
        assert night["bucket"] == "hc"
        length = datetime.fromisoformat(night["end"]) - datetime.fromisoformat(night["start"])
        assert length == timedelta(hours=hours)


async def test_what_october_would_have_cost_under_each_option(home: StoredHome) -> None:
    await home.change_point(tariffs=HP_HC, off_peak=NIGHT)
    await write_curve(home, date(2026, 9, 4))
    days = [date(2026, 9, 30) + timedelta(days=number) for number in range(32)]
    await home.write_colors(dict.fromkeys(days, "blue"))
    await home.write_days(Kind.MAX_POWER, {date(2026, 10, 5): 4_900})
    found = await load_comparison(home)
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


PUBLISHED = datetime(2026, 12, 1, tzinfo=UTC)
"""After the examples were."""


def sell(file: str, **changes: Any) -> str:
    """An example of an offer as if it were sold."""
    found = json.loads((Path(__file__).parents[3] / "docs" / "offers" / f"{file}.json").read_text())
    found["offers"][0] |= {"id": file, "example": False} | changes
    return json.dumps(found)


async def test_offers_are_compared_over_the_same_hours_by_bucket(home: StoredHome) -> None:
    await home.change_point(tariffs=HP_HC, off_peak=NIGHT)
    await write_curve(home, date(2026, 9, 4))
    async with home.database.write() as session:
        await replace_offers(session, sell("week-end"), PUBLISHED)
    found = await load_comparison(home)
    assert [offer["id"] for offer in found["offers"]] == ["week-end"]
    assert (found["offers"][0]["prices_outdated"], found["open_to_new"]["week-end"]) == (None, True)
    bill = found["total"]["week-end"]
    days_off, days = 9, 31  # October 2026 has 9 days of week-ends, one of 25 hours, and no public holiday
    assert bill["buckets"]["weekend_hc"]["kwh"] == pytest.approx(days_off * 24 + 1)
    assert bill["buckets"]["hc"]["kwh"] == pytest.approx((days - days_off) * 8)
    assert bill["buckets"]["hp"] == {
        "kwh": pytest.approx((days - days_off) * 16),
        "eur": pytest.approx(22 * 16 * 0.2199),
    }
    assert bill["energy"] == pytest.approx(sum(bucket["eur"] for bucket in bill["buckets"].values()))
    assert bill["subscription"] == pytest.approx(15.65)
    assert bill["known"] == 1


async def test_an_offer_that_nobody_checked_for_the_months_compared_is_flagged_and_an_example_is_not_compared(
    home: StoredHome,
) -> None:
    await write_curve(home, date(2026, 9, 4))
    file = json.loads(sell("super-off-peak"))
    file["offers"][0]["versions"][0]["valid_to"] = "2026-10-15"
    async with home.database.write() as session:
        await replace_offers(session, json.dumps(file), PUBLISHED)
    found = await load_comparison(home)
    assert (found["offers"][0]["prices_outdated"], found["prices_outdated"]) == ("2026-10-15", "2026-10-15")
    assert found["open_to_new"]["super-off-peak"] is False
    file["published_at"] = "2026-12-01T00:00:00Z"
    file["offers"][0] |= {"id": "example-super", "example": True}
    async with home.database.write() as session:
        await replace_offers(session, json.dumps(file), PUBLISHED)
    found = await load_comparison(home)
    assert (found["offers"], found["prices_outdated"]) == ([], None)
    assert "example-super" not in found["total"]


async def test_what_other_off_peak_hours_would_bring(home: StoredHome) -> None:
    await home.change_point(tariffs=HP_HC, off_peak=NIGHT)
    days = [date(2026, 9, 4) + timedelta(days=number) for number in range(60)]
    noon = [100] * 24 + [1040, 960] * 2 + [100] * 20
    await home.write_days(Kind.CURVE, {day: whole_curve(day, noon) for day in days if day != date(2026, 10, 25)})
    found = await load_comparison(home, changed_hours="22h-4h et 12h-14h")
    before, after = found["total"]["hp_hc"], found["total"]["changed_hours"]
    assert before["energy"] == pytest.approx(30 * ((2 + 1.4) * 0.2142 + 0.8 * 0.1589))
    assert after["energy"] == pytest.approx(30 * (1.6 * 0.2142 + (2 + 0.6) * 0.1589))
    assert after["buckets"]["hc"]["kwh"] == pytest.approx(30 * 2.6)
    with pytest.raises(ProblemError, match="off_peak_unreadable"):
        await load_comparison(home, changed_hours="la nuit")


async def test_what_it_would_bring_to_move_red_hours(home: StoredHome) -> None:
    await home.change_point(tariffs=TEMPO)
    await write_curve(home, date(2026, 9, 4))
    days = [date(2026, 9, 30) + timedelta(days=number) for number in range(32)]
    await home.write_colors(dict.fromkeys(days, "blue") | {date(2026, 10, 6): "red"})
    total = (await load_comparison(home))["total"]
    assert total["tempo"]["buckets"]["red_hp"]["kwh"] == pytest.approx(16)
    assert total["tempo"]["red_gain"] == pytest.approx(16 * (0.7295 - 0.1615))
    assert total["base"]["red_gain"] is None


async def test_the_days_that_speak_against_a_lower_power(home: StoredHome) -> None:
    await home.change_point(tariffs=[{"option": "base", "power_kva": 12}])
    await write_curve(home, date(2026, 9, 4))
    await home.write_days(
        Kind.MAX_POWER, {date(2026, 10, 5): 8_900, date(2026, 10, 6): 6_001, date(2026, 10, 7): 2_000}
    )
    found = await load_comparison(home)
    assert found["lowest_power_kva"] == 9
    assert {one["power_kva"]: one["days_above"] for one in found["lower_powers"]} == {
        3: ["2026-10-05", "2026-10-06"],
        6: ["2026-10-05", "2026-10-06"],
        9: [],
    }


async def test_a_comparison_says_how_much_it_knows(home: StoredHome) -> None:
    await write_curve(home, date(2026, 9, 4))
    hole = date(2026, 10, 28)
    await home.write_days(Kind.CURVE, {hole: None})
    found = await load_comparison(home)
    options = found["items"][0]["options"]
    assert options["base"]["known"] == round((31 * 24 + 1 - 24) / (31 * 24 + 1), 4)
    assert options["hp_hc"]["known"] == 0  # its off-peak hours are nobody's guess
    assert options["hp_hc"]["energy"] is None
    assert options["tempo"]["known"] == 0  # Sundays are blue, the other colours nobody named
    assert (found["highest_va"], found["lowest_power_kva"], found["highest_known"]) == (None, None, 0)


async def test_an_option_that_is_not_sold_at_that_power_is_not_compared(home: StoredHome) -> None:
    await home.change_point(tariffs=[{"option": "base", "power_kva": 3}], off_peak=NIGHT)
    await write_curve(home, date(2026, 9, 4))
    options = (await load_comparison(home))["items"][0]["options"]
    assert options["base"]["known"] == 1
    nothing: Any = {
        "energy": None,
        "subscription": None,
        "total": None,
        "known": 0,
        "buckets": {},
        "red_gain": None,
    }
    assert options["hp_hc"] == nothing


async def test_an_option_is_compared_in_the_months_in_which_it_is_sold(home: StoredHome) -> None:
    """3 kVA until the end of September, and again from next year on: off-peak hours are not sold at that power."""
    base = {"option": "base", "power_kva": 3}
    six = base | {"power_kva": 6, "valid_from": "2026-10-01"}
    await home.change_point(tariffs=[base, six, base | {"valid_from": "2027-01-01"}], off_peak=NIGHT)
    await write_curve(home, date(2026, 9, 1))
    found = await load_comparison(home, 2)
    september, october = (month["options"] for month in found["items"])
    assert (september["hp_hc"]["energy"], september["base"]["known"]) == (None, 1)
    assert october["hp_hc"]["energy"] == pytest.approx(31 * 16 * 0.2142 + (31 * 8 + 1) * 0.1589)
    assert found["total_months"] == 1, "September has no off-peak hours to compare with"
    assert found["total"] == october


async def test_only_months_with_data_are_compared_with_their_own_subscription(home: StoredHome) -> None:
    await home.change_point(tariffs=HP_HC, off_peak=NIGHT)
    await write_curve(home, date(2026, 9, 4))
    found = await load_comparison(home, 12)
    assert [month["start"] for month in found["items"]] == ["2026-09-01", "2026-10-01"]
    assert found["total_months"] == 2
    assert found["total"]["base"]["subscription"] == pytest.approx(2 * 15.86)
    assert found["total"]["base"]["energy"] == pytest.approx((27 * 24 + 31 * 24 + 1) * 0.2001)


async def test_the_own_tariff_is_compared_before_its_hours_are_published(home: StoredHome) -> None:
    """The hours of older months are published at the end of the history, days after they are known."""
    await home.change_point(tariffs=HP_HC, off_peak=NIGHT)
    await write_curve(home, date(2026, 7, 1))
    found = await load_comparison(home, 4)
    assert found["total_months"] == len(found["items"]) == 4
    for month in found["items"]:
        assert month["options"]["own"] == month["options"]["hp_hc"]
    assert found["total"]["own"] == found["total"]["hp_hc"]


async def test_days_before_the_meter_was_in_service_are_not_compared(home: StoredHome) -> None:
    contract = Contract(power_kva=6, consumption_activated_on=date(2026, 10, 16))
    await home.change_point(tariffs=HP_HC, off_peak=NIGHT, contract=contract)
    await write_curve(home, date(2026, 10, 16))
    [month] = (await load_comparison(home, 12))["items"]
    assert month["options"]["base"]["known"] == 1
    assert month["options"]["base"]["subscription"] == pytest.approx(15.86 * 16 / 31)


async def test_all_options_are_billed_over_the_same_hours(home: StoredHome) -> None:
    """A colour is missing: the hours of that Tempo day are left out of every option."""
    await home.change_point(tariffs=HP_HC, off_peak=NIGHT)
    await write_curve(home, date(2026, 9, 4))
    days = [date(2026, 9, 30) + timedelta(days=number) for number in range(32)]
    await home.write_colors(dict.fromkeys(days, "blue") | {date(2026, 10, 14): "unknown"})
    [month] = (await load_comparison(home))["items"]
    kwh = 31 * 24 + 1 - 24
    assert {option["known"] for option in month["options"].values()} == {round(kwh / (kwh + 24), 4)}
    assert month["options"]["base"]["energy"] == pytest.approx(kwh * 0.2001)
    assert month["options"]["tempo"]["energy"] == pytest.approx(30 * 16 * 0.1654 + (30 * 8 + 1) * 0.1356)


FIRST = date(2026, 10, 1)


async def count_by_registers(home: StoredHome, *slots: tuple[int, int]) -> None:
    """Ten days of which the meter's own off-peak hours are these minutes of the clock."""
    await write_curve(home, date(2026, 9, 4), 300)
    shown_: dict[date, dict[str, int]] = {}
    peak = off_peak = 0
    for number in range(11):
        day = FIRST + timedelta(days=number)
        curve = whole_curve(day, [500] * 13 + [900 + 90 * number] * 14 + [1700] * 17 + [4000] * 4)
        await home.write_days(Kind.CURVE, {day: curve})
        shown_[day] = {"hp": peak, "hc": off_peak}
        for reading in curve:
            minute = (reading.start - midnight(day)) // timedelta(minutes=1)
            if any(start <= minute < end for start, end in slots):
                off_peak += reading.watts // 2
            else:
                peak += reading.watts // 2
    await home.write_days(Kind.INDEX, shown_)


async def test_the_registers_tell_off_peak_hours_that_are_wrong(home: StoredHome) -> None:
    """The meter's own hours begin at 22:00; 22:30 was stated."""
    await home.change_point(tariffs=HP_HC, off_peak=NIGHT)
    await count_by_registers(home, (0, 360), (1320, 1440))
    found = await check_index(home, FIRST, FIRST + timedelta(days=10))
    assert len(found["items"]) == 10
    assert found["items"][0]["difference"] == {"hc": 4000 // 2 - 500 // 2, "hp": 500 // 2 - 4000 // 2}
    better = found["better_off_peak"]
    assert (better["minutes"], better["slots"]) == (-30, [["22:00", "06:00"]])
    assert better["difference_after"] == 0
    await home.change_point(off_peak=[{"slots": [["22:00", "06:00"]]}])
    right = await check_index(home, FIRST, FIRST + timedelta(days=10))
    assert right["better_off_peak"] is None
    assert all(set(item["difference"].values()) == {0} for item in right["items"])


async def test_the_registers_of_a_new_meter_are_not_what_was_used_that_day(home: StoredHome) -> None:
    await home.change_point(tariffs=HP_HC, off_peak=NIGHT)
    await write_curve(home, date(2026, 9, 4))
    swapped = FIRST + timedelta(days=4)
    shown_ = {}
    for number in range(9):
        day = FIRST + timedelta(days=number)
        before = {"hp": 0, "hc": 0} if day <= swapped else {"hp": 900_000, "hc": 700_000}
        shown_[day] = {"hp": before["hp"] + 16_000 * number, "hc": before["hc"] + 8_000 * number}
    await home.write_days(Kind.INDEX, shown_)
    found = await check_index(home, FIRST, FIRST + timedelta(days=8))
    assert [item["date"] for item in found["items"]] == [
        (FIRST + timedelta(days=number)).isoformat() for number in range(8) if number != 4
    ]
    assert {value for item in found["items"] for value in item["difference"].values()} == {0}


async def test_the_registers_tell_which_slot_is_wrong(home: StoredHome) -> None:
    await home.change_point(tariffs=HP_HC, off_peak=[{"slots": [["02:00", "07:00"], ["12:30", "15:30"]]}])
    await count_by_registers(home, (120, 420), (780, 960))
    better = (await check_index(home, FIRST, FIRST + timedelta(days=10)))["better_off_peak"]
    assert (better["minutes"], better["slots"]) == (30, [["02:00", "07:00"], ["13:00", "16:00"]])


async def test_the_registers_tell_that_enedis_hours_are_the_right_ones(home: StoredHome) -> None:
    told = {"slots": [["02:00", "07:00"], ["13:00", "16:00"]], "source": "enedis"}
    await home.change_point(tariffs=HP_HC, off_peak=[told, *NIGHT])
    await count_by_registers(home, (120, 420), (780, 960))
    better = (await check_index(home, FIRST, FIRST + timedelta(days=10)))["better_off_peak"]
    assert (better["minutes"], better["slots"], better["difference_after"]) == (None, told["slots"], 0)


async def test_an_index_of_the_end_of_the_day_shows_no_false_difference(home: StoredHome) -> None:
    """Each day uses more than the one before; an index value is dated by the day that it ends."""
    await home.change_point(tariffs=HP_HC, off_peak=NIGHT)
    await write_curve(home, date(2026, 9, 4), 300)
    shown_, peak, off_peak = {}, 0, 0
    for number in range(12):
        day = FIRST + timedelta(days=number)
        watts = 500 + 40 * number
        await home.write_days(Kind.CURVE, {day: whole_curve(day, [watts])})
        peak, off_peak = peak + 16 * watts, off_peak + 8 * watts
        shown_[day] = {"hp": peak, "hc": off_peak}
    await home.write_days(Kind.INDEX, shown_)
    found = await check_index(home, FIRST, FIRST + timedelta(days=12))
    assert found["aligned_by"] == "day_ended"
    assert len(found["items"]) == 11
    assert all(set(item["difference"].values()) == {0} for item in found["items"])
    assert found["better_off_peak"] is None


async def test_registers_without_known_names_still_give_the_total(home: StoredHome) -> None:
    await write_curve(home, date(2026, 9, 4))
    shown_ = {FIRST + timedelta(days=number): {"total": 24_100 * number} for number in range(5)}
    await home.write_days(Kind.INDEX, shown_)
    found = await check_index(home, FIRST, FIRST + timedelta(days=4))
    assert [item["difference"] for item in found["items"]] == [{"total": 100}] * 4


async def test_a_meter_whose_clock_is_hours_off_is_found(home: StoredHome) -> None:
    """22:30-06:30 by the contract; the meter's clock is five hours late, so that its night begins at 03:30."""
    await home.change_point(tariffs=HP_HC, off_peak=NIGHT)
    await count_by_registers(home, (210, 690))
    better = (await check_index(home, FIRST, FIRST + timedelta(days=10)))["better_off_peak"]
    assert (better["minutes"], better["slots"], better["difference_after"]) == (300, [["03:30", "11:30"]], 0)


async def test_old_prices_are_flagged_in_every_answer_that_uses_them(home: StoredHome) -> None:
    await home.change_point(tariffs=[{"option": "base", "power_kva": 15}])
    await write_curve(home, date(2026, 9, 4))
    for found in (await load_periods(home), await load_totals(home), await load_comparison(home)):
        assert found["prices_outdated"] == "2026-08-01"
    assert (await load_periods(home, date(2026, 7, 1), date(2026, 7, 5)))["prices_outdated"] is None


async def test_old_prices_of_an_option_that_is_compared_are_flagged(home: StoredHome) -> None:
    """Ones own prices are nobody's to call old; those of the regulated options at 15 kVA are of February."""
    own = {"prices": [{"bucket": "base", "eur_per_kwh": 0.2}], "subscription_eur_per_month": 20}
    await home.change_point(tariffs=[{"option": "base", "power_kva": 15} | own])
    await write_curve(home, date(2026, 9, 4))
    assert (await load_totals(home))["prices_outdated"] is None
    assert (await load_comparison(home))["prices_outdated"] == "2026-08-01"
