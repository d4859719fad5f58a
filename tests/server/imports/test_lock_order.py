"""On PostgreSQL, who changes a file and who deletes its usage point wait for each other, and never both at once."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta

import pytest
from sqlalchemy import text

from gateway.consents.service import delete_usage_point
from gateway.domain.direction import Direction
from gateway.imports.repository import delete_previews_before
from gateway.imports.service import ImportService
from gateway.kit.database import Database
from gateway.kit.outage import DatabaseDownError
from gateway.problems import ProblemError
from gateway.usage_points import repository as points
from tests.server.billing.homes import TODAY, StoredHome
from tests.server.conftest import NOW, SetClock, wait_until
from tests.server.imports import files

pytestmark = pytest.mark.long


@pytest.fixture
async def home(database_url: str, clock: SetClock) -> AsyncIterator[StoredHome]:
    home = await StoredHome.create(database_url, clock)
    yield home
    await home.database.close()


async def preview(service: ImportService, home: StoredHome) -> str:
    content = files.conso_downloader(files.half_hours(TODAY - timedelta(days=9), [300] * 48))
    return (await service.preview_file(home.account_id, home.point_id, content, "", Direction.CONSUMPTION)).id


async def is_somebody_waiting(database: Database) -> bool:
    waiting = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
    async with database.read() as session:
        return bool(await session.scalar(text(waiting)))


async def accept(service: ImportService, home: StoredHome, file: str) -> object:
    return await service.accept_file(home.account_id, home.point_id, file)


async def take_back(service: ImportService, home: StoredHome, file: str) -> object:
    await service.take_back_file(home.account_id, home.point_id, file)
    return None


async def replace(service: ImportService, home: StoredHome, _: str) -> object:
    return await preview(service, home)


async def purge(_: ImportService, home: StoredHome, __: str) -> object:
    async with home.database.write() as session:
        await delete_previews_before(session, NOW + timedelta(days=9))
    return None


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
@pytest.mark.parametrize("change", [accept, take_back, replace, purge])
async def test_a_usage_point_can_be_deleted_while_its_file_is_changed(
    home: StoredHome, change: Callable[[ImportService, StoredHome, str], Awaitable[object]]
) -> None:
    service = ImportService(home.database, home.clock, home.keyring)
    file = await preview(service, home)
    async with home.database.write() as session:
        await points.lock_usage_points(session, [home.point_id])
        changing = asyncio.ensure_future(change(service, home, file))
        assert await wait_until(lambda: is_somebody_waiting(home.database))
        await delete_usage_point(session, home.account_id, home.point_id, NOW)
    if change is purge:
        await changing
    else:
        with pytest.raises(ProblemError) as refused:
            await changing
        assert refused.value.code == "not_found"
    async with home.database.read() as session:
        assert await session.scalar(text("SELECT count(*) FROM usage_points")) == 0
        assert await session.scalar(text("SELECT count(*) FROM imports")) == 0


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_a_deadlock_is_told_as_an_outage_and_the_same_succeeds_again(home: StoredHome) -> None:
    async def lock_both(first: int, second: int, other: asyncio.Event, own: asyncio.Event) -> None:
        async with home.database.write() as session:
            await session.execute(text(f"SELECT pg_advisory_xact_lock({first})"))
            own.set()
            await other.wait()
            await session.execute(text(f"SELECT pg_advisory_xact_lock({second})"))

    one, two = asyncio.Event(), asyncio.Event()
    ends = await asyncio.gather(lock_both(1, 2, two, one), lock_both(2, 1, one, two), return_exceptions=True)
    assert [type(end) for end in ends if end is not None] == [DatabaseDownError]
    await lock_both(2, 1, one, two)
