"""Everybody goes through every door, well and badly; nothing that is secret or personal is seen anywhere it should not.

What is looked for: passwords, tokens, secrets, codes, addresses and meter numbers. Where: every line of the log, every
figure of the metrics, every problem, every header but those that bring a secret to its owner, every address that was
asked. A route of the document that nobody asked makes this test fail.
"""

import io
import json
import logging
import sys
from collections.abc import AsyncIterator
from contextlib import contextmanager
from typing import Any

import httpx2
import pytest
import structlog

from gateway.accounts.models import Account
from gateway.kit import logging as gateway_logging
from gateway.settings import Settings
from scripts.lib.program import free_port
from tests.server.accounts.conftest import StandIn, wait_for_mails
from tests.server.accounts.conftest import mailgun as mailgun_fixture
from tests.server.accounts.conftest import with_mail as with_mail_fixture
from tests.server.conftest import Gateway, SetClock, run_gateway

mailgun, with_mail = mailgun_fixture, with_mail_fixture

EMAIL, OTHER, PASSWORD, NEW = (
    "zebulon.unseen@example.org",
    "yolande.unseen@example.org",
    "quelque chose que nul ne devine",
    "autre chose que nul ne devine",
)
METER = "30001000000001"
SECRET_HEADERS = {"set-cookie"}


class Watched(httpx2.AsyncClient):
    """A client that remembers all that it asked and was answered."""

    seen: list[tuple[str, str]]
    careless = False
    """Whether what is personal stands in the very addresses that are asked."""

    async def send(self, request: httpx2.Request, **more: Any) -> httpx2.Response:
        answer = await super().send(request, **more)
        if not self.careless:
            self.seen.append(("address", str(request.url)))
        headers = {name: value for name, value in answer.headers.items() if name not in SECRET_HEADERS}
        self.seen.append(("headers", json.dumps(headers)))
        if answer.status_code >= 400:
            self.seen.append(("problem", answer.text))
        return answer


@contextmanager
def log_as_served() -> Any:
    """Write the log as `gateway serve` does, into a text."""
    root, stderr, lines = logging.getLogger(), sys.stderr, io.StringIO()
    handlers, level, words = root.handlers, root.level, structlog.get_config()
    sys.stderr = lines
    try:
        gateway_logging.configure_logging(debug=False)
        structlog.configure(cache_logger_on_first_use=False)  # or later tests would write here too
        yield lines
    finally:
        sys.stderr, root.handlers = stderr, handlers
        root.setLevel(level)
        structlog.configure(**words)


@pytest.fixture
def log_lines() -> Any:
    with log_as_served() as lines:
        yield lines


@pytest.fixture
def open_settings(with_mail: Settings) -> Settings:
    more = {"backend_url": "http://gateway", "admin_emails": EMAIL, "metrics_port": free_port()}
    return with_mail.model_copy(update=more)


@pytest.fixture
async def gateway(log_lines: io.StringIO, open_settings: Settings, clock: SetClock) -> AsyncIterator[Gateway]:
    async with run_gateway(open_settings, clock) as running:
        yield running


@pytest.fixture
async def watched_http(gateway: Gateway) -> AsyncIterator[Watched]:
    app = gateway.http._transport.app  # type: ignore[attr-defined]  # a test's own transport
    transport = httpx2.ASGITransport(app, raise_app_exceptions=False)
    async with Watched(transport=transport, base_url="http://gateway") as client:
        client.seen = []
        yield client


async def sign_up_and_log_in_badly(http: Watched, mailgun: StandIn) -> None:
    """Sign up, badly and well; verify; log in."""
    await http.post("/v1/accounts", json={"email": EMAIL, "password": PASSWORD, EMAIL: PASSWORD})
    await http.post("/v1/accounts", content=f'{{"email": "{EMAIL}", "password": {PASSWORD}}}')
    await http.post("/v1/accounts", json={"email": [EMAIL], "password": {"x": PASSWORD}})
    await http.post("/v1/accounts", json={"email": f"{EMAIL}@", "password": PASSWORD})
    await http.post("/v1/accounts", json={"email": EMAIL, "password": EMAIL})
    for email in (EMAIL, OTHER):
        await http.post("/v1/accounts", json={"email": email, "password": PASSWORD})
    await wait_for_mails(mailgun, 2)
    for code in mailgun.list_codes():
        await http.get("/accounts/verify-email")
        await http.post("/accounts/verify-email", data={"code": code, "password": NEW})
        await http.post("/v1/accounts/verify-email", json={"code": code, "password": PASSWORD})
        await http.post("/v1/accounts/verify-email", json={"code": code, "password": PASSWORD})
    await http.post("/v1/session", json={"email": EMAIL, "password": NEW})
    answer = await http.post("/v1/session", json={"email": EMAIL, "password": PASSWORD})
    assert answer.status_code == 204


async def make_clients(http: Watched) -> tuple[str, str, str]:
    """Make API clients, and get a token."""
    made = (await http.post("/v1/api-clients", json={"name": "Home Assistant"})).json()
    client = (made["client_id"], made["client_secret"])
    cookies = dict(http.cookies)
    http.cookies.clear()
    await http.post("/v1/api-clients", auth=(EMAIL, NEW), json={"name": "x"})
    await http.post("/v1/api-clients", auth=(EMAIL, PASSWORD), json={"name": "x", "y": PASSWORD})
    form = {"grant_type": "client_credentials"}
    await http.post("/v1/oauth/token", auth=(client[0], client[1] + "x"), data=form)
    await http.post("/v1/oauth/token", data=form | {"client_secret": client[1], "grant_type": client[1]})
    token = (await http.post("/v1/oauth/token", auth=client, data=form)).json()["access_token"]
    for header in (f"Bearer {token}", f"Bearer {token}x", f"Basic {token}", token):
        await http.get("/v1/usage-points", headers={"Authorization": header, "X-Request-ID": token})
    http.cookies.update(cookies)
    await http.get("/v1/accounts/me", headers={"Authorization": f"Bearer {token}"})
    return *client, token


async def request_consents(http: Watched) -> None:
    """Ask for consents, and look at their pages."""
    asked = (await http.post("/v1/consents", json={"prm": METER})).json()
    await http.post("/v1/consents", json={"prm": METER + "0"})
    await http.post("/v1/consents", json={"prm": int(METER)})
    await http.post("/v1/consents", json={METER: METER})
    await http.get(f"/consents/{asked['id']}/start")
    await http.get("/oauth/callback", params={"state": "x", "autorisation_id": "1"})
    for path in ("/v1/accounts/me", "/v1/usage-points", "/v1/api-clients", "/v1/accounts/me/export", "/v1/tempo"):
        assert (await http.get(path)).status_code == 200
    for path in ("users", "consents", "upstreams", "audit"):
        assert (await http.get(f"/v1/admin/{path}")).status_code == 200
    await http.post("/v1/admin/users/search", json={"part": OTHER, "x": OTHER})
    await http.post("/v1/admin/users/search", json={"part": OTHER})


async def ask_for_the_rest(http: Watched, gateway: Gateway, client_id: str) -> set[tuple[str, str]]:
    """Ask at every route, well and badly, with what is personal where it does not belong; return all routes."""
    point = await gateway.add_meter(METER, EMAIL)
    users = (await http.get("/v1/admin/users")).json()["items"]
    other = next(user["id"] for user in users if user["email"] == OTHER)
    asked = (await http.post("/v1/consents", json={"prm": METER})).json()
    sessions = (await http.get("/v1/sessions")).json()["items"]
    ids = {"point_id": point, "client_id": client_id, "account_id": other, "consent_id": asked["id"]}
    ids["session_id"] = next((one["id"] for one in sessions if not one["current"]), "0" * 32)
    ids["import_id"] = ids["token_id"] = "0" * 32
    days = {"start": "2026-10-20", "end": "2026-10-27"}
    paths = (await http.get("/openapi.json")).json()["paths"]
    routes = {(method.upper(), path) for path, methods in paths.items() for method in methods}
    for method, path in sorted(
        routes - {("DELETE", "/v1/accounts/me")}, key=lambda route: (route[0] == "DELETE", route)
    ):
        body = None if method == "GET" else {METER: EMAIL, "name": [PASSWORD], "start": METER, "part": 5}
        await http.request(method, path.format_map(ids), params=days, json=body)
        http.careless = True
        personal = dict.fromkeys(("start", "end", "cursor", "after", "format", "state", "error", EMAIL), METER)
        await http.request(method, path.format_map(ids), params=personal, json=body)
        for bad in (METER, EMAIL):
            await http.request(method, path.format_map(dict.fromkeys(ids, bad)), json=body)
            await http.request(method, f"{path.format_map(ids)}/{bad}", json=body)
        http.careless = False
    assert (await http.post("/v1/session", json={"email": EMAIL, "password": PASSWORD})).status_code == 204
    return routes


async def change_password_and_delete(http: Watched, mailgun: StandIn, monkeypatch: pytest.MonkeyPatch) -> None:
    """Forget the password, change it, meet a failure of the gateway's own, and go."""
    await http.post("/v1/accounts/password-reset", json={"email": EMAIL, "captcha_token": 5})
    await http.post("/v1/accounts/password-reset", json={"email": EMAIL})
    await wait_for_mails(mailgun, 3)
    code = mailgun.list_codes()[2]
    await http.post("/accounts/reset-password", data={"code": code, "password": "short"})
    await http.post("/v1/accounts/password-reset/confirm", json={"code": code, "password": NEW})
    await http.post("/v1/session", json={"email": EMAIL, "password": NEW})
    await http.put("/v1/accounts/me/password", json={"current_password": PASSWORD, "new_password": NEW})
    await http.put("/v1/accounts/me/password", json={"current_password": NEW, "new_password": PASSWORD})

    with monkeypatch.context() as broken:

        def fail(*_: object, **__: object) -> None:
            raise RuntimeError(f"{EMAIL} {METER}: this is in the log, but what is personal in it is not")

        broken.setattr(Account, "is_active", property(fail))
        assert (await http.get("/v1/accounts/me")).status_code == 500
    assert (await http.delete("/v1/accounts/me")).status_code == 204


async def test_nothing_leaks(
    watched_http: Watched,
    gateway: Gateway,
    mailgun: StandIn,
    log_lines: io.StringIO,
    monkeypatch: pytest.MonkeyPatch,
    open_settings: Settings,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO)  # pytest has set it back since the gateway began
    await sign_up_and_log_in_badly(watched_http, mailgun)
    cookie = next(iter(dict(watched_http.cookies).values()))
    client_id, secret, token = await make_clients(watched_http)
    await request_consents(watched_http)
    routes = await ask_for_the_rest(watched_http, gateway, client_id)
    request_id = "7d9f1c1e-36a5-4c0f-9a55-0123456789ab"
    await watched_http.get("/v1/site", headers={"X-Request-ID": request_id})
    await change_password_and_delete(watched_http, mailgun, monkeypatch)
    async with httpx2.AsyncClient(timeout=200) as prometheus:
        metrics = (await prometheus.get(f"http://127.0.0.1:{open_settings.metrics_port}/metrics")).raise_for_status()
    watched_http.seen.append(("metrics", metrics.text))
    assert 'route="/v1/usage-points/{point_id}/daily"' in metrics.text
    assert 'gateway_upstream_calls_total{status="200",upstream="enedis"}' in metrics.text

    lines = [json.loads(line) for line in log_lines.getvalue().splitlines()]
    watched_http.seen.append(("the log", log_lines.getvalue()))
    requests = [line for line in lines if line["event"] == "request"]
    logged = {(line["method"], line["route"]) for line in requests}
    health = {("GET", "/ping"), ("GET", "/ready")}
    assert routes - health <= logged, "a route that nobody asked"
    assert not health & logged, "a health check that succeeds is no news"
    assert all(line["timestamp"].endswith("Z") for line in lines)
    assert [line["route"] for line in requests if line["request_id"] == request_id] == ["/v1/site"]
    assert "unexpected_error" in {line["event"] for line in lines}
    assert client_id in log_lines.getvalue(), "an API client's public name helps whoever reads the log"

    looked_for = [EMAIL, OTHER, "zebulon", METER, PASSWORD, NEW, cookie, secret, token, *mailgun.list_codes()]
    looked_for += ["simulator-enedis-secret", "simulator-rte-secret", "key-of-the-stand-in"]
    for what in looked_for:
        for where, content in watched_http.seen:
            assert what.lower() not in content.lower(), f"{where}: {what}"
