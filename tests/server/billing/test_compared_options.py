"""What the same hours would have cost under each option, of a home that is filled by hand."""

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from gateway.metering.schedule import Kind
from gateway.problems import ProblemError
from gateway.tariffs.repository import replace_offers
from gateway.usage_points.contract import Contract
from tests.server.billing.answered import load_comparison, write_curve
from tests.server.billing.homes import HP_HC, NIGHT, TEMPO, StoredHome, whole_curve


def without_above(total: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {name: {key: value for key, value in cost.items() if key != "above_lowest"} for name, cost in total.items()}


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
    assert without_above(found["total"]) == options
    assert (found["power_kva"], found["highest_va"], found["lowest_power_kva"]) == (6, 4_900, 6)
    assert found["highest_known"] == round(1 / 31, 4)


async def test_the_lowest_bill_is_named_and_how_much_more_the_others_are(home: StoredHome) -> None:
    await home.change_point(tariffs=HP_HC, off_peak=NIGHT)
    await write_curve(home, date(2026, 9, 4))
    days = [date(2026, 9, 30) + timedelta(days=number) for number in range(32)]
    await home.write_colors(dict.fromkeys(days, "blue"))
    found = await load_comparison(home)
    bills = {name: cost["total"] for name, cost in found["total"].items()}
    assert found["lowest"] == "tempo" == min(bills, key=lambda name: bills[name])
    assert {name: cost["above_lowest"] for name, cost in found["total"].items()} == {
        name: pytest.approx(bill - bills["tempo"], abs=1e-6) for name, bill in bills.items()
    }


async def test_of_equal_bills_the_own_tariff_is_the_lowest(home: StoredHome) -> None:
    await home.change_point(tariffs=[{"option": "base", "power_kva": 6}])
    await write_curve(home, date(2026, 9, 4))
    found = await load_comparison(home)
    assert found["lowest"] == "own"
    assert found["total"]["own"]["above_lowest"] == found["total"]["base"]["above_lowest"] == 0
    assert found["total"]["tempo"]["above_lowest"] is None, "no colour is known"


async def test_an_option_that_is_closed_to_new_customers_is_not_the_lowest(home: StoredHome) -> None:
    await home.change_point(tariffs=[{"option": "hp_hc", "power_kva": 9}], off_peak=NIGHT)
    days = [date(2026, 9, 4) + timedelta(days=number) for number in range(60)]
    by_day = [0] * 13 + [2000] * 16 + [0] * 19
    await home.write_days(Kind.CURVE, {day: whole_curve(day, by_day) for day in days if day != date(2026, 10, 25)})
    found = await load_comparison(home)
    assert found["open_to_new"]["base"] is False
    assert found["lowest"] == "own"
    assert found["total"]["base"]["above_lowest"] < 0 == found["total"]["own"]["above_lowest"]


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
    assert options["base"]["known"] == round((31 * 24 + 1 - 24) / (31 * 24 + 1), 4) == found["items"][0]["known"]
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
    assert without_above(found["total"]) == october


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
