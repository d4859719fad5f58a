"""Every way through the configuration flow, and the words and the way out of each mistake."""

import json
import ssl
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer, unused_port
from conftest import SetUp
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from homeassistant.config_entries import SOURCE_USER, ConfigEntryState
from homeassistant.const import CONF_CLIENT_ID, CONF_CLIENT_SECRET, CONF_URL
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from pytest_homeassistant_custom_component.common import (  # type: ignore[import-untyped]  # it ships no types
    MockConfigEntry,
)
from scripted_gateway import (
    CLIENT_ID,
    CLIENT_SECRET,
    INSTANCE_ID,
    PING,
    POINTS,
    TOKEN,
    Script,
    ScriptedGateway,
    body,
    problem,
    raw,
)

from custom_components.my_electrical_data.const import DOMAIN


def typed(gateway: ScriptedGateway, **changes: str) -> dict[str, str]:
    return {CONF_URL: gateway.url, CONF_CLIENT_ID: CLIENT_ID, CONF_CLIENT_SECRET: CLIENT_SECRET} | changes


async def submit(hass: HomeAssistant, flow: Any, data: dict[str, str]) -> Any:
    result = await hass.config_entries.flow.async_configure(flow["flow_id"], data)
    await hass.async_block_till_done(wait_background_tasks=True)
    return result


@pytest.fixture
async def flow(hass: HomeAssistant) -> Any:
    return await hass.config_entries.flow.async_init(DOMAIN, context={"source": SOURCE_USER})


async def test_sets_up(hass: HomeAssistant, gateway: ScriptedGateway, flow: Any) -> None:
    assert (flow["type"], flow["step_id"], flow["errors"]) == (FlowResultType.FORM, "user", {})
    result = await submit(hass, flow, typed(gateway))
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert result["title"] == "MyElectricalData"
    assert result["data"] == typed(gateway)
    assert result["result"].unique_id == INSTANCE_ID
    assert result["result"].state is ConfigEntryState.LOADED


def ping(**changes: str) -> dict[str, Any]:
    return {**body("ping"), **changes}


MISTAKES: list[tuple[str, Any, str, str]] = [
    (PING, raw(200, "<html>A router</html>"), CONF_URL, "not_a_gateway"),
    (PING, {"status": "ok"}, CONF_URL, "not_a_gateway"),
    (PING, ping(name="AnotherService"), CONF_URL, "not_a_gateway"),
    (PING, ping(api="one"), CONF_URL, "not_a_gateway"),
    (PING, ping(api="0.9"), CONF_URL, "gateway_too_old"),
    (PING, ping(api="2.0"), CONF_URL, "gateway_too_new"),
    (PING, raw(502, "Bad gateway"), "base", "gateway_unavailable"),
    (TOKEN, problem(429, "too_many_tokens", **{"Retry-After": "60"}), "base", "rate_limited"),
    (TOKEN, problem(401, "invalid_client"), CONF_CLIENT_SECRET, "invalid_auth"),
    (TOKEN, {"access_token": 12}, "base", "malformed_answer"),
    (POINTS, problem(403, "email_not_verified"), "base", "request_refused"),
    (POINTS, problem(503, "database_down"), "base", "gateway_unavailable"),
    (POINTS, {"items": [{"id": "x"}]}, "base", "malformed_answer"),
    (POINTS, raw(204, ""), "base", "malformed_answer"),
]


@pytest.mark.parametrize(("path", "answer", "field", "error"), MISTAKES)
async def test_says_what_is_wrong_and_lets_try_again(
    hass: HomeAssistant, gateway: ScriptedGateway, flow: Any, path: str, answer: Script | Any, field: str, error: str
) -> None:
    right, gateway.answers[path] = gateway.answers[path], answer
    result = await submit(hass, flow, typed(gateway))
    assert (result["type"], result["errors"]) == (FlowResultType.FORM, {field: error})
    texts = json.loads((Path("custom_components") / DOMAIN / "translations" / "en.json").read_text())
    assert texts["config"]["error"][error].format(**result["description_placeholders"])
    gateway.answers[path] = right
    result = await submit(hass, flow, typed(gateway))
    assert result["type"] is FlowResultType.CREATE_ENTRY


@pytest.mark.parametrize("url", ["", "ftp://gateway", "http://", "http://user:word@gateway", "http://a b", "http://[x"])
async def test_not_an_address(hass: HomeAssistant, gateway: ScriptedGateway, flow: Any, url: str) -> None:
    result = await submit(hass, flow, typed(gateway, url=url))
    assert result["errors"] == {CONF_URL: "invalid_url"}
    assert not gateway.requests


async def test_nothing_listens(hass: HomeAssistant, gateway: ScriptedGateway, flow: Any) -> None:
    result = await submit(hass, flow, typed(gateway, url=f"http://127.0.0.1:{unused_port()}"))
    assert result["errors"] == {CONF_URL: "cannot_connect"}


async def test_no_answer_in_time(
    hass: HomeAssistant, gateway: ScriptedGateway, flow: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("custom_components.my_electrical_data.api.client._TIMEOUT", 0)
    result = await submit(hass, flow, typed(gateway))
    assert result["errors"] == {CONF_URL: "cannot_connect"}


async def test_the_secret_goes_to_a_gateway_only(hass: HomeAssistant, gateway: ScriptedGateway, flow: Any) -> None:
    gateway.answers[PING] = raw(200, "something else")
    await submit(hass, flow, typed(gateway))
    assert not gateway.asked(TOKEN)
    assert not any("Authorization" in request.headers for request in gateway.requests)


async def test_the_secret_is_not_shown_again(hass: HomeAssistant, gateway: ScriptedGateway, flow: Any) -> None:
    gateway.accepted_secret = "another"
    result = await submit(hass, flow, typed(gateway))
    suggested = {str(field): (field.description or {}).get("suggested_value") for field in result["data_schema"].schema}
    assert suggested == {CONF_URL: gateway.url, CONF_CLIENT_ID: CLIENT_ID, CONF_CLIENT_SECRET: None}


@pytest.fixture
def untrusted(socket_enabled: None, tmp_path: Path) -> Iterator[str]:
    """Serve with a certificate that nobody signed, from a thread: an event loop would report the broken handshake."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "gateway")])
    start = datetime(2020, 1, 1, tzinfo=UTC)
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    builder = builder.serial_number(1).not_valid_before(start).not_valid_after(start + timedelta(days=36500))
    pem = tmp_path / "gateway.pem"
    pem.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        + builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
    )
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(pem)
    with HTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler) as server:
        server.socket = context.wrap_socket(server.socket, server_side=True)
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        yield f"https://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


async def test_untrusted_certificate(hass: HomeAssistant, gateway: ScriptedGateway, flow: Any, untrusted: str) -> None:
    result = await submit(hass, flow, typed(gateway, url=untrusted))
    assert result["errors"] == {CONF_URL: "certificate_refused"}


@pytest.mark.parametrize("suffix", ["/", "/docs", "/ping", "//", "/docs/?a=b#c"])
async def test_pasted_addresses(hass: HomeAssistant, gateway: ScriptedGateway, flow: Any, suffix: str) -> None:
    result = await submit(hass, flow, typed(gateway, url=f" {gateway.url}{suffix} "))
    assert result["data"][CONF_URL] == gateway.url


async def test_address_without_scheme(hass: HomeAssistant, gateway: ScriptedGateway, flow: Any) -> None:
    result = await submit(hass, flow, typed(gateway, url=gateway.url.removeprefix("http://")))
    assert result["data"][CONF_URL] == gateway.url


async def test_finds_the_gateway_behind_its_proxy(hass: HomeAssistant, gateway: ScriptedGateway, flow: Any) -> None:
    gateway.prefix = "/api"
    result = await submit(hass, flow, typed(gateway, url=gateway.url.removesuffix("/api")))
    assert result["data"][CONF_URL] == gateway.url
    assert gateway.url.endswith("/api")


async def test_follows_a_redirection_and_stays_there(hass: HomeAssistant, gateway: ScriptedGateway, flow: Any) -> None:
    async def redirect(request: web.Request) -> web.Response:
        raise web.HTTPPermanentRedirect(f"{gateway.url}{request.path}")

    app = web.Application()
    app.router.add_get("/{path:.*}", redirect)
    async with TestServer(app, host="127.0.0.1") as old:
        result = await submit(hass, flow, typed(gateway, url=str(old.make_url("/"))))
    assert result["data"][CONF_URL] == gateway.url


async def test_a_gateway_is_set_up_once(
    hass: HomeAssistant, gateway: ScriptedGateway, flow: Any, set_up: SetUp
) -> None:
    entry = await set_up()
    result = await submit(hass, flow, typed(gateway))
    assert (result["type"], result["reason"]) == (FlowResultType.ABORT, "already_configured")
    assert hass.config_entries.async_entries(DOMAIN) == [entry]


async def test_asks_for_a_new_client_when_the_gateway_refuses_it(
    hass: HomeAssistant, gateway: ScriptedGateway, set_up: SetUp
) -> None:
    gateway.accepted_secret = "renewed"
    entry = await set_up()
    assert (entry.state, bool(entry.update_listeners)) == (ConfigEntryState.SETUP_ERROR, False)
    [flow] = hass.config_entries.flow.async_progress()
    assert flow["step_id"] == "reauth_confirm"
    result = await submit(hass, flow, {CONF_CLIENT_ID: CLIENT_ID, CONF_CLIENT_SECRET: "wrong"})
    assert result["errors"] == {CONF_CLIENT_SECRET: "invalid_auth"}
    result = await submit(hass, flow, {CONF_CLIENT_ID: CLIENT_ID, CONF_CLIENT_SECRET: "renewed"})
    assert (result["type"], result["reason"]) == (FlowResultType.ABORT, "reauth_successful")
    assert entry.data == typed(gateway, client_secret="renewed")
    assert entry.state is ConfigEntryState.LOADED


async def test_reauthentication_of_a_gateway_that_has_gone(
    hass: HomeAssistant, gateway: ScriptedGateway, set_up: SetUp
) -> None:
    entry = await set_up()
    gateway.answers[PING] = raw(200, "a router")
    flow = await entry.start_reauth_flow(hass)
    result = await submit(hass, flow, {CONF_CLIENT_ID: CLIENT_ID, CONF_CLIENT_SECRET: CLIENT_SECRET})
    assert result["errors"] == {"base": "not_a_gateway"}, "the form has no address to mark"


async def test_reauthentication_with_what_was_there_sets_up_again(
    hass: HomeAssistant, gateway: ScriptedGateway, set_up: SetUp
) -> None:
    gateway.accepted_secret = "for a moment"
    entry = await set_up()
    gateway.accepted_secret = CLIENT_SECRET
    [flow] = hass.config_entries.flow.async_progress()
    await submit(hass, flow, {CONF_CLIENT_ID: CLIENT_ID, CONF_CLIENT_SECRET: CLIENT_SECRET})
    assert entry.state is ConfigEntryState.LOADED


async def test_reconfigures_a_loaded_gateway(
    hass: HomeAssistant, gateway: ScriptedGateway, set_up: SetUp, caplog: pytest.LogCaptureFixture
) -> None:
    entry = await set_up()
    gateway.prefix = "/api"
    flow = await entry.start_reconfigure_flow(hass)
    assert flow["step_id"] == "reconfigure"
    gateway.requests.clear()
    result = await submit(hass, flow, typed(gateway))
    assert (result["type"], result["reason"]) == (FlowResultType.ABORT, "reconfigure_successful")
    assert entry.data[CONF_URL] == gateway.url
    assert entry.state is ConfigEntryState.LOADED
    assert len(gateway.asked(PING)) == 2, "once by the flow, and once by the reload"
    assert "has an update listener" not in caplog.text


@pytest.mark.parametrize("step", ["reauth", "reconfigure"])
async def test_another_gateway_is_not_taken_for_this_one(
    hass: HomeAssistant, gateway: ScriptedGateway, set_up: SetUp, step: str
) -> None:
    entry: MockConfigEntry = await set_up()
    before = dict(entry.data)
    gateway.answers[PING]["instance_id"] = "another-gateway-1"
    gateway.accepted_secret = "other"
    start = entry.start_reauth_flow if step == "reauth" else entry.start_reconfigure_flow
    form = await start(hass)
    data = typed(gateway, client_secret="other")
    if step == "reauth":
        del data[CONF_URL]
    result = await submit(hass, form, data)
    assert (result["type"], result["reason"]) == (FlowResultType.ABORT, "wrong_gateway")
    assert entry.data == before
