"""Days billed by hand: what a reader of the tariffs would make of them."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest

from gateway.billing.days.counting import Facts, count_day
from gateway.billing.days.figures import DayFigures, MadeOf, to_unit
from gateway.domain.readings import Quality, Reading
from gateway.tariffs.buckets import Rules
from gateway.tariffs.off_peak import OffPeakPeriod
from gateway.tariffs.options import Option
from gateway.tariffs.prices import load_packaged_prices
from gateway.tariffs.tariff import Price, Tariff
from tests.server.billing.counted import base_home, count_figures, curve_of, off_peak_home, tempo_home, to_exact_amounts
from tests.server.billing.homes import whole_curve
from tests.server.paris import PARIS

DAY = date(2026, 1, 13)
EVE = DAY - timedelta(days=1)


def flat_curve(day: date, watts: int) -> list[Reading]:
    return whole_curve(day, [watts])


def sum_figures(one: DayFigures) -> dict[str, float]:
    return {key: to_unit(key, sum(values)) for key, values in one.build_columns().items()}


def day_of(rules: Rules, day: date, watts: int) -> dict[str, float]:
    return sum_figures(count_figures(rules, flat_curve(day, watts))[day])


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
    one = count_figures(off_peak_home(6, ["01:28", "06:58"], ["13:58", "16:28"]), flat_curve(DAY, 1200))[DAY]
    cut = [hour for hour, made_of in zip(one.hours, one.used_made_of, strict=True) if made_of is MadeOf.ESTIMATED]
    assert cut == [1, 6, 13, 16]
    assert one.used["hc"][1] == 1200 * 32
    uncut = count_figures(off_peak_home(6, ["01:30", "07:00"]), flat_curve(DAY, 1200))[DAY]
    assert set(uncut.used_made_of) == {MadeOf.MEASURED}


@pytest.mark.parametrize(("day", "off_peak"), [(date(2026, 3, 29), 7), (date(2026, 10, 25), 9), (date(2026, 6, 1), 8)])
def test_the_odd_nights_have_an_off_peak_hour_less_or_more(day: date, off_peak: int) -> None:
    found = day_of(off_peak_home(6, ["22:00", "06:00"]), day, 1000)
    assert (found["consumption_hc"], found["consumption_hp"]) == (off_peak * 1000, 16_000)


def test_the_prices_of_august_2025_begin_at_its_first_midnight() -> None:
    """The kWh fell by 0.64 c, and the VAT of the subscription rose from 5.5 to 20 %: 13.72 and 15.47 EUR a month."""
    july, august = date(2025, 7, 31), date(2025, 8, 1)
    found = to_exact_amounts(count_figures(base_home(), [*flat_curve(july, 1000), *flat_curve(august, 1000)]))
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
        found = to_exact_amounts(
            count_figures(base_home(), [reading for day in all_days for reading in flat_curve(day, 100)])
        )
        assert sum(amounts["subscription"] for amounts in found.values()) == Fraction(price)


def test_a_roof_gives_and_is_paid() -> None:
    """It uses 500 W all day; from 10:00 to 16:00 it gives 2 kW, paid 12.69 c: 12 kWh are 1.52 EUR."""
    tariff = Tariff.model_validate({"option": "base", "power_kva": 6, "production_eur_per_kwh": 0.1269})
    given_ = [
        Reading(reading.start, 30, 2000 if 10 <= reading.start.astimezone(PARIS).hour < 16 else 0)
        for reading in flat_curve(DAY, 0)
    ]
    found = sum_figures(
        count_figures(Rules([tariff], [], {}, load_packaged_prices()), flat_curve(DAY, 500), given_)[DAY]
    )
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
    rules = Rules(own, [], {}, load_packaged_prices())
    assert day_of(rules, EVE, 1000)["cost"] == pytest.approx(4.8)
    assert "subscription" not in day_of(rules, EVE, 1000)
    assert day_of(rules, DAY, 1000)["cost"] == pytest.approx(7.2)
    assert day_of(rules, DAY, 1000)["subscription"] == 1


def test_off_peak_hours_that_nobody_stated_are_not_guessed() -> None:
    rules = Rules([Tariff(option=Option.HP_HC, power_kva=6)], [], {}, load_packaged_prices())
    found = day_of(rules, DAY, 500)
    assert (found["consumption_unknown"], "cost" in found) == (12_000, False)


def test_a_day_of_none_of_the_weekdays_stated_is_all_peak() -> None:
    """Off-peak at winter's weekends only; 13 January 2026 is a Tuesday, 17 January a Saturday."""
    weekend = OffPeakPeriod.model_validate({"season": "winter", "weekdays": [5, 6], "slots": [["00:00", "24:00"]]})
    rules = Rules([Tariff(option=Option.HP_HC, power_kva=6)], [weekend], {}, load_packaged_prices())
    assert day_of(rules, DAY, 500)["consumption_hp"] == 12_000
    assert day_of(rules, date(2026, 1, 17), 500)["consumption_hc"] == 12_000
    assert day_of(rules, date(2026, 7, 11), 500)["consumption_unknown"] == 12_000
    assert [off_peak for *_, off_peak in rules.get_off_peak(DAY)] == [False]


def test_an_hour_known_in_part_is_left_out_and_an_estimated_part_marks_its_hour() -> None:
    readings = flat_curve(DAY, 600)
    readings[5] = Reading(readings[5].start, 30, 600, Quality.ESTIMATED)
    del readings[9]
    one = count_figures(base_home(), readings)[DAY]
    assert one.hours == [number for number in range(24) if number != 4]
    assert [one.hours[row] for row, made_of in enumerate(one.used_made_of) if made_of is MadeOf.ESTIMATED] == [2]
    assert not one.is_whole


def test_zero_is_known() -> None:
    one = count_figures(base_home(), flat_curve(DAY, 0))[DAY]
    assert len(one.hours) == 24
    found = sum_figures(one)
    assert found.pop("subscription") > 0
    assert found == {"consumption": 0, "consumption_base": 0, "cost": 0, "cost_base": 0}


NOTHING = Facts()


def by_value(rules: Rules, wh: int, registers: dict[str, int] | None = None, gave: Facts = NOTHING) -> DayFigures:
    one = count_day(DAY, Facts(value=wh, registers=registers or {}), gave, rules.get_day_rules(DAY))
    assert one is not None
    assert (one.hours, one.used_made_of, one.is_whole) == ([0], [MadeOf.DAY], True)
    return one


def test_a_day_without_a_curve_is_one_row_and_base_is_priced() -> None:
    found = sum_figures(by_value(base_home(), 10_000))
    assert found["cost"] == pytest.approx(1.952)
    assert found["subscription"] == pytest.approx(15.47 / 31)


def test_a_day_without_a_curve_is_billed_by_its_registers_or_not_at_all() -> None:
    rules = off_peak_home(6, ["22:00", "06:00"])
    assert by_value(rules, 10_000).used == {"unknown": [600_000]}
    assert by_value(rules, 10_000, {"hp": 7_000, "hc": 3_001}).used == {"hc": [3_001 * 60], "hp": [6_999 * 60]}
    assert by_value(rules, 10_000, {"hp": 7_000, "hc": 2_000}).used == {"unknown": [600_000]}  # they contradict it
    assert by_value(rules, 10_000, {"blue_hp": 7_000, "blue_hc": 3_000}).used == {"unknown": [600_000]}
    found = sum_figures(by_value(tempo_home({}), 10_000, {"red_hp": 7_000, "red_hc": 3_000, "blue_hp": 0}))
    assert found["cost"] == pytest.approx(7 * 0.6468 + 3 * 0.1460)


def test_a_day_of_one_bucket_without_a_curve_needs_no_registers() -> None:
    """13 January 2026 is a Tuesday, priced by the day at any hour; under the other offer it has a night."""
    weekend = Price(bucket="weekend", eur_per_kwh=Decimal("0.16"), weekdays=frozenset({5, 6}), slots=((0, 1440),))
    night = Price(bucket="night", eur_per_kwh=Decimal("0.1"), slots=((0, 360),))
    day = Price(bucket="day", eur_per_kwh=Decimal("0.24"))
    offers = [Tariff(option=Option.CUSTOM, power_kva=9, prices=prices) for prices in ((weekend, day), (night, day))]
    one, several = (by_value(Rules([offer], [], {}, load_packaged_prices()), 10_000) for offer in offers)
    assert one.used == {"day": [600_000]}
    assert sum_figures(one)["cost"] == pytest.approx(2.4)
    assert several.used == {"unknown": [600_000]}


def test_what_a_day_without_a_curve_gave_stands_in_the_same_row() -> None:
    assert by_value(base_home(), 10_000, gave=curve_of(DAY, flat_curve(DAY, 100))).gave == [24 * 100 * 60]
    assert by_value(base_home(), 10_000, gave=Facts(value=5_000)).gave == [300_000]
    part = by_value(base_home(), 10_000, gave=curve_of(DAY, flat_curve(DAY, 100)[3:]))
    assert (part.gave, part.gave_made_of) == ([0], [MadeOf.UNKNOWN])


def test_a_meter_that_only_gives_has_rows_of_its_own() -> None:
    gave = curve_of(DAY, flat_curve(DAY, 100))
    assert count_day(DAY, Facts(), gave, base_home().get_day_rules(DAY)) is None
    one = count_day(DAY, Facts(), gave, base_home().get_day_rules(DAY), takes=False)
    assert one is not None
    assert (len(one.hours), one.build_columns()["production"]) == (24, [6_000] * 24)
    assert "consumption" not in one.build_columns()
    assert count_day(DAY, Facts(), Facts(), base_home().get_day_rules(DAY), takes=False) is None


def test_what_was_given_and_is_not_known_stands_still_and_says_so() -> None:
    one = count_day(
        DAY, curve_of(DAY, flat_curve(DAY, 100)), curve_of(DAY, flat_curve(DAY, 50)[:4]), base_home().get_day_rules(DAY)
    )
    assert one is not None
    assert one.gave == [3_000, 3_000, *[0] * 22]
    assert one.gave_made_of == [MadeOf.MEASURED, MadeOf.MEASURED, *[MadeOf.UNKNOWN] * 22]
