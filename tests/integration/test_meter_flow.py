"""Adding a meter by its number and Enedis' consent, and changing what it pays."""

import json
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from conftest import SetUp
from homeassistant.config_entries import SOURCE_USER, ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from pytest_homeassistant_custom_component.common import (  # type: ignore[import-untyped]  # it ships no types
    MockConfigEntry,
)
from scripted_gateway import CONSENT, CONSENTS, NUMBER, POINT, POINT_ID, POINTS, ScriptedGateway, body, problem

from custom_components.my_electrical_data import consent
from custom_components.my_electrical_data.const import DOMAIN, METER

OTHER = "z" * 16
REGULATED = {"name": "Atelier", "option": "base", "power": "6", "own_prices": False}


@pytest.fixture(autouse=True)
def without_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(consent, "LOOK_EVERY", 0.0)
    monkeypatch.setattr(consent, "DETAILS_LOOKS", 2)


@pytest.fixture
async def entry_without_meters(
    hass: HomeAssistant, gateway: ScriptedGateway, entry: MockConfigEntry, set_up: SetUp
) -> MockConfigEntry:
    """The account has no meters yet either; a consent brings the one of the fixtures."""
    entry.add_to_hass(hass)
    for subentry_id in list(entry.subentries):
        hass.config_entries.async_remove_subentry(entry, subentry_id)
    point = gateway.answers[POINTS]["items"][0]
    gateway.answers[POINT] = Meter(point, gateway)
    gateway.answers[POINTS]["items"] = []
    await set_up()
    return entry


class Meter:
    """A meter of its own at the gateway, that can be changed."""

    def __init__(self, point: dict[str, Any], gateway: ScriptedGateway) -> None:
        self.point = point
        self._gateway = gateway

    async def __call__(self, request: web.Request) -> Any:
        if request.method == "PATCH":
            told = await request.json()
            self._gateway.told.append(told)
            self.point |= {name: value for name, value in told.items() if value is not None}
        return self.point


async def begin(hass: HomeAssistant, entry: MockConfigEntry) -> Any:
    return await hass.config_entries.subentries.async_init((entry.entry_id, METER), context={"source": SOURCE_USER})


async def submit(hass: HomeAssistant, flow: Any, data: Any = None) -> Any:
    result = await hass.config_entries.subentries.async_configure(flow["flow_id"], data)
    await hass.async_block_till_done(wait_background_tasks=True)
    return result


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

    async def stands(request: web.Request) -> Any:
        return body("consent") | {"status": next(states)}

    gateway.answers[CONSENT] = stands
    flow = await begin(hass, entry)
    assert (flow["type"], flow["step_id"]) == (FlowResultType.FORM, "number")
    external = await submit(hass, flow, {"number": " 12 345 678 900 017 "})
    assert external["type"] is FlowResultType.EXTERNAL_STEP
    assert external["url"] == body("consent_asked")["authorize_url"]
    assert gateway.told == [{"prm": NUMBER}]
    assert now_at(hass)["step_id"] == "tariff", "it goes on by itself"

    form = await submit(hass, flow)
    assert form["step_id"] == "tariff"
    came = form["description_placeholders"]
    assert (came["meter"], came["contract"], came["power"]) == ("••••••••••0017", "C5", "9 kVA")
    assert (came["off_peak"], came["curve"]) == ("HC (22H00-6H00)", "collected")
    begins_with = form["data_schema"]({"name": "Atelier"})
    assert (begins_with["option"], begins_with["power"], begins_with["own_prices"]) == ("hp_hc", "9", False)

    gateway.answers[POINTS]["items"] = [gateway.answers[POINT].point]
    result = await submit(hass, flow, REGULATED)
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
    flow = await begin(hass, entry_without_meters)
    result = await submit(hass, flow, {"number": number})
    assert result["errors"] == {"number": "invalid_number"}
    assert not gateway.asked(CONSENTS)


@pytest.mark.parametrize(
    ("answer", "errors"),
    [
        (problem(422, "invalid_number"), {"number": "invalid_number"}),
        (problem(429, "too_many_attempts"), {"base": "rate_limited"}),
        (problem(503, "upstream_down"), {"base": "gateway_unavailable"}),
        (problem(409, "something"), {"base": "request_refused"}),
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
    flow = await begin(hass, entry_without_meters)
    result = await submit(hass, flow, {"number": NUMBER})
    assert result["errors"] == errors
    gateway.answers[CONSENTS] = right
    assert (await submit(hass, flow, {"number": NUMBER}))["type"] is FlowResultType.EXTERNAL_STEP


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"status": "refused", "reason": "refused_at_enedis"}, "consent_refused_at_enedis"),
        ({"status": "refused", "reason": "wrong_meter"}, "consent_wrong_meter"),
        ({"status": "expired", "reason": "expired"}, "consent_expired"),
        ({"status": "refused", "reason": "of_a_later_gateway"}, "consent_failed"),
        ({"usage_points": []}, "already_configured"),
    ],
)
async def test_a_consent_that_opens_nothing(
    hass: HomeAssistant,
    gateway: ScriptedGateway,
    entry_without_meters: MockConfigEntry,
    change: dict[str, Any],
    reason: str,
) -> None:
    gateway.answers[CONSENT] = body("consent") | change
    flow = await begin(hass, entry_without_meters)
    await submit(hass, flow, {"number": NUMBER})
    result = await submit(hass, flow)
    assert (result["type"], result["reason"]) == (FlowResultType.ABORT, reason)
    texts = json.loads((Path("custom_components") / DOMAIN / "translations" / "en.json").read_text())
    assert texts["config_subentries"]["meter"]["abort"][reason]


async def test_a_consent_that_is_lost(
    hass: HomeAssistant, gateway: ScriptedGateway, entry_without_meters: MockConfigEntry
) -> None:
    gateway.answers[CONSENT] = problem(404, "not_found")
    flow = await begin(hass, entry_without_meters)
    await submit(hass, flow, {"number": NUMBER})
    assert (await submit(hass, flow))["reason"] == "consent_failed"


async def test_waits_while_the_gateway_is_away(
    hass: HomeAssistant, gateway: ScriptedGateway, entry_without_meters: MockConfigEntry
) -> None:
    asked = 0

    async def stands(request: web.Request) -> Any:
        nonlocal asked
        asked += 1
        return await problem(503, "restarting")(request) if asked < 3 else body("consent")

    gateway.answers[CONSENT] = stands
    flow = await begin(hass, entry_without_meters)
    await submit(hass, flow, {"number": NUMBER})
    assert (await submit(hass, flow))["step_id"] == "tariff"


async def test_stops_waiting_when_the_dialog_is_closed(
    hass: HomeAssistant, gateway: ScriptedGateway, entry_without_meters: MockConfigEntry
) -> None:
    gateway.answers[CONSENT] = body("consent") | {"status": "pending"}
    flow = await begin(hass, entry_without_meters)
    result = await hass.config_entries.subentries.async_configure(flow["flow_id"], {"number": NUMBER})
    assert result["type"] is FlowResultType.EXTERNAL_STEP
    again = await hass.config_entries.subentries.async_configure(flow["flow_id"])
    assert again["type"] is FlowResultType.EXTERNAL_STEP, "nothing has come yet"
    hass.config_entries.subentries.async_abort(flow["flow_id"])
    await hass.async_block_till_done(wait_background_tasks=True)
    asked = len(gateway.asked(CONSENT))
    await hass.async_block_till_done(wait_background_tasks=True)
    assert len(gateway.asked(CONSENT)) == asked


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
    flow = await begin(hass, entry_without_meters)
    await submit(hass, flow, {"number": NUMBER})
    form = await submit(hass, flow)
    came = form["description_placeholders"]
    assert {came["contract"], came["power"], came["curve"]} == {"not known yet"}
    assert came["off_peak"] == "none"
    assert form["data_schema"]({"power": "6"})["option"] == "base"
    result = await submit(hass, flow, REGULATED | {"name": "••••••••••0017"})
    assert result["title"] == "••••••••••0017"


async def test_a_meter_that_is_read_already_needs_no_consent(
    hass: HomeAssistant, gateway: ScriptedGateway, set_up: SetUp
) -> None:
    entry = await set_up()
    [point] = gateway.answers[POINTS]["items"]
    atelier = deepcopy(point) | {"id": OTHER, "name": "Atelier"}
    gateway.answers[POINTS]["items"].append(atelier)
    gateway.answers[f"{POINTS}/{OTHER}"] = Meter(atelier, gateway)
    flow = await begin(hass, entry)
    assert flow["step_id"] == "user"
    [field] = flow["data_schema"].schema.values()
    assert [option["label"] for option in field.config["options"]] == ["Atelier (••••••••••0017)", "Another meter"]
    form = await submit(hass, flow, {"usage_point": OTHER})
    assert form["step_id"] == "tariff"
    result = await submit(hass, flow, REGULATED)
    assert result["unique_id"] == OTHER
    assert not gateway.asked(CONSENTS)
    assert {meter.name for meter in entry.runtime_data.meters.values()} == {"Maison", "Atelier"}


async def test_another_meter_than_those_offered(hass: HomeAssistant, gateway: ScriptedGateway, set_up: SetUp) -> None:
    entry = await set_up()
    gateway.answers[POINTS]["items"].append(gateway.answers[POINTS]["items"][0] | {"id": OTHER})
    flow = await begin(hass, entry)
    assert (await submit(hass, flow, {"usage_point": "another"}))["step_id"] == "number"


async def test_a_gateway_that_cannot_tell_its_meters(
    hass: HomeAssistant, gateway: ScriptedGateway, set_up: SetUp
) -> None:
    entry = await set_up()
    gateway.answers[POINTS] = gateway.answers[POINT] = problem(503, "database_down")
    result = await begin(hass, entry)
    assert (result["type"], result["reason"]) == (FlowResultType.ABORT, "gateway_failed")
    [subentry] = entry.subentries
    assert (await entry.start_subentry_reconfigure_flow(hass, subentry))["reason"] == "gateway_failed"


async def test_a_gateway_that_is_not_connected(hass: HomeAssistant, set_up: SetUp) -> None:
    entry = await set_up()
    await hass.config_entries.async_unload(entry.entry_id)
    assert (await begin(hass, entry))["reason"] == "entry_not_loaded"
    [subentry] = entry.subentries
    assert (await entry.start_subentry_reconfigure_flow(hass, subentry))["reason"] == "entry_not_loaded"


# What it pays


@pytest.fixture
async def reconfiguring(hass: HomeAssistant, set_up: SetUp) -> Any:
    entry = await set_up()
    [subentry] = entry.subentries
    return await entry.start_subentry_reconfigure_flow(hass, subentry)


OFF_PEAK = {"name": "Maison", "option": "hp_hc", "power": "9", "own_prices": False, "off_peak": "22:00-06:00"}


async def test_begins_with_what_the_meter_pays(hass: HomeAssistant, reconfiguring: Any) -> None:
    suggested = {
        str(key): (key.description or {}).get("suggested_value") for key in reconfiguring["data_schema"].schema
    }
    assert suggested["off_peak"] == "22:00-06:00"
    assert "valid_from" in suggested


async def test_a_new_tariff_since_a_day_leaves_the_earlier_ones(
    hass: HomeAssistant, gateway: ScriptedGateway, reconfiguring: Any, entry: MockConfigEntry
) -> None:
    own = [
        {"bucket": "week", "eur_per_kwh": 0.3},
        {"bucket": "night", "eur_per_kwh": 0.1, "slots": [["22:00", "06:00"]]},
    ]
    later = {"valid_from": "2026-10-01", "option": "custom", "power_kva": 6, "prices": own}
    gateway.answers[POINTS]["items"][0]["tariffs"].append(later)
    await hass.config_entries.subentries.async_configure(reconfiguring["flow_id"], None)
    flow = await entry.start_subentry_reconfigure_flow(hass, next(iter(entry.subentries)))
    result = await submit(
        hass, flow, {"name": "Maison", "option": "tempo", "power": "9", "own_prices": False, "valid_from": "2026-11-01"}
    )
    assert (result["type"], result["reason"]) == (FlowResultType.ABORT, "reconfigure_successful")
    tariffs = gateway.told[-1]["tariffs"]
    assert [(tariff["valid_from"], tariff["option"]) for tariff in tariffs] == [
        (None, "hp_hc"),
        ("2026-10-01", "custom"),
        ("2026-11-01", "tempo"),
    ]
    assert tariffs[1] == later, "as the gateway said it, even what this form does not know"
    assert "off_peak" not in gateway.told[-1]


async def test_a_new_name_leaves_every_tariff(
    hass: HomeAssistant, gateway: ScriptedGateway, reconfiguring: Any
) -> None:
    form = reconfiguring["data_schema"]({"name": "Chalet"})
    assert form["option"] == "keep"
    result = await submit(hass, reconfiguring, form | {"off_peak": "22:00-06:00"})
    assert result["reason"] == "reconfigure_successful"
    assert gateway.told[-1] == {"name": "Chalet"}


async def test_a_tariff_before_one_to_come_leaves_that_one(
    hass: HomeAssistant, gateway: ScriptedGateway, reconfiguring: Any, entry: MockConfigEntry
) -> None:
    to_come = {"valid_from": "2027-02-01", "option": "base", "power_kva": 12, "prices": "regulated"}
    gateway.answers[POINTS]["items"][0]["tariffs"].append(to_come)
    await hass.config_entries.subentries.async_configure(reconfiguring["flow_id"], None)
    flow = await entry.start_subentry_reconfigure_flow(hass, next(iter(entry.subentries)))
    assert flow["data_schema"]({"name": "Maison"})["power"] == "9", "what is in force, not what is to come"
    wish = {"name": "Maison", "option": "tempo", "power": "9", "own_prices": False, "valid_from": "2026-11-01"}
    await submit(hass, flow, wish)
    assert [(tariff["valid_from"], tariff["option"]) for tariff in gateway.told[-1]["tariffs"]] == [
        (None, "hp_hc"),
        ("2026-11-01", "tempo"),
        ("2027-02-01", "base"),
    ]


async def test_a_tariff_for_always_replaces_all(
    hass: HomeAssistant, gateway: ScriptedGateway, reconfiguring: Any
) -> None:
    gateway.requests.clear()
    result = await submit(hass, reconfiguring, OFF_PEAK | {"power": "6"})
    assert result["reason"] == "reconfigure_successful"
    assert [(tariff["option"], tariff["power_kva"]) for tariff in gateway.told[-1]["tariffs"]] == [("hp_hc", 6)]
    assert gateway.asked(POINTS), "the entry is set up again although its name stays"


async def test_a_tariff_that_the_gateway_refuses_is_asked_for_again(
    hass: HomeAssistant, gateway: ScriptedGateway, reconfiguring: Any
) -> None:
    right, gateway.answers[POINT] = gateway.answers[POINT], problem(422, "invalid_request")
    form = await submit(hass, reconfiguring, OFF_PEAK)
    assert (form["step_id"], form["errors"]) == ("tariff", {"base": "tariff_refused"})
    gateway.answers[POINT] = right
    assert (await submit(hass, reconfiguring, OFF_PEAK))["reason"] == "reconfigure_successful"


async def test_a_new_name_is_the_devices(hass: HomeAssistant, reconfiguring: Any, entry: MockConfigEntry) -> None:
    await submit(hass, reconfiguring, OFF_PEAK | {"name": "Chalet"})
    assert [subentry.title for subentry in entry.subentries.values()] == ["Chalet"]
    assert entry.runtime_data.meters[POINT_ID].name == "Chalet"


async def test_prices_of_ones_own(hass: HomeAssistant, gateway: ScriptedGateway, reconfiguring: Any) -> None:
    form = await submit(hass, reconfiguring, OFF_PEAK | {"own_prices": True})
    assert form["step_id"] == "prices"
    assert [str(key) for key in form["data_schema"].schema] == ["hp", "hc", "subscription"]
    prices = {"hp": 0.21, "hc": 0.15, "subscription": 16.5}
    right, gateway.answers[POINT] = gateway.answers[POINT], problem(422, "invalid_request")
    assert (await submit(hass, reconfiguring, prices))["errors"] == {"base": "tariff_refused"}
    gateway.answers[POINT] = problem(503, "database_down")
    assert (await submit(hass, reconfiguring, prices))["errors"] == {"base": "gateway_unavailable"}
    gateway.answers[POINT] = right
    await submit(hass, reconfiguring, prices)
    [tariff] = gateway.told[-1]["tariffs"]
    assert tariff["prices"] == [{"bucket": "hp", "eur_per_kwh": 0.21}, {"bucket": "hc", "eur_per_kwh": 0.15}]
    assert tariff["subscription_eur_per_month"] == 16.5


async def test_what_is_produced_has_a_price(hass: HomeAssistant, gateway: ScriptedGateway, set_up: SetUp) -> None:
    entry = await set_up()
    gateway.answers[POINTS]["items"][0]["contract"]["gives"] = True
    flow = await entry.start_subentry_reconfigure_flow(hass, next(iter(entry.subentries)))
    await submit(hass, flow, OFF_PEAK | {"production": 0.04})
    assert gateway.told[-1]["tariffs"][0]["production_eur_per_kwh"] == 0.04


async def test_own_prices_are_shown_again(hass: HomeAssistant, gateway: ScriptedGateway, set_up: SetUp) -> None:
    own = [{"bucket": "hp", "eur_per_kwh": 0.21}, {"bucket": "hc", "eur_per_kwh": 0.15}]
    gateway.answers[POINTS]["items"][0]["tariffs"][0] |= {"prices": own, "subscription_eur_per_month": 16.5}
    entry = await set_up()
    flow = await entry.start_subentry_reconfigure_flow(hass, next(iter(entry.subentries)))
    assert flow["data_schema"]({})["own_prices"] is True
    form = await submit(hass, flow, OFF_PEAK | {"own_prices": True})
    assert form["data_schema"]({}) == {"hp": 0.21, "hc": 0.15, "subscription": 16.5}


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("22:30-06:30, 12h30–14h30", [["22:30", "06:30"], ["12:30", "14:30"]]),
        ("0:00 - 24:00", [["00:00", "24:00"]]),
        ("", None),
    ],
)
async def test_off_peak_hours_as_on_the_bill(
    hass: HomeAssistant, gateway: ScriptedGateway, reconfiguring: Any, typed: str, told: Any
) -> None:
    await submit(hass, reconfiguring, OFF_PEAK | {"off_peak": typed})
    sent = gateway.told[-1]["off_peak"]
    assert (sent and sent[0]["slots"]) == told
    if sent:
        assert sent[0]["weekdays"] == [0, 1, 2, 3, 4, 5, 6]


@pytest.mark.parametrize("typed", ["at night", "22:30", "06:00-06:00", "22:00-24:30", "25:00-06:00"])
async def test_off_peak_hours_that_cannot_be(
    hass: HomeAssistant, gateway: ScriptedGateway, reconfiguring: Any, typed: str
) -> None:
    result = await submit(hass, reconfiguring, OFF_PEAK | {"off_peak": typed})
    assert result["errors"] == {"off_peak": "invalid_off_peak"}
    assert not gateway.told


async def test_off_peak_hours_by_season_are_not_flattened(
    hass: HomeAssistant, gateway: ScriptedGateway, set_up: SetUp
) -> None:
    [period] = gateway.answers[POINTS]["items"][0]["off_peak"]
    gateway.answers[POINTS]["items"][0]["off_peak"] = [period | {"season": "summer"}, period | {"season": "winter"}]
    entry = await set_up()
    flow = await entry.start_subentry_reconfigure_flow(hass, next(iter(entry.subentries)))
    await submit(hass, flow, {name: value for name, value in OFF_PEAK.items() if name != "off_peak"})
    assert "off_peak" not in gateway.told[-1]
