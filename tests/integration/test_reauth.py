"""An entry that signs in again, or whose gateway is elsewhere."""

import pytest
from conftest import SetUp
from freezegun.api import FrozenDateTimeFactory
from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import CONF_CLIENT_SECRET, CONF_PASSWORD, CONF_URL
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers.translation import async_get_translations
from pages import ACCOUNT, choose_option, make_client_input, submit_form
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_fire_time_changed,
)
from scripted_gateway import (
    CLIENT_SECRET,
    PING,
    TOKEN,
    ScriptedGateway,
    answer_text,
)

from custom_components.my_electrical_data.const import CONF_MADE_HERE, DOMAIN


@pytest.mark.parametrize("way", ["log_in", "api_client"])
async def test_signs_in_again_when_the_gateway_refuses_its_client(
    hass: HomeAssistant, gateway: ScriptedGateway, set_up: SetUp, way: str
) -> None:
    gateway.accepted_secret = "renewed"
    entry = await set_up()
    assert (entry.state, bool(entry.update_listeners)) == (ConfigEntryState.SETUP_ERROR, False)
    [flow] = hass.config_entries.flow.async_progress()
    assert flow["step_id"] == "reauth_confirm"
    await choose_option(hass, flow, way)
    wrong = make_client_input(client_secret="wrong") if way == "api_client" else ACCOUNT | {CONF_PASSWORD: "wrong"}
    result = await submit_form(hass, flow, wrong)
    assert list(result["errors"].values()) == ["invalid_auth" if way == "api_client" else "invalid_credentials"]
    result = await submit_form(
        hass, flow, make_client_input(client_secret="renewed") if way == "api_client" else ACCOUNT
    )
    assert (result["type"], result["reason"]) == (FlowResultType.ABORT, "reauth_successful")
    assert "translation_domain" not in result, "our own text, which is translated"
    french = await async_get_translations(hass, "fr", "config", {DOMAIN})
    assert french[f"component.{DOMAIN}.config.abort.{result['reason']}"] == "Connexion rétablie."
    assert entry.data[CONF_CLIENT_SECRET] == "renewed"
    assert entry.data[CONF_MADE_HERE] is (way == "log_in")
    assert entry.state is ConfigEntryState.LOADED


async def test_a_proxys_own_401_asks_nobody_to_sign_in(
    hass: HomeAssistant, gateway: ScriptedGateway, set_up: SetUp, now: FrozenDateTimeFactory
) -> None:
    """Only the gateway itself says that a client is unknown; once the proxy lets through, all goes on by itself."""
    token = gateway.answers[TOKEN]
    gateway.answers[TOKEN] = answer_text(
        401, "<html>Who are you?</html>", **{"WWW-Authenticate": 'Basic realm="proxy"'}
    )
    entry = await set_up()
    states = [entry.state]
    assert not hass.config_entries.flow.async_progress()
    gateway.answers[TOKEN] = token
    now.tick(600)
    async_fire_time_changed(hass)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert [*states, entry.state] == [ConfigEntryState.SETUP_RETRY, ConfigEntryState.LOADED]


async def test_reauthentication_of_a_gateway_that_has_gone(
    hass: HomeAssistant, gateway: ScriptedGateway, set_up: SetUp
) -> None:
    entry = await set_up()
    gateway.answers[PING] = answer_text(200, "a router")
    flow = await entry.start_reauth_flow(hass)
    await choose_option(hass, flow, "api_client")
    result = await submit_form(hass, flow, make_client_input())
    assert result["errors"] == {"base": "not_a_gateway"}, "the form has no address to mark"


async def test_reauthentication_with_what_was_there_sets_up_again(
    hass: HomeAssistant, gateway: ScriptedGateway, entry: MockConfigEntry, set_up: SetUp
) -> None:
    entry.add_to_hass(hass)
    hass.config_entries.async_update_entry(entry, data={**entry.data, CONF_MADE_HERE: False})
    gateway.accepted_secret = "for a moment"
    await set_up()
    gateway.accepted_secret = CLIENT_SECRET
    [flow] = hass.config_entries.flow.async_progress()
    await choose_option(hass, flow, "api_client")
    await submit_form(hass, flow, make_client_input())
    assert entry.state is ConfigEntryState.LOADED


async def test_reconfigures_a_loaded_gateway(
    hass: HomeAssistant, gateway: ScriptedGateway, set_up: SetUp, caplog: pytest.LogCaptureFixture
) -> None:
    entry = await set_up()
    gateway.prefix = "/api"
    flow = await entry.start_reconfigure_flow(hass)
    assert flow["step_id"] == "reconfigure"
    gateway.requests.clear()
    result = await submit_form(hass, flow, {CONF_URL: gateway.url})
    assert (result["type"], result["reason"]) == (FlowResultType.ABORT, "reconfigure_successful")
    assert "translation_domain" not in result, "our own text, which is translated"
    french = await async_get_translations(hass, "fr", "config", {DOMAIN})
    assert french[f"component.{DOMAIN}.config.abort.{result['reason']}"] == "L’adresse a été changée."
    assert entry.data[CONF_URL] == gateway.url
    assert entry.state is ConfigEntryState.LOADED
    assert len(gateway.list_requests(PING)) == 2, "once by the flow, and once by the reload"
    assert "has an update listener" not in caplog.text


async def test_reconfiguration_signs_in_again_when_it_must(
    hass: HomeAssistant, gateway: ScriptedGateway, set_up: SetUp
) -> None:
    entry = await set_up()
    gateway.accepted_secret = "renewed"
    flow = await entry.start_reconfigure_flow(hass)
    menu = await submit_form(hass, flow, {CONF_URL: gateway.url})
    assert (menu["type"], menu["step_id"]) == (FlowResultType.MENU, "reauth_confirm")
    await choose_option(hass, flow, "log_in")
    result = await submit_form(hass, flow, ACCOUNT)
    assert result["reason"] == "reconfigure_successful"
    assert entry.data[CONF_CLIENT_SECRET] == "renewed"


@pytest.mark.parametrize("step", ["reauth", "reconfigure"])
async def test_another_gateway_is_not_taken_for_this_one(
    hass: HomeAssistant, gateway: ScriptedGateway, set_up: SetUp, step: str
) -> None:
    entry: MockConfigEntry = await set_up()
    before = dict(entry.data)
    gateway.answers[PING]["instance_id"] = "another-gateway-1"
    if step == "reauth":
        flow = await entry.start_reauth_flow(hass)
        await choose_option(hass, flow, "api_client")
        result = await submit_form(hass, flow, make_client_input(client_secret="other"))
    else:
        flow = await entry.start_reconfigure_flow(hass)
        result = await submit_form(hass, flow, {CONF_URL: gateway.url})
    assert (result["type"], result["reason"]) == (FlowResultType.ABORT, "wrong_gateway")
    assert entry.data == before
    assert not any("other" in request.headers.get("Authorization", "") for request in gateway.requests)
