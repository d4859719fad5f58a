"""Actions: their answers, and their words when there is none."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from conftest import SetUp
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.helpers import device_registry as dr
from homeassistant.helpers.translation import async_get_translations
from homeassistant.setup import async_setup_component
from homeassistant.util.yaml import load_yaml_dict
from pages import call_action, find_device_id, load_texts
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
)
from scripted_gateway import (
    COMPARISON,
    CURVE,
    DAILY,
    HOURS,
    INSTANCE_ID,
    MAX_POWER,
    POINT_ID,
    REFRESH,
    TOKEN,
    ScriptedGateway,
    answer_problem,
    answer_text,
    load_body,
)

from custom_components.my_electrical_data.const import DOMAIN

ROOM = Path("custom_components") / DOMAIN
DAYS = {"start": "2026-11-16", "end": "2026-11-23"}

pytestmark = pytest.mark.usefixtures("clock_of_paris")


async def test_every_action_is_described(hass: HomeAssistant) -> None:
    """In both languages, with an icon; and each is there before any gateway is."""
    assert await async_setup_component(hass, DOMAIN, {})
    described = load_yaml_dict(str(ROOM / "services.yaml"))
    assert hass.services.async_services()[DOMAIN].keys() == described.keys()
    icons = json.loads((ROOM / "icons.json").read_text())["services"]
    assert icons.keys() == described.keys()
    for language in ("en", "fr"):
        shown = await async_get_translations(hass, language, "services", [DOMAIN])
        wanted = {f"{name}.{text}" for name in described for text in ("name", "description")}
        for name, action in described.items():
            wanted |= {f"{name}.fields.{each}.{text}" for each in action["fields"] for text in ("name", "description")}
        assert {path.removeprefix(f"component.{DOMAIN}.services.") for path in shown} == wanted


async def test_hours(hass: HomeAssistant, set_up: SetUp) -> None:
    await set_up()
    answer = await call_action(hass, "get_hours", start="2026-11-22 22:00:00", end="2026-11-22 23:00:00")
    assert answer == {
        "hours": [
            {
                "start": "2026-11-22T22:00:00+01:00",
                "consumption": 0.2505,
                "consumption_hp": 0.0,
                "consumption_hc": 0.2505,
                "cost": 0.04,
            }
        ]
    }
    assert await call_action(hass, "get_hours", start="2026-11-20 00:00:00", end="2026-11-21 00:00:00") == {"hours": []}


async def test_readings(hass: HomeAssistant, gateway: ScriptedGateway, set_up: SetUp) -> None:
    await set_up()
    gateway.requests.clear()
    daily = await call_action(hass, "get_readings", **DAYS)
    assert daily["readings"][1] == {"date": "2026-11-21", "wh": 21805, "quality": "estimated"}
    assert daily["missing"][0]["reason"] == "absent"
    assert daily["missing"][0]["expected_at"] is None
    curve = await call_action(hass, "get_readings", kind="load_curve", direction="production", **DAYS)
    assert curve["readings"][0] == {
        "start": "2026-11-22T00:00:00+01:00",
        "minutes": 30,
        "watts": 540,
        "quality": "measured",
    }
    peaks = await call_action(hass, "get_readings", kind="max_power", **DAYS)
    assert peaks["readings"] == [
        {"date": "2026-11-21", "va": 4210, "share": 0.4678, "at": None},
        {"date": "2026-11-22", "va": 7380, "share": 0.82, "at": "2026-11-22T19:42:00+01:00"},
    ]
    asked = [dict(gateway.list_requests(path)[-1].query) for path in (DAILY, CURVE, MAX_POWER)]
    assert asked == [DAYS | {"direction": "consumption"}, DAYS | {"direction": "production"}, DAYS]


async def test_comparison(hass: HomeAssistant, gateway: ScriptedGateway, set_up: SetUp) -> None:
    await set_up()
    answer = await call_action(hass, "compare_options", months=1)
    assert answer == load_body("comparison") | {"next_change": "2026-01-28T00:00:00+01:00"}
    assert gateway.list_requests(COMPARISON)[0].query["months"] == "1"


async def test_asking_enedis_again(hass: HomeAssistant, gateway: ScriptedGateway, set_up: SetUp) -> None:
    await set_up()
    answer = await call_action(hass, "ask_enedis_again", **DAYS)
    assert answer == {"days": 2, "calls": 1, "expected_at": "2026-11-23T11:06:00+01:00"}
    assert gateway.told == [DAYS]


async def test_importing_again(hass: HomeAssistant, gateway: ScriptedGateway, set_up: SetUp) -> None:
    await set_up()
    gateway.requests.clear()
    answer = await call_action(hass, "import_hours_again")
    assert answer["newest"] == "2026-11-22T23:00:00+01:00"
    assert f"{DOMAIN}:{POINT_ID}_consumption" in answer["statistic_ids"]
    assert [request.query.get("cursor") for request in gateway.list_requests(HOURS)] == [None]
    hours = await call_action(hass, "get_hours", start="2026-11-22 00:00:00", end="2026-11-23 00:00:00")
    assert [hour["consumption"] for hour in hours["hours"]] == [1.0, 0.2505, 0.6495]


async def test_importing_again_fails(hass: HomeAssistant, gateway: ScriptedGateway, set_up: SetUp) -> None:
    await set_up()
    answers = gateway.answers[HOURS]
    gateway.answers[HOURS] = answer_problem(503, "upstream_down")
    with pytest.raises(HomeAssistantError, match="temporarily unavailable"):
        await call_action(hass, "import_hours_again")
    gateway.answers[HOURS] = answers
    assert (await call_action(hass, "import_hours_again"))["newest"], "the earlier failure is forgotten"


async def test_importing_again_while_the_entry_is_unloaded(
    hass: HomeAssistant, gateway: ScriptedGateway, set_up: SetUp
) -> None:
    """It waits for an import that is under way, which ends with the entry: nobody is told that hours were imported."""
    entry = await set_up()
    asked, ended = asyncio.Event(), asyncio.Event()

    async def answer_late(request: web.Request) -> web.Response:
        asked.set()
        await ended.wait()
        return web.Response(status=503)

    gateway.answers[HOURS] = answer_late
    refresh = entry.runtime_data.meters[POINT_ID].hours.async_refresh()
    entry.async_create_background_task(hass, refresh, "an import")
    await asked.wait()
    again = hass.async_create_task(call_action(hass, "import_hours_again"))
    await hass.config_entries.async_unload(entry.entry_id)
    ended.set()
    with pytest.raises(HomeAssistantError) as failed:
        await again
    assert failed.value.translation_key == "entry_not_loaded"
    assert len(gateway.list_requests(HOURS)) == 2


async def test_importing_again_while_the_entry_is_loaded_again(
    hass: HomeAssistant, gateway: ScriptedGateway, set_up: SetUp
) -> None:
    """It ends with the entry: beside the next import, each would delete rows of the other."""
    entry = await set_up()
    asked, answered = asyncio.Event(), asyncio.Event()
    answer = gateway.answers[HOURS]

    async def answer_late(_: web.Request) -> web.Response:
        gateway.answers[HOURS] = answer
        asked.set()
        await answered.wait()
        return web.Response(status=503)

    gateway.answers[HOURS] = answer_late
    again = hass.async_create_task(call_action(hass, "import_hours_again"))
    await asked.wait()
    await hass.config_entries.async_reload(entry.entry_id)
    with pytest.raises(HomeAssistantError) as failed:
        await again
    assert failed.value.translation_key == "entry_not_loaded"
    assert (await call_action(hass, "import_hours_again"))["newest"] == "2026-11-22T23:00:00+01:00"
    answered.set()


async def test_importing_again_while_the_meter_is_removed(
    hass: HomeAssistant, gateway: ScriptedGateway, set_up: SetUp, hass_storage: dict[str, Any]
) -> None:
    """It ends with the meter, and leaves no progress of an import that nobody continues."""
    entry = await set_up()
    asked, answered = asyncio.Event(), asyncio.Event()
    answer = gateway.answers[HOURS]

    async def answer_late(request: web.Request) -> Any:
        asked.set()
        await answered.wait()
        return await answer(request)

    gateway.answers[HOURS] = answer_late
    again = hass.async_create_task(call_action(hass, "import_hours_again"))
    await asked.wait()
    hass.config_entries.async_remove_subentry(entry, entry.runtime_data.meters[POINT_ID].subentry_id)
    answered.set()
    with pytest.raises(HomeAssistantError) as failed:
        await again
    assert failed.value.translation_key == "entry_not_loaded"
    await hass.async_block_till_done(wait_background_tasks=True)
    assert f"{DOMAIN}.{POINT_ID}" not in hass_storage


# No answer


@pytest.mark.parametrize(
    ("action", "fields", "key"),
    [
        ("get_hours", {"start": "2026-11-23 00:00:00", "end": "2026-11-22 00:00:00"}, "invalid_range"),
        ("get_hours", {"start": "2025-11-01 00:00:00", "end": "2026-11-22 00:00:00"}, "range_too_long"),
        ("get_readings", {"start": "2026-11-23", "end": "2026-11-23"}, "invalid_range"),
        ("ask_enedis_again", {"start": "2026-11-23", "end": "2026-11-22"}, "invalid_range"),
        ("get_cheapest_window", {"duration": "03:00:00", "before": "2026-11-22 07:00:00"}, "invalid_range"),
        ("get_cheapest_window", {"duration": "30:00:00", "before": "07:00:00"}, "window_too_long"),
    ],
)
async def test_a_request_that_makes_no_sense(
    hass: HomeAssistant, set_up: SetUp, action: str, fields: dict[str, Any], key: str
) -> None:
    await set_up()
    with pytest.raises(ServiceValidationError) as refused:
        await call_action(hass, action, **fields)
    assert refused.value.translation_key == key
    assert_has_words(refused.value)


async def test_a_device_that_cannot_answer(hass: HomeAssistant, set_up: SetUp) -> None:
    entry = await set_up()
    grid, meter = find_device_id(hass, f"{INSTANCE_ID}_grid"), find_device_id(hass)
    with pytest.raises(ServiceValidationError) as refused:
        await call_action(hass, "compare_options", grid)
    assert refused.value.translation_key == "not_a_meter"
    with pytest.raises(ServiceValidationError) as refused:
        await call_action(hass, "get_cheapest_window", grid, duration="01:00:00", before="07:00:00")
    assert refused.value.translation_key == "not_a_meter"
    other = MockConfigEntry(domain="other")
    other.add_to_hass(hass)
    foreign = dr.async_get(hass).async_get_or_create(config_entry_id=other.entry_id, identifiers={("other", "x")})
    for unknown in (foreign.id, "gone"):
        with pytest.raises(ServiceValidationError) as refused:
            await call_action(hass, "compare_options", unknown)
        assert refused.value.translation_key == "not_ours"
    await hass.config_entries.async_unload(entry.entry_id)
    with pytest.raises(ServiceValidationError) as refused:
        await call_action(hass, "compare_options", meter)
    assert refused.value.translation_key == "entry_not_loaded"
    assert_has_words(refused.value)


@pytest.mark.parametrize(
    ("action", "path", "fields"),
    [
        ("get_readings", DAILY, DAYS),
        ("get_readings", CURVE, DAYS | {"kind": "load_curve"}),
        ("get_readings", MAX_POWER, DAYS | {"kind": "max_power"}),
        ("compare_options", COMPARISON, {}),
        ("ask_enedis_again", REFRESH, DAYS),
    ],
)
async def test_the_gateway_cannot_answer(
    hass: HomeAssistant, gateway: ScriptedGateway, set_up: SetUp, action: str, path: str, fields: dict[str, Any]
) -> None:
    await set_up()
    gateway.answers[path] = answer_problem(429, "quota_reached")
    with pytest.raises(HomeAssistantError) as failed:
        await call_action(hass, action, **fields)
    assert failed.value.translation_key == "rate_limited"
    assert_has_words(failed.value)
    gateway.answers[path] = answer_text(200, "{}", "application/json")
    with pytest.raises(HomeAssistantError, match="invalid response"):
        await call_action(hass, action, **fields)


async def test_the_gateway_refuses_a_range(hass: HomeAssistant, gateway: ScriptedGateway, set_up: SetUp) -> None:
    await set_up()
    gateway.answers[REFRESH] = answer_problem(400, "range_too_long")
    with pytest.raises(ServiceValidationError) as refused:
        await call_action(hass, "ask_enedis_again", **DAYS)
    assert refused.value.translation_key == "range_too_long"
    gateway.answers[REFRESH] = answer_problem(409, "something_else")
    with pytest.raises(HomeAssistantError) as failed:
        await call_action(hass, "ask_enedis_again", **DAYS)
    assert failed.value.translation_key == "request_refused"


async def test_the_gateway_knows_us_no_more(hass: HomeAssistant, gateway: ScriptedGateway, set_up: SetUp) -> None:
    await set_up()
    gateway.answers[TOKEN] = answer_problem(401, "invalid_client")
    gateway.accepted_tokens.clear()
    with pytest.raises(HomeAssistantError) as failed:
        await call_action(hass, "compare_options")
    assert failed.value.translation_key == "invalid_auth"
    await hass.async_block_till_done()
    assert {flow["context"]["source"] for flow in hass.config_entries.flow.async_progress()} == {"reauth"}


def assert_has_words(error: HomeAssistantError) -> None:
    for language in ("en", "fr"):
        assert load_texts(language)["exceptions"][str(error.translation_key)]["message"]
