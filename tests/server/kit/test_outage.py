"""A database that is away or full is said to be so, loses nothing of before, and is used again when it can be."""

from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, text

from gateway.kit import database as database_module
from gateway.kit.database import Database
from gateway.kit.outage import DatabaseDownError, DatabaseFullError
from scripts.lib.program import free_port
from tests.server import postgresql
from tests.server.conftest import wait_until


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    database = Database(f"sqlite+aiosqlite:///{tmp_path}/small.db")
    async with database.write() as session:
        await session.execute(text("CREATE TABLE notes (id INTEGER PRIMARY KEY, words TEXT)"))
    yield database
    await database.close()


async def insert_note(database: Database, words: str) -> None:
    async with database.write() as session:
        await session.execute(text("PRAGMA max_page_count=20"))
        await session.execute(text("INSERT INTO notes (words) VALUES (:words)"), {"words": words})


async def test_a_full_disk_refuses_what_is_new_and_keeps_what_is_old(database: Database) -> None:
    await insert_note(database, "before")
    with pytest.raises(DatabaseFullError):
        await insert_note(database, "x" * 200_000)
    await insert_note(database, "small enough")
    async with database.read() as session:
        assert list(await session.scalars(text("SELECT words FROM notes"))) == ["before", "small enough"]
        assert await session.scalar(text("PRAGMA integrity_check")) == "ok"


async def test_a_fault_of_ours_is_no_outage(database: Database) -> None:
    with pytest.raises(Exception, match="no such table") as raised:
        async with database.read() as session:
            await session.execute(text("SELECT * FROM nowhere"))
    assert not isinstance(raised.value, DatabaseDownError)


@pytest.mark.long
async def test_postgresql_restarted_is_an_outage_and_then_none() -> None:
    with postgresql.run_server(free_port()) as server:
        database = Database(f"{server.url}/postgres")
        assert await _is_answering(database)
        with pytest.raises(DatabaseDownError):
            await _interrupt_write(database, server.stop)
        with pytest.raises(DatabaseDownError):
            async with database.read() as session:
                await session.execute(text("SELECT 1"))
        server.start()
        assert await wait_until(lambda: _is_answering(database))
        await database.close()


@pytest.mark.long
async def test_only_a_connection_that_rested_is_asked_whether_it_works(
    postgresql_server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[object] = []
    async with Database(f"{postgresql_server}/postgres") as database:
        monkeypatch.setattr(database.engine.dialect, "do_ping", asked.append)
        for _ in range(3):
            assert await _is_answering(database)
        assert asked == []
        monkeypatch.setattr(database_module, "TRUSTED_SECONDS", -1)
        assert await _is_answering(database)
        assert len(asked) == 1


@pytest.mark.long
async def test_connections_that_postgresql_closed_are_replaced_and_nobody_notices(postgresql_server: str) -> None:
    opened: list[Any] = []
    async with Database(f"{postgresql_server}/postgres") as database:
        event.listen(database.engine.sync_engine, "connect", lambda connection, _: opened.append(connection))
        held = [database.read() for _ in range(4)]
        for session in [await one.__aenter__() for one in held]:
            await session.execute(text("SELECT 1"))
        for one in held:
            await one.__aexit__(None, None, None)
        assert len(opened) == 4
        async with Database(f"{postgresql_server}/postgres") as other, other.write() as session:
            processes = [connection.driver_connection.get_server_pid() for connection in opened]
            await session.execute(
                text("SELECT pg_terminate_backend(process) FROM unnest(CAST(:processes AS int[])) AS process"),
                {"processes": processes},
            )

        async def are_closed() -> bool:
            return all(connection.driver_connection.is_closed() for connection in opened[:4])

        await wait_until(are_closed)
        for _ in range(4):
            assert await _is_answering(database)


async def _interrupt_write(database: Database, stop: Callable[[], None]) -> None:
    async with database.write() as session:
        await session.execute(text("SELECT 1"))
        stop()
        await session.execute(text("SELECT 1"))


async def _is_answering(database: Database) -> bool:
    try:
        async with database.read() as session:
            return bool(await session.scalar(text("SELECT 1")))
    except DatabaseDownError:
        return False
