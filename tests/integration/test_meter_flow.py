"""Adding a meter by its number and Enedis' consent."""

import asyncio
import json
from copy import deepcopy
from typing import Any

import pytest
from aiohttp import web
from conftest import SetUp
from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from pages import add_meter, answer_meter, find_consent_wait, load_texts, open_tariff
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
)
from scripted_gateway import (
    CONSENT,
    CONSENTS,
    NUMBER,
    POINT,
    POINT_ID,
    POINTS,
    Meter,
    ScriptedGateway,
    answer_problem,
    load_body,
)

pytestmark = pytest.mark.usefixtures("without_pauses")
OTHER = "z" * 16
REGULATED = {"name": "Atelier", "option": "base", "power": "6", "own_prices": False}


def now_at(hass: HomeAssistant) -> Any:
    """Return where the flow stands, or None when it has ended."""
    progress = hass.config_entries.subentries.async_progress()
    return progress[0] if progress else None


async def test_a_newcomers_meter(
    hass: HomeAssistant, gateway: ScriptedGateway, entry_without_meters: MockConfigEntry
) -> None:
    entry = entry_without_meters
    gateway.answers[POINT].point["tariffs"] = []
    states = iter(["pending", "pending", "granted"])

    async def answer_status(request: web.Request) -> Any:
        return load_body("consent") | {"status": next(states)}

    gateway.answers[CONSENT] = answer_status
    flow = await add_meter(hass, entry)
    assert (flow["type"], flow["step_id"]) == (FlowResultType.FORM, "number")
    external = await answer_meter(hass, flow, {"number": " PRM : 12 345.678 900\u00a0017 "})
    assert external["type"] is FlowResultType.EXTERNAL_STEP
    assert external["url"] == load_body("consent_asked")["authorize_url"]
    assert gateway.told == [{"prm": NUMBER}]
    assert now_at(hass)["step_id"] == "tariff", "it goes on by itself"

    form = await answer_meter(hass, flow)
    assert form["step_id"] == "tariff"
    came = form["description_placeholders"]
    assert (came["meter"], came["contract"], came["power"]) == ("••••••••••0017", "C5", "9 kVA")
    assert (came["off_peak"], came["curve"]) == ("HC (22H00-6H00)", "collected")
    assert came["more"].startswith("The last sixty days arrive")
    begins_with = form["data_schema"]({"name": "Atelier"})
    assert (begins_with["option"], begins_with["power"], begins_with["own_prices"]) == ("hp_hc", "9", False)

    gateway.answers[POINTS]["items"] = [gateway.answers[POINT].point]
    result = await answer_meter(hass, flow, REGULATED)
    assert (result["type"], result["title"], result["unique_id"]) == (FlowResultType.CREATE_ENTRY, "Atelier", POINT_ID)
    tariff = {"valid_from": None, "option": "base", "power_kva": 6, "prices": "regulated"}
    assert gateway.told[-1] == {"name": "Atelier", "tariffs": [tariff]}
    assert entry.state is ConfigEntryState.LOADED
    assert entry.runtime_data.meters[POINT_ID].name == "Atelier"
    assert NUMBER not in json.dumps(entry.as_dict(), default=str), "the number is not kept"


@pytest.mark.parametrize("number", ["", "1234", "123456789000170", "1234567890001x", "١٢٣٤٥٦٧٨٩٠١٢٣٤"])
async def test_a_number_that_is_none(
    hass: HomeAssistant, gateway: ScriptedGateway, entry_without_meters: MockConfigEntry, number: str
) -> None:
    flow = await add_meter(hass, entry_without_meters)
    result = await answer_meter(hass, flow, {"number": number})
    assert result["errors"] == {"number": "invalid_number"}
    assert not gateway.list_requests(CONSENTS)


@pytest.mark.parametrize(
    ("answer", "errors"),
    [
        (answer_problem(422, "invalid_number"), {"number": "invalid_number"}),
        (answer_problem(429, "too_many_attempts"), {"base": "rate_limited"}),
        (answer_problem(503, "upstream_down"), {"base": "gateway_unavailable"}),
        (answer_problem(409, "something"), {"base": "request_refused"}),
    ],
)
async def test_a_consent_that_cannot_be_asked_for(
    hass: HomeAssistant,
    gateway: ScriptedGateway,
    entry_without_meters: MockConfigEntry,
    answer: Any,
    errors: dict[str, str],
) -> None:
    right, gateway.answers[CONSENTS] = gateway.answers[CONSENTS], answer
    flow = await add_meter(hass, entry_without_meters)
    result = await answer_meter(hass, flow, {"number": NUMBER})
    assert result["errors"] == errors
    gateway.answers[CONSENTS] = right
    assert (await answer_meter(hass, flow, {"number": NUMBER}))["type"] is FlowResultType.EXTERNAL_STEP


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"status": "expired", "reason": "expired"}, "consent_expired"),
        ({"status": "refused", "reason": "too_often"}, "consent_too_often"),
        ({"status": "refused", "reason": "other_browser"}, "consent_other_browser"),
        ({"status": "expired", "reason": "of_a_later_gateway"}, "consent_failed"),
    ],
)
async def test_a_consent_that_opens_nothing(
    hass: HomeAssistant,
    gateway: ScriptedGateway,
    entry_without_meters: MockConfigEntry,
    change: dict[str, Any],
    reason: str,
) -> None:
    gateway.answers[CONSENT] = load_body("consent") | change
    flow = await add_meter(hass, entry_without_meters)
    await answer_meter(hass, flow, {"number": NUMBER})
    result = await answer_meter(hass, flow)
    assert (result["step_id"], result["errors"]) == ("number", {"base": reason})
    assert load_texts("en")["config_subentries"]["meter"]["error"][reason]

    gateway.answers[CONSENT] = load_body("consent")
    await answer_meter(hass, flow, {"number": NUMBER})
    assert (await answer_meter(hass, flow))["step_id"] == "tariff", "it can be tried again at once"


async def test_a_consent_for_a_meter_that_is_here(
    hass: HomeAssistant, gateway: ScriptedGateway, entry_without_meters: MockConfigEntry
) -> None:
    gateway.answers[CONSENT] = load_body("consent") | {"usage_points": []}
    flow = await add_meter(hass, entry_without_meters)
    await answer_meter(hass, flow, {"number": NUMBER})
    assert (await answer_meter(hass, flow))["reason"] == "already_configured"


async def test_a_number_that_is_here_is_known_before_enedis_is_visited(
    hass: HomeAssistant, gateway: ScriptedGateway, set_up: SetUp
) -> None:
    """All that is known of a number is its end: whoever says it again means another meter."""
    flow = await add_meter(hass, await set_up())
    form = await answer_meter(hass, flow, {"number": NUMBER})
    assert (form["errors"], form["description_placeholders"]) == ({"number": "already_added"}, {"meter": "Maison"})
    assert not gateway.list_requests(CONSENTS)
    assert (await answer_meter(hass, flow, {"number": NUMBER}))["type"] is FlowResultType.EXTERNAL_STEP


async def test_a_consent_that_is_lost(
    hass: HomeAssistant, gateway: ScriptedGateway, entry_without_meters: MockConfigEntry
) -> None:
    gateway.answers[CONSENT] = answer_problem(404, "not_found")
    flow = await add_meter(hass, entry_without_meters)
    await answer_meter(hass, flow, {"number": NUMBER})
    assert (await answer_meter(hass, flow))["errors"] == {"base": "consent_failed"}


async def test_waits_while_the_gateway_is_away(
    hass: HomeAssistant, gateway: ScriptedGateway, entry_without_meters: MockConfigEntry
) -> None:
    asked = 0

    async def answer_status(request: web.Request) -> Any:
        nonlocal asked
        asked += 1
        return await answer_problem(503, "restarting")(request) if asked < 3 else load_body("consent")

    gateway.answers[CONSENT] = answer_status
    flow = await add_meter(hass, entry_without_meters)
    await answer_meter(hass, flow, {"number": NUMBER})
    assert (await answer_meter(hass, flow))["step_id"] == "tariff"


async def test_stops_waiting_when_the_dialog_is_closed(
    hass: HomeAssistant, gateway: ScriptedGateway, entry_without_meters: MockConfigEntry
) -> None:
    gateway.answers[CONSENT] = load_body("consent") | {"status": "pending"}
    flow = await add_meter(hass, entry_without_meters)
    result = await hass.config_entries.subentries.async_configure(flow["flow_id"], {"number": NUMBER})
    assert result["type"] is FlowResultType.EXTERNAL_STEP
    again = await hass.config_entries.subentries.async_configure(flow["flow_id"])
    assert again["type"] is FlowResultType.EXTERNAL_STEP, "nothing has come yet"
    waiting = find_consent_wait()
    hass.config_entries.subentries.async_abort(flow["flow_id"])
    await asyncio.wait([waiting])
    assert waiting.cancelled()


async def test_a_meter_of_which_enedis_tells_nothing(
    hass: HomeAssistant, gateway: ScriptedGateway, entry_without_meters: MockConfigEntry
) -> None:
    gateway.answers[POINT].point |= {
        "contract": {},
        "tariffs": [],
        "off_peak": [],
        "curve_collected": None,
        "name": None,
    }
    flow = await add_meter(hass, entry_without_meters)
    await answer_meter(hass, flow, {"number": NUMBER})
    form = await answer_meter(hass, flow)
    came = form["description_placeholders"]
    assert {came["contract"], came["power"], came["curve"]} == {"not known yet"}
    assert came["off_peak"] == "none"
    assert form["data_schema"]({"power": "6"})["option"] == "base"
    result = await answer_meter(hass, flow, REGULATED | {"name": "••••••••••0017"})
    assert result["title"] == "••••••••••0017"


async def test_a_new_meter_is_proposed_the_name_of_the_home_and_not_its_number(
    hass: HomeAssistant, gateway: ScriptedGateway, entry_without_meters: MockConfigEntry
) -> None:
    point = gateway.answers[POINT].point
    point["name"] = point["masked_number"]  # as the gateway names a meter that nobody has named
    flow = await add_meter(hass, entry_without_meters)
    await answer_meter(hass, flow, {"number": NUMBER})
    form = await answer_meter(hass, flow)
    assert form["data_schema"]({"power": "6"})["name"] == "Home"


async def test_a_meter_that_is_read_already_needs_no_consent(
    hass: HomeAssistant, gateway: ScriptedGateway, set_up: SetUp
) -> None:
    entry = await set_up()
    [point] = gateway.answers[POINTS]["items"]
    atelier = deepcopy(point) | {"id": OTHER, "name": "Atelier"}
    gateway.answers[POINTS]["items"].append(atelier)
    gateway.answers[f"{POINTS}/{OTHER}"] = Meter(atelier, gateway)
    flow = await add_meter(hass, entry)
    assert flow["step_id"] == "user"
    [field] = flow["data_schema"].schema.values()
    assert [option["label"] for option in field.config["options"]] == ["Atelier (••••••••••0017)", "Another meter"]
    form = await answer_meter(hass, flow, {"usage_point": OTHER})
    assert form["step_id"] == "tariff"
    result = await answer_meter(hass, flow, REGULATED)
    assert result["unique_id"] == OTHER
    assert not gateway.list_requests(CONSENTS)
    assert {meter.name for meter in entry.runtime_data.meters.values()} == {"Maison", "Atelier"}


async def test_another_meter_than_those_offered(hass: HomeAssistant, gateway: ScriptedGateway, set_up: SetUp) -> None:
    entry = await set_up()
    gateway.answers[POINTS]["items"].append(gateway.answers[POINTS]["items"][0] | {"id": OTHER})
    flow = await add_meter(hass, entry)
    assert (await answer_meter(hass, flow, {"usage_point": "another"}))["step_id"] == "number"


async def test_a_gateway_that_cannot_tell_its_meters(
    hass: HomeAssistant, gateway: ScriptedGateway, set_up: SetUp
) -> None:
    entry = await set_up()
    gateway.answers[POINTS] = gateway.answers[POINT] = answer_problem(503, "database_down")
    result = await add_meter(hass, entry)
    assert (result["type"], result["reason"]) == (FlowResultType.ABORT, "gateway_failed")
    assert (await open_tariff(hass, entry))["reason"] == "gateway_failed"


async def test_a_gateway_that_is_not_connected(hass: HomeAssistant, set_up: SetUp) -> None:
    entry = await set_up()
    await hass.config_entries.async_unload(entry.entry_id)
    assert (await add_meter(hass, entry))["reason"] == "entry_not_loaded"
    [subentry] = entry.subentries
    assert (await entry.start_subentry_reconfigure_flow(hass, subentry))["reason"] == "entry_not_loaded"
