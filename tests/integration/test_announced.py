"""A gateway that announces itself on the network: found, followed when it moves, and never trusted with more."""

import hashlib
import json
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import unused_port
from conftest import SetUp
from homeassistant.components.repairs import DOMAIN as REPAIRS
from homeassistant.config_entries import SOURCE_ZEROCONF, ConfigEntryState
from homeassistant.const import CONF_URL
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers import issue_registry as ir
from homeassistant.helpers.service_info.zeroconf import ZeroconfServiceInfo
from homeassistant.setup import async_setup_component
from pages import ACCOUNT, answer_repair, choose_option, make_client_input, open_repair, submit_form
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
)
from scripted_gateway import (
    CLIENT_SECRET,
    INSTANCE_ID,
    PING,
    POINT_ID,
    PROOF,
    ScriptedGateway,
    answer_text,
    load_body,
)

from custom_components.my_electrical_data.const import CONF_METERS, DOMAIN
from custom_components.my_electrical_data.discovery import list_announced_addresses


def announce_gateway(gateway: ScriptedGateway, **properties: str | None) -> ZeroconfServiceInfo:
    return make_announcement([ip_address("127.0.0.1")], gateway.server.port, **properties)


def make_announcement(
    ips: list[IPv4Address | IPv6Address], port: int | None, **properties: str | None
) -> ZeroconfServiceInfo:
    return ZeroconfServiceInfo(
        ip_address=ips[0],
        ip_addresses=ips,
        port=port,
        hostname="gateway.local.",
        type="_myelecdata._tcp.local.",
        name="MyElectricalData._myelecdata._tcp.local.",
        properties={"id": INSTANCE_ID, "api": "1.1"} | properties,
    )


async def receive_announcement(hass: HomeAssistant, info: ZeroconfServiceInfo) -> Any:
    result = await hass.config_entries.flow.async_init(DOMAIN, context={"source": SOURCE_ZEROCONF}, data=info)
    await hass.async_block_till_done(wait_background_tasks=True)
    return result


@pytest.mark.parametrize("url", [None, "http://127.0.0.1:1/nothing", "not an address"])
async def test_a_gateway_that_announces_itself(hass: HomeAssistant, gateway: ScriptedGateway, url: str | None) -> None:
    menu = await receive_announcement(hass, announce_gateway(gateway, url=url))
    assert (menu["type"], menu["step_id"]) == (FlowResultType.MENU, "account")
    assert menu["description_placeholders"]["address"] == gateway.url
    [progress] = hass.config_entries.flow.async_progress()
    assert progress["context"]["title_placeholders"] == {"name": "127.0.0.1"}
    await choose_option(hass, menu, "log_in")
    await submit_form(hass, menu, ACCOUNT)
    result = await submit_form(hass, menu, {CONF_METERS: [POINT_ID]})
    assert result["result"].unique_id == INSTANCE_ID


async def test_the_address_a_gateway_gives_itself_comes_first(hass: HomeAssistant, gateway: ScriptedGateway) -> None:
    gateway.prefix = "/api"
    menu = await receive_announcement(hass, announce_gateway(gateway, url=gateway.url))
    assert menu["description_placeholders"]["address"] == gateway.url


@pytest.mark.parametrize(
    ("properties", "answer", "reason"),
    [
        ({"id": ""}, None, "not_a_gateway"),
        ({"id": "another-gateway-1"}, None, "cannot_connect"),
        ({}, answer_text(200, "a router"), "cannot_connect"),
        ({}, load_body("ping") | {"api": "0.9"}, "gateway_too_old"),
        ({}, load_body("ping") | {"api": "2.0"}, "gateway_too_new"),
    ],
)
async def test_what_announces_itself_and_cannot_be_used(
    hass: HomeAssistant, gateway: ScriptedGateway, properties: dict[str, str], answer: Any, reason: str
) -> None:
    gateway.answers[PING] = answer or gateway.answers[PING]
    result = await receive_announcement(hass, announce_gateway(gateway, **properties))
    assert (result["type"], result["reason"]) == (FlowResultType.ABORT, reason)


@pytest.mark.parametrize(
    ("url", "asked_first"),
    [
        ("https://gateway.example.org/api", "https://gateway.example.org/api"),
        ("http://192.168.1.20:8000", "http://192.168.1.20:8000"),
        ("http://gateway.example.org/api", None),
        ("http://169.254.169.254/latest", None),
        ("https://192.168.1.21", None),
        ("https://localhost", None),
        ("https://user@gateway.example.org", None),
        ("https://gateway.example.org/?delete=everything", None),
        ("file:///etc/passwd", None),
        ("https://gateway.example.org/" + "a" * 300, None),
        ("not an address", None),
    ],
)
def test_an_announcement_has_only_plausible_addresses_asked(url: str, asked_first: str | None) -> None:
    ips = [ip_address(text) for text in ("192.168.1.20", "fd00::1", "8.8.8.8", "169.254.169.254", "224.0.0.251", "::")]
    own = [asked_first] if asked_first else []
    assert list_announced_addresses(make_announcement(ips, 8000, url=url)) == [
        *own,
        "http://192.168.1.20:8000",
        "http://[fd00::1]:8000",
    ]


async def test_an_announced_address_leads_nowhere_else(hass: HomeAssistant, gateway: ScriptedGateway) -> None:
    elsewhere: list[str] = []

    async def lead_on(request: web.Request) -> web.Response:
        if request.query:
            elsewhere.append(request.path_qs)
            return web.json_response(load_body("ping"))
        raise web.HTTPFound("/ping?elsewhere")

    gateway.answers[PING] = lead_on
    result = await receive_announcement(hass, announce_gateway(gateway))
    assert (result["reason"], elsewhere) == ("cannot_connect", [])


async def test_a_gateway_that_works_is_not_moved(hass: HomeAssistant, gateway: ScriptedGateway, set_up: SetUp) -> None:
    """Not even to where it would be found: nobody is asked before something is wrong."""
    entry = await set_up()
    before = entry.data[CONF_URL]
    gateway.prefix = "/api"
    gateway.requests.clear()
    result = await receive_announcement(hass, announce_gateway(gateway, url=gateway.url))
    assert (result["reason"], entry.data[CONF_URL]) == ("already_configured", before)
    assert not gateway.requests


async def test_a_gateway_that_moved_is_followed(
    hass: HomeAssistant, gateway: ScriptedGateway, entry: MockConfigEntry, set_up: SetUp
) -> None:
    """It proves that it knows the API client before its secret goes there."""
    await set_up_unreachable(hass, entry, set_up, "http")
    result = await receive_announcement(hass, announce_gateway(gateway))
    assert (result["type"], result["reason"]) == (FlowResultType.ABORT, "already_configured")
    assert entry.data[CONF_URL] == gateway.url
    assert entry.state is ConfigEntryState.LOADED
    first, *_ = [request for request in gateway.requests if "Authorization" in request.headers]
    assert gateway.requests.index(first) > gateway.requests.index(gateway.list_requests(PROOF)[0])


@pytest.mark.parametrize("impostor", ["old gateway", "wrong secret", "passed on", "nonsense", "https given up"])
async def test_whoever_announces_the_id_gets_no_secret(
    hass: HomeAssistant, gateway: ScriptedGateway, entry: MockConfigEntry, set_up: SetUp, impostor: str
) -> None:
    """A repair asks instead; confirmed by a person, the address is used."""
    old = await set_up_unreachable(hass, entry, set_up, "https" if impostor == "https given up" else "http")
    real = gateway.answers[PROOF]

    async def pass_on(request: web.Request) -> Any:
        """The real gateway signs for its own address, and for no other."""
        asked = await request.json()
        signed = json.dumps(asked | {"address": "http://192.168.1.20:8000"})
        return {"proof": hashlib.sha256(signed.encode()).hexdigest()}

    match impostor:
        case "old gateway":
            del gateway.answers[PROOF]
        case "wrong secret":
            gateway.accepted_secret = "another"
        case "passed on":
            gateway.answers[PROOF] = pass_on
        case "nonsense":
            gateway.answers[PROOF] = answer_text(200, "[1]", "application/json")
        case "https given up":
            pass  # the address alone says it
        case _:
            raise AssertionError(impostor)
    result = await receive_announcement(hass, announce_gateway(gateway))
    assert (result["type"], result["reason"]) == (FlowResultType.ABORT, "already_configured")
    assert entry.data[CONF_URL] == old
    assert not [request for request in gateway.requests if "Authorization" in request.headers]

    issue_id = f"gateway_moved_{entry.entry_id}"
    issue = ir.async_get(hass).async_get_issue(DOMAIN, issue_id)
    assert issue
    assert issue.translation_placeholders == {"known": old, "address": gateway.url}
    gateway.answers[PROOF], gateway.accepted_secret = real, CLIENT_SECRET
    assert await async_setup_component(hass, REPAIRS, {})
    page = await open_repair(hass, issue_id)
    assert page["step_id"] == "confirm"
    for answer, error in (
        (load_body("ping") | {"instance_id": "another-gateway-1"}, "another_gateway"),
        (answer_text(200, "a router"), "gateway_failed"),
    ):
        gateway.answers[PING] = answer
        page = await answer_repair(hass, page, {})
        assert page["errors"] == {"base": error}
    gateway.answers[PING] = load_body("ping")
    page = await answer_repair(hass, page, {})
    assert page["type"] == FlowResultType.CREATE_ENTRY
    assert (entry.data[CONF_URL], entry.state) == (gateway.url, ConfigEntryState.LOADED)
    assert not ir.async_get(hass).async_get_issue(DOMAIN, issue_id)


async def test_a_moved_entry_that_is_removed_meanwhile(
    hass: HomeAssistant, gateway: ScriptedGateway, entry: MockConfigEntry, set_up: SetUp
) -> None:
    await set_up_unreachable(hass, entry, set_up, "http")
    gateway.accepted_secret = "another"
    await receive_announcement(hass, announce_gateway(gateway))
    assert await async_setup_component(hass, REPAIRS, {})
    page = await open_repair(hass, f"gateway_moved_{entry.entry_id}")
    await hass.config_entries.async_remove(entry.entry_id)
    page = await answer_repair(hass, page, {})
    assert (page["type"], page["reason"]) == (FlowResultType.ABORT, "entry_not_loaded")


async def set_up_unreachable(hass: HomeAssistant, entry: MockConfigEntry, set_up: SetUp, scheme: str) -> str:
    """Set up an entry whose gateway does not answer, and return the address that it has."""
    old = f"{scheme}://127.0.0.1:{unused_port()}"
    entry.add_to_hass(hass)
    hass.config_entries.async_update_entry(entry, data={**entry.data, CONF_URL: old})
    await set_up()
    assert entry.state is ConfigEntryState.SETUP_RETRY
    return old


@pytest.mark.parametrize("step", ["reauth", "reconfigure"])
async def test_what_is_announced_keeps_nobody_from_putting_an_entry_right(
    hass: HomeAssistant, gateway: ScriptedGateway, set_up: SetUp, step: str
) -> None:
    """Another gateway answers at the address, and is offered as one to set up: it is said to be another."""
    entry: MockConfigEntry = await set_up()
    gateway.answers[PING]["instance_id"] = "another-gateway-1"
    offered = await receive_announcement(hass, announce_gateway(gateway, id="another-gateway-1"))
    assert offered["step_id"] == "account"
    if step == "reauth":
        flow = await entry.start_reauth_flow(hass)
        await choose_option(hass, flow, "api_client")
        result = await submit_form(hass, flow, make_client_input())
    else:
        flow = await entry.start_reconfigure_flow(hass)
        result = await submit_form(hass, flow, {CONF_URL: gateway.url})
    assert (result["type"], result["reason"]) == (FlowResultType.ABORT, "wrong_gateway")
