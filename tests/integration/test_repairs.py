"""What is wrong: said in its own words, put right by its own flow, and taken back when it is over."""

from typing import Any

import pytest
from conftest import MoveTo, SetUp
from homeassistant.components.repairs import DOMAIN as REPAIRS
from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers import issue_registry as ir
from homeassistant.setup import async_setup_component
from pages import answer_repair, list_suggested, load_texts, open_repair, reload_entry
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
)
from scripted_gateway import (
    CONSENT,
    CONSENTS,
    DAILY,
    HOURS,
    NUMBER,
    PING,
    POINT,
    POINT_ID,
    POINTS,
    ScriptedGateway,
    answer_problem,
    answer_text,
    load_body,
)

from custom_components.my_electrical_data.const import DOMAIN


@pytest.fixture(autouse=True)
async def repairs(hass: HomeAssistant) -> None:
    assert await async_setup_component(hass, REPAIRS, {})


@pytest.fixture(autouse=True)
def long_consent(gateway: ScriptedGateway) -> None:
    """Nothing is wrong to begin with."""
    gateway.answers[POINTS]["items"][0] |= {
        "consent": {"status": "granted", "expires_at": "2029-11-23T23:00:00Z", "ended_at": None},
        "notices": [],
    }


def get_repairs(hass: HomeAssistant) -> dict[str, ir.IssueEntry]:
    return {
        str(issue.translation_key): issue
        for (domain, _), issue in ir.async_get(hass).issues.items()
        if domain == DOMAIN
    }


def read_repair_text(issue: ir.IssueEntry, language: str = "fr") -> str:
    """Return the title and, without a flow, the description, as they are shown."""
    words = load_texts(language)["issues"][issue.translation_key]
    assert issue.is_fixable == ("fix_flow" in words)
    return " ".join(
        words.get(part, "").format(**issue.translation_placeholders or {}) for part in ("title", "description")
    )


async def open_repair_flow(hass: HomeAssistant, key: str) -> Any:
    return await open_repair(hass, get_repairs(hass)[key].issue_id)


def words_of(key: str, step: str, result: Any, language: str = "en") -> str:
    flow = load_texts(language)["issues"][key]["fix_flow"]
    parts = [flow["step"][step]["description"], *(flow["error"][code] for code in (result["errors"] or {}).values())]
    return " ".join(part.format(**result["description_placeholders"]) for part in parts)


async def test_nothing_is_wrong(hass: HomeAssistant, set_up: SetUp) -> None:
    await set_up()
    assert get_repairs(hass) == {}


# The gateway


async def test_a_gateway_that_stays_away(
    hass: HomeAssistant, gateway: ScriptedGateway, set_up: SetUp, move_to: MoveTo, caplog: pytest.LogCaptureFixture
) -> None:
    await set_up()
    for path in list(gateway.answers):
        gateway.answers[path] = answer_text(502, "")
    await move_to("2026-11-23T10:36:00+00:00")
    assert get_repairs(hass) == {}, "a restart of the gateway is no repair"
    for moment in ("10:50:00", "11:20:00", "11:50:00"):
        await move_to(f"2026-11-23T{moment}+00:00")
    assert "23 Nov 2026" in read_repair_text(get_repairs(hass)["gateway_down"])
    assert caplog.text.count("the gateway does not answer") == 1, "it is logged once"
    assert "Error fetching" not in caplog.text, "and not once a feed"
    caplog.set_level("INFO", f"custom_components.{DOMAIN}")
    gateway.answers |= ScriptedGateway().answers
    gateway.answers[POINTS]["items"][0] |= {"notices": [], "consent": {"status": "granted", "expires_at": None}}
    await move_to("2026-11-23T12:25:00+00:00")
    assert "gateway_down" not in get_repairs(hass)
    assert caplog.text.count("the gateway answers again") == 1
    assert "recovered" not in caplog.text


async def test_a_gateway_that_is_away_at_the_start(
    hass: HomeAssistant, gateway: ScriptedGateway, set_up: SetUp, move_to: MoveTo
) -> None:
    gateway.answers[PING] = answer_text(502, "")
    entry = await set_up()
    assert get_repairs(hass) == {}
    await move_to("2026-11-23T11:06:00+00:00")
    assert entry.state is ConfigEntryState.SETUP_RETRY
    assert get_repairs(hass).keys() == {"gateway_down"}
    gateway.answers[PING] = load_body("ping")
    await reload_entry(hass, entry)
    assert get_repairs(hass) == {}


async def test_a_gateway_that_asks_to_wait_is_there(
    hass: HomeAssistant, gateway: ScriptedGateway, set_up: SetUp, move_to: MoveTo
) -> None:
    await set_up()
    away, busy = answer_text(502, ""), answer_problem(429, "too_many_attempts", **{"Retry-After": "600"})
    for moment, answer in (("10:36", away), ("11:10", busy), ("11:25", away), ("12:10", away), ("12:40", away)):
        gateway.answers[PING] = answer
        await move_to(f"2026-11-23T{moment}:00+00:00")
        assert ("gateway_down" in get_repairs(hass)) == (moment == "12:40"), moment


@pytest.mark.parametrize(("api", "key"), [("1.0", "gateway_too_old"), ("2.0", "gateway_too_new")])
async def test_versions_that_do_not_fit(
    hass: HomeAssistant, gateway: ScriptedGateway, set_up: SetUp, move_to: MoveTo, api: str, key: str
) -> None:
    await set_up()
    gateway.answers[PING] |= {"api": api}
    await move_to("2026-11-23T10:36:00+00:00")
    assert api in read_repair_text(get_repairs(hass)[key])
    gateway.answers[PING] |= {"api": "1.3"}
    await move_to("2026-11-23T11:30:00+00:00")
    assert get_repairs(hass) == {}


# A meter


@pytest.mark.parametrize(
    ("code", "until", "key"),
    [
        ("consent_ends", "2027-01-22T10:05:00Z", "consent_ends"),
        ("consent_ends", "2026-12-08T10:05:01Z", "consent_ends"),
        ("consent_ends", "2026-12-08T10:05:00Z", "consent_ends_soon"),
        ("consent_ends", "2026-11-20T10:05:00Z", "consent_ends_soon"),
        ("consent_ended", None, "consent_ended"),
    ],
)
async def test_a_consent_that_ends(
    hass: HomeAssistant, gateway: ScriptedGateway, set_up: SetUp, code: str, until: str | None, key: str
) -> None:
    notice = {"code": code, "since": "2026-11-01T23:00:00Z", "until": until}
    gateway.answers[POINTS]["items"][0]["notices"] = [notice]
    await set_up()
    assert get_repairs(hass).keys() == {key}
    assert "Maison" in read_repair_text(get_repairs(hass)[key])


NOTICES = [
    "curve_not_collected",
    "prices_outdated",
    "off_peak_unreadable",
    "off_peak_announced",
    "off_peak_changes",
    "base_ends",
    "consent_moved",
    "meter_refused",
    "meter_not_supplied",
]


@pytest.mark.parametrize("code", NOTICES)
async def test_what_the_gateway_gives_notice_of(
    hass: HomeAssistant, gateway: ScriptedGateway, set_up: SetUp, move_to: MoveTo, code: str
) -> None:
    notice = {"code": code, "since": "2026-11-01T23:00:00Z", "until": "2026-12-01T23:00:00Z", "date": "2026-11-20"}
    notice["text"] = "ADAM-ERR0191"
    unknown = {"code": "of_a_later_gateway", "since": None, "until": None}
    gateway.answers[POINTS]["items"][0]["notices"] = [notice, unknown]
    await set_up()
    assert get_repairs(hass).keys() == {code}
    assert "Maison" in read_repair_text(get_repairs(hass)[code])
    assert code != "off_peak_changes" or "20 Nov 2026" in read_repair_text(get_repairs(hass)[code])
    assert code != "off_peak_announced" or "ADAM-ERR0191" in read_repair_text(get_repairs(hass)[code])
    assert code != "base_ends" or "20 Nov 2026" in read_repair_text(get_repairs(hass)[code])
    assert code != "meter_refused" or "ADAM-ERR0191" in read_repair_text(get_repairs(hass)[code])
    gateway.answers[POINTS]["items"][0]["notices"] = []
    await move_to("2026-11-23T10:36:00+00:00")
    assert get_repairs(hass) == {}


UNTIL_MIDNIGHT = "46800"
"""Seconds from 11:00 in Paris, when these tests begin, until midnight."""


@pytest.mark.parametrize("path", [DAILY, HOURS])
async def test_a_quota_that_is_used_up(
    hass: HomeAssistant, gateway: ScriptedGateway, set_up: SetUp, move_to: MoveTo, path: str
) -> None:
    right = gateway.answers[path]
    gateway.answers[path] = answer_problem(429, "quota", **{"Retry-After": UNTIL_MIDNIGHT})
    await set_up()
    assert "Maison" in read_repair_text(get_repairs(hass)["quota_reached"])
    gateway.answers[path] = right
    await move_to("2026-11-24T00:06:00+00:00")
    assert get_repairs(hass) == {}


@pytest.mark.parametrize(
    ("language", "title", "text"),
    [
        (
            "en",
            "Today’s limit is reached for Maison",
            (
                "The gateway limits the number of requests to Enedis for each account and day. "
                "The rest arrives tomorrow, and nothing is lost."
            ),
        ),
        (
            "fr",
            "La limite du jour est atteinte pour Maison",
            (
                "La passerelle limite le nombre de demandes à Enedis par compte et par jour. "
                "La suite viendra demain d’elle-même\u00a0; rien n’est perdu."
            ),
        ),
    ],
)
async def test_the_repair_for_todays_limit_says_that_the_rest_comes_tomorrow_and_blames_nobody(
    hass: HomeAssistant, gateway: ScriptedGateway, set_up: SetUp, language: str, title: str, text: str
) -> None:
    gateway.answers[HOURS] = answer_problem(429, "quota", **{"Retry-After": UNTIL_MIDNIGHT})
    await set_up()
    issue = get_repairs(hass)["quota_reached"]
    assert read_repair_text(issue, language) == f"{title} {text}"
    assert (issue.severity, issue.is_fixable) == (ir.IssueSeverity.WARNING, False)


async def test_the_hourly_limit_of_enedis_is_no_repair(
    hass: HomeAssistant, gateway: ScriptedGateway, set_up: SetUp
) -> None:
    gateway.answers[HOURS] = answer_problem(429, "quota", **{"Retry-After": "3600"})
    await set_up()
    assert get_repairs(hass) == {}


async def test_too_many_attempts_are_no_quota(hass: HomeAssistant, gateway: ScriptedGateway, set_up: SetUp) -> None:
    gateway.answers[HOURS] = answer_problem(429, "too_many_attempts", **{"Retry-After": "3600"})
    await set_up()
    assert get_repairs(hass) == {}


# Put right


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
        (refuse_consent("wrong_meter", may_retry=True), "consent_refused"),
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
    assert (over["step_id"], over["errors"]) == ("number", {"base": "consent_over"})
    assert "Another account of this gateway reads this meter" in words_of("consent_ended", "number", over)
    gateway.answers[CONSENT] = load_body("consent")
    assert (await answer_repair(hass, form, {"number": NUMBER}))["step_id"] == "link"
    assert len(gateway.list_requests(CONSENTS)) == 2, "each request is a new one"
    assert (await answer_repair(hass, form, {}))["type"] is FlowResultType.CREATE_ENTRY


@pytest.mark.parametrize("may_retry", [True, False])
@pytest.mark.parametrize("language", ["en", "fr"])
async def test_says_why_a_renewal_was_refused_as_for_a_new_meter(
    hass: HomeAssistant, gateway: ScriptedGateway, set_up: SetUp, language: str, may_retry: bool
) -> None:
    hass.config.language = language
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
        shown = words_of("consent_ended", refused["step_id"], refused, language)
        assert load_texts(language)["config_subentries"]["meter"]["error"][key] in shown
        if not may_retry:
            await answer_repair(hass, form, {"number": NUMBER})


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
