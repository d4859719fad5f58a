"""A test for each row of the OWASP API Security Top 10 of 2023 that applies, beside those of each room.

API1 and API5, whose rows are routes: test_who_may_what.py. API2, tokens: accounts/test_tokens_and_secrets.py and
test_tokens_end.py; guesses: accounts/test_limits.py. API6, flows that are counted: accounts/test_limits.py and
test_captcha.py, consents/test_hijacks.py. API10, what others send: enedis/test_any_answer.py, kit/test_upstream.py.
"""

import json
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest

from gateway.accounts import repository
from gateway.kit.http import Upstream
from tests.server.accounts.conftest import EMAIL, api_client, fetch_bearer, log_in, sign_up, sign_up_and_log_in
from tests.server.backup.test_serving import Serving, make_serving
from tests.server.conftest import Gateway

__all__ = ["make_serving"]

DOCUMENT = Path(__file__).parents[3] / "server" / "openapi.json"


async def test_api2_a_session_is_new_with_each_log_in_and_cannot_be_chosen(gateway: Gateway) -> None:
    browser = gateway.new_browser()
    browser.cookies.set("med_session", "medk_chosen-by-somebody-else")
    await sign_up(gateway)
    seen = set()
    for _ in range(2):
        answer = await log_in(browser)
        seen.add(answer.headers["set-cookie"].partition(";")[0])
    assert len(seen) == 2
    assert not any("chosen" in cookie for cookie in seen)


@pytest.mark.parametrize("member", ["verified_at", "verified", "admin", "id", "token_version", "activated_at"])
async def test_api3_nobody_sets_what_is_not_theirs_to_set(gateway: Gateway, member: str) -> None:
    answer = await sign_up(gateway, **{member: "1"})
    assert answer.status_code == 422
    assert [error["where"] for error in answer.json()["errors"]] == ["body"], "not even its name is repeated"


async def test_api3_what_else_is_wrong_is_said_beside_an_unknown_member(gateway: Gateway) -> None:
    answer = await gateway.http.post("/v1/accounts", json={"email": 7, "password": "secret", "nmae": "Jo"})
    assert {error["where"] for error in answer.json()["errors"]} == {"body", "body.email"}


async def test_api4_thousands_of_unknown_members_are_answered_by_a_hundred_errors(gateway: Gateway) -> None:
    answer = await sign_up(gateway, **{f"a{number}": "0" for number in range(5000)})
    assert answer.status_code == 422
    assert len(answer.json()["errors"]) == 100


async def test_api3_answers_show_what_their_schema_has_and_no_secret(gateway: Gateway) -> None:
    browser = await sign_up_and_log_in(gateway)
    me = (await browser.get("/v1/accounts/me")).json()
    assert me.keys() == {"id", "email", "pending_email", "language", "verified", "admin", "created_at"}
    await api_client(browser)
    for item in (await browser.get("/v1/api-clients")).json()["items"]:
        assert item.keys() == {"client_id", "name", "created_at", "last_used_at"}


def collect_bodies(document: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """The JSON bodies that are taken, by route."""
    found = {}
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            schema = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema")
            if schema:
                name = schema["$ref"].rpartition("/")[2]
                found[f"{method} {path}"] = document["components"]["schemas"][name]
    return found


def test_api3_every_body_refuses_members_that_it_does_not_know() -> None:
    found = collect_bodies(json.loads(DOCUMENT.read_text()))
    assert found
    for route, schema in found.items():
        assert schema.get("additionalProperties") is False, route


@pytest.mark.parametrize(
    "path", ["/v1/accounts", "/v1/session", "/v1/oauth/token", "/v1/api-clients", "/accounts/verify-email"]
)
async def test_api4_a_body_is_at_most_64_kib(gateway: Gateway, path: str) -> None:
    form = path in {"/v1/oauth/token", "/accounts/verify-email"}
    kind = "application/x-www-form-urlencoded" if form else "application/json"
    answer = await gateway.http.post(path, content=b"x" * 65537, headers={"Content-Type": kind})
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")
    assert answer.headers["content-type"] == "application/problem+json"


async def test_api4_a_body_that_does_not_say_its_length_is_too(gateway: Gateway) -> None:
    async def stream_body() -> Any:
        for _ in range(100):
            yield b'{"email": "' + b"x" * 1000

    answer = await gateway.http.post("/v1/session", content=stream_body(), headers={"Content-Type": "application/json"})
    assert answer.status_code == 413


def walk_members(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """All that bodies may hold, however deep, with where it stands."""

    def walk_schema(schema: dict[str, Any], where: str) -> Iterator[tuple[str, dict[str, Any]]]:
        if "$ref" in schema:
            yield from walk_schema(document["components"]["schemas"][schema["$ref"].rpartition("/")[2]], where)
            return
        kinds = schema.get("anyOf", [])
        # an exact number may be written as a text, whose end is the number's
        number = any(kind.get("type") == "number" for kind in kinds)
        for kind in kinds:
            if not (number and kind.get("type") == "string"):
                yield from walk_schema(kind, where)
        yield where, schema
        for name, member in schema.get("properties", {}).items():
            yield from walk_schema(member, f"{where}.{name}")
        if isinstance(schema.get("items"), dict):
            yield from walk_schema(schema["items"], f"{where}[]")

    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            for content in operation.get("requestBody", {}).get("content", {}).values():
                yield from walk_schema(content["schema"], f"{method} {path}")


def test_api4_every_text_list_and_number_that_is_taken_has_an_end() -> None:
    ends = {
        "string": {"maxLength", "enum", "const", "format", "pattern"},
        "array": {"maxItems", "prefixItems"},
        "integer": {"maximum"},
        "number": {"maximum"},
    }
    found = list(walk_members(json.loads(DOCUMENT.read_text())))
    assert {schema.get("type") for _, schema in found} >= ends.keys()
    endless = [
        where for where, schema in found if schema.get("type") in ends if not ends[schema["type"]] & schema.keys()
    ]
    assert endless == []


@pytest.mark.parametrize("path", ["load-curve", "daily", "max-power", "index", "periods"])
async def test_api4_a_range_has_an_end(gateway: Gateway, path: str) -> None:
    who = await gateway.sign_in()
    point = await gateway.add_meter("30001000000001")
    end = date(2026, 11, 1)
    days = {"start": str(end - timedelta(days=1201)), "end": str(end)}
    answer = await gateway.http.get(f"/v1/usage-points/{point}/{path}", headers=who, params=days)
    assert (answer.status_code, answer.json()["code"]) == (400, "range_too_long")


@pytest.mark.parametrize("url", ["file:///etc/passwd", "gopher://example.org", "//example.org", "example.org"])
def test_api7_only_http_goes_out(url: str) -> None:
    with pytest.raises(ValueError, match="base URL"):
        Upstream(url)


async def test_api7_nothing_that_is_sent_is_an_address_to_ask() -> None:
    for route, schema in collect_bodies(json.loads(DOCUMENT.read_text())).items():
        assert not {name for name in schema["properties"] if "url" in name or "uri" in name}, route


async def test_api8_headers_and_errors_tell_little(gateway: Gateway) -> None:
    browser = await sign_up_and_log_in(gateway)
    for answer in (await browser.get("/v1/accounts/me"), await browser.get("/nowhere")):
        assert answer.headers["cache-control"] == "no-store"
    assert (await gateway.http.request("TRACE", "/ping")).status_code == 405
    page = await gateway.http.get("/accounts/verify-email")
    assert page.headers["x-content-type-options"] == "nosniff"
    assert page.headers["referrer-policy"] == "no-referrer"


async def test_api8_a_server_does_not_say_what_it_runs_on(make_serving: Callable[..., Serving]) -> None:
    gateway = make_serving()
    assert await gateway.start()
    async with httpx2.AsyncClient(base_url=f"http://127.0.0.1:{gateway.port}", timeout=200) as http:
        answer = await http.get("/ping")
    assert answer.is_success
    assert "server" not in answer.headers
    assert "x-powered-by" not in answer.headers


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("POST", "/nowhere", 404, "not_found"),
        ("PUT", "/ping", 405, "method_not_allowed"),
        ("POST", "/v1/session", 422, "invalid_request"),
    ],
)
async def test_api8_every_refusal_is_a_problem_that_repeats_nothing(
    gateway: Gateway, method: str, path: str, status: int, code: str
) -> None:
    answer = await gateway.http.request(method, path, json={"email": EMAIL, "something-sent": "another-thing-sent"})
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert (answer.status_code, problem["status"], problem["code"]) == (status, status, code)
    assert problem["type"] == f"urn:myelectricaldata:problem:{code}"
    for sent in (EMAIL, "something-sent", "another-thing-sent"):
        assert sent not in answer.text
    assert ("allow" in answer.headers) is (status == 405)


async def test_api8_a_failure_of_our_own_says_nothing_of_itself(
    gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def raise_error(*_: object) -> None:
        raise RuntimeError("with a secret in it")

    browser = await sign_up_and_log_in(gateway)
    token = await fetch_bearer(gateway, await api_client(browser))
    monkeypatch.setattr(repository, "find_account", raise_error)
    quiet = httpx2.ASGITransport(browser._transport.app, raise_app_exceptions=False)  # type: ignore[attr-defined]  # a test's own transport
    async with httpx2.AsyncClient(transport=quiet, base_url="http://gateway") as http:
        answer = await http.get("/v1/accounts/me", headers=token)
    assert (answer.status_code, answer.json()["code"]) == (500, "internal_error")
    assert "secret" not in answer.text
    assert answer.headers["x-request-id"] == answer.json()["instance"].removeprefix("urn:uuid:")
    assert answer.headers["cache-control"] == "no-store"


async def test_api9_one_version_and_all_of_it_written_down(gateway: Gateway) -> None:
    paths = json.loads(DOCUMENT.read_text())["paths"]
    beside = {path for path in paths if not path.startswith("/v1/")}
    assert beside == {
        "/ping",
        "/ready",
        "/accounts/verify-email",
        "/accounts/reset-password",
        "/consents/{consent_id}/start",
        "/consents/{consent_id}/result",
        "/oauth/callback",
    }
    assert (await gateway.http.get("/v2/usage-points")).status_code == 404


async def test_one_request_id_from_the_proxy_to_the_answer(gateway: Gateway) -> None:
    given = "7d9f1c1e-36a5-4c0f-9a55-0123456789ab"
    answer = await gateway.http.get("/nowhere", headers={"X-Request-ID": given.upper()})
    assert answer.headers["x-request-id"] == given
    assert answer.json()["instance"] == f"urn:uuid:{given}"
    for bad in (EMAIL, "30001000000001", "x" * 500, "", "7d9f1c1e-36a5-4c0f-9a55-0123456789ab\tx"):
        answer = await gateway.http.get("/nowhere", headers={"X-Request-ID": bad})
        assert answer.headers["x-request-id"] not in {bad, given}
