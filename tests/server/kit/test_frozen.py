"""A PostgreSQL that stands still, its connections open, keeps nobody waiting for ever."""

import asyncio
import time
from collections.abc import Iterator

import pytest
from sqlalchemy import text

from gateway.kit.database import Database
from gateway.kit.instance_lock import lock_database
from gateway.kit.outage import DatabaseDownError
from gateway.settings import Settings
from scripts.lib.program import free_port
from tests.server import postgresql
from tests.server.conftest import SetClock, run_gateway, wait_until

pytestmark = pytest.mark.long
LONGEST = 30


@pytest.fixture
def server() -> Iterator[postgresql.Server]:
    with postgresql.run_server(free_port()) as server:
        yield server


@pytest.fixture
def patient_program() -> None:
    """Leave the gateway its own limits."""


@pytest.fixture
def database_url(server: postgresql.Server) -> str:
    return f"{server.url}/postgres"


async def test_every_request_is_answered_and_then_all_goes_on(
    settings: Settings, server: postgresql.Server, clock: SetClock
) -> None:
    async with run_gateway(settings, clock) as gateway:
        who = await gateway.sign_in()

        async def time_read(number: int) -> tuple[int, float]:
            begun = time.monotonic()
            path = "/v1/accounts/me" if number % 3 else "/v1/consents"
            answer = await gateway.http.request(
                "GET" if number % 3 else "POST", path, headers=who, json={"prm": "30001000000001"}
            )
            return answer.status_code, time.monotonic() - begun

        assert {(await time_read(number))[0] for number in range(3)} == {200, 201}
        with server.freeze_processes():
            answers = await asyncio.wait_for(asyncio.gather(*(time_read(number) for number in range(20))), 2 * LONGEST)
        assert {status for status, _ in answers} == {503}
        assert max(seconds for _, seconds in answers) < LONGEST

        async def is_back() -> bool:
            return (await time_read(1))[0] == 200

        await wait_until(is_back)


async def test_a_statement_under_way_ends(server: postgresql.Server) -> None:
    begun, frozen = asyncio.Barrier(6), asyncio.Event()
    async with Database(f"{server.url}/postgres") as database, lock_database(f"{server.url}/postgres", alone=True):

        async def do_write() -> str:
            try:
                async with database.write() as session:
                    await session.execute(text("SELECT 1"))
                    await begun.wait()
                    await frozen.wait()
                    await session.execute(text("SELECT 1"))
            except DatabaseDownError:
                return "ended"
            return "done"

        running = [asyncio.create_task(do_write()) for _ in range(5)]
        await begun.wait()
        with server.freeze_processes():
            frozen.set()
            assert set(await asyncio.wait_for(asyncio.gather(*running), LONGEST)) == {"ended"}
            await asyncio.wait_for(database.close(), LONGEST)
