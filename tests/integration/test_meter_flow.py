"""Adding a meter by its number and Enedis' consent."""

import asyncio
import json
from copy import deepcopy
from typing import Any

import pytest
from aiohttp import web
from conftest import SetUp
from freezegun.api import FrozenDateTimeFactory
from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import Event, HomeAssistant, callback
from homeassistant.data_entry_flow import FlowResultType
from pages import add_meter, answer_meter, load_texts, open_tariff
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
    ScriptedGateway,
    answer_problem,
    load_body,
)

from custom_components.my_electrical_data import consent
from custom_components.my_electrical_data.const import DOMAIN

OTHER = "z" * 16
REGULATED = {"name": "Atelier", "option": "base", "power": "6", "own_prices": False}


@pytest.fixture(autouse=True)
def without_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(consent, "LOOK_EVERY", 0.0)
    monkeypatch.setattr(consent, "LOOK_LATER", 0.0)
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


class Dialog:
    """The dialog of a meter whose consent was refused; it fetches the flow when told that it changed."""

    def __init__(self, hass: HomeAssistant, gateway: ScriptedGateway) -> None:
        self._hass = hass
        self._changed = asyncio.Event()
        self.consent = load_body("consent") | {"status": "refused", "reason": "refused_at_enedis", "usage_points": []}
        self.looked = asyncio.Event()
        gateway.answers[CONSENT] = self._answer_status
        hass.bus.async_listen("data_entry_flow_progressed", self._note_change)

    async def _answer_status(self, _request: web.Request) -> Any:
        self.looked.set()
        return self.consent

    @callback
    def _note_change(self, _event: Event) -> None:
        self._changed.set()

    async def open(self, entry: MockConfigEntry) -> Any:
        """Enter a number, and return what is shown when Enedis has refused."""
        self.flow_id = (await add_meter(self._hass, entry))["flow_id"]
        external = await self._hass.config_entries.subentries.async_configure(self.flow_id, {"number": NUMBER})
        assert external["type"] is FlowResultType.EXTERNAL_STEP
        return await self.fetch_change()

    async def fetch_change(self) -> Any:
        await self._changed.wait()
        self._changed.clear()
        return await self._hass.config_entries.subentries.async_configure(self.flow_id)

    async def wait_for_look(self) -> None:
        """Wait until the flow has looked at the consent as it is now."""
        self.looked.clear()
        await self.looked.wait()


@pytest.mark.parametrize(
    ("language", "said"), [("en", "the consent was refused or not completed"), ("fr", "le partage a été refusé")]
)
async def test_a_refused_consent_that_is_given_after_all(
    hass: HomeAssistant, gateway: ScriptedGateway, entry_without_meters: MockConfigEntry, language: str, said: str
) -> None:
    """The gateway's page leads to Enedis again; the dialog says that it waits, and goes on."""
    hass.config.language = language
    dialog = Dialog(hass, gateway)
    shown = await dialog.open(entry_without_meters)
    assert (shown["type"], shown["progress_action"]) == (FlowResultType.SHOW_PROGRESS, "refused")
    assert said in shown["description_placeholders"]["reason"]
    assert shown["description_placeholders"]["url"] == load_body("consent_asked")["authorize_url"]
    texts = load_texts(language)["config_subentries"]["meter"]
    assert texts["step"]["refused"]["title"]
    assert all(part in texts["progress"]["refused"] for part in ("{reason}", "({url})"))

    dialog.consent |= {"reason": "wrong_meter"}
    again = await dialog.fetch_change()
    assert again["description_placeholders"]["reason"] == texts["error"]["consent_wrong_meter"]
    dialog.consent |= {"status": "pending", "reason": None}
    await dialog.wait_for_look()
    dialog.consent = load_body("consent")
    assert (await dialog.fetch_change())["step_id"] == "tariff"
    gateway.answers[POINTS]["items"] = [gateway.answers[POINT].point]
    result = await answer_meter(hass, {"flow_id": dialog.flow_id}, REGULATED)
    assert (result["type"], result["unique_id"]) == (FlowResultType.CREATE_ENTRY, POINT_ID)
    assert len(gateway.list_requests(CONSENTS)) == 1, "the same consent was given"


async def test_a_refused_consent_that_nobody_gives_in_time(
    hass: HomeAssistant,
    gateway: ScriptedGateway,
    entry_without_meters: MockConfigEntry,
    now: FrozenDateTimeFactory,
) -> None:
    dialog = Dialog(hass, gateway)
    await dialog.open(entry_without_meters)
    now.move_to(load_body("consent_asked")["expires_at"])
    form = await dialog.fetch_change()
    assert (form["step_id"], form["errors"]) == ("number", {"base": "consent_refused_at_enedis"})


async def test_stops_waiting_for_a_refused_consent_when_the_dialog_is_closed(
    hass: HomeAssistant, gateway: ScriptedGateway, entry_without_meters: MockConfigEntry
) -> None:
    dialog = Dialog(hass, gateway)
    await dialog.open(entry_without_meters)
    waiting = [task for task in asyncio.all_tasks() if task.get_name() == f"{DOMAIN} consent"]
    hass.config_entries.subentries.async_abort(dialog.flow_id)
    _, running = await asyncio.wait(waiting, timeout=100)
    assert not running


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
    hass.config_entries.subentries.async_abort(flow["flow_id"])
    await hass.async_block_till_done(wait_background_tasks=True)
    asked = len(gateway.list_requests(CONSENT))
    await hass.async_block_till_done(wait_background_tasks=True)
    assert len(gateway.list_requests(CONSENT)) == asked


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
