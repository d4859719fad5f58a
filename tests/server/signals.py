"""What asks RTE, without the rest of the gateway, in front of a simulated RTE whose clock is the same."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import httpx2
import pytest

from gateway.counters.models import Counter
from gateway.ecowatt import outlook as ecowatt_outlook
from gateway.ecowatt import service as ecowatt
from gateway.kit.database import Base, Database
from gateway.kit.http import Upstream
from gateway.rte import models as rte_models
from gateway.rte.client import Rte
from gateway.rte.errors import RteError, RteErrorReason
from gateway.rte.open_data import OpenData
from gateway.rte.wire import TempoValue
from gateway.simulator.app import create_app
from gateway.store.memory import MemoryStore
from gateway.tempo import outlook as tempo_outlook
from gateway.tempo import service as tempo

_TABLES = (Counter, rte_models.FeedState)

type Keep = Callable[[Database, Rte | None, Clock], Awaitable[datetime]]


class Killed(BaseException):
    """The process ends in the middle of a call."""


class Line(httpx2.AsyncBaseTransport):
    """The way to RTE. What happens while its next answer is under way can be ordered, once."""

    def __init__(self, transport: httpx2.AsyncBaseTransport) -> None:
        self._transport = transport
        self.meanwhile: Callable[[], Awaitable[None]] | None = None

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        answer = await self._transport.handle_async_request(request)
        await answer.aread()
        if self.meanwhile and "token" not in request.url.path:
            meanwhile, self.meanwhile = self.meanwhile, None
            await meanwhile()
        return answer


class Clock:
    def __init__(self, now: datetime) -> None:
        self.time = now

    def now(self) -> datetime:
        return self.time

    def monotonic(self) -> float:
        return self.time.timestamp()

    async def sleep(self, seconds: float) -> None:
        raise AssertionError(f"nobody waits here, not even {seconds} s")


@dataclass
class World:
    """The simulated RTE, known from outside only."""

    http: httpx2.AsyncClient

    async def fault(self, **order: Any) -> None:
        (await self.http.post("/control/faults", json=order)).raise_for_status()

    async def mend(self) -> None:
        (await self.http.delete("/control/faults")).raise_for_status()

    async def announce(self, day: date, **order: Any) -> None:
        (await self.http.post("/control/tempo", json={"date": f"{day}", **order})).raise_for_status()

    async def colors(self, start: date, end: date) -> dict[date, str]:
        answer = await self.http.get("/control/tempo", params={"start": f"{start}", "end": f"{end}"})
        return {date.fromisoformat(day["date"]): day["color"].lower() for day in answer.raise_for_status().json()}

    async def calls(self, api: str) -> list[tuple[datetime, dict[str, str], int]]:
        """When each call came, with its parameters and the status it got."""
        calls = (await self.http.get("/control/calls")).raise_for_status().json()
        calls = calls.get("items", []) if isinstance(calls, dict) else calls
        return [
            (datetime.fromisoformat(call["time"]), dict(httpx2.QueryParams(call["query"])), call["status"])
            for call in calls
            if call["api"] == api
        ]


class House:
    """The rooms rte/, tempo/ and ecowatt/ on a database of their own."""

    def __init__(self, file: Path, clock: Clock, world: World, transport: httpx2.AsyncBaseTransport) -> None:
        self.clock, self.world = clock, world
        self.file, self._transport = file, transport
        self.line = Line(transport)
        self.start()

    def start(self) -> None:
        self.database = Database(f"sqlite+aiosqlite:///{self.file}")
        self.store = MemoryStore(lambda: self.clock.now().timestamp())
        self.upstream = Upstream("http://rte", transport=self.line)
        self.rte: Rte | None = Rte(self.upstream, "simulator-rte", "simulator-rte-secret", self.store)
        self.open_data = OpenData(self.upstream, "Mozilla/5.0 (tests)")

    @property
    def api(self) -> Rte:
        """RTE's client, in a house that has credentials."""
        assert self.rte is not None
        return self.rte

    async def restart(self) -> None:
        await self.close()
        self.start()

    def twin(self) -> House:
        """Another process with a store of its own, on the same database."""
        return House(self.file, self.clock, self.world, self._transport)

    async def close(self) -> None:
        await self.upstream.close()
        await self.database.close()

    def kill_in_next_call(self) -> None:
        async def kill() -> None:
            raise Killed

        self.line.meanwhile = kill

    async def set(self, now: datetime) -> None:
        self.clock.time = now
        await self.world.http.post("/control/clock", json={"now": now.isoformat(), "frozen": True})

    async def work(self, keep: Keep) -> datetime:
        """Do what is due at this moment; return when the next is."""
        for _ in range(50):
            try:
                due = await keep(self.database, self.rte, self.clock)
            except Killed:
                await self.restart()
                continue
            if due > self.clock.now():
                return due
        raise AssertionError("work without end")

    async def live(self, keep: Keep, until: datetime) -> None:
        """Work whenever something is due, up to and at `until`."""
        while (due := await self.work(keep)) <= until:
            await self.set(due)
        await self.set(until)

    async def tempo(self) -> dict[str, Any]:
        async with self.database.read() as session:
            return (await tempo_outlook.load_outlook(session, self.clock.now())).model_dump(mode="json")

    async def ecowatt(self) -> dict[str, Any]:
        async with self.database.read() as session:
            return (await ecowatt_outlook.load_outlook(session, self.clock.now(), asked=True)).model_dump(mode="json")


_houses: dict[datetime, bytes] = {}


@asynccontextmanager
async def open_house(folder: Path, now: datetime, *, settled: bool = False) -> AsyncIterator[House]:
    """Open a house; a settled one knows all of Tempo that there is to know."""
    simulator = create_app(now=now, frozen=True)
    transport = httpx2.ASGITransport(simulator)
    file = folder / "house.db"
    if settled and now in _houses:
        file.write_bytes(_houses[now])
    async with httpx2.AsyncClient(transport=transport, base_url="http://simulator") as http:
        house = House(file, Clock(now), World(http), transport)
        if not (settled and now in _houses):
            async with house.database.engine.begin() as connection:
                await connection.run_sync(Base.metadata.create_all)
        if settled and now not in _houses:
            await house.work(keep_tempo)
            await house.restart()
            _houses[now] = file.read_bytes()
            (await http.delete("/control/calls")).raise_for_status()
        try:
            yield house
        finally:
            await house.close()


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    """On a winter morning at 08:10, tomorrow being shown and not official; nothing is known."""
    async with open_house(tmp_path, parse_paris("2026-01-20 08:10")) as opened:
        yield opened


@pytest.fixture
async def settled_house(tmp_path: Path) -> AsyncIterator[House]:
    """The same morning; everything that was known the evening before is known, and nobody has asked since."""
    async with open_house(tmp_path, parse_paris("2026-01-19 23:00"), settled=True) as opened:
        await opened.set(parse_paris("2026-01-20 08:10"))
        yield opened


def parse_paris(text: str) -> datetime:
    """Read `2026-03-29 06:00` as a clock in Paris shows it; `+` after it means the second of two."""
    local = datetime.fromisoformat(text.rstrip("+"))
    return local.replace(tzinfo=ZoneInfo("Europe/Paris"), fold=int(text.endswith("+"))).astimezone(UTC)


class _Silent:
    """An open-data calendar that tells nothing."""

    async def fetch_tempo_calendar(self, start: date, end: date) -> list[TempoValue]:  # noqa: ARG002 - the form of a client
        raise RteError(RteErrorReason.DOWN, "silent")


async def keep_tempo(database: Database, rte: Rte | None, clock: Clock) -> datetime:
    """Keep Tempo's days while RTE's API alone can tell them."""
    return await tempo.refresh_tempo(database, rte, _Silent(), clock)


keep_ecowatt = ecowatt.refresh_ecowatt
