"""Changing members of a tariff that is kept: which tariffs they reach, and which keep theirs."""

from typing import Any

import pytest
from conftest import SetUp
from homeassistant.core import HomeAssistant
from pages import answer_meter, list_suggested, open_tariff
from scripted_gateway import POINTS, ScriptedGateway

# The tests' day is in November 2026: TODAY's tariff is the one that the form shows.
PAST = {"valid_from": None, "option": "base", "power_kva": 6, "prices": "regulated"}
TODAY = {"valid_from": "2026-10-01", "option": "hp_hc", "power_kva": 9, "prices": "regulated"}
PLANNED = {"valid_from": "2027-02-01", "option": "hp_hc", "power_kva": 12, "prices": "regulated"}
SAME_POWER = {"valid_from": "2027-03-01", "option": "tempo", "power_kva": 9, "prices": "regulated"}
OWN = {
    "prices": [{"bucket": "hp", "eur_per_kwh": 0.21}, {"bucket": "hc", "eur_per_kwh": 0.15}],
    "subscription_eur_per_month": 16.5,
}
REGULATED = {"prices": "regulated", "subscription_eur_per_month": None}
TYPED = {"hp": 0.21, "hc": 0.15, "subscription": 16.5}
DECEMBER = {"valid_from": "2026-12-01"}
POWER = {"power_kva": 15}


async def open_form(hass: HomeAssistant, gateway: ScriptedGateway, set_up: SetUp, *tariffs: dict[str, Any]) -> Any:
    gateway.answers[POINTS]["items"][0]["tariffs"] = list(tariffs)
    return await open_tariff(hass, await set_up())


async def answer(hass: HomeAssistant, form: Any, **answers: Any) -> Any:
    filled = form["data_schema"]({"name": "Maison", "off_peak": "22:00-06:00"} | answers)
    assert filled["option"] == "keep"
    return await answer_meter(hass, form, filled)


@pytest.mark.parametrize(
    ("since", "told"),
    [
        pytest.param({}, [PAST, TODAY | POWER, PLANNED, SAME_POWER | POWER], id="on every day"),
        pytest.param(
            DECEMBER,
            [PAST, TODAY, TODAY | DECEMBER | POWER, PLANNED, SAME_POWER | POWER],
            id="from a day",
        ),
        pytest.param(
            {"valid_from": "2026-09-01"},
            [PAST, TODAY | POWER, PLANNED, SAME_POWER | POWER],
            id="from a day with another power",
        ),
    ],
)
async def test_a_new_power_reaches_tariffs_of_the_shown_power(
    hass: HomeAssistant, gateway: ScriptedGateway, set_up: SetUp, since: dict[str, str], told: list[Any]
) -> None:
    form = await open_form(hass, gateway, set_up, PAST, TODAY, PLANNED, SAME_POWER)
    assert (await answer(hass, form, power="15", **since))["reason"] == "reconfigure_successful"
    assert gateway.told[-1] == {"name": "Maison", "tariffs": told}


async def test_a_new_power_that_reaches_no_tariff_is_refused(
    hass: HomeAssistant, gateway: ScriptedGateway, set_up: SetUp
) -> None:
    form = await open_form(hass, gateway, set_up, PAST, TODAY, PLANNED)
    form = await answer(hass, form, power="15", valid_from="2027-02-01")
    assert form["errors"] == {"base": "no_tariff_changed"}
    assert (await answer(hass, form, power="15"))["reason"] == "reconfigure_successful"


@pytest.mark.parametrize("name", ["Maison", "Cottage"])
async def test_a_day_from_which_nothing_changes_is_refused(
    hass: HomeAssistant, gateway: ScriptedGateway, set_up: SetUp, name: str
) -> None:
    form = await open_form(hass, gateway, set_up, PAST, TODAY)
    form = await answer(hass, form, name=name, **DECEMBER)
    assert (form["step_id"], form["errors"]) == ("tariff", {"base": "nothing_applies_from_day"})
    assert not gateway.told
    assert (await answer(hass, form, power="15", **DECEMBER))["reason"] == "reconfigure_successful"


async def test_a_day_from_which_own_prices_stay_is_refused(
    hass: HomeAssistant, gateway: ScriptedGateway, set_up: SetUp
) -> None:
    form = await answer(hass, await open_form(hass, gateway, set_up, TODAY | OWN), **DECEMBER)
    form = await answer_meter(hass, form, TYPED)
    assert (form["step_id"], form["errors"]) == ("prices", {"base": "nothing_applies_from_day"})


async def test_new_off_peak_hours_alone_apply_from_a_day(
    hass: HomeAssistant, gateway: ScriptedGateway, set_up: SetUp
) -> None:
    form = await open_form(hass, gateway, set_up, TODAY)
    form = await answer(hass, form, off_peak="23:00-07:00", **DECEMBER)
    assert form["reason"] == "reconfigure_successful"
    assert gateway.told[-1].keys() == {"name", "off_peak"}


async def test_own_prices_that_reach_no_tariff_are_refused(
    hass: HomeAssistant, gateway: ScriptedGateway, set_up: SetUp
) -> None:
    form = await open_form(hass, gateway, set_up, PAST, TODAY, PLANNED | OWN)
    form = await answer(hass, form, own_prices=True, valid_from="2027-02-01")
    form = await answer_meter(hass, form, TYPED | {"hp": 0.22})
    assert (form["step_id"], form["errors"]) == ("prices", {"base": "no_tariff_changed"})


async def test_new_holidays_reach_tariffs_of_the_shown_holidays(
    hass: HomeAssistant, gateway: ScriptedGateway, set_up: SetUp
) -> None:
    alsace = {"holidays": "alsace_moselle"}
    form = await open_form(hass, gateway, set_up, PAST, TODAY | alsace, PLANNED | alsace)
    await answer(hass, form, holidays="mainland")
    mainland = {"holidays": "mainland"}
    assert gateway.told[-1]["tariffs"] == [PAST, TODAY | mainland, PLANNED | mainland]


async def test_own_prices_are_asked_for_while_the_tariff_stays(
    hass: HomeAssistant, gateway: ScriptedGateway, set_up: SetUp
) -> None:
    """Neither the buckets of another option nor a planned tariff at prices of its own are touched."""
    planned = PLANNED | OWN | {"subscription_eur_per_month": 20}
    form = await open_form(hass, gateway, set_up, PAST, TODAY, planned, SAME_POWER)
    form = await answer(hass, form, own_prices=True)
    assert form["step_id"] == "prices"
    assert [str(key) for key in form["data_schema"].schema] == ["hp", "hc", "subscription"]
    assert (await answer_meter(hass, form, TYPED))["reason"] == "reconfigure_successful"
    assert gateway.told[-1] == {"name": "Maison", "tariffs": [PAST, TODAY | OWN, planned, SAME_POWER]}


async def test_own_prices_change_from_a_day(hass: HomeAssistant, gateway: ScriptedGateway, set_up: SetUp) -> None:
    form = await open_form(hass, gateway, set_up, TODAY | OWN)
    form = await answer(hass, form, **DECEMBER)
    assert form["step_id"] == "prices", "own prices are ticked already"
    assert list_suggested(form) == TYPED
    await answer_meter(hass, form, TYPED | {"hc": 0.16})
    dearer = [{"bucket": "hp", "eur_per_kwh": 0.21}, {"bucket": "hc", "eur_per_kwh": 0.16}]
    assert gateway.told[-1]["tariffs"] == [TODAY | OWN, TODAY | OWN | DECEMBER | {"prices": dearer}]


async def test_own_prices_left_as_they_are_send_no_tariff(
    hass: HomeAssistant, gateway: ScriptedGateway, set_up: SetUp
) -> None:
    form = await answer(hass, await open_form(hass, gateway, set_up, TODAY | OWN))
    await answer_meter(hass, form, TYPED)
    assert gateway.told[-1] == {"name": "Maison"}


async def test_without_own_prices_the_regulated_ones_apply(
    hass: HomeAssistant, gateway: ScriptedGateway, set_up: SetUp
) -> None:
    form = await open_form(hass, gateway, set_up, PAST, TODAY | OWN)
    assert (await answer(hass, form, own_prices=False))["reason"] == "reconfigure_successful"
    assert gateway.told[-1] == {"name": "Maison", "tariffs": [PAST, TODAY | REGULATED]}


async def test_a_kept_offer_keeps_its_prices(hass: HomeAssistant, gateway: ScriptedGateway, set_up: SetUp) -> None:
    offer = {"valid_from": None, "option": "custom", "power_kva": 9, "prices": "offer", "offer": "week-end"}
    form = await open_form(hass, gateway, set_up, offer)
    assert (await answer(hass, form, own_prices=True))["reason"] == "reconfigure_successful"
    assert gateway.told[-1] == {"name": "Maison"}


@pytest.mark.parametrize(("typed", "price"), [({"production": 0.13}, 0.13), ({}, None)])
async def test_the_production_price_changes_while_the_tariff_stays(
    hass: HomeAssistant, gateway: ScriptedGateway, set_up: SetUp, typed: dict[str, float], price: float | None
) -> None:
    sold = {"production_eur_per_kwh": 0.04}
    form = await open_form(hass, gateway, set_up, PAST, TODAY | sold, PLANNED | sold)
    await answer(hass, form, **typed)
    new = {"production_eur_per_kwh": price}
    assert gateway.told[-1]["tariffs"] == [PAST, TODAY | new, PLANNED | new]
