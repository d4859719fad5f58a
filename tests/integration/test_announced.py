"""A gateway that announces itself on the network: found, followed when it moves, and never trusted with more."""

from ipaddress import ip_address
from typing import Any

import pytest
from aiohttp.test_utils import unused_port
from conftest import SetUp
from homeassistant.config_entries import SOURCE_ZEROCONF, ConfigEntryState
from homeassistant.const import CONF_URL
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers.service_info.zeroconf import ZeroconfServiceInfo
from pages import ACCOUNT, choose, client, submit
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
)
from scripted_gateway import (
    INSTANCE_ID,
    PING,
    POINT_ID,
    TOKEN,
    ScriptedGateway,
    body,
    raw,
)

from custom_components.my_electrical_data.config_flow import _announced_addresses
from custom_components.my_electrical_data.const import CONF_METERS, DOMAIN


def announced(gateway: ScriptedGateway, **properties: str | None) -> ZeroconfServiceInfo:
    address = ip_address("127.0.0.1")
    return ZeroconfServiceInfo(
        ip_address=address,
        ip_addresses=[address],
        port=gateway.server.port,
        hostname="gateway.local.",
        type="_myelecdata._tcp.local.",
        name="MyElectricalData._myelecdata._tcp.local.",
        properties={"id": INSTANCE_ID, "api": "1.0"} | properties,
    )


async def hear(hass: HomeAssistant, info: ZeroconfServiceInfo) -> Any:
    result = await hass.config_entries.flow.async_init(DOMAIN, context={"source": SOURCE_ZEROCONF}, data=info)
    await hass.async_block_till_done(wait_background_tasks=True)
    return result


@pytest.mark.parametrize("url", [None, "http://127.0.0.1:1/nothing", "not an address"])
async def test_a_gateway_that_announces_itself(hass: HomeAssistant, gateway: ScriptedGateway, url: str | None) -> None:
    menu = await hear(hass, announced(gateway, url=url))
    assert (menu["type"], menu["step_id"]) == (FlowResultType.MENU, "account")
    assert menu["description_placeholders"]["address"] == gateway.url
    [progress] = hass.config_entries.flow.async_progress()
    assert progress["context"]["title_placeholders"] == {"name": "127.0.0.1"}
    await choose(hass, menu, "log_in")
    await submit(hass, menu, ACCOUNT)
    result = await submit(hass, menu, {CONF_METERS: [POINT_ID]})
    assert result["result"].unique_id == INSTANCE_ID


async def test_the_address_a_gateway_gives_itself_comes_first(hass: HomeAssistant, gateway: ScriptedGateway) -> None:
    gateway.prefix = "/api"
    menu = await hear(hass, announced(gateway, url=gateway.url))
    assert menu["description_placeholders"]["address"] == gateway.url


@pytest.mark.parametrize(
    ("properties", "answer", "reason"),
    [
        ({"id": ""}, None, "not_a_gateway"),
        ({"id": "another-gateway-1"}, None, "cannot_connect"),
        ({}, raw(200, "a router"), "cannot_connect"),
        ({}, body("ping") | {"api": "0.9"}, "gateway_too_old"),
        ({}, body("ping") | {"api": "2.0"}, "gateway_too_new"),
    ],
)
async def test_what_announces_itself_and_cannot_be_used(
    hass: HomeAssistant, gateway: ScriptedGateway, properties: dict[str, str], answer: Any, reason: str
) -> None:
    gateway.answers[PING] = answer or gateway.answers[PING]
    result = await hear(hass, announced(gateway, **properties))
    assert (result["type"], result["reason"]) == (FlowResultType.ABORT, reason)


def test_an_ipv6_address_is_written_in_brackets(gateway: ScriptedGateway) -> None:
    info = announced(gateway)
    info.ip_addresses = [ip_address("fd00::1")]
    assert _announced_addresses(info) == [f"http://[fd00::1]:{gateway.server.port}"]


async def test_a_gateway_that_works_is_not_moved(hass: HomeAssistant, gateway: ScriptedGateway, set_up: SetUp) -> None:
    """Not even to where it would be found: nobody is asked before something is wrong."""
    entry = await set_up()
    before = entry.data[CONF_URL]
    gateway.prefix = "/api"
    gateway.requests.clear()
    result = await hear(hass, announced(gateway, url=gateway.url))
    assert (result["reason"], entry.data[CONF_URL]) == ("already_configured", before)
    assert not gateway.requests


@pytest.mark.parametrize(("scheme", "moves"), [("http", True), ("https", False)])
async def test_a_gateway_that_moved_is_followed(
    hass: HomeAssistant, gateway: ScriptedGateway, entry: MockConfigEntry, set_up: SetUp, scheme: str, moves: bool
) -> None:
    """But its secret does not leave https for whoever announces its id."""
    old = f"{scheme}://127.0.0.1:{unused_port()}"
    entry.add_to_hass(hass)
    hass.config_entries.async_update_entry(entry, data={**entry.data, CONF_URL: old})
    await set_up()
    assert entry.reason
    result = await hear(hass, announced(gateway))
    assert (result["type"], result["reason"]) == (FlowResultType.ABORT, "already_configured")
    assert gateway.asked(PING), "it was seen to be itself"
    assert entry.data[CONF_URL] == (gateway.url if moves else old)
    assert bool(gateway.asked(TOKEN)) is moves, "its secret went there, or nowhere"
    assert (entry.state is ConfigEntryState.LOADED) is moves


@pytest.mark.parametrize("step", ["reauth", "reconfigure"])
async def test_what_is_announced_keeps_nobody_from_putting_an_entry_right(
    hass: HomeAssistant, gateway: ScriptedGateway, set_up: SetUp, step: str
) -> None:
    """Another gateway answers at the address, and is offered as one to set up: it is said to be another."""
    entry: MockConfigEntry = await set_up()
    gateway.answers[PING]["instance_id"] = "another-gateway-1"
    offered = await hear(hass, announced(gateway, id="another-gateway-1"))
    assert offered["step_id"] == "account"
    if step == "reauth":
        flow = await entry.start_reauth_flow(hass)
        await choose(hass, flow, "api_client")
        result = await submit(hass, flow, client())
    else:
        flow = await entry.start_reconfigure_flow(hass)
        result = await submit(hass, flow, {CONF_URL: gateway.url})
    assert (result["type"], result["reason"]) == (FlowResultType.ABORT, "wrong_gateway")
