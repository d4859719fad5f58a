"""People with e-mail addresses and browsers, and stand-ins for Mailgun and Turnstile that speak HTTP on loopback."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs

import httpx2
import pytest
import uvicorn

from gateway.settings import Settings
from scripts.lib.program import free_port
from tests.server.conftest import Gateway, SetClock, run_gateway, wait_until

PASSWORD = "seven green turtles on a roof"
EMAIL = "somebody.else@example.org"


@pytest.fixture(autouse=True)
def no_rte(without_rte: None) -> None:
    """Accounts have nothing to do with RTE."""


@dataclass
class StandIn:
    """A small server that keeps what it is sent, and answers as told."""

    url: str = ""
    status: int = 200
    answer: bytes = b"{}"
    requests: list[dict[str, Any]] = field(default_factory=list)

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        body, more = b"", True
        while more:
            message = await receive()
            body, more = body + message["body"], message.get("more_body", False)
        headers = {name.decode(): value.decode() for name, value in scope["headers"]}
        form = {name: values[0] for name, values in parse_qs(body.decode()).items()}
        self.requests.append({"path": scope["path"], "headers": headers, "form": form})
        content = [(b"content-type", b"application/json")]
        await send({"type": "http.response.start", "status": self.status, "headers": content})
        await send({"type": "http.response.body", "body": self.answer})

    def list_codes(self) -> list[str]:
        return [found[1] for one in self.requests if (found := re.search(r"#code=(\w+)", one["form"]["text"]))]


@asynccontextmanager
async def _run_stand_in(app: StandIn) -> AsyncIterator[StandIn]:
    port = free_port()
    server = uvicorn.Server(uvicorn.Config(app, port=port, lifespan="off", log_config=None, ws="none"))
    running = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.01)
    app.url = f"http://127.0.0.1:{port}"
    try:
        yield app
    finally:
        server.should_exit = True
        await running


@pytest.fixture
async def mailgun() -> AsyncIterator[StandIn]:
    async with _run_stand_in(StandIn()) as running:
        yield running


@pytest.fixture
async def turnstile() -> AsyncIterator[StandIn]:
    async with _run_stand_in(StandIn()) as running:
        yield running


@pytest.fixture
def with_mail(settings: Settings, mailgun: StandIn) -> Settings:
    """Settings of a gateway that sends mail, and wants addresses verified."""
    return settings.model_copy(
        update=_read_settings(
            mailgun_api_key="key-of-the-stand-in",
            mailgun_domain="mail.example.org",
            mailgun_from_email="MyElectricalData <noreply@mail.example.org>",
            mailgun_api_base_url=f"{mailgun.url}/v3",
            require_email_verification=True,
            backend_url="https://gateway.example.org/api",
        )
    )


def _read_settings(**values: Any) -> dict[str, Any]:
    """Read values as the environment's, so that secrets are."""
    read = Settings(secret_key="k" * 43, **values)
    return {name: getattr(read, name) for name in values}


@pytest.fixture
async def gateway_with_mail(with_mail: Settings, clock: SetClock) -> AsyncIterator[Gateway]:
    async with run_gateway(with_mail, clock) as running:
        yield running


async def sign_up(
    gateway: Gateway, email: str = EMAIL, password: str = PASSWORD, language: str = "en", **more: str
) -> httpx2.Response:
    return await gateway.http.post(
        "/v1/accounts", json={"email": email, "password": password, **more}, headers={"Accept-Language": language}
    )


async def log_in(
    browser: httpx2.AsyncClient, email: str = EMAIL, password: str = PASSWORD, **more: str
) -> httpx2.Response:
    return await browser.post("/v1/session", json={"email": email, "password": password, **more})


async def sign_up_and_log_in(gateway: Gateway, email: str = EMAIL, password: str = PASSWORD) -> httpx2.AsyncClient:
    """Sign up, and return a browser that is logged in; the gateway sends no mail."""
    assert (await sign_up(gateway, email, password)).status_code == 201
    browser = gateway.new_browser()
    assert (await log_in(browser, email, password)).status_code == 204
    return browser


async def wait_for_mails(mailgun: StandIn, count: int) -> list[dict[str, Any]]:
    """Wait for so many mails."""

    async def have_come() -> bool:
        return len(mailgun.requests) >= count

    await wait_until(have_come)
    assert len(mailgun.requests) == count
    return [one["form"] for one in mailgun.requests]


async def api_client(browser: httpx2.AsyncClient, name: str = "Home Assistant") -> tuple[str, str]:
    answer = await browser.post("/v1/api-clients", json={"name": name})
    assert answer.status_code == 201, answer.text
    return answer.json()["client_id"], answer.json()["client_secret"]


async def fetch_bearer(gateway: Gateway, client: tuple[str, str]) -> dict[str, str]:
    answer = await gateway.http.post("/v1/oauth/token", auth=client, data={"grant_type": "client_credentials"})
    return {"Authorization": f"Bearer {answer.raise_for_status().json()['access_token']}"}
