"""A gateway on a clock that tests set, in front of a simulator that is a process of its own."""

import asyncio
import os
import secrets
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest

from gateway.app import create_app
from gateway.runtime import Runtime
from gateway.settings import EnedisEnvironment, Settings

NOW = datetime(2026, 11, 3, 9, 30, tzinfo=UTC)
"""An autumn morning: the day with 25 hours is nine days past, yesterday has been published."""


class SetClock:
    """A clock that stands still until told; only what paces calls waits for real."""

    def __init__(self, now: datetime = NOW) -> None:
        self._now = now
        self._moved = asyncio.Condition()

    def now(self) -> datetime:
        return self._now

    async def sleep(self, seconds: float) -> None:
        if seconds < 1:
            await asyncio.sleep(seconds)
            return
        until = self._now + timedelta(seconds=seconds)
        async with self._moved:
            await self._moved.wait_for(lambda: self._now >= until)

    async def set(self, now: datetime) -> None:
        async with self._moved:
            self._now = now
            self._moved.notify_all()


@dataclass
class Simulator:
    """The simulator's address, and its control panel."""

    url: str
    http: httpx2.Client = field(repr=False)

    def set_clock(self, now: datetime) -> None:
        self.http.post("/control/clock", json={"now": now.isoformat(), "frozen": True}).raise_for_status()

    def calls(self, part: str = "") -> list[dict[str, Any]]:
        calls = self.http.get("/control/calls").raise_for_status().json()
        return [call for call in calls.get("items", calls) if part in call["path"]]

    def forget_calls(self) -> None:
        self.http.delete("/control/calls").raise_for_status()


def free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@pytest.fixture(scope="session")
def simulator_process() -> Iterator[Simulator]:
    port = free_port()
    command = [sys.executable, "-m", "gateway.simulator", "--port", str(port), "--now", NOW.isoformat(), "--frozen"]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, env=os.environ) as process:
        try:
            with httpx2.Client(base_url=f"http://127.0.0.1:{port}") as http:
                deadline = time.monotonic() + 20
                while True:
                    try:
                        http.get("/control/homes").raise_for_status()
                        break
                    except httpx2.HTTPError:
                        assert process.poll() is None, "the simulator ended"
                        assert time.monotonic() < deadline, "the simulator does not answer"
                        time.sleep(0.05)
                yield Simulator(f"http://127.0.0.1:{port}", http)
        finally:
            process.terminate()


@pytest.fixture
def simulator(simulator_process: Simulator) -> Simulator:
    """The simulator, its clock at NOW, without faults, its log empty."""
    simulator_process.set_clock(NOW)
    simulator_process.http.delete("/control/faults").raise_for_status()
    simulator_process.forget_calls()
    return simulator_process


@pytest.fixture
async def clock() -> SetClock:
    return SetClock()


@pytest.fixture
def settings(tmp_path: Path, simulator: Simulator) -> Settings:
    return Settings(
        database_url=f"sqlite+aiosqlite:///{tmp_path}/gateway.db",
        secret_key=secrets.token_urlsafe(32),  # type: ignore[arg-type]  # pydantic turns it into a SecretStr
        enedis_environment=EnedisEnvironment.SIMULATOR,
        enedis_base_url=simulator.url,
        enedis_client_id="simulator-enedis",
        enedis_client_secret="simulator-enedis-secret",  # type: ignore[arg-type]  # as above
        rte_base_url=simulator.url,
        rte_client_id="simulator-rte",
        rte_client_secret="simulator-rte-secret",  # type: ignore[arg-type]  # as above
    )


@dataclass
class Gateway:
    """A gateway started in this process, and a client of its HTTP API."""

    runtime: Runtime
    http: httpx2.AsyncClient


@asynccontextmanager
async def started(settings: Settings, clock: SetClock) -> AsyncIterator[Gateway]:
    app = create_app(settings, clock)
    async with (
        app.router.lifespan_context(app),
        httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="http://gateway") as http,
    ):
        yield Gateway(app.state.runtime, http)


@pytest.fixture
def start(settings: Settings, clock: SetClock) -> Any:
    """Start a gateway on the same database; a second start is a restart."""

    def start_one() -> AbstractAsyncContextManager[Gateway]:
        return started(settings, clock)

    return start_one


@pytest.fixture
async def gateway(settings: Settings, clock: SetClock) -> AsyncIterator[Gateway]:
    async with started(settings, clock) as running:
        yield running
