"""An offer with prices by weekday and hour, entered in the form: what is sent, and what is said of what cannot be."""

from typing import Any

import pytest
from conftest import SetUp
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers.translation import async_get_translations
from pages import answer_meter, list_suggested, load_texts, open_tariff
from scripted_gateway import POINT, POINTS, ScriptedGateway, answer_problem, answer_text

from custom_components.my_electrical_data.const import DOMAIN

TARIFF = {"name": "Maison", "option": "custom_prices", "power": "9", "own_prices": False}
WEEK_END = {"name": "Week-end", "price": 0.16, "days": ["5", "6"], "holidays": "included"}
NIGHTS = {
    "name": "Nuits été",
    "price": 0.14,
    "days": ["4", "0"],
    "hours": "22:30-06:30, 12:30-14:30",
    "season": "summer",
}
OFFER: dict[str, Any] = {"usual_price": 0.21, "subscription": 15.5, "other_prices": [WEEK_END, NIGHTS]}
PRICES = [
    {
        "bucket": "week_end",
        "eur_per_kwh": 0.16,
        "season": "all",
        "weekdays": [5, 6],
        "public_holidays": "included",
        "slots": [["00:00", "24:00"]],
    },
    {
        "bucket": "nuits_ete",
        "eur_per_kwh": 0.14,
        "season": "summer",
        "weekdays": [0, 4],
        "public_holidays": "by_weekday",
        "slots": [["22:30", "06:30"], ["12:30", "14:30"]],
    },
    {"bucket": "base", "eur_per_kwh": 0.21},
]


@pytest.fixture
async def form(hass: HomeAssistant, set_up: SetUp) -> Any:
    return await answer_meter(hass, await open_tariff(hass, await set_up()), TARIFF)


def with_row(**changes: Any) -> dict[str, Any]:
    """Return an offer of one price besides the usual one, with members changed."""
    return OFFER | {"other_prices": [WEEK_END | changes]}


async def test_week_end_and_other_weekday_prices_with_several_slots(
    hass: HomeAssistant, gateway: ScriptedGateway, form: Any
) -> None:
    assert form["step_id"] == "custom_prices"
    assert list_suggested(form) == {"usual_price": None, "subscription": None, "other_prices": []}
    result = await answer_meter(hass, form, OFFER)
    assert (result["type"], result["reason"]) == (FlowResultType.ABORT, "reconfigure_successful")
    [tariff] = gateway.told[-1]["tariffs"]
    assert tariff == {
        "valid_from": None,
        "option": "custom",
        "power_kva": 9,
        "prices": PRICES,
        "subscription_eur_per_month": 15.5,
    }


async def test_public_holidays_alone(hass: HomeAssistant, gateway: ScriptedGateway, form: Any) -> None:
    await answer_meter(hass, form, with_row(holidays="only"))
    price = gateway.told[-1]["tariffs"][0]["prices"][0]
    assert (price["weekdays"], price["public_holidays"]) == ([], "included")


async def test_what_was_entered_comes_back_to_be_changed(
    hass: HomeAssistant, gateway: ScriptedGateway, set_up: SetUp
) -> None:
    """With the names of the prices, which the statistics have too."""
    usual = {"bucket": "semaine", "eur_per_kwh": 0.21, "season": "all", "weekdays": [*range(7)], "slots": []}
    prices = [{"colors": None, "on": None, **price} for price in (*PRICES[:2], usual)]
    tariff = {
        "valid_from": None,
        "option": "custom",
        "power_kva": 9,
        "subscription_eur_per_month": 15.5,
        "prices": prices,
    }
    gateway.answers[POINTS]["items"][0]["tariffs"] = [tariff]
    form = await answer_meter(hass, await open_tariff(hass, await set_up()), TARIFF)
    shown = list_suggested(form)
    assert (shown["usual_price"], shown["subscription"]) == (0.21, 15.5)
    assert form["description_placeholders"]["note"] == ""
    first, second = shown["other_prices"]
    assert (first["name"], first["days"], first["hours"], first["holidays"]) == ("week_end", ["5", "6"], "", "included")
    assert (second["hours"], second["season"]) == ("22:30-06:30, 12:30-14:30", "summer")
    await answer_meter(hass, form, shown)
    sent = gateway.told[-1]["tariffs"][0]["prices"]
    assert sent == [*PRICES[:2], {"bucket": "semaine", "eur_per_kwh": 0.21}]


async def test_an_offer_by_colour_is_not_shown_in_part(
    hass: HomeAssistant, gateway: ScriptedGateway, set_up: SetUp
) -> None:
    prices = [{"bucket": "red", "eur_per_kwh": 0.9, "colors": ["red"], "slots": [["00:00", "24:00"]]}, PRICES[-1]]
    tariff = {"valid_from": None, "option": "custom", "power_kva": 9, "prices": prices}
    gateway.answers[POINTS]["items"][0]["tariffs"] = [tariff]
    form = await answer_meter(hass, await open_tariff(hass, await set_up()), TARIFF)
    assert list_suggested(form) == {"usual_price": None, "subscription": None, "other_prices": []}
    assert "Another offer, as JSON" in form["description_placeholders"]["note"], "it stays, and can be edited elsewhere"
    assert gateway.told == []


@pytest.mark.parametrize("bucket", ["0", "1_2_3", "week_end", "heures_creuses_nuit_de_week_ends"])
async def test_a_price_keeps_the_name_that_statistics_have(
    hass: HomeAssistant, gateway: ScriptedGateway, set_up: SetUp, bucket: str
) -> None:
    """Whatever name the gateway accepts, up to its 32 characters."""
    prices = [PRICES[0] | {"bucket": bucket}, PRICES[-1]]
    tariff = {
        "valid_from": None,
        "option": "custom",
        "power_kva": 9,
        "subscription_eur_per_month": 15.5,
        "prices": prices,
    }
    gateway.answers[POINTS]["items"][0]["tariffs"] = [tariff]
    form = await answer_meter(hass, await open_tariff(hass, await set_up()), TARIFF)
    await answer_meter(hass, form, list_suggested(form))
    assert gateway.told[-1]["tariffs"][0]["prices"] == prices


@pytest.mark.parametrize(
    ("entered", "errors", "name"),
    [
        ({"subscription": 15.5}, {"usual_price": "price_missing"}, None),
        ({"usual_price": 0.21}, {"subscription": "price_missing"}, None),
        (with_row(name="!"), {"other_prices": "price_without_name"}, "!"),
        (with_row(name=" Unknown "), {"other_prices": "price_without_name"}, "Unknown"),
        (with_row(price=None), {"other_prices": "price_of_row_missing"}, "Week-end"),
        (with_row(hours="at night"), {"other_prices": "hours_unreadable"}, "Week-end"),
        (with_row(hours="Sat 22:30-06:30"), {"other_prices": "hours_name_days"}, "Week-end"),
        (with_row(name="Base"), {"other_prices": "names_alike"}, "base"),
        (with_row(price=0), {"base": "price_of_zero"}, None),
    ],
)
async def test_what_cannot_be_used_says_what_to_change(
    hass: HomeAssistant,
    gateway: ScriptedGateway,
    form: Any,
    entered: dict[str, Any],
    errors: dict[str, str],
    name: str | None,
) -> None:
    gateway.off_peak_texts["Sat 22:30-06:30"] = [{"weekdays": [5], "slots": [["22:30", "06:30"]]}]
    for row in entered.get("other_prices", []):
        if row["price"] is None:
            del row["price"]
    again = await answer_meter(hass, form, entered)
    assert (again["step_id"], again["errors"]) == ("custom_prices", errors)
    assert again["description_placeholders"].get("name") == name
    assert list_suggested(again)["other_prices"] == entered.get("other_prices", []), "what was entered stays"
    assert gateway.told == []
    for language in ("en", "fr"):
        assert set(errors.values()) <= load_texts(language)["config_subentries"]["meter"]["error"].keys()
    assert (await answer_meter(hass, again, OFFER))["reason"] == "reconfigure_successful"


async def test_a_price_of_zero_is_accepted_when_it_is_confirmed(
    hass: HomeAssistant, gateway: ScriptedGateway, form: Any
) -> None:
    free = with_row(price=0)
    again = await answer_meter(hass, form, free)
    assert (await answer_meter(hass, again, free))["reason"] == "reconfigure_successful"
    assert gateway.told[-1]["tariffs"][0]["prices"][0]["eur_per_kwh"] == 0


async def test_what_the_gateway_says_of_an_offer_is_shown(
    hass: HomeAssistant, gateway: ScriptedGateway, form: Any
) -> None:
    right, detail = gateway.answers[POINT], "body.tariffs.0: a slot must not end when it begins"
    gateway.answers[POINT] = answer_text(
        422, f'{{"code": "invalid_request", "detail": "{detail}"}}', "application/problem+json"
    )
    again = await answer_meter(hass, form, OFFER)
    assert again["errors"] == {"other_prices": "custom_refused"}
    assert again["description_placeholders"]["detail"] == detail
    gateway.answers[POINT] = answer_problem(503, "database_down")
    again = await answer_meter(hass, again, OFFER)
    assert again["errors"] == {"base": "gateway_unavailable"}
    gateway.answers[POINT] = right
    assert (await answer_meter(hass, again, OFFER))["reason"] == "reconfigure_successful"


@pytest.mark.parametrize(
    ("language", "monday", "summer"), [("en", "Mon", "April to October"), ("fr", "lun", "Avril à octobre")]
)
async def test_the_fields_of_a_price_have_words_in_both_languages(
    hass: HomeAssistant, set_up: SetUp, language: str, monday: str, summer: str
) -> None:
    hass.config.language = language
    form = await answer_meter(hass, await open_tariff(hass, await set_up()), TARIFF)
    selector = next(field for key, field in form["data_schema"].schema.items() if key == "other_prices")
    fields = selector.config["fields"]
    assert fields["days"]["selector"]["select"]["options"][0] == {"value": "0", "label": monday}
    assert {"value": "summer", "label": summer} in fields["season"]["selector"]["select"]["options"]
    texts = await async_get_translations(hass, language, "selector", [DOMAIN])
    for field in fields:
        for part in ("name", "description"):
            assert texts[f"component.{DOMAIN}.selector.custom_price.fields.{field}.{part}"]
