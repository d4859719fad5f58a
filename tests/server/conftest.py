"""A gateway on a clock that tests set, in front of a simulator that is a process of its own."""

import asyncio
import gc
import os
import secrets
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, ClassVar

import httpx2
import pytest
import structlog
from argon2 import PasswordHasher
from fastapi import FastAPI
from sqlalchemy import event, text
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.orm import Session

from gateway.accounts import passwords
from gateway.accounts import service as accounts
from gateway.app import create_app
from gateway.domain.tempo_season import Season
from gateway.health import disk
from gateway.jobs.worker import Job
from gateway.kit import database, http, shared_query
from gateway.kit.crypto import Keyring
from gateway.metering import service
from gateway.quotas import concurrency
from gateway.runtime import Runtime
from gateway.settings import EnedisEnvironment, Settings
from gateway.tariffs.off_peak import OffPeakPeriod
from gateway.tariffs.options import Option
from gateway.tariffs.tariff import Tariff
from gateway.usage_points import repository as usage_points
from gateway.usage_points import service as points
from gateway.wiring import list_jobs
from scripts.lib.program import free_port
from tests.server import postgresql
from tests.server.statements import share_compiled_statements
from tests.server.tables import create_tables

# pytest imports this file as `conftest`; tests that import it get the same module, not a second copy of its classes
sys.modules["tests.server.conftest"] = sys.modules[__name__]

structlog.configure(
    logger_factory=structlog.stdlib.LoggerFactory(),
    wrapper_class=structlog.stdlib.BoundLogger,
    processors=[structlog.stdlib.add_log_level, structlog.processors.KeyValueRenderer()],
)

# each full collection looks through the thousands of tests that were collected, to free next to nothing
gc.set_threshold(*gc.get_threshold()[:2], 100)

NOW = datetime(2026, 11, 3, 9, 30, tzinfo=UTC)
"""An autumn morning: the day with 25 hours is nine days past, yesterday has been published."""


_RTE_JOBS = {"tempo", "tempo_forecast", "ecowatt"}
"""The jobs about Tempo and Ecowatt."""


class SetClock:
    """A clock that stands still until told. Whoever sleeps is woken soon, to look again: loops must bear that.

    They look again once the clock was set or something was written to a database, else every two seconds: a dozen
    jobs that looked more often would take half of what the machine can do, while tests wait.
    """

    _look_again = 0.25
    _sleepers: ClassVar[set[asyncio.Future[None]]] = set()
    _changes: ClassVar[int] = 0

    def __init__(self, now: datetime = NOW) -> None:
        self._now = now
        self.speed = 1
        """How fast pauses pass that are counted in seconds, such as those between calls."""

    def now(self) -> datetime:
        return self._now

    def monotonic(self) -> float:
        return time.monotonic() * self.speed

    async def sleep(self, seconds: float) -> None:
        seen, longest = SetClock._changes, min(seconds / self.speed, 2.0) - self._look_again
        await asyncio.sleep(min(seconds, self._look_again))
        if seen == SetClock._changes and longest > 0:
            woken = asyncio.get_running_loop().create_future()
            self._sleepers.add(woken)
            try:
                await asyncio.wait({woken}, timeout=longest)
            finally:
                self._sleepers.discard(woken)

    def set(self, now: datetime) -> None:
        self._now = now
        self.wake()

    @classmethod
    def wake(cls, *_: object) -> None:
        """Have whoever sleeps look again."""
        cls._changes += 1
        for woken in cls._sleepers:
            if not woken.done():
                woken.set_result(None)


event.listen(Session, "after_commit", SetClock.wake)


@dataclass
class Simulator:
    """The simulator's address, and its control panel."""

    url: str
    http: httpx2.Client = field(repr=False)

    def set_clock(self, now: datetime) -> None:
        self.http.post("/control/clock", json={"now": now.isoformat(), "frozen": True}).raise_for_status()

    def calls(self, part: str = "") -> list[dict[str, Any]]:
        calls: list[dict[str, Any]] = self.http.get("/control/calls").raise_for_status().json()
        return [call for call in calls if part in call["path"]]

    def forget_calls(self) -> None:
        self.http.delete("/control/calls").raise_for_status()

    def order(self, method: str, path: str, **body: Any) -> Any:
        answer = self.http.request(method, f"/control/{path}", json=body or None).raise_for_status()
        return answer.json() if answer.content else None

    def truth(self, prm: str, start: date, end: date, direction: str = "consumption") -> list[dict[str, Any]]:
        """The days of `[start, end[` as the simulated meter counted them."""
        params = {"prm": prm, "direction": direction, "start": start.isoformat(), "end": end.isoformat()}
        days: list[dict[str, Any]] = self.http.get("/control/truth", params=params).raise_for_status().json()
        return days


def _new_client(url: str) -> httpx2.Client:
    """A client that keeps no connection: the simulator closes those that rest, maybe while one is used again."""
    return httpx2.Client(base_url=url, timeout=200, limits=httpx2.Limits(max_keepalive_connections=0))


@contextmanager
def run_simulator(*options: str) -> Iterator[Simulator]:
    """Run a simulator, its clock frozen."""
    port = free_port()
    command = [sys.executable, "-m", "gateway.simulator", "--port", str(port), "--now", NOW.isoformat(), "--frozen"]
    with subprocess.Popen([*command, *options], stdout=subprocess.DEVNULL, env=os.environ) as process:
        try:
            with _new_client(f"http://127.0.0.1:{port}") as http:
                deadline = time.monotonic() + 200
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


@pytest.fixture(scope="session")
def simulator_process() -> Iterator[Simulator]:
    with run_simulator() as simulator:
        yield simulator


@pytest.fixture
def simulator(simulator_process: Simulator) -> Simulator:
    """The simulator, its clock at NOW, as it was when it started."""
    simulator_process.set_clock(NOW)
    simulator_process.http.post("/control/reset").raise_for_status()
    simulator_process.forget_calls()
    return simulator_process


@pytest.fixture(scope="session", autouse=True)
def shared_statements() -> Iterator[None]:
    with share_compiled_statements():
        yield


@pytest.fixture(autouse=True)
def quick_passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    """Argon2id at its least: tests make many accounts."""
    monkeypatch.setattr(passwords, "HASHER", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))


@pytest.fixture(autouse=True)
def unfreeze_garbage() -> Iterator[None]:
    """Undo what a command does when it runs in this process: Hypothesis asks the collector what refers to an object."""
    yield
    gc.unfreeze()


@pytest.fixture(autouse=True)
def patient_program(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have the gateway wait as long as a busy machine needs: tests of a limit set it, all others look at what comes."""
    monkeypatch.setattr(http, "TIMEOUT", httpx2.Timeout(200))
    monkeypatch.setattr(http, "LONGEST", 200.0)
    monkeypatch.setattr(database, "POOL_SECONDS", 200)
    monkeypatch.setattr(database, "LOCK_SECONDS", 200)
    monkeypatch.setattr(shared_query, "PATIENCE", 200.0)
    monkeypatch.setattr(disk, "PATIENCE", 200.0)
    monkeypatch.setattr(concurrency, "LONGEST_WAIT", 200.0)


@pytest.fixture
def patient_readers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have readers wait until everything they asked for was fetched, however slow this machine is."""
    monkeypatch.setattr(service, "PATIENCE", 200.0)


@pytest.fixture
def without_rte(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have gateways run no jobs about Tempo and Ecowatt, which are half of what they do in the background."""

    def list_other_jobs(runtime: Runtime) -> dict[str, Job]:
        jobs = list_jobs(runtime)
        assert jobs.keys() >= _RTE_JOBS
        return {name: job for name, job in jobs.items() if name not in _RTE_JOBS}

    monkeypatch.setattr("gateway.app.list_jobs", list_other_jobs)


@pytest.fixture
async def clock() -> SetClock:
    return SetClock()


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[str]:
    with postgresql.run_postgresql(free_port()) as address:
        yield address


async def new_database(server: str) -> str:
    name = f"gateway_{secrets.token_hex(6)}"
    engine = create_async_engine(f"{server}/postgres", isolation_level="AUTOCOMMIT")
    async with engine.connect() as connection:
        await connection.execute(text(f"CREATE DATABASE {name}"))
    await engine.dispose()
    return f"{server}/{name}"


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.long)])
async def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database: SQLite always, PostgreSQL too with --all."""
    if request.param == "postgresql":
        return await new_database(request.getfixturevalue("postgresql_server"))
    return f"sqlite+aiosqlite:///{tmp_path}/gateway.db"


@pytest.fixture
def settings(database_url: str, simulator: Simulator) -> Settings:
    return Settings(
        database_url=database_url,
        encryption_keys=Keyring.generate_key(),
        secret_key=secrets.token_urlsafe(32),
        enedis_environment=EnedisEnvironment.SIMULATOR,
        enedis_base_url=simulator.url,
        enedis_client_id="simulator-enedis",
        enedis_client_secret="simulator-enedis-secret",
        rte_base_url=simulator.url,
        rte_open_data_url=simulator.url,
        rte_client_id="simulator-rte",
        rte_client_secret="simulator-rte-secret",
    )


@dataclass
class Gateway:
    """A gateway started in this process, and a client of its HTTP API."""

    runtime: Runtime
    http: httpx2.AsyncClient
    new_browser: Callable[..., httpx2.AsyncClient]
    """Make a client of its own, from an address of its own if need be."""
    app: FastAPI = field(repr=False)

    async def sign_in(self, email: str = "somebody@example.org") -> dict[str, str]:
        """Make an account with an API client; return the header that its token makes."""
        now = self.runtime.clock.now()
        async with self.runtime.database.write() as session:
            account = await accounts.find_or_create_account(session, self.runtime.keyring, email, now)
            client = await accounts.create_api_client(session, account, "tests", now)
        answer = await self.http.post("/v1/oauth/token", auth=client, data={"grant_type": "client_credentials"})
        return {"Authorization": f"Bearer {answer.raise_for_status().json()['access_token']}"}

    async def add_meter(
        self,
        prm: str,
        email: str = "somebody@example.org",
        tariff: Tariff | None = None,
        off_peak: list[OffPeakPeriod] | None = None,
    ) -> str:
        """Add a meter as the command line does; return its public id."""
        now = self.runtime.clock.now()
        async with self.runtime.database.write() as session:
            account = await accounts.find_or_create_account(session, self.runtime.keyring, email, now)
            point = await points.add_usage_point(
                session,
                account,
                prm,
                name="Home",
                keyring=self.runtime.keyring,
                instance=self.runtime.instance,
                now=now,
            )
            point.tariffs = [(tariff or Tariff(option=Option.BASE, power_kva=6)).model_dump(mode="json")]
            point.off_peak = [period.model_dump(mode="json") for period in off_peak or []]
            return point.id

    async def at_rest(self, who: dict[str, str], point: str) -> dict[str, Any]:
        """Wait until a usage point's live days are as whole as they get for now; return it."""

        async def find_at_rest() -> dict[str, Any] | None:
            found: dict[str, Any] = await self.get(f"/v1/usage-points/{point}", who)
            idle = datetime.fromisoformat(found["freshness"]["next_expected_at"]) > self.runtime.clock.now()
            return found if idle else None

        return await wait_until(find_at_rest)

    async def wait_for_history_pause(self) -> None:
        """Wait until the one call for older history is made that a clock which stands still allows."""

        async def is_paused() -> bool:
            async with self.runtime.database.read() as session:
                point = await usage_points.find_next_history(session)
            return point is None or point.history_at is None or point.history_at > self.runtime.clock.now()

        await wait_until(is_paused)

    async def get(self, path: str, who: dict[str, str], **params: str) -> Any:
        answer = await self.http.get(path, headers=who, params=params)
        assert answer.status_code == 200, answer.text
        return answer.json()


async def wait_until[T](probe: Callable[[], Awaitable[T | None]], seconds: float = 200) -> T:
    """Ask until there is an answer, less and less often: an account's answers of a day are counted."""
    pause = 0.05
    async with asyncio.timeout(seconds):
        while not (found := await probe()):
            await asyncio.sleep(pause)
            pause = min(pause * 1.1, 0.4)
        return found


@asynccontextmanager
async def run_gateway(settings: Settings, clock: SetClock) -> AsyncIterator[Gateway]:
    await create_tables(settings.database_url, tempo_days_before=Season.of(NOW.date()).start)
    app = create_app(settings, clock)

    def new_client(address: str = "127.0.0.1") -> httpx2.AsyncClient:
        return httpx2.AsyncClient(transport=httpx2.ASGITransport(app, client=(address, 1)), base_url="http://gateway")

    async with app.router.lifespan_context(app), new_client() as http:
        yield Gateway(app.state.runtime, http, new_client, app)


@pytest.fixture
def start_gateway(settings: Settings, clock: SetClock) -> Any:
    """Start a gateway on the same database; a second start is a restart."""

    def start_one() -> AbstractAsyncContextManager[Gateway]:
        return run_gateway(settings, clock)

    return start_one


@pytest.fixture
async def gateway(settings: Settings, clock: SetClock) -> AsyncIterator[Gateway]:
    async with run_gateway(settings, clock) as running:
        yield running
