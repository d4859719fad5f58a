"""Offers of suppliers: the documented examples, each billed as by hand; what is refused; which version is in force."""

import json
import random
from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError
from typer.testing import CliRunner

from gateway.billing.days.figures import is_money
from gateway.billing.hours import series
from gateway.cli import app
from gateway.tariffs.buckets import Rules
from gateway.tariffs.offers import OfferBook, describe_format, parse_offers
from gateway.tariffs.prices import load_packaged_prices
from gateway.tariffs.tariff import Tariff
from tests.server.billing.counted import UNITS, count_figures, to_exact_amounts
from tests.server.billing.naive import Contract, Home, Price, Slots, compute_bill
from tests.server.billing.test_bill import MONTHS, assert_agreement, random_curve, to_intervals
from tests.server.paris import midnight

FOLDER = Path(__file__).parents[3] / "docs" / "offers"
EXAMPLES = sorted(file.stem for file in FOLDER.glob("*.json") if file.stem != "schema")
HOLIDAYS = frozenset(
    date(2026, month, day)
    for month, day in [
        (1, 1), (4, 6), (5, 1), (5, 8), (5, 14), (5, 25), (7, 14), (8, 15), (11, 1), (11, 11), (12, 25)
    ]
)  # fmt: skip
DAYS_OF_NOTE = [
    date(2026, 1, 5),  # EJP, and of the version before 1 February
    date(2026, 1, 31),
    date(2026, 3, 28),  # until after the clocks change
    date(2026, 3, 30),
    date(2026, 4, 5),  # Easter, a public holiday of no Sunday, and its Monday
    date(2026, 7, 13),
    date(2026, 10, 24),
    date(2026, 10, 31),
    date(2026, 11, 23),
    date(2026, 11, 28),  # after which the special days are not known
    date(2026, 12, 24),
]
CHANCE = random.Random("colours")
COLORS = {
    date(2025, 12, 31) + timedelta(days=number): CHANCE.choice(["blue", "blue", "white", "red"])
    for number in range(366)
    if number not in {40, 41, 200}
}


def read(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((FOLDER / f"{name}.json").read_text(), parse_float=Decimal)
    return found


def rules_of(name: str, power: int) -> Rules:
    book = OfferBook.of(parse_offers((FOLDER / f"{name}.json").read_text()))
    tariff = Tariff.model_validate({"option": "custom", "offer": f"example-{name}", "power_kva": power})
    return Rules(book.resolve_tariffs([tariff]), [], COLORS, load_packaged_prices())


def naive_home(name: str, power: int) -> Home:
    """The same offer, read anew from its file."""
    contracts = []
    for version in read(name)["offers"][0]["versions"]:
        own = [price for price in version["prices"] if power in price.get("powers_kva", [power])]
        tax = version["tax"] or {
            "excise_eur_per_kwh": 0,
            "cta_eur_per_month": 0,
            "vat_energy": 0,
            "vat_subscription": 0,
        }

        def add_taxes(eur: Decimal, more: Decimal, rate: Decimal) -> Fraction:
            return Fraction(round((Decimal(eur) + Decimal(more)) * (1 + Decimal(rate)), 6))

        prices = {
            price["bucket"]: add_taxes(price["eur_per_kwh"], tax["excise_eur_per_kwh"], tax["vat_energy"])
            for price in own
        }
        [month] = [one["eur_per_month"] for one in version["subscriptions"] if one["power_kva"] == power]
        month = add_taxes(month, tax["cta_eur_per_month"], tax["vat_subscription"])
        first = date.fromisoformat(version["valid_from"])
        contracts.append(
            Contract(
                first,
                "custom",
                [Price(first, prices, month)],
                [(price["bucket"], naive_slots(price, version)) for price in own if "slots" in price],
                next(price["bucket"] for price in own if "slots" not in price),
            )
        )
    return Home(contracts, [], COLORS)


def naive_slots(price: dict[str, Any], version: dict[str, Any]) -> Slots:
    special = version.get("special_days", {}).get(price.get("on"))
    return Slots(
        [(start, end) for start, end in price["slots"]],
        months=MONTHS[price.get("season", "all")],
        weekdays=frozenset(price.get("weekdays", range(7))),
        holidays=HOLIDAYS,
        on_holidays={"included": True, "excluded": False}.get(price.get("public_holidays", "")),
        colors=frozenset(price.get("colors", ())),
        named=frozenset(map(date.fromisoformat, special["days"])) if special else None,
        named_until=date.fromisoformat(special["known_until"]) if special else date.max,
        day_starts=version.get("day_starts", "06:00"),
    )


def test_there_is_an_example_of_each_kind() -> None:
    assert EXAMPLES == ["ejp", "seasons", "super-off-peak", "tempo-like", "week-end"]
    assert all(read(name)["offers"][0]["example"] for name in EXAMPLES), "none claims to be sold"


@pytest.mark.parametrize(("name", "power"), [*((name, 9) for name in EXAMPLES), ("seasons", 6)])
def test_an_example_is_billed_as_by_hand_around_days_of_note(name: str, power: int) -> None:
    rules, home = rules_of(name, power), naive_home(name, power)
    for day in DAYS_OF_NOTE:
        start, end = midnight(day), midnight(day + timedelta(days=2))
        readings = random_curve(start, end, [30, 10, 60], random.Random(str(day)))
        assert_agreement(to_exact_amounts(count_figures(rules, readings)), compute_bill(home, to_intervals(readings)))


@pytest.mark.long
@pytest.mark.parametrize("name", EXAMPLES)
def test_a_year_of_an_example_agrees_to_the_cent(name: str) -> None:
    readings = random_curve(midnight(date(2026, 1, 1)), midnight(date(2027, 1, 1)), [30], random.Random(name))
    total: dict[str, int] = {}
    for one in count_figures(rules_of(name, 9), readings).values():
        total = series.sum_day(one, total)
    expected: dict[str, Fraction] = defaultdict(Fraction)
    for amounts in compute_bill(naive_home(name, 9), to_intervals(readings)).values():
        for key, amount in amounts.items():
            expected[key] += amount
    ours = {key: Fraction(amount, UNITS[is_money(key)]) for key, amount in total.items()}
    assert ours.keys() == expected.keys()
    assert all(abs(ours[key] - expected[key]) < Fraction(1, 10**6) for key in ours)


def test_the_format_is_documented() -> None:
    written = json.loads((FOLDER / "schema.json").read_text())
    assert written == json.loads(json.dumps(describe_format())), "write it by: gateway offers schema"


def change(**members: Any) -> dict[str, Any]:
    """A file whose one version has other members."""
    file = json.loads((FOLDER / "super-off-peak.json").read_text())
    file["offers"][0]["versions"][0] |= members
    return dict(file)


PRICES = change()["offers"][0]["versions"][0]["prices"]
WRONG: dict[str, dict[str, Any]] = {
    "versions.0.source": change(source=None),
    "versions.0.tax": change(tax="included"),
    "valid_to must come after": change(valid_to="2025-01-01"),
    "a power has one subscription": change(subscriptions=2 * change()["offers"][0]["versions"][0]["subscriptions"]),
    "one price without slots": change(prices=PRICES[:2]),
    "lacks ejp": change(prices=[PRICES[0] | {"on": "ejp"}, *PRICES[1:]]),
    "needs slots": change(prices=[*PRICES[:2], PRICES[2] | {"colors": ["red"]}]),
    "begins with example-": change() | {"offers": [change()["offers"][0] | {"example": False}]},
    "`tempo` names another option": change() | {"offers": [change()["offers"][0] | {"id": "tempo", "example": False}]},
    "`own` names another option": change() | {"offers": [change()["offers"][0] | {"id": "own", "example": False}]},
    "same id": change() | {"offers": 2 * change()["offers"]},
    "format": change() | {"format": 2},
    "published_at": change() | {"published_at": "2026-11-29"},
    "each ends before the next": change()
    | {"offers": [change()["offers"][0] | {"versions": 2 * change()["offers"][0]["versions"]}]},
}


@pytest.mark.parametrize("what", WRONG)
def test_a_file_that_is_not_right_is_refused_and_says_what_to_change(what: str, tmp_path: Path) -> None:
    file = tmp_path / "offers.json"
    file.write_text(json.dumps(WRONG[what]))
    result = CliRunner().invoke(app, ["offers", "check", str(file)])
    assert result.exit_code == 1
    assert what in result.output
    with pytest.raises(ValidationError):
        parse_offers(file.read_text())


def test_check_says_what_it_read() -> None:
    result = CliRunner().invoke(app, ["offers", "check", str(FOLDER / "week-end.json")])
    assert result.exit_code == 0, result.output
    assert "example-week-end: Example" in result.output


def test_each_day_has_the_version_in_force_and_none_is_invented() -> None:
    file = parse_offers((FOLDER / "week-end.json").read_text())
    book = OfferBook.of(file)
    chosen = [
        Tariff.model_validate({"option": "base", "power_kva": 6}),
        Tariff.model_validate(
            {"option": "custom", "offer": file.offers[0].id, "power_kva": 9, "valid_from": "2025-03-01"}
        ),
        Tariff.model_validate({"option": "hp_hc", "power_kva": 6, "valid_from": "2026-06-01"}),
    ]
    found = book.resolve_tariffs(chosen)
    assert [(str(one.valid_from), len(one.buckets)) for one in found] == [
        ("None", 1),
        ("2025-03-01", 0),
        ("2025-08-01", 3),
        ("2026-02-01", 3),
        ("2026-06-01", 2),
    ]
    rules = Rules(found, [], {}, load_packaged_prices())
    assert rules.get_day_rules(date(2025, 4, 1)).spans == ((0, 1440, "unknown"),)
    assert rules.get_day_rules(date(2025, 8, 1)).prices["hp"] == 223_100
    assert rules.get_day_rules(date(2026, 2, 1)).prices["hp"] == 219_900
    gone = OfferBook().resolve_tariffs(chosen)
    assert Rules(gone, [], {}, load_packaged_prices()).get_day_rules(date(2026, 3, 1)).prices == {}


@pytest.mark.parametrize(
    "stated",
    [
        {"option": "custom", "power_kva": 6, "prices": "offer"},
        {"option": "base", "power_kva": 6, "offer": "some-offer"},
        {"option": "custom", "power_kva": 6, "offer": "some-offer", "prices": "regulated"},
        {"option": "custom", "power_kva": 6, "offer": "Some Offer"},
    ],
)
def test_an_offer_is_named_as_such(stated: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Tariff.model_validate(stated)


def test_a_meter_just_added_has_no_tariff_to_resolve() -> None:
    assert OfferBook().resolve_tariffs([]) == []
