"""An entry's life: set up, in trouble, unloaded."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from conftest import MoveTo, SetUp
from freezegun.api import FrozenDateTimeFactory
from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import STATE_UNAVAILABLE
from homeassistant.core import HomeAssistant
from pages import load_texts
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_fire_time_changed,
)
from scripted_gateway import (
    ECOWATT,
    HOURS,
    PING,
    POINTS,
    TEMPO,
    ScriptedGateway,
    answer_problem,
    answer_text,
    load_body,
)

from custom_components.my_electrical_data.const import DOMAIN

ROOM = Path("custom_components") / DOMAIN


async def test_unloads(hass: HomeAssistant, gateway: ScriptedGateway, set_up: SetUp, move_to: MoveTo) -> None:
    entry = await set_up()
    assert await hass.config_entries.async_unload(entry.entry_id)
    assert entry.state is ConfigEntryState.NOT_LOADED
    assert {state.state for state in hass.states.async_all("sensor")} == {STATE_UNAVAILABLE}
    gateway.requests.clear()
    await move_to("2026-11-24T12:00:00+00:00")
    assert not gateway.requests


async def test_unloads_during_a_request(
    hass: HomeAssistant, gateway: ScriptedGateway, set_up: SetUp, now: FrozenDateTimeFactory
) -> None:
    """No timer for the next request is left: as this test ends, the fixtures of Home Assistant 2026.6 look for one."""
    entry = await set_up()
    has_begun, may_end = asyncio.Event(), asyncio.Event()

    async def answer_late(_request: web.Request) -> Any:
        has_begun.set()
        await may_end.wait()
        return load_body("tempo")

    gateway.answers[TEMPO] = answer_late
    now.move_to("2026-11-23T17:00:00+00:00")
    async_fire_time_changed(hass)
    await has_begun.wait()
    assert await hass.config_entries.async_unload(entry.entry_id)
    may_end.set()
    await hass.async_block_till_done(wait_background_tasks=True)


async def test_a_subscribed_power_may_be_a_fraction(
    hass: HomeAssistant, gateway: ScriptedGateway, set_up: SetUp
) -> None:
    gateway.answers[POINTS]["items"][0]["contract"]["power_kva"] = 7.5
    entry = await set_up()
    assert entry.state is ConfigEntryState.LOADED
    (point,) = entry.runtime_data.usage_points.data.values()
    assert point.contract.power_kva == 7.5


@pytest.mark.parametrize(
    ("path", "answer", "state", "reason"),
    [
        (PING, answer_text(502, ""), ConfigEntryState.SETUP_RETRY, "gateway_unavailable"),
        (PING, answer_text(200, "a router"), ConfigEntryState.SETUP_RETRY, "not_a_gateway"),
        (PING, {**load_body("ping"), "api": "2.1"}, ConfigEntryState.SETUP_RETRY, "gateway_too_new"),
        (PING, {**load_body("ping"), "api": "0.9"}, ConfigEntryState.SETUP_RETRY, "gateway_too_old"),
        (PING, {**load_body("ping"), "instance_id": "another"}, ConfigEntryState.SETUP_ERROR, "wrong_gateway"),
        (POINTS, answer_problem(429, "quota"), ConfigEntryState.SETUP_RETRY, "rate_limited"),
        (POINTS, answer_problem(401, "invalid_token"), ConfigEntryState.SETUP_ERROR, "invalid_auth"),
    ],
)
async def test_failures_at_the_start(
    hass: HomeAssistant,
    gateway: ScriptedGateway,
    set_up: SetUp,
    path: str,
    answer: Any,
    state: ConfigEntryState,
    reason: str,
) -> None:
    gateway.answers[path] = answer
    entry = await set_up()
    assert entry.state is state
    message = load_texts("en")["exceptions"][reason]["message"]
    assert entry.reason
    assert entry.reason.startswith(message.partition(" (")[0].removesuffix("."))


async def test_the_gateway_is_down(hass: HomeAssistant, gateway: ScriptedGateway, set_up: SetUp) -> None:
    await gateway.server.close()
    entry = await set_up()
    assert entry.state is ConfigEntryState.SETUP_RETRY
    assert entry.reason == "The gateway cannot be reached"


async def test_a_client_withdrawn_later_asks_for_another(
    hass: HomeAssistant, gateway: ScriptedGateway, set_up: SetUp, move_to: MoveTo
) -> None:
    await set_up()
    gateway.accepted_tokens.clear()
    gateway.accepted_secret = "withdrawn"
    await move_to("2026-11-23T12:05:00+00:00")
    assert {flow["step_id"] for flow in hass.config_entries.flow.async_progress()} == {"reauth_confirm"}


async def test_a_gateway_without_meters(
    hass: HomeAssistant, gateway: ScriptedGateway, entry: MockConfigEntry, set_up: SetUp
) -> None:
    entry.add_to_hass(hass)
    for subentry_id in list(entry.subentries):
        hass.config_entries.async_remove_subentry(entry, subentry_id)
    await set_up()
    assert entry.state is ConfigEntryState.LOADED
    shown = hass.states.async_all("sensor")
    assert shown
    assert {state.entity_id.split(".")[1].rsplit("_")[0] for state in shown} == {"french", "myelectricaldata"}, (
        "grid, gateway"
    )
    assert not gateway.list_requests(HOURS)


async def test_set_up_does_not_wait_for_hours(hass: HomeAssistant, gateway: ScriptedGateway, set_up: SetUp) -> None:
    for path in (HOURS, TEMPO, ECOWATT):
        gateway.answers[path] = answer_problem(503, "upstream_down")
    assert (await set_up()).state is ConfigEntryState.LOADED


async def test_nothing_secret_is_logged(
    hass: HomeAssistant, gateway: ScriptedGateway, set_up: SetUp, move_to: MoveTo, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG", f"custom_components.{DOMAIN}")
    entry = await set_up()
    for path in (POINTS, TEMPO, HOURS):
        gateway.answers[path] = answer_text(200, "12345678901234")
    await move_to("2026-11-24T12:00:00+00:00")
    ours = "\n".join(record.getMessage() for record in caplog.records if DOMAIN in record.name)
    assert "invalid response" in ours
    for secret in (entry.data["client_secret"], "token-1", "12345678901234", "0017"):
        assert secret not in ours
