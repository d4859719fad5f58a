"""Programs that answer questions about one home: within the test, or in processes of their own.

Run as a program, it serves at several sockets that it inherits, each in a process forked from this one, until its
standard input ends.
"""

import asyncio
import json
import os
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import cast

import httpx2
import uvicorn
from fastapi import FastAPI
from sqlalchemy import event
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gateway import error_handlers
from gateway.accounts.dependencies import get_caller
from gateway.accounts.service import Caller
from gateway.dependencies import provide_part
from gateway.enedis.client import Enedis
from gateway.kit.clock import Clock
from gateway.kit.crypto import Keyring
from gateway.kit.database import Database
from gateway.kit.kept_responses import KeptResponses
from gateway.metering.archive import Archive
from gateway.metering.fetching import Priority
from gateway.metering.routes import router
from gateway.metering.service import Readings
from gateway.quotas.dependencies import enforce_quota
from gateway.store.memory import MemoryStore
from tests.server.billing.homes import StoredHome
from tests.server.conftest import SetClock

KEPT_FOR = 600
MOST_BYTES = 2**20


class ManualClock(SetClock):
    """A clock whose seconds pass with its time."""

    def monotonic(self) -> float:
        return self.now().timestamp()


@dataclass
class Process:
    """One process's part of a gateway: its HTTP API of readings, whose answers have a header `statements`."""

    http: httpx2.AsyncClient


@dataclass
class LocalProcess(Process):
    """A process that is this one, with its connections and what it keeps."""

    database: Database
    kept: KeptResponses


def build_app(database: Database, kept: KeptResponses, clock: SetClock, keyring: Keyring, account_id: str) -> ASGIApp:
    """Build the API of a home's readings. Nobody's consent stands: Enedis is never asked."""
    archive = Archive(database, MemoryStore(), clock, {Priority.PERSON: cast("Enedis", None)}, keyring)
    app = FastAPI()
    error_handlers.install_handlers(app)
    app.include_router(router, prefix="/{point_id}")
    provide_part(app, Clock, clock)
    provide_part(app, Readings, Readings(database, archive, clock, keyring, 50))
    provide_part(app, KeptResponses, kept)
    app.dependency_overrides[get_caller] = lambda: Caller(account_id)
    app.dependency_overrides[enforce_quota] = lambda: None
    return _count_statements(app, database)


def _count_statements(app: ASGIApp, database: Database) -> ASGIApp:
    statements: list[str] = []
    event.listen(
        database.engine.sync_engine, "before_cursor_execute", lambda *given: statements.append(cast("str", given[2]))
    )

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        before = len(statements)

        async def send_with_count(message: Message) -> None:
            if message["type"] == "http.response.start":
                count = str(len(statements) - before).encode()
                message["headers"] = [*message["headers"], (b"statements", count)]
            await send(message)

        await app(scope, receive, send_with_count)

    return answer


@asynccontextmanager
async def run_process(home: StoredHome, most_bytes: int = MOST_BYTES) -> AsyncIterator[LocalProcess]:
    async with Database(str(home.database.engine.url)) as database:
        kept = KeptResponses(home.clock, most_bytes, KEPT_FOR)
        app = build_app(database, kept, home.clock, home.keyring, home.account_id)
        transport = httpx2.ASGITransport(app)
        async with httpx2.AsyncClient(transport=transport, base_url=f"http://gateway/{home.point_id}") as http:
            yield LocalProcess(http, database, kept)
        kept.clear()


@dataclass
class Servers:
    """Processes of their own that serve one home from one database, at ports of 127.0.0.1."""

    ports: list[int]

    @asynccontextmanager
    async def connect(self, home: StoredHome) -> AsyncIterator[list[Process]]:
        """Give access to each process; its clock shows at every request what the home's shows."""

        async def send_time(request: httpx2.Request) -> None:
            request.headers["now"] = home.clock.now().isoformat()

        clients = [
            httpx2.AsyncClient(
                base_url=f"http://127.0.0.1:{port}/{home.point_id}",
                event_hooks={"request": [send_time]},
                trust_env=False,
                timeout=240,
            )
            for port in self.ports
        ]
        try:
            yield [Process(client) for client in clients]
        finally:
            for client in clients:
                await client.aclose()


@contextmanager
def start_servers(url: str, keys: str, account_id: str, most_bytes: list[int]) -> Iterator[Servers]:
    """Start a process for each number of bytes that answers may take in its memory."""
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in most_bytes]
    given = {
        "url": url,
        "keys": keys,
        "account_id": account_id,
        "servers": [[one.fileno(), most] for one, most in zip(sockets, most_bytes, strict=True)],
    }
    program = subprocess.Popen(
        [sys.executable, "-m", __name__, json.dumps(given)],
        stdin=subprocess.PIPE,
        cwd=Path(__file__).parents[3],
        pass_fds=[one.fileno() for one in sockets],
    )
    try:
        yield Servers([one.getsockname()[1] for one in sockets])
    finally:
        program.communicate()
        for one in sockets:
            one.close()


def _set_clock(app: ASGIApp, clock: SetClock) -> ASGIApp:
    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        clock.set(datetime.fromisoformat(dict(scope["headers"])[b"now"].decode()))
        await app(scope, receive, send)

    return answer


async def _serve(given: dict[str, str], descriptor: int, most_bytes: int) -> None:
    clock = ManualClock()
    async with Database(given["url"]) as database:
        kept = KeptResponses(clock, most_bytes, KEPT_FOR)
        app = build_app(database, kept, clock, Keyring.parse_keyring(given["keys"]), given["account_id"])
        config = uvicorn.Config(_set_clock(app, clock), lifespan="off", log_level="warning")
        server = uvicorn.Server(config)
        asyncio.get_running_loop().add_reader(0, setattr, server, "should_exit", True)
        await server.serve([socket.socket(fileno=descriptor)])
        kept.clear()


def _run() -> None:
    given = json.loads(sys.argv[1])
    children = []
    for descriptor, most_bytes in given["servers"]:
        if (child := os.fork()) == 0:
            asyncio.run(_serve(given, descriptor, most_bytes))
            return
        children.append(child)
    for child in children:
        os.waitpid(child, 0)


if __name__ == "__main__":
    _run()
