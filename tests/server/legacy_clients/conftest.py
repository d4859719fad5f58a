"""A gateway that serves older clients, a home with panels on its roof, and a token for it."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

import httpx2
import pytest

from gateway.settings import Settings
from tests.server.accounts.conftest import sign_up_and_log_in
from tests.server.conftest import Gateway, SetClock, run_gateway

OWNER, METER = "owner@example.org", "30001000000005"
PARIS = ZoneInfo("Europe/Paris")
ODD_DAYS = {"autumn": (date(2026, 10, 24), date(2026, 10, 27)), "spring": (date(2026, 3, 28), date(2026, 3, 31))}
"""The days around the two changes of the clocks: the second of each has 25 or 23 hours."""


@dataclass
class Household:
    """An account in its browser, its meter, and what it was told of its token."""

    gateway: Gateway
    browser: httpx2.AsyncClient
    point: str
    token: dict[str, Any]

    async def get_own(self, path: str, start: date, end: date, direction: str = "consumption") -> Any:
        """What the gateway's own API answers the browser."""
        params = {"start": start.isoformat(), "end": end.isoformat(), "direction": direction}
        answer = await self.browser.get(f"/v1/usage-points/{self.point}/{path}", params=params)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def ask_med(self, path: str, token: str | None = None) -> httpx2.Response:
        """Ask as a client of MyElectricalData's first API."""
        return await self.gateway.http.get(path, headers={"Authorization": token or self.token["token"]})

    async def ask_conso(self, name: str, **params: str) -> httpx2.Response:
        """Ask as a client of conso-api."""
        header = {"Authorization": f"Bearer {self.token['token']}"}
        return await self.gateway.http.get(f"/api/{name}", headers=header, params=params)


@pytest.fixture
def legacy_settings(settings: Settings) -> Settings:
    return settings.model_copy(update={"legacy_clients": True})


@pytest.fixture
async def gateway(legacy_settings: Settings, clock: SetClock) -> AsyncIterator[Gateway]:
    async with run_gateway(legacy_settings, clock) as running:
        yield running


@pytest.fixture
async def household(gateway: Gateway) -> Household:
    browser = await sign_up_and_log_in(gateway, OWNER)
    point = await gateway.add_meter(METER, OWNER)
    answer = await browser.post("/v1/reading-tokens", json={"name": "ha-linky", "kind": "legacy"})
    assert answer.status_code == 201, answer.text
    return Household(gateway, browser, point, answer.json())
