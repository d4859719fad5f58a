"""What the client's tests speak to where the simulator cannot play it, and the clients themselves."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Table

from gateway.counters.models import Counter
from gateway.domain.direction import Direction
from gateway.enedis.circuit_breaker import Circuit
from gateway.enedis.client import Api, Enedis, Pacer
from gateway.kit.clock import SystemClock
from gateway.kit.database import Base, Database
from gateway.kit.http import HttpResponse, Upstream
from gateway.store import Store
from gateway.store.memory import MemoryStore

CLIENT, SECRET = "simulator-enedis", "simulator-enedis-secret"
PAYER = "somebody"
FIXTURES = Path(__file__).parent / "fixtures"
TOKEN = "/oauth2/v3/token"
WEEK = (date(2026, 10, 27), date(2026, 11, 3))

type Ask = Callable[[Enedis, str], Awaitable[object]]

CALLS: dict[str, tuple[Api, Ask]] = {
    "daily": (Api.MEASURES, lambda enedis, prm: enedis.fetch_daily(PAYER, prm, Direction.CONSUMPTION, *WEEK)),
    "load curve": (Api.MEASURES, lambda enedis, prm: enedis.fetch_load_curve(PAYER, prm, Direction.CONSUMPTION, *WEEK)),
    "index": (Api.MEASURES, lambda enedis, prm: enedis.fetch_index(PAYER, prm, Direction.CONSUMPTION, *WEEK)),
    "max power": (Api.MEASURES, lambda enedis, prm: enedis.fetch_max_power(PAYER, prm, *WEEK)),
    "contracts": (Api.CONTRACTS, lambda enedis, prm: enedis.fetch_contracts(PAYER, prm)),
    "synthesis": (Api.SYNTHESIS, lambda enedis, prm: enedis.fetch_synthesis(PAYER, prm)),
    "metering": (Api.METERING, lambda enedis, prm: enedis.fetch_metering(PAYER, prm)),
    "address": (Api.ADDRESS, lambda enedis, prm: enedis.fetch_address(PAYER, prm)),
    "connection": (Api.CONNECTION, lambda enedis, prm: enedis.fetch_connection(PAYER, prm)),
    "services": (Api.SERVICES, lambda enedis, prm: enedis.fetch_services_of_point(PAYER, prm)),
}
"""One call of each kind, with the API that Enedis counts it for."""
EACH_API = dict(reversed(CALLS.values()))


def read_fixture(name: str) -> bytes:
    return (FIXTURES / f"{name}.json").read_bytes()


class NoPacer:
    """Lets everybody call at once, and writes down what it was told."""

    def __init__(self) -> None:
        self.waited: list[tuple[Api, str]] = []
        self.stopped: list[tuple[Api, datetime | None]] = []

    async def wait_for_turn(self, api: Api, payer: str) -> None:
        self.waited.append((api, payer))

    async def stop_calls(self, api: Api, until: datetime | None) -> datetime:
        self.stopped.append((api, until))
        return until or datetime.now(UTC)


class Timer:
    """A clock that goes forward, by jumps too."""

    def __init__(self) -> None:
        self.ahead = 0.0

    def __call__(self) -> float:
        return time.monotonic() + self.ahead


class RecordingUpstream(Upstream):
    """An upstream that remembers the answers as they came."""

    def __init__(self, base_url: str) -> None:
        super().__init__(base_url)
        self.answers: list[HttpResponse] = []

    async def request(self, *args: Any, **kwargs: Any) -> HttpResponse:
        answer = await super().request(*args, **kwargs)
        self.answers.append(answer)
        return answer


@asynccontextmanager
async def open_client(
    url: str, *, store: Store | None = None, pacer: Pacer | None = None, secret: str = SECRET
) -> AsyncIterator[tuple[Enedis, RecordingUpstream]]:
    upstream = RecordingUpstream(url)
    try:
        store = store or MemoryStore()
        yield Enedis(upstream, CLIENT, secret, store, pacer or NoPacer(), Circuit(store, SystemClock())), upstream
    finally:
        await upstream.close()


@asynccontextmanager
async def open_budgets(folder: Path) -> AsyncIterator[Database]:
    """A database with the table of budgets and no other."""
    database = Database(f"sqlite+aiosqlite:///{folder}/budgets.db")
    table = Counter.__table__
    assert isinstance(table, Table)
    async with database.engine.begin() as connection:
        await connection.run_sync(lambda engine: Base.metadata.create_all(engine, tables=[table]))
    try:
        yield database
    finally:
        await database.close()


@dataclass(frozen=True)
class ReceivedRequest:
    """A request as it came."""

    line: str
    headers: dict[str, str]
    body: bytes


@dataclass(frozen=True)
class Reply:
    """What to answer; with `seconds`, after a while."""

    status: int = 200
    body: bytes = b"{}"
    headers: dict[str, str] = field(default_factory=dict)
    after: Callable[[], Awaitable[object]] | None = None


type Script = Callable[[ReceivedRequest], Reply]


class ScriptedServer:
    """A server that answers by its script, and gives a new token to whoever asks: token-1, token-2 …"""

    def __init__(self, script: Script) -> None:
        self.script = script
        self.requests: list[ReceivedRequest] = []
        self.tokens = 0
        self.url = ""

    @property
    def data_calls(self) -> list[ReceivedRequest]:
        return [asked for asked in self.requests if TOKEN not in asked.line]

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            line, *lines = (await reader.readuntil(b"\r\n\r\n")).decode().strip().split("\r\n")
            headers = {name.lower(): value for name, _, value in (header.partition(": ") for header in lines)}
            body = await reader.readexactly(int(headers.get("content-length", 0)))
            asked = ReceivedRequest(line, headers, body)
            self.requests.append(asked)
            reply = self.script(asked)
            if reply.after is not None:
                await reply.after()
            head = {"Content-Length": str(len(reply.body)), "Connection": "close", **reply.headers}
            told = "".join(f"{name}: {value}\r\n" for name, value in head.items())
            writer.write(f"HTTP/1.1 {reply.status} Said\r\n{told}\r\n".encode() + reply.body)
            await writer.drain()
        except ConnectionError, asyncio.IncompleteReadError:
            pass
        finally:
            writer.close()

    def issue_token(self) -> Reply:
        self.tokens += 1
        body = {"access_token": f"token-{self.tokens}", "token_type": "Bearer", "expires_in": 12600}
        return Reply(body=json.dumps(body).encode())


@asynccontextmanager
async def run_scripted(data: Script, token: Script | None = None) -> AsyncIterator[ScriptedServer]:
    """Serve on 127.0.0.1; `token` answers in place of the usual token."""

    def script(asked: ReceivedRequest) -> Reply:
        if TOKEN not in asked.line:
            return data(asked)
        return token(asked) if token else served.issue_token()

    served = ScriptedServer(script)
    server = await asyncio.start_server(served.serve, "127.0.0.1", 0)
    served.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    async with server:
        yield served
