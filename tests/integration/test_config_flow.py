"""Setting a gateway up by its address: every way through, and the words and the way out of each mistake."""

import json
import ssl
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer, unused_port
from conftest import SetUp
from homeassistant.config_entries import SOURCE_USER, ConfigEntryState
from homeassistant.const import CONF_CLIENT_ID, CONF_CLIENT_SECRET, CONF_EMAIL, CONF_PASSWORD, CONF_URL
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from pages import ACCOUNT, choose_option, load_texts, make_client_input, submit_form
from scripted_gateway import (
    ACCOUNTS,
    CLIENT_ID,
    CLIENTS,
    EMAIL,
    INSTANCE_ID,
    PASSWORD,
    PING,
    POINT_ID,
    POINTS,
    TOKEN,
    Script,
    ScriptedGateway,
    answer_problem,
    answer_text,
    load_body,
)

from custom_components.my_electrical_data.const import CONF_MADE_HERE, CONF_METERS, DOMAIN


@pytest.fixture
async def flow(hass: HomeAssistant) -> Any:
    return await hass.config_entries.flow.async_init(DOMAIN, context={"source": SOURCE_USER})


@pytest.fixture
async def credentials_form(hass: HomeAssistant, gateway: ScriptedGateway, flow: Any) -> Any:
    """The flow, once it has found the gateway."""
    return await submit_form(hass, flow, {CONF_URL: gateway.url})


def read_error_text(result: Any, language: str = "en") -> str:
    """Return the text of the one error, as it is shown."""
    [error] = result["errors"].values()
    text: str = load_texts(language)["config"]["error"][error].format(**result["description_placeholders"])
    return text


async def test_logs_in_and_takes_the_meters(hass: HomeAssistant, gateway: ScriptedGateway, flow: Any) -> None:
    hass.config.location_name = "Maison"
    assert (flow["type"], flow["step_id"], flow["errors"]) == (FlowResultType.FORM, "user", {})
    menu = await submit_form(hass, flow, {CONF_URL: gateway.url})
    assert (menu["type"], menu["menu_options"]) == (FlowResultType.MENU, ["log_in", "sign_up", "api_client"])
    assert menu["description_placeholders"]["address"] == gateway.url
    assert (await choose_option(hass, menu, "log_in"))["step_id"] == "log_in"
    meters = await submit_form(hass, flow, ACCOUNT)
    assert meters["step_id"] == "meters"
    result = await submit_form(hass, flow, {CONF_METERS: [POINT_ID]})
    assert (result["type"], result["title"]) == (FlowResultType.CREATE_ENTRY, "MyElectricalData")
    page = result["description_placeholders"]["blueprints"]
    assert page.endswith("/docs/automations.md#blueprints"), "what to do next"
    entry = result["result"]
    assert entry.data == {CONF_URL: gateway.url, **make_client_input(), CONF_MADE_HERE: True}
    assert (entry.unique_id, entry.state, entry.version) == (INSTANCE_ID, ConfigEntryState.LOADED, 2)
    assert [(meter.title, meter.unique_id) for meter in entry.subentries.values()] == [("Maison", POINT_ID)]
    assert gateway.told == [{"name": "Home Assistant Maison"}]
    assert PASSWORD not in json.dumps(entry.as_dict(), default=str), "the password is not kept"


async def test_meters_may_be_left_out(hass: HomeAssistant, gateway: ScriptedGateway, credentials_form: Any) -> None:
    await choose_option(hass, credentials_form, "log_in")
    await submit_form(hass, credentials_form, ACCOUNT)
    result = await submit_form(hass, credentials_form, {CONF_METERS: []})
    assert result["result"].subentries == {}


async def test_signs_up(hass: HomeAssistant, gateway: ScriptedGateway, credentials_form: Any) -> None:
    gateway.answers[POINTS]["items"] = []
    assert (await choose_option(hass, credentials_form, "sign_up"))["step_id"] == "sign_up"
    result = await submit_form(
        hass, credentials_form, {CONF_EMAIL: "new@example.org", CONF_PASSWORD: "a long enough one"}
    )
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert gateway.accounts["new@example.org"] == "a long enough one"


async def test_an_address_that_must_be_verified(
    hass: HomeAssistant, gateway: ScriptedGateway, credentials_form: Any
) -> None:
    """Until then the gateway knows no such account."""
    gateway.signed_up = "check_your_mail"
    right, gateway.answers[CLIENTS] = gateway.answers[CLIENTS], answer_problem(401, "invalid_credentials")
    await choose_option(hass, credentials_form, "sign_up")
    result = await submit_form(hass, credentials_form, ACCOUNT)
    assert (result["step_id"], result["errors"]) == ("verify_email", {})
    result = await submit_form(hass, credentials_form, {})
    assert result["errors"] == {"base": "email_not_verified"}
    assert "Open the link" in read_error_text(result)
    gateway.answers[CLIENTS] = right
    assert (await submit_form(hass, credentials_form, {}))["step_id"] == "meters"


@pytest.mark.parametrize(
    ("way", "path", "answer", "field", "error"),
    [
        ("sign_up", ACCOUNTS, answer_problem(403, "captcha_needed"), "base", "captcha_needed"),
        ("sign_up", ACCOUNTS, answer_problem(422, "invalid_email"), CONF_EMAIL, "invalid_email"),
        ("sign_up", ACCOUNTS, answer_problem(422, "weak_password"), CONF_PASSWORD, "weak_password"),
        ("sign_up", ACCOUNTS, answer_problem(403, "sign_up_closed"), "base", "request_refused"),
        ("sign_up", ACCOUNTS, answer_problem(429, "too_many_attempts"), "base", "rate_limited"),
        ("log_in", CLIENTS, answer_problem(401, "invalid_credentials"), CONF_PASSWORD, "invalid_credentials"),
        ("log_in", CLIENTS, answer_problem(401, "unauthorized"), CONF_PASSWORD, "invalid_credentials"),
        ("log_in", CLIENTS, answer_problem(403, "account_inactive"), "base", "account_inactive"),
        ("log_in", CLIENTS, answer_problem(409, "too_many_api_clients"), "base", "too_many_api_clients"),
        ("log_in", CLIENTS, answer_problem(403, "captcha_needed"), "base", "captcha_needed"),
        ("log_in", CLIENTS, answer_problem(403, "something_else"), "base", "request_refused"),
        ("log_in", CLIENTS, answer_problem(503, "database_down"), "base", "gateway_unavailable"),
        ("log_in", CLIENTS, {"client_id": 1}, "base", "malformed_response"),
    ],
)
async def test_says_why_one_cannot_sign_in(
    hass: HomeAssistant,
    gateway: ScriptedGateway,
    credentials_form: Any,
    way: str,
    path: str,
    answer: Script | Any,
    field: str,
    error: str,
) -> None:
    right, gateway.answers[path] = gateway.answers[path], answer
    await choose_option(hass, credentials_form, way)
    result = await submit_form(hass, credentials_form, ACCOUNT)
    assert (result["type"], result["errors"]) == (FlowResultType.FORM, {field: error})
    assert read_error_text(result)
    suggested = {str(key): (key.description or {}).get("suggested_value") for key in result["data_schema"].schema}
    assert suggested == {CONF_EMAIL: EMAIL, CONF_PASSWORD: None}
    gateway.answers[path] = right
    assert (await submit_form(hass, credentials_form, ACCOUNT))["step_id"] == "meters"


async def test_an_api_client_made_elsewhere(
    hass: HomeAssistant, gateway: ScriptedGateway, credentials_form: Any
) -> None:
    assert (await choose_option(hass, credentials_form, "api_client"))["step_id"] == "api_client"
    await submit_form(hass, credentials_form, make_client_input())
    result = await submit_form(hass, credentials_form, {CONF_METERS: [POINT_ID]})
    assert result["result"].data == {CONF_URL: gateway.url, **make_client_input(), CONF_MADE_HERE: False}


def make_ping_body(**changes: str) -> dict[str, Any]:
    return {**load_body("ping"), **changes}


@pytest.mark.parametrize(
    ("answer", "field", "error"),
    [
        (answer_text(200, "<html>A router</html>"), CONF_URL, "not_a_gateway"),
        ({"status": "ok"}, CONF_URL, "not_a_gateway"),
        (make_ping_body(name="AnotherService"), CONF_URL, "not_a_gateway"),
        (make_ping_body(api="one"), CONF_URL, "not_a_gateway"),
        (make_ping_body(api="0.9"), CONF_URL, "gateway_too_old"),
        (make_ping_body(api="2.0"), CONF_URL, "gateway_too_new"),
        (answer_text(502, "Bad gateway"), "base", "gateway_unavailable"),
        (answer_problem(429, "too_many_attempts"), "base", "rate_limited"),
    ],
)
async def test_says_what_is_wrong_with_an_address(
    hass: HomeAssistant, gateway: ScriptedGateway, flow: Any, answer: Script | Any, field: str, error: str
) -> None:
    right, gateway.answers[PING] = gateway.answers[PING], answer
    result = await submit_form(hass, flow, {CONF_URL: gateway.url})
    assert (result["type"], result["errors"]) == (FlowResultType.FORM, {field: error})
    assert read_error_text(result)
    gateway.answers[PING] = right
    assert (await submit_form(hass, flow, {CONF_URL: gateway.url}))["type"] is FlowResultType.MENU


@pytest.mark.parametrize(
    ("path", "answer", "field", "error"),
    [
        (TOKEN, answer_problem(429, "too_many_tokens", **{"Retry-After": "60"}), "base", "rate_limited"),
        (TOKEN, answer_problem(401, "invalid_client"), CONF_CLIENT_SECRET, "invalid_auth"),
        (TOKEN, {"access_token": 12}, "base", "malformed_response"),
        (POINTS, answer_problem(403, "account_inactive"), "base", "account_inactive"),
        (POINTS, answer_problem(403, "forbidden"), "base", "request_refused"),
        (POINTS, answer_problem(503, "database_down"), "base", "gateway_unavailable"),
        (POINTS, {"items": [{"id": "x"}]}, "base", "malformed_response"),
        (POINTS, answer_text(304, ""), "base", "malformed_response"),
    ],
)
async def test_says_what_is_wrong_with_an_api_client(
    hass: HomeAssistant,
    gateway: ScriptedGateway,
    credentials_form: Any,
    path: str,
    answer: Script | Any,
    field: str,
    error: str,
) -> None:
    right, gateway.answers[path] = gateway.answers[path], answer
    await choose_option(hass, credentials_form, "api_client")
    result = await submit_form(hass, credentials_form, make_client_input())
    assert (result["type"], result["errors"]) == (FlowResultType.FORM, {field: error})
    assert read_error_text(result)
    gateway.answers[path] = right
    assert (await submit_form(hass, credentials_form, make_client_input()))["step_id"] == "meters"


@pytest.mark.parametrize("url", ["", "ftp://gateway", "http://", "http://user:word@gateway", "http://a b", "http://[x"])
async def test_not_an_address(hass: HomeAssistant, gateway: ScriptedGateway, flow: Any, url: str) -> None:
    result = await submit_form(hass, flow, {CONF_URL: url})
    assert result["errors"] == {CONF_URL: "invalid_url"}
    assert not gateway.requests


@pytest.mark.parametrize(
    ("language", "text"),
    [
        (
            "en",
            "This is not a valid address. It should look like http://192.168.1.20:8000 or https://example.org/api.",
        ),
        (
            "fr",
            "Ce n’est pas une adresse. Elle devrait ressembler à http://192.168.1.20:8000 ou https://example.org/api.",
        ),
    ],
)
async def test_what_is_said_of_an_address_that_is_none(
    hass: HomeAssistant, gateway: ScriptedGateway, flow: Any, language: str, text: str
) -> None:
    result = await submit_form(hass, flow, {CONF_URL: "http://my gateway"})
    assert read_error_text(result, language) == text
    assert (await submit_form(hass, flow, {CONF_URL: gateway.url}))["step_id"] == "account"


@pytest.mark.parametrize(
    ("language", "text"),
    [
        (
            "en",
            "This port does not speak https. Begin the address with http, or use the port on which https is served.",
        ),
        (
            "fr",
            "Ce port ne parle pas https. Faites commencer l’adresse par http, ou mettez le port où https est servi.",
        ),
    ],
)
async def test_what_is_said_of_https_on_a_plain_port(
    hass: HomeAssistant, gateway: ScriptedGateway, flow: Any, language: str, text: str
) -> None:
    result = await submit_form(hass, flow, {CONF_URL: gateway.url.replace("http://", "https://")})
    assert result["errors"].keys() == {CONF_URL}
    assert read_error_text(result, language) == text
    assert (await submit_form(hass, flow, {CONF_URL: gateway.url}))["step_id"] == "account"


async def test_nothing_listens(hass: HomeAssistant, gateway: ScriptedGateway, flow: Any) -> None:
    result = await submit_form(hass, flow, {CONF_URL: f"http://127.0.0.1:{unused_port()}"})
    assert result["errors"] == {CONF_URL: "cannot_connect"}


async def test_no_answer_in_time(
    hass: HomeAssistant, gateway: ScriptedGateway, flow: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("custom_components.my_electrical_data.api.transport.TIMEOUT", 0)
    result = await submit_form(hass, flow, {CONF_URL: gateway.url})
    assert result["errors"] == {CONF_URL: "cannot_connect"}


async def test_secrets_go_to_a_gateway_only(hass: HomeAssistant, gateway: ScriptedGateway, flow: Any) -> None:
    gateway.answers[PING] = answer_text(200, "something else")
    await submit_form(hass, flow, {CONF_URL: gateway.url})
    assert {request.path for request in gateway.requests} == {"/ping", "/api/ping"}
    assert not any("Authorization" in request.headers for request in gateway.requests)


async def test_the_secret_is_not_shown_again(
    hass: HomeAssistant, gateway: ScriptedGateway, credentials_form: Any
) -> None:
    gateway.accepted_secret = "another"
    await choose_option(hass, credentials_form, "api_client")
    result = await submit_form(hass, credentials_form, make_client_input())
    suggested = {str(field): (field.description or {}).get("suggested_value") for field in result["data_schema"].schema}
    assert suggested == {CONF_CLIENT_ID: CLIENT_ID, CONF_CLIENT_SECRET: None}


@pytest.fixture
def untrusted_url(socket_enabled: None, self_signed: ssl.SSLContext) -> Iterator[str]:
    """Serve with a certificate that nobody signed, from a thread: an event loop would report the broken handshake."""
    with HTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler) as server:
        server.socket = self_signed.wrap_socket(server.socket, server_side=True)
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        yield f"https://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


async def test_untrusted_certificate(
    hass: HomeAssistant, gateway: ScriptedGateway, flow: Any, untrusted_url: str
) -> None:
    result = await submit_form(hass, flow, {CONF_URL: untrusted_url})
    assert result["errors"] == {CONF_URL: "certificate_refused"}


@pytest.mark.parametrize("suffix", ["/", "/docs", "/ping", "//", "/docs/?a=b#c"])
async def test_pasted_addresses(hass: HomeAssistant, gateway: ScriptedGateway, flow: Any, suffix: str) -> None:
    menu = await submit_form(hass, flow, {CONF_URL: f" {gateway.url}{suffix} "})
    assert menu["description_placeholders"]["address"] == gateway.url


async def test_address_without_scheme(hass: HomeAssistant, gateway: ScriptedGateway, flow: Any) -> None:
    menu = await submit_form(hass, flow, {CONF_URL: gateway.url.removeprefix("http://")})
    assert menu["description_placeholders"]["address"] == gateway.url


async def test_finds_the_gateway_behind_its_proxy(hass: HomeAssistant, gateway: ScriptedGateway, flow: Any) -> None:
    gateway.prefix = "/api"
    menu = await submit_form(hass, flow, {CONF_URL: gateway.url.removesuffix("/api")})
    assert menu["description_placeholders"]["address"] == gateway.url
    assert gateway.url.endswith("/api")


async def test_follows_a_redirection_and_stays_there(hass: HomeAssistant, gateway: ScriptedGateway, flow: Any) -> None:
    async def redirect(request: web.Request) -> web.Response:
        raise web.HTTPPermanentRedirect(f"{gateway.url}{request.path}")

    app = web.Application()
    app.router.add_get("/{path:.*}", redirect)
    async with TestServer(app, host="127.0.0.1") as old:
        menu = await submit_form(hass, flow, {CONF_URL: str(old.make_url("/"))})
    assert menu["description_placeholders"]["address"] == gateway.url


async def test_a_gateway_is_set_up_once(
    hass: HomeAssistant, gateway: ScriptedGateway, flow: Any, set_up: SetUp
) -> None:
    entry = await set_up()
    result = await submit_form(hass, flow, {CONF_URL: gateway.url})
    assert (result["type"], result["reason"]) == (FlowResultType.ABORT, "already_configured")
    assert hass.config_entries.async_entries(DOMAIN) == [entry]


async def test_several_gateways(hass: HomeAssistant, gateway: ScriptedGateway, flow: Any, set_up: SetUp) -> None:
    await set_up()
    gateway.answers[PING] = make_ping_body(instance_id="another-gateway-1")
    menu = await submit_form(hass, flow, {CONF_URL: gateway.url})
    await choose_option(hass, menu, "api_client")
    await submit_form(hass, flow, make_client_input())
    result = await submit_form(hass, flow, {CONF_METERS: []})
    assert result["title"] == "MyElectricalData 127.0.0.1"
    assert len(hass.config_entries.async_entries(DOMAIN)) == 2
