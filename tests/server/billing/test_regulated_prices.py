"""The regulated tariffs in force on a day, and the tariff of a usage point."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.kit import paris
from gateway.tariffs.options import Option
from gateway.tariffs.prices import Grid, PriceSource, extend_price_book, load_packaged_prices
from gateway.tariffs.tariff import Tariff, find_tariff_on

BUCKETS = {
    Option.BASE: {"base"},
    Option.HP_HC: {"hp", "hc"},
    Option.TEMPO: {f"{color}_{time}" for color in ("blue", "white", "red") for time in ("hp", "hc")},
}


@pytest.mark.parametrize(
    ("option", "power", "day", "bucket", "price", "month"),
    [
        (Option.BASE, 6, date(2023, 8, 1), "base", "0.2276", "12.44"),
        (Option.BASE, 6, date(2024, 1, 31), "base", "0.2276", "12.44"),
        (Option.BASE, 6, date(2024, 2, 1), "base", "0.2516", "12.60"),
        (Option.HP_HC, 6, date(2024, 10, 31), "hc", "0.2068", "13.01"),
        (Option.HP_HC, 6, date(2024, 11, 1), "hc", "0.2068", "13.09"),
        (Option.HP_HC, 18, date(2025, 1, 31), "hp", "0.2700", "26.84"),
        (Option.BASE, 30, date(2024, 11, 1), "base", "0.2516", "37.68"),
        (Option.TEMPO, 36, date(2024, 11, 1), "red_hp", "0.7562", "44.71"),
        (Option.HP_HC, 6, date(2025, 2, 1), "hp", "0.2146", "14.04"),
        (Option.BASE, 6, date(2025, 7, 31), "base", "0.2016", "13.72"),
        (Option.BASE, 6, date(2025, 8, 1), "base", "0.1952", "15.47"),
        (Option.TEMPO, 6, date(2025, 8, 1), "red_hp", "0.6468", "15.50"),
        (Option.TEMPO, 6, date(2026, 7, 31), "blue_hc", "0.1325", "15.59"),
        (Option.TEMPO, 9, date(2026, 8, 1), "white_hp", "0.1921", None),
        (Option.HP_HC, 36, date(2026, 2, 1), "hp", "0.2065", "52.54"),
        (Option.HP_HC, 36, date(2026, 8, 1), "hp", "0.2142", "52.54"),
        (Option.TEMPO, 15, date(2026, 8, 1), "white_hc", "0.1536", "26.47"),
        (Option.BASE, 3, date(2026, 8, 1), "base", "0.2001", "12.03"),
    ],
)
def test_known_days(option: Option, power: int, day: date, bucket: str, price: str, month: str | None) -> None:
    grid = load_packaged_prices().find_grid(option, power, day)
    assert grid is not None
    assert dict(grid.prices)[bucket] == Decimal(price)
    assert month is None or grid.subscription_month == Decimal(month)


@given(st.sampled_from(list(BUCKETS)), st.sampled_from([6, 9, 12, 15, 18, 30, 36]), st.dates(date(2023, 8, 1)))
@settings(deadline=None)
def test_every_day_has_every_price_of_its_option(option: Option, power: int, day: date) -> None:
    grid = load_packaged_prices().find_grid(option, power, day)
    assert grid is not None
    assert set(dict(grid.prices)) == BUCKETS[option]
    assert all(Decimal("0.05") < price < 1 for _, price in grid.prices)
    assert grid.valid_from <= day


@pytest.mark.parametrize(
    ("option", "power", "day"),
    [
        (Option.BASE, 6, date(2023, 7, 31)),
        (Option.BASE, 7, date(2026, 1, 1)),
        (Option.HP_HC, 3, date(2026, 1, 1)),
        (Option.TEMPO, 3, date(2026, 1, 1)),
    ],
)
def test_what_is_not_sold_or_not_known_has_no_price(option: Option, power: int, day: date) -> None:
    assert load_packaged_prices().find_grid(option, power, day) is None


def test_a_grid_whose_subscription_is_not_known_keeps_the_one_before_and_says_so() -> None:
    grid = load_packaged_prices().find_grid(Option.HP_HC, 15, date(2026, 9, 1))
    assert grid is not None
    assert (grid.valid_from, grid.subscription_from) == (date(2026, 8, 1), date(2026, 2, 1))
    assert load_packaged_prices().find_outdated_since(Option.HP_HC, 15, date(2026, 9, 1)) == date(2026, 8, 1)
    assert load_packaged_prices().find_outdated_since(Option.HP_HC, 12, date(2026, 9, 1)) is None


def test_edf_bills_and_cre_is_kept_beside_it() -> None:
    day = date(2025, 3, 1)
    billed, kept = (
        load_packaged_prices().find_grid(Option.TEMPO, 6, day),
        load_packaged_prices().find_grid(Option.TEMPO, 6, day, PriceSource.CRE),
    )
    assert billed is not None
    assert kept is not None
    assert (billed.source, billed.subscription_month) == (PriceSource.EDF, Decimal("13.97"))
    assert (kept.source, kept.subscription_month) == (PriceSource.CRE, Decimal("14.0725"))
    assert (dict(billed.prices)["blue_hc"], dict(kept.prices)["blue_hc"]) == (Decimal("0.1288"), Decimal("0.1287"))


def test_cre_bills_where_edf_has_no_grid_or_no_subscription() -> None:
    def from_cre(power: int, day: date, month: str) -> Grid:
        return Grid(Option.BASE, power, day, (("base", Decimal("0.2")),), Decimal(month), PriceSource.CRE)

    august, february = date(2026, 8, 1), date(2027, 2, 1)
    added = [from_cre(3, august, "12.40"), from_cre(6, august, "15.99"), from_cre(6, february, "16.20")]
    book = extend_price_book(tuple(added))
    assert book.find_grid(Option.BASE, 3, august) == added[0]
    assert book.find_grid(Option.BASE, 6, august) == load_packaged_prices().find_grid(Option.BASE, 6, august)
    assert book.find_grid(Option.BASE, 6, february) == added[2]
    assert book.find_outdated_since(Option.BASE, 3, august) is None


def test_a_power_without_a_newer_grid_keeps_its_last() -> None:
    grid = load_packaged_prices().find_grid(Option.BASE, 18, date(2026, 8, 1))
    assert grid is not None
    assert grid.valid_from == date(2026, 2, 1)


@given(st.lists(st.none() | st.dates(paris.EARLIEST, paris.LATEST), max_size=6, unique=True), st.dates())
@settings(deadline=None)
def test_the_tariff_of_a_day_is_the_one_that_began_last(starts: list[date | None], day: date) -> None:
    tariffs = [Tariff(valid_from=start, option=Option.BASE, power_kva=6) for start in starts]
    begun = [start or date.min for start in starts if (start or date.min) <= day]
    found = find_tariff_on(tariffs, day)
    assert (None if found is None else found.valid_from or date.min) == (max(begun) if begun else None)


def test_a_change_holds_from_its_day() -> None:
    change = date(2026, 3, 29)
    tariffs = [
        Tariff(valid_from=change, option=Option.TEMPO, power_kva=9),
        Tariff(option=Option.BASE, power_kva=6),
    ]
    assert find_tariff_on(tariffs, change - timedelta(days=1)) == tariffs[1]
    assert find_tariff_on(tariffs, change) == tariffs[0]


def test_each_grid_says_when_it_was_checked_against_what() -> None:
    grids = list(load_packaged_prices().iterate_grids())
    assert all(grid.checked_on and grid.checked_against for grid in grids)
    august = next(grid for grid in grids if grid.valid_from == date(2026, 8, 1))
    assert august.checked_against == "one public transcript of EDF's price list", "what is less certain says so"


@pytest.mark.parametrize("option", [Option.BASE, Option.TEMPO])
def test_the_checks_against_cre_hold(option: Option) -> None:
    book = load_packaged_prices()
    for grid in book.iterate_grids():
        other = book.find_grid(option, grid.power_kva, grid.valid_from, PriceSource.CRE)
        if grid.option is option and other and other.valid_from == grid.valid_from:
            differ = {bucket: price for bucket, price in grid.prices if price != dict(other.prices)[bucket]}
            claims = "agree with CRE" in grid.checked_against
            assert claims
            assert not differ or (grid.valid_from, list(differ)) == (date(2025, 2, 1), ["blue_hc"])
