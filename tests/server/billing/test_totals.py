"""Totals of a home that is filled by hand: what they come to, and what they say that they lack."""

from datetime import UTC, date, datetime, timedelta

import pytest

from gateway.domain.direction import Direction
from gateway.metering.schedule import Kind, State
from gateway.usage_points.contract import Contract
from gateway.usage_points.models import PointStatus
from tests.server.billing.answered import load_periods, load_totals, write_curve
from tests.server.billing.homes import BASE, HP_HC, NIGHT, TEMPO, TODAY, StoredHome, whole_curve
from tests.server.conftest import NOW

HOURS = 24 * 60 + 1


async def test_totals_of_what_is_known(home: StoredHome) -> None:
    await write_curve(home, date(2026, 9, 4))
    found = await load_totals(home)
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


async def test_the_year_before_last_is_compared_before_new_years_eve_is_known(home: StoredHome) -> None:
    await write_curve(home, date(2024, 11, 3), 1000, date(2026, 12, 31))
    values = [date(2023, 12, 1) + timedelta(days=number) for number in range(338)]
    home.clock.set(datetime(2027, 1, 1, 5, tzinfo=UTC))
    await home.write_days(Kind.DAILY, dict.fromkeys(values, 24_000))
    year = (await load_totals(home))["year"]
    assert (year["last"]["start"], year["year_ago"]["start"]) == ("2025-01-01", "2024-01-01")
    assert year["year_ago"]["consumption"]["wh"] > 0


async def test_a_meter_whose_readings_ended_years_ago_keeps_its_last_years(home: StoredHome) -> None:
    await write_curve(home, date(2022, 1, 1), 1000, date(2024, 2, 10))
    await home.change_point(status=PointStatus.ENDED, ended_at=datetime(2024, 2, 10, tzinfo=UTC))
    found = await load_totals(home)
    assert {unit: found[unit]["last"]["start"] for unit in ("day", "month", "year")} == {
        "day": "2024-02-09",
        "month": "2024-01-01",
        "year": "2023-01-01",
    }
    for unit in ("day", "week", "month", "year"):
        for span in ("last", "year_ago"):
            assert found[unit][span]["complete"], (unit, span)
    assert found["year"]["year_ago"]["consumption"]["wh"] == 365 * 24_000
    assert found["year"]["running"]["consumption"] is None, "nothing is known of this year"


async def test_a_month_owes_its_whole_subscription_whatever_is_known_of_it(home: StoredHome) -> None:
    await write_curve(home, date(2026, 9, 4))
    lost = [date(2026, 10, 1) + timedelta(days=number) for number in range(20)]
    await home.write_days(Kind.CURVE, dict.fromkeys(lost))
    found = await load_totals(home)
    assert found["month"]["last"]["subscription"] == pytest.approx(15.86)
    assert found["month"]["running"]["subscription"] == pytest.approx(15.86 * 3 / 30), "up to today"
    assert found["month"]["year_ago"]["subscription"] == pytest.approx(15.47), "October 2025, of which nothing is known"
    of_2026 = 15.47 + 6 * 15.65 + 3 * 15.86 + 15.86 * 3 / 30
    assert found["year"]["running"]["subscription"] == pytest.approx(of_2026)


async def test_no_subscription_is_owed_before_the_meter_is_in_service(home: StoredHome) -> None:
    await home.change_point(contract=Contract(power_kva=6, consumption_activated_on=date(2026, 10, 16)))
    await write_curve(home, date(2026, 10, 16))
    month = (await load_totals(home))["month"]
    assert month["last"]["subscription"] == pytest.approx(15.86 * 16 / 31)
    assert month["year_ago"]["subscription"] is None


async def test_a_roof_whose_first_day_is_not_told_owes_no_subscription_before_the_meter_is_in_service(
    home: StoredHome,
) -> None:
    contract = Contract(power_kva=6, produces=True, consumption_activated_on=date(2026, 10, 16))
    await home.change_point(contract=contract)
    await write_curve(home, date(2026, 10, 16))
    month = (await load_totals(home))["month"]
    assert month["last"]["subscription"] == pytest.approx((15.86 + 9.60 * 1.2 / 12) * 16 / 31)
    assert month["year_ago"]["subscription"] is None


async def test_a_producer_who_injects_owes_the_surcharge(home: StoredHome) -> None:
    """9.60 EUR a year before tax, since August 2025 with a VAT of 20 %; from the day on which injection began."""
    contract = Contract(produces=True, power_kva=6, production_activated_on=date(2026, 10, 1))
    await home.change_point(contract=contract)
    await write_curve(home, date(2026, 9, 4))
    month = (await load_totals(home))["month"]
    assert month["last"]["subscription"] == pytest.approx(15.86 + 9.60 * 1.2 / 12)
    assert month["year_ago"]["subscription"] == pytest.approx(15.47)
    own = [BASE[0] | {"subscription_eur_per_month": 14}]
    await home.change_point(tariffs=own)
    assert (await load_totals(home))["month"]["last"]["subscription"] == pytest.approx(14), (
        "a subscription of one's own"
    )


async def test_the_last_day_is_the_last_that_is_known(home: StoredHome) -> None:
    await write_curve(home, date(2026, 9, 4))
    home.clock.set(NOW + timedelta(hours=16))
    assert (await load_totals(home))["day"]["last"]["start"] == "2026-11-02"


async def test_a_hole_makes_its_totals_incomplete(home: StoredHome) -> None:
    await write_curve(home, date(2026, 9, 4))
    hole = date(2026, 10, 28)
    await home.write_days(Kind.CURVE, {hole: whole_curve(hole, [1000])[:20]}, state=State.PARTIAL)
    found = await load_totals(home)
    assert found["day"]["last"]["complete"]
    assert not found["week"]["last"]["complete"]
    assert found["week"]["last"]["consumption"]["wh"] == (7 * 24 - 14) * 1000


async def test_a_day_that_is_of_no_bucket_leaves_its_totals_without_their_cost(home: StoredHome) -> None:
    await home.change_point(tariffs=HP_HC, off_peak=NIGHT)
    await write_curve(home, date(2026, 9, 4))
    lost = date(2026, 10, 10)
    await home.write_days(Kind.CURVE, {lost: None})
    await home.write_days(Kind.DAILY, {lost: 24_000})
    found = await load_totals(home)
    october = found["month"]["last"]
    assert october["complete"], "its energy is known"
    assert october["consumption"]["by_bucket"]["unknown"] == 24_000
    assert not october["cost_complete"]
    assert not found["year"]["running"]["cost_complete"]
    assert found["month"]["running"]["cost_complete"], "what is to come is not missing"
    assert found["week"]["last"]["cost_complete"]


async def test_a_colour_that_is_not_known_leaves_a_day_without_its_cost(home: StoredHome) -> None:
    await home.change_point(tariffs=TEMPO)
    await write_curve(home, date(2026, 9, 4))
    days = [date(2026, 9, 3) + timedelta(days=number) for number in range(60)]
    await home.write_colors(dict.fromkeys(days, "blue"))
    found = await load_totals(home)
    assert (found["day"]["last"]["complete"], found["day"]["last"]["cost_complete"]) == (True, False)
    assert found["month"]["last"]["cost_complete"]
    await home.write_colors({date(2026, 11, 2): "red"})
    assert (await load_totals(home))["day"]["last"]["cost_complete"]


async def test_the_cost_of_energy_without_a_price_is_not_zero(home: StoredHome) -> None:
    await home.change_point(tariffs=TEMPO)
    yesterday = date(2026, 11, 2)
    await write_curve(home, date(2026, 9, 4))
    await home.write_colors({date(2026, 11, 1): "blue"})
    await home.write_days(Kind.CURVE, {yesterday: whole_curve(yesterday, [0] * 6 + [1000] * 18, 60)})
    day = (await load_totals(home))["day"]["last"]
    assert (day["consumption"]["by_bucket"], day["cost_complete"]) == ({"blue_hc": 0, "unknown": 18_000}, False)
    assert (day["cost"], day["cost_by_bucket"], day["bill"]) == (None, {}, None)


async def test_production_of_other_hours_than_those_known_is_not_zero(home: StoredHome) -> None:
    await home.change_point(
        tariffs=[BASE[0] | {"production_eur_per_kwh": 0.1}],
        contract=Contract(produces=True, power_kva=6, production_activated_on=date(2026, 10, 1)),
    )
    yesterday = date(2026, 11, 2)
    await write_curve(home, date(2026, 9, 4))
    curve = whole_curve(yesterday, [500])
    await home.write_days(Kind.CURVE, {yesterday: curve[:20]}, state=State.PARTIAL)
    await home.write_days(Kind.CURVE, {yesterday: curve[20:]}, Direction.PRODUCTION, state=State.PARTIAL)
    day = (await load_totals(home))["day"]["last"]
    assert (day["consumption"]["wh"], day["production"], day["revenue"]) == (5000, None, None)


async def test_a_tariff_that_begins_in_a_month_is_not_what_it_cost(home: StoredHome) -> None:
    await home.change_point(tariffs=[BASE[0] | {"valid_from": "2026-10-16"}])
    await write_curve(home, date(2026, 9, 4))
    october = (await load_totals(home))["month"]["last"]
    assert (october["complete"], october["cost_complete"], october["subscription"]) == (True, False, None)


async def test_hours_stated_ahead_leave_the_past_its_own(home: StoredHome) -> None:
    of_enedis = NIGHT[0] | {"source": "enedis"}
    await home.change_point(tariffs=HP_HC, off_peak=[of_enedis])
    await write_curve(home, date(2026, 9, 4))
    before = (await load_totals(home))["month"]["last"]
    assert before["cost"] == pytest.approx(31 * 16 * 0.2142 + (31 * 8 + 1) * 0.1589)
    await home.change_point(off_peak=[of_enedis, {"valid_from": "2026-12-01", "slots": [["01:28", "06:58"]]}])
    assert (await load_totals(home))["month"]["last"] == before
    items = (await load_periods(home, date(2026, 11, 29), date(2026, 12, 3)))["items"]
    off_peak = [item["start"] for item in items if item["bucket"] == "hc"]
    assert off_peak[-3:] == ["2026-11-30T21:30:00Z", "2026-12-01T00:28:00Z", "2026-12-02T00:28:00Z"]


async def test_what_was_given_and_not_told_is_missing(home: StoredHome) -> None:
    await home.change_point(
        tariffs=[BASE[0] | {"production_eur_per_kwh": 0.1}],
        contract=Contract(produces=True, power_kva=6, production_activated_on=date(2026, 10, 1)),
    )
    await write_curve(home, date(2026, 9, 4))
    lost = date(2026, 10, 10)
    october = [date(2026, 10, 1) + timedelta(days=number) for number in range(33)]
    await home.write_days(
        Kind.CURVE, {day: whole_curve(day, [500]) for day in october if day != lost}, Direction.PRODUCTION
    )
    await home.write_days(Kind.CURVE, {lost: None}, Direction.PRODUCTION)
    month = (await load_totals(home))["month"]["last"]
    assert (month["complete"], month["consumption_complete"], month["production_complete"]) == (False, True, False)
    assert month["production"] == (30 * 24 + 1) * 500
    await home.write_days(Kind.CURVE, {lost: whole_curve(lost, [500])}, Direction.PRODUCTION)
    month = (await load_totals(home))["month"]["last"]
    assert (month["complete"], month["revenue_complete"]) == (True, True)
    assert month["revenue"] == pytest.approx((31 * 24 + 1) * 0.5 * 0.1)


async def test_nothing_was_given_before_the_roof(home: StoredHome) -> None:
    await home.change_point(contract=Contract(produces=True, power_kva=6, production_activated_on=TODAY))
    await write_curve(home, date(2026, 9, 4))
    found = await load_totals(home)
    assert (found["month"]["last"]["complete"], found["month"]["last"]["production"]) == (True, None)


async def test_a_meter_that_only_gives_has_complete_totals(home: StoredHome) -> None:
    await home.change_point(contract=Contract(produces=True), tariffs=[BASE[0] | {"production_eur_per_kwh": 0.1}])
    october = [date(2026, 9, 4) + timedelta(days=number) for number in range(60)]
    await home.write_days(Kind.CURVE, {day: whole_curve(day, [500]) for day in october}, Direction.PRODUCTION)
    month = (await load_totals(home))["month"]["last"]
    assert (month["complete"], month["revenue_complete"]) == (True, True)
    assert month["production"] == (31 * 24 + 1) * 500


async def test_a_home_of_which_nothing_is_known_has_totals_of_nothing(home: StoredHome) -> None:
    found = await load_totals(home)
    assert found["day"]["last"]["consumption"] is None
    assert found["year"]["running"]["cost"] is None
    assert not found["month"]["last"]["complete"]
