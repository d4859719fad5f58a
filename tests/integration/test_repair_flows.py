"""What is wrong, put right by the flow of its repair."""

from typing import Any

import pytest
from conftest import MoveTo, SetUp
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from pages import answer_repair, get_repairs, list_suggested, load_texts, open_repair
from pytest_homeassistant_custom_component.common import MockConfigEntry
from scripted_gateway import (
    CONSENT,
    CONSENTS,
    NUMBER,
    POINT,
    POINT_ID,
    POINTS,
    ScriptedGateway,
    answer_problem,
    load_body,
)

pytestmark = pytest.mark.usefixtures("repairs")


async def open_repair_flow(hass: HomeAssistant, key: str) -> Any:
    return await open_repair(hass, get_repairs(hass)[key].issue_id)


def words_of(key: str, step: str, result: Any, language: str = "en") -> str:
    flow = load_texts(language)["issues"][key]["fix_flow"]
    parts = [flow["step"][step]["description"], *(flow["error"][code] for code in (result["errors"] or {}).values())]
    return " ".join(part.format(**result["description_placeholders"]) for part in parts)


async def test_renews_a_consent(hass: HomeAssistant, gateway: ScriptedGateway, set_up: SetUp) -> None:
    set_notice(gateway, "consent_ended")
    await set_up()
    form = await open_repair_flow(hass, "consent_ended")
    assert form["step_id"] == "number"
    assert "••••••••••0017" in words_of("consent_ended", "number", form)
    for number, error in (("123", "invalid_number"), ("12345678900018", "another_meter")):
        result = await answer_repair(hass, form, {"number": number})
        assert result["errors"] == {"base": error}
        assert words_of("consent_ended", "number", result)
    assert not gateway.list_requests(CONSENTS)
    for answer, error in (
        (answer_problem(503, "upstream_down"), "gateway_failed"),
        (answer_problem(422, "invalid_number"), "invalid_number"),
    ):
        right, gateway.answers[CONSENTS] = gateway.answers[CONSENTS], answer
        assert (await answer_repair(hass, form, {"number": NUMBER}))["errors"] == {"base": error}
        gateway.answers[CONSENTS] = right

    link = await answer_repair(hass, form, {"number": NUMBER})
    assert load_body("consent_asked")["authorize_url"] in words_of("consent_ended", "link", link)
    for answer, error in (
        (answer_problem(503, "upstream_down"), "gateway_failed"),
        (load_body("consent") | {"status": "pending"}, "consent_pending"),
        (refuse_consent("wrong_meter", may_retry=True), "consent_wrong_meter"),
    ):
        gateway.answers[CONSENT] = answer
        result = await answer_repair(hass, form, {})
        assert result["errors"] == {"base": error}
        assert words_of("consent_ended", "link", result)
    gateway.answers[CONSENT] = load_body("consent")
    gateway.answers[POINTS]["items"][0]["notices"] = []
    assert (await answer_repair(hass, form, {}))["type"] is FlowResultType.CREATE_ENTRY
    assert get_repairs(hass) == {}


async def test_a_consent_that_cannot_be_retried_is_asked_for_again(
    hass: HomeAssistant, gateway: ScriptedGateway, set_up: SetUp
) -> None:
    set_notice(gateway, "consent_ended")
    await set_up()
    form = await open_repair_flow(hass, "consent_ended")
    await answer_repair(hass, form, {"number": NUMBER})
    gateway.answers[CONSENT] = refuse_consent("held_by_another", may_retry=False)
    over = await answer_repair(hass, form, {})
    assert over["step_id"] == "number"
    shown = words_of("consent_ended", "number", over)
    assert "Another account of this gateway reads this meter" in shown
    assert "This request can no longer be used. To start again, enter the number." in shown
    gateway.answers[CONSENT] = load_body("consent")
    assert (await answer_repair(hass, form, {"number": NUMBER}))["step_id"] == "link"
    assert len(gateway.list_requests(CONSENTS)) == 2, "each request is a new one"
    assert (await answer_repair(hass, form, {}))["type"] is FlowResultType.CREATE_ENTRY


@pytest.mark.parametrize("may_retry", [True, False])
async def test_says_why_a_renewal_was_refused(
    hass: HomeAssistant, gateway: ScriptedGateway, set_up: SetUp, may_retry: bool
) -> None:
    set_notice(gateway, "consent_ended")
    await set_up()
    form = await open_repair_flow(hass, "consent_ended")
    await answer_repair(hass, form, {"number": NUMBER})
    for reason, key in (
        ("refused_at_enedis", "consent_refused_at_enedis"),
        ("wrong_meter", "consent_wrong_meter"),
        ("a_later_gateway_has_this_one", "consent_failed"),
    ):
        gateway.answers[CONSENT] = refuse_consent(reason, may_retry=may_retry)
        refused = await answer_repair(hass, form, {})
        assert refused["errors"] == {"base": key} | ({} if may_retry else {"number": "consent_over"})
        assert words_of("consent_ended", refused["step_id"], refused)
        if not may_retry:
            await answer_repair(hass, form, {"number": NUMBER})


@pytest.mark.parametrize("issue", ["consent_ends", "consent_ends_soon", "consent_ended"])
@pytest.mark.parametrize("language", ["en", "fr"])
def test_a_renewal_explains_each_refusal_as_for_a_new_meter(language: str, issue: str) -> None:
    texts = load_texts(language)
    reasons = {
        key: text for key, text in texts["config_subentries"]["meter"]["error"].items() if key.startswith("consent_")
    }
    assert "consent_failed" in reasons
    assert reasons.items() <= texts["issues"][issue]["fix_flow"]["error"].items()


def refuse_consent(reason: str, *, may_retry: bool) -> Any:
    return load_body("consent") | {
        "status": "refused",
        "reason": reason,
        "may_retry": may_retry,
        "usage_points": [],
    }


def set_notice(gateway: ScriptedGateway, code: str) -> None:
    gateway.answers[POINTS]["items"][0]["notices"] = [{"code": code, "since": None, "until": None}]


async def test_asks_for_off_peak_hours_that_cannot_be_read(
    hass: HomeAssistant, gateway: ScriptedGateway, set_up: SetUp
) -> None:
    set_notice(gateway, "off_peak_unreadable")
    await set_up()
    form = await open_repair_flow(hass, "off_peak_unreadable")
    assert "HC (22H00-6H00)" in words_of("off_peak_unreadable", "off_peak", form)
    result = await answer_repair(hass, form, {"off_peak": "at night"})
    assert result["errors"] == {"base": "invalid_off_peak"}
    assert "22:30-06:30" in words_of("off_peak_unreadable", "off_peak", result)
    for path in ("/v1/off-peak-hours", POINT):
        right, gateway.answers[path] = gateway.answers[path], answer_problem(503, "database_down")
        assert (await answer_repair(hass, form, {"off_peak": "22:00-06:00"}))["errors"] == {"base": "gateway_failed"}
        gateway.answers[path] = right
    gateway.answers[POINTS]["items"][0]["notices"] = []
    assert (await answer_repair(hass, form, {"off_peak": "22:00-06:00"}))["type"] is FlowResultType.CREATE_ENTRY
    assert gateway.told[-1]["off_peak"][0]["slots"] == [["22:00", "06:00"]]
    assert get_repairs(hass) == {}


async def test_hours_of_ones_own_for_other_days_stay(
    hass: HomeAssistant, gateway: ScriptedGateway, set_up: SetUp
) -> None:
    set_notice(gateway, "off_peak_unreadable")
    [period] = gateway.answers[POINTS]["items"][0]["off_peak"]
    ahead = period | {"valid_from": "2027-01-01", "source": "user"}
    gateway.answers[POINTS]["items"][0]["off_peak"] = [ahead]
    await set_up()
    await answer_repair(hass, await open_repair_flow(hass, "off_peak_unreadable"), {"off_peak": "23:00-07:00"})
    until_then, then = gateway.told[-1]["off_peak"]
    assert (until_then["valid_from"], until_then["valid_to"]) == ("2026-11-23", "2027-01-01")
    assert (until_then["slots"], then) == ([["23:00", "07:00"]], ahead)


async def test_asks_for_new_prices(hass: HomeAssistant, gateway: ScriptedGateway, set_up: SetUp) -> None:
    set_notice(gateway, "prices_outdated")
    own = {"prices": [{"bucket": "hp", "eur_per_kwh": 0.2}, {"bucket": "hc", "eur_per_kwh": 0.1}]}
    gateway.answers[POINTS]["items"][0]["tariffs"][0] |= own | {
        "subscription_eur_per_month": 15,
        "production_eur_per_kwh": 0.04,
        "holidays": "alsace_moselle",
    }
    await set_up()
    form = await open_repair_flow(hass, "prices_outdated")
    assert words_of("prices_outdated", "prices", form)
    prices = {"valid_from": "2026-11-01", "hp": 0.22, "hc": 0.12, "subscription": 16}
    form = await answer_repair(hass, form, {"valid_from": "2026-11-01", "hp": 0.22, "hc": 0.12})
    assert form["errors"] == {"subscription": "price_missing"}
    assert list_suggested(form)["hp"] == 0.22, "what was typed stays"
    form = await answer_repair(hass, form, prices | {"hc": 0})
    assert form["errors"] == {"base": "price_of_zero"}
    right, gateway.answers[POINT] = gateway.answers[POINT], answer_problem(422, "invalid_request")
    assert (await answer_repair(hass, form, prices))["errors"] == {"base": "gateway_failed"}
    gateway.answers[POINT] = right
    gateway.answers[POINTS]["items"][0]["notices"] = []
    assert (await answer_repair(hass, form, prices))["type"] is FlowResultType.CREATE_ENTRY
    before, after = gateway.told[-1]["tariffs"]
    assert (before["valid_from"], before["prices"]) == (None, own["prices"])
    assert (after["valid_from"], after["option"], after["power_kva"]) == ("2026-11-01", "hp_hc", 9)
    assert [price["eur_per_kwh"] for price in after["prices"]] == [0.22, 0.12]
    assert (after["production_eur_per_kwh"], after["holidays"]) == (0.04, "alsace_moselle")


async def test_a_tariff_that_cannot_be_priced_here(
    hass: HomeAssistant, gateway: ScriptedGateway, set_up: SetUp
) -> None:
    set_notice(gateway, "prices_outdated")
    gateway.answers[POINTS]["items"][0]["tariffs"][0]["option"] = "custom"
    await set_up()
    assert (await open_repair_flow(hass, "prices_outdated"))["reason"] == "no_tariff"


async def test_a_meter_that_the_gateway_has_no_more(
    hass: HomeAssistant, gateway: ScriptedGateway, set_up: SetUp, move_to: MoveTo
) -> None:
    entry = await set_up()
    gateway.answers[POINTS]["items"] = []
    await move_to("2026-11-23T10:36:00+00:00")
    assert get_repairs(hass).keys() == {"meter_gone"}
    form = await open_repair_flow(hass, "meter_gone")
    assert "Maison" in words_of("meter_gone", "confirm", form)
    await answer_repair(hass, form, {})
    assert entry.subentries == {}
    assert get_repairs(hass).keys() == {"statistics_left"}


async def test_a_flow_needs_its_gateway(hass: HomeAssistant, gateway: ScriptedGateway, set_up: SetUp) -> None:
    set_notice(gateway, "off_peak_unreadable")
    entry: MockConfigEntry = await set_up()
    await hass.config_entries.async_unload(entry.entry_id)
    result = await open_repair_flow(hass, "off_peak_unreadable")
    assert (result["type"], result["reason"]) == (FlowResultType.ABORT, "entry_not_loaded")
    assert POINT_ID in get_repairs(hass)["off_peak_unreadable"].issue_id
