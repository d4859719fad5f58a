"""A custom tariff typed in as JSON: what is sent, and what is said of a text that cannot be used."""

import json
from typing import Any

import pytest
from conftest import SetUp
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from pages import answer_meter, open_tariff
from pytest_homeassistant_custom_component.common import MockConfigEntry
from scripted_gateway import POINT, POINTS, ScriptedGateway, answer_problem, answer_text

ANSWERS = {"name": "Maison", "option": "custom", "power": "9", "own_prices": False}
SEASONS: dict[str, Any] = {
    "prices": [
        {"bucket": "winter", "eur_per_kwh": 0.24, "season": "winter", "slots": [["00:00", "24:00"]]},
        {
            "bucket": "holiday",
            "eur_per_kwh": 0.1,
            "weekdays": [6],
            "public_holidays": "included",
            "slots": [["00:00", "24:00"]],
        },
        {"bucket": "peak", "eur_per_kwh": 0.9, "on": "ejp", "slots": [["00:00", "24:00"]]},
        {"bucket": "base", "eur_per_kwh": 0.2},
    ],
    "subscription_eur_per_month": 14.2,
    "special_days": {"ejp": {"days": ["2026-12-01"], "known_until": "2026-12-02"}},
    "day_starts": "07:00",
}


@pytest.fixture
async def custom_form(hass: HomeAssistant, set_up: SetUp) -> Any:
    return await answer_meter(hass, await open_tariff(hass, await set_up()), ANSWERS)


def read_default(form: Any) -> str:
    text: str = form["data_schema"]({})["tariff"]
    return text


async def test_seasons_holidays_and_special_days(
    hass: HomeAssistant, gateway: ScriptedGateway, custom_form: Any
) -> None:
    assert custom_form["step_id"] == "custom"
    assert json.loads(read_default(custom_form))["prices"], "an example to begin with"
    result = await answer_meter(hass, custom_form, {"tariff": json.dumps(SEASONS)})
    assert (result["type"], result["reason"]) == (FlowResultType.ABORT, "reconfigure_successful")
    [tariff] = gateway.told[-1]["tariffs"]
    assert tariff == {"valid_from": None, "option": "custom", "power_kva": 9, **SEASONS}


async def test_what_was_typed_comes_back_to_be_edited(
    hass: HomeAssistant, gateway: ScriptedGateway, set_up: SetUp
) -> None:
    told = {"valid_from": None, "option": "custom", "power_kva": 9, "offer": None, "holidays": "mainland", **SEASONS}
    told["prices"] = [
        {
            "season": "all",
            "weekdays": [*range(7)],
            "public_holidays": "by_weekday",
            "slots": [],
            "colors": None,
            **price,
        }
        for price in SEASONS["prices"]
    ]
    gateway.answers[POINTS]["items"][0]["tariffs"] = [told]
    form = await answer_meter(hass, await open_tariff(hass, await set_up()), ANSWERS)
    assert json.loads(read_default(form)) == SEASONS


@pytest.mark.parametrize(
    ("text", "error", "placeholders"),
    [
        ('{\n"prices": [,]}', "invalid_json", {"line": "2", "column": "12"}),
        ("[]", "prices_missing", {}),
        ('{"subscription_eur_per_month": 3}', "prices_missing", {}),
        ('{"prices": [], "vat": 0.2}', "unknown_members", {"found": "vat"}),
    ],
)
async def test_a_text_that_cannot_be_used_says_what_to_change(
    hass: HomeAssistant, gateway: ScriptedGateway, custom_form: Any, text: str, error: str, placeholders: dict[str, str]
) -> None:
    form = await answer_meter(hass, custom_form, {"tariff": text})
    assert form["errors"] == {"tariff": error}
    assert placeholders.items() <= form["description_placeholders"].items()
    assert read_default(form) == text, "what was typed stays"
    assert gateway.told == []
    assert (await answer_meter(hass, form, {"tariff": json.dumps(SEASONS)}))["reason"] == "reconfigure_successful"


async def test_what_the_gateway_says_of_a_price_is_shown(
    hass: HomeAssistant, gateway: ScriptedGateway, custom_form: Any
) -> None:
    detail = "body.tariffs.0: `special_days` lacks ejp"
    body = json.dumps({"code": "invalid_request", "detail": detail})
    gateway.answers[POINT] = answer_text(422, body, "application/problem+json")
    form = await answer_meter(hass, custom_form, {"tariff": json.dumps(SEASONS)})
    assert form["errors"] == {"tariff": "custom_refused"}
    assert form["description_placeholders"]["detail"] == detail


async def test_a_gateway_that_is_away_leaves_what_was_typed(
    hass: HomeAssistant, gateway: ScriptedGateway, custom_form: Any
) -> None:
    gateway.answers[POINT] = answer_problem(503, "database_down")
    form = await answer_meter(hass, custom_form, {"tariff": json.dumps(SEASONS)})
    assert form["errors"] == {"base": "gateway_unavailable"}
    assert read_default(form) == json.dumps(SEASONS)


async def test_holidays_of_alsace_moselle(hass: HomeAssistant, gateway: ScriptedGateway, set_up: SetUp) -> None:
    form = await open_tariff(hass, await set_up())
    answers = {"name": "Maison", "option": "base", "power": "9", "own_prices": False, "holidays": "alsace_moselle"}
    await answer_meter(hass, form, answers)
    assert gateway.told[-1]["tariffs"][0]["holidays"] == "alsace_moselle"


BEFORE = {"valid_from": None, "option": "base", "power_kva": 6, "prices": "regulated"}
AFTER = {"valid_from": "2026-10-01", "option": "hp_hc", "power_kva": 9, "prices": "regulated"}
ALSACE = {"holidays": "alsace_moselle"}


@pytest.mark.parametrize(
    ("since", "told"),
    [
        pytest.param({}, [BEFORE | ALSACE, AFTER | ALSACE], id="on every day"),
        pytest.param({"valid_from": "2026-10-01"}, [BEFORE, AFTER | ALSACE], id="from the first day of a tariff"),
        pytest.param(
            {"valid_from": "2026-09-01"},
            [BEFORE, BEFORE | {"valid_from": "2026-09-01"} | ALSACE, AFTER | ALSACE],
            id="from a day within a tariff",
        ),
    ],
)
async def test_holidays_change_while_the_tariffs_stay(
    hass: HomeAssistant, gateway: ScriptedGateway, set_up: SetUp, since: dict[str, str], told: list[Any]
) -> None:
    gateway.answers[POINTS]["items"][0]["tariffs"] = [BEFORE, AFTER]
    form = await open_tariff(hass, await set_up())
    answers = form["data_schema"]({"name": "Maison", "off_peak": "22:00-06:00"} | ALSACE | since)
    assert answers["option"] == "keep"
    assert (await answer_meter(hass, form, answers))["reason"] == "reconfigure_successful"
    assert gateway.told[-1] == {"name": "Maison", "tariffs": told}


@pytest.mark.parametrize(
    ("since", "told"),
    [
        pytest.param({}, [BEFORE | {"power_kva": 9}], id="on every day"),
        pytest.param(
            {"valid_from": "2026-09-01"},
            [BEFORE, BEFORE | {"valid_from": "2026-09-01", "power_kva": 9}],
            id="from a day within the tariff",
        ),
    ],
)
async def test_subscribed_power_changes_while_the_tariff_stays(
    hass: HomeAssistant, gateway: ScriptedGateway, set_up: SetUp, since: dict[str, str], told: list[Any]
) -> None:
    gateway.answers[POINTS]["items"][0]["tariffs"] = [BEFORE]
    form = await open_tariff(hass, await set_up())
    answers = form["data_schema"]({"name": "Maison", "off_peak": "22:00-06:00", "power": "9"} | since)
    assert answers["option"] == "keep"
    assert (await answer_meter(hass, form, answers))["reason"] == "reconfigure_successful"
    assert gateway.told[-1] == {"name": "Maison", "tariffs": told}


async def test_a_free_subscription_stays_in_the_text(
    hass: HomeAssistant, gateway: ScriptedGateway, set_up: SetUp
) -> None:
    tariff = {"valid_from": None, "option": "custom", "power_kva": 9, **SEASONS, "subscription_eur_per_month": 0}
    gateway.answers[POINTS]["items"][0]["tariffs"] = [tariff]
    form = await answer_meter(hass, await open_tariff(hass, await set_up()), ANSWERS)
    assert json.loads(read_default(form))["subscription_eur_per_month"] == 0


async def test_hours_by_season_weekday_and_holiday_are_read_by_the_gateway(
    hass: HomeAssistant, gateway: ScriptedGateway, set_up: SetUp, entry: MockConfigEntry
) -> None:
    text = "Été : lun-ven 1h32-6h32, week-end et jours fériés 0h-24h ; hiver : 0h56-6h56"
    periods: list[dict[str, Any]] = [
        {"season": "summer", "weekdays": [0, 1, 2, 3, 4], "slots": [["01:32", "06:32"]]},
        {"season": "summer", "weekdays": [5, 6], "public_holidays": "included", "slots": [["00:00", "24:00"]]},
        {"season": "winter", "slots": [["00:56", "06:56"]]},
    ]
    gateway.off_peak_texts[text] = periods
    form = await open_tariff(hass, await set_up())
    await answer_meter(hass, form, ANSWERS | {"option": "hp_hc", "off_peak": text})
    assert gateway.told[-1]["off_peak"] == periods
