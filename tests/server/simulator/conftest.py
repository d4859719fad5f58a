"""The simulator in the test's own process, behind the real ASGI interface, its clock standing still."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from datetime import datetime
from typing import Any

import httpx2
import pytest

from gateway.simulator.app import create_app
from tests.server.recorded_answers import read_recorded_answer

MEASURES = "/mesure_synchrone_auto/v2/"
NOON = "2026-11-23T12:00:00+01:00"


class Simulator:
    """One running simulator and how a test talks to it."""

    def __init__(self, client: httpx2.AsyncClient) -> None:
        self.client = client
        self.timer = 0.0

    async def enedis_token(self) -> dict[str, str]:
        answer = await self.client.post(
            "/oauth2/v3/token",
            data={"grant_type": "client_credentials"},
            auth=("simulator-enedis", "simulator-enedis-secret"),
        )
        return {"Authorization": f"Bearer {answer.json()['access_token']}"}

    async def rte_token(self) -> dict[str, str]:
        answer = await self.client.post("/token/oauth/", auth=("simulator-rte", "simulator-rte-secret"))
        return {"Authorization": f"Bearer {answer.json()['access_token']}", "Accept": "application/json"}

    async def enedis(self, path: str, **query: str) -> httpx2.Response:
        return await self.client.get(path, params=query, headers=await self.enedis_token())

    async def measures(self, resource: str, prm: str, first: str, end: str, /, **more: str) -> httpx2.Response:
        return await self.enedis(MEASURES + resource, pointId=prm, dateDebut=first, dateFin=end, **more)

    async def rte(self, path: str, **query: str) -> httpx2.Response:
        return await self.client.get(path, params=query, headers=await self.rte_token())

    async def tempo(self, **query: str) -> httpx2.Response:
        return await self.rte("/open_api/tempo_like_supply_contract/v1/tempo_like_calendars", **query)

    async def control(self, method: str, path: str, **arguments: Any) -> Any:
        answer = await self.client.request(method, f"/control/{path}", **arguments)
        answer.raise_for_status()
        return answer.json() if answer.content else None

    async def set_clock(self, now: str) -> None:
        await self.control("POST", "clock", json={"now": now, "frozen": True})

    @staticmethod
    def points(answer: httpx2.Response) -> list[dict[str, str]]:
        """The points of an answer's only series of consumption."""
        assert answer.status_code == 200, answer.text
        (series,) = [series for series in answer.json()["grandeur"] if series["grandeurMetier"] == "CONS"]
        found: list[dict[str, str]] = series["points"]
        return found

    async def truth(self, prm: str, start: str, end: str, direction: str = "consumption") -> Any:
        return await self.control(
            "GET", "truth", params={"prm": prm, "direction": direction, "start": start, "end": end}
        )


type Start = Callable[..., Awaitable[Simulator]]


@pytest.fixture
async def start_simulator() -> AsyncIterator[Start]:
    """Start a simulator at an instant; quotas off unless asked for, their second moved by hand (`simulator.timer`)."""
    async with AsyncExitStack() as stack:

        async def start_one(now: str = NOON, *, quota: bool = False, **options: Any) -> Simulator:
            app = create_app(
                now=datetime.fromisoformat(now), frozen=True, quota=quota, timer=lambda: simulator.timer, **options
            )
            transport = httpx2.ASGITransport(app)
            client = httpx2.AsyncClient(transport=transport, base_url="http://simulator")
            simulator = Simulator(await stack.enter_async_context(client))
            return simulator

        yield start_one


@pytest.fixture
def read_sample() -> Callable[[str], Any]:
    """Read a recorded answer in place."""
    return lambda name: json.loads(read_recorded_answer(name))
