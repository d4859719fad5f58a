"""Every option, walked: its table, the buckets of its days, its prices and its place in the comparison agree."""

from datetime import date
from decimal import Decimal
from itertools import pairwise

import pytest

from gateway.tariffs.buckets import Rules
from gateway.tariffs.cre import read_grids
from gateway.tariffs.off_peak import OffPeakPeriod
from gateway.tariffs.options import OPTIONS, REGULATED, Option
from gateway.tariffs.prices import load_packaged_prices
from gateway.tariffs.tariff import Price, Tariff

NIGHT = OffPeakPeriod.model_validate({"slots": [["01:28", "06:58"], ["22:30", "24:00"]]})
DAYS = {date(2026, 3, 29): 23, date(2026, 10, 25): 25, date(2026, 11, 3): 24}
OWN_PRICES = (
    Price.model_validate({"bucket": "day", "eur_per_kwh": "0.25"}),
    Price.model_validate({"bucket": "night", "eur_per_kwh": "0.15", "slots": [["22:00", "06:00"]]}),
)


def tariff_of(option: Option) -> Tariff:
    if OPTIONS[option].is_regulated:
        return Tariff(option=option, power_kva=9)
    return Tariff(option=option, power_kva=9, prices=OWN_PRICES, subscription_eur_per_month=Decimal(15))


@pytest.mark.parametrize("option", Option)
@pytest.mark.parametrize("day", DAYS)
def test_each_minute_of_a_day_has_one_bucket_with_its_price(option: Option, day: date) -> None:
    tariff = tariff_of(option)
    colors = {day: "red", day.replace(day=day.day - 1): "white"}
    rules = Rules([tariff], [NIGHT], colors, load_packaged_prices()).get_day_rules(day)
    assert rules.spans[0][0] == 0
    assert rules.spans[-1][1] == DAYS[day] * 60
    assert all(before[1] == after[0] for before, after in pairwise(rules.spans))
    used = {bucket for _, _, bucket in rules.spans}
    assert used <= tariff.buckets == set(rules.prices)
    several_in_a_day = {Option.BASE: 1, Option.HP_HC: 2, Option.TEMPO: 3, Option.CUSTOM: 2}
    assert len(used) == several_in_a_day[option], "no option bills the whole day at one price but Base"
    assert rules.subscription


@pytest.mark.parametrize("option", REGULATED)
def test_a_regulated_option_has_a_register_a_column_and_a_price_for_each_bucket(option: Option) -> None:
    facts = OPTIONS[option]
    assert facts.registers.keys() == facts.cre_columns.keys() == facts.buckets
    assert len(set(facts.registers.values())) == len(facts.buckets)
    grids = [grid for grid in load_packaged_prices().iterate_grids() if grid.option is option]
    assert grids
    assert all({bucket for bucket, _ in grid.prices} == facts.buckets for grid in grids)


@pytest.mark.parametrize("option", REGULATED)
def test_cre_file_of_a_regulated_option_is_read(option: Option) -> None:
    grid = load_packaged_prices().find_grid(option, 9, date(2026, 8, 1))
    assert grid is not None
    columns = {"DATE_DEBUT": "01/02/2027", "DATE_FIN": "", "P_SOUSCRITE": "9"}
    columns |= {"PART_FIXE_HT": "150", "PART_FIXE_TTC": str(grid.subscription_month * 12)}
    for bucket, price in grid.prices:
        column = OPTIONS[option].cre_columns[bucket]
        columns |= {f"{column}_HT": str(price / 2), f"{column}_TTC": str(price)}
    text = ";".join(columns) + "\n" + ";".join(columns.values()) + "\n"
    [found], _ = read_grids(text, load_packaged_prices(), date(2026, 11, 3))
    assert (found.option, dict(found.prices)) == (option, dict(grid.prices))
