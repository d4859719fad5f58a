"""A person with a browser, between the gateway and Enedis."""

import re
from dataclasses import dataclass
from datetime import timedelta
from html import unescape
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest

from gateway.consents import pages
from tests.server.conftest import Gateway, SetClock, Simulator

CALLBACK = "http://gateway/oauth/callback"


@pytest.fixture(autouse=True)
def no_rte(without_rte: None) -> None:
    """Consents have nothing to do with RTE."""


@dataclass
class Person:
    """Somebody with an account, and a browser that keeps cookies."""

    gateway: Gateway
    simulator: Simulator
    who: dict[str, str]
    email: str

    def __post_init__(self) -> None:
        self.browser = self.gateway.new_browser()

    async def request_consent(self, prm: str) -> dict[str, Any]:
        """Ask for a consent through the API."""
        answer = await self.gateway.http.post("/v1/consents", headers=self.who, json={"prm": prm})
        assert answer.status_code == 201, answer.text
        asked: dict[str, Any] = answer.json()
        return asked

    async def start_authorization(self, asked: dict[str, Any]) -> str:
        """Open the page and return Enedis' address, with its state."""
        page = await self.browser.get(urlsplit(asked["authorize_url"]).path)
        assert page.status_code == 200, page.text
        found = re.search(r'href="([^"]+/authorize[^"]+)"', page.text)
        assert found, page.text
        return unescape(found[1])

    def at_enedis(self, address: str, prm: str, *, accept: bool = True) -> str:
        """Answer Enedis' page; return where it sends the browser."""
        self.simulator.order(
            "PATCH", "authorize", redirect_uri=CALLBACK, mode="accept" if accept else "refuse", prm=prm
        )
        answer = httpx2.get(address, follow_redirects=False, timeout=200)
        assert answer.status_code == 302, answer.text
        return str(answer.headers["location"])

    async def handle_callback(self, location: str) -> httpx2.Response:
        """Follow Enedis' redirect, and ours."""
        parts = urlsplit(location)
        return await self.browser.get(f"{parts.path}?{parts.query}", follow_redirects=False)

    async def give_consent(self, prm: str, *, accept: bool = True) -> tuple[dict[str, Any], httpx2.Response]:
        """Go the whole way."""
        asked = await self.request_consent(prm)
        address = await self.start_authorization(asked)
        return asked, await self.handle_callback(self.at_enedis(address, prm, accept=accept))

    async def get_consent_status(self, asked: dict[str, Any]) -> tuple[str, str | None]:
        """Return how the consent stands."""
        if (await self.gateway.http.get("/v1/accounts/me", headers=self.who)).status_code == 401:
            self.who = await self.gateway.sign_in(self.email)  # a token lives for minutes
        seen = await self.gateway.get(f"/v1/consents/{asked['id']}", self.who)
        return seen["status"], seen["reason"]

    async def may_retry(self, asked: dict[str, Any]) -> tuple[bool, bool]:
        """Return whether the API, and the page with the outcome, say that the consent can still be given."""
        seen = await self.gateway.get(f"/v1/consents/{asked['id']}", self.who)
        page = await self.browser.get(f"/consents/{asked['id']}/result")
        return seen["may_retry"], f"/consents/{asked['id']}/start" in page.text

    async def check_until_decided(self, asked: dict[str, Any], clock: SetClock) -> tuple[str, str | None]:
        """Pass the time, in growing steps, until the consent is decided; return how it stands."""
        step = timedelta(seconds=5)
        while (await self.get_consent_status(asked))[0] == "pending":
            clock.set(clock.now() + step)
            step = min(step * 1.3, timedelta(hours=1))
            await self.gateway.runtime.consents.check_consent(asked["id"])
        return await self.get_consent_status(asked)


def state_of(address: str) -> str:
    """Return the state in Enedis' address."""
    return parse_qs(urlsplit(address).query)["state"][0]


@pytest.fixture(autouse=True)
def patient_callback(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have the callback wait until Enedis has answered, however slow this machine is: tests look at how it ended."""
    monkeypatch.setattr(pages, "CALLBACK_WAIT", 200.0)


@pytest.fixture
async def alice(gateway: Gateway, simulator: Simulator) -> Person:
    return Person(gateway, simulator, await gateway.sign_in("alice@example.org"), "alice@example.org")


@pytest.fixture
async def mallory(gateway: Gateway, simulator: Simulator) -> Person:
    return Person(gateway, simulator, await gateway.sign_in("mallory@example.org"), "mallory@example.org")
