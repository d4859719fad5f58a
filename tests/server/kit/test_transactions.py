"""SQLite under many hands: no update is lost, no lock stays behind."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from sqlalchemy import bindparam, column, func, insert, select, table, text
from sqlalchemy.exc import IntegrityError, OperationalError, StatementError
from sqlalchemy.orm import DeclarativeBase, Mapped, MappedAsDataclass, mapped_column

from gateway.kit import database as kit_database
from gateway.kit.database import Database, Instant
from gateway.kit.outage import DatabaseDownError


class Tables(MappedAsDataclass, DeclarativeBase):
    pass


class Tally(Tables):
    __tablename__ = "tallies"

    id: Mapped[int] = mapped_column(primary_key=True)
    count: Mapped[int]
    at: Mapped[datetime | None] = mapped_column(Instant, default=None)


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    database = Database(f"sqlite+aiosqlite:///{tmp_path}/made/on/the/way/kit.db")
    async with database.engine.begin() as connection:
        await connection.run_sync(Tables.metadata.create_all)
    async with database.write() as session:
        session.add(Tally(1, 0))
    yield database
    await database.close()


async def load_count(database: Database) -> int:
    async with database.read() as session:
        return (await session.get_one(Tally, 1)).count


async def test_200_at_once_that_read_then_write_lose_none(database: Database) -> None:
    async def add_one() -> None:
        async with database.write() as session:
            tally = await session.get_one(Tally, 1)
            seen = tally.count
            await asyncio.sleep(0)
            tally.count = seen + 1

    await asyncio.gather(*(add_one() for _ in range(200)))
    assert await load_count(database) == 200


async def test_a_new_file_that_another_program_writes_to_is_opened_when_it_has_written(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "new.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        other.execute("CREATE TABLE of_the_other (id INTEGER)")
        asyncio.get_running_loop().call_later(0.1, other.commit)
        async with Database(f"sqlite+aiosqlite:///{tmp_path}/new.db") as database, database.write() as session:
            assert await session.scalar(text("SELECT count(*) FROM of_the_other")) == 0
            assert await session.scalar(text("PRAGMA journal_mode")) == "wal"


async def test_an_error_takes_back_what_the_transaction_did(database: Database) -> None:
    async def fail_midway() -> None:
        async with database.write() as session:
            (await session.get_one(Tally, 1)).count = 99
            await session.flush()
            raise LookupError

    with pytest.raises(LookupError):
        await fail_midway()
    assert await load_count(database) == 0


async def test_who_is_cancelled_leaves_no_lock_behind(database: Database) -> None:
    holding = asyncio.Event()

    async def hold_open() -> None:
        async with database.write() as session:
            (await session.get_one(Tally, 1)).count = 99
            await session.flush()
            holding.set()
            await asyncio.Event().wait()

    task = asyncio.create_task(hold_open())
    await holding.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    async with asyncio.timeout(200), database.write() as session:
        (await session.get_one(Tally, 1)).count += 1
    assert await load_count(database) == 1


async def test_rows_read_without_a_session_are_those_committed_and_errors_are_told_alike(database: Database) -> None:
    async with database.write() as session:
        session.add(Tally(2, 7))
        await session.flush()
        assert await load_counts(database, 1, 2) == [0]
    assert await load_counts(database, 1, 2) == [0, 7]
    with pytest.raises(OperationalError, match="no such table"):
        await database.fetch_rows(select(table("nowhere", column("id"))), {})


async def load_counts(database: Database, *ids: int) -> list[int]:
    rows = await database.fetch_rows(
        select(Tally.count).where(Tally.id.in_(bindparam("ids", expanding=True))).order_by(Tally.id), {"ids": ids}
    )
    return [count for (count,) in rows]


async def test_readers_do_not_wait_for_a_writer_nor_see_half_of_it(database: Database) -> None:
    async with database.write() as session:
        (await session.get_one(Tally, 1)).count = 5
        await session.flush()
        async with asyncio.timeout(200):
            assert await load_count(database) == 0
    assert await load_count(database) == 5


async def test_writers_wait_in_the_order_in_which_they_came(database: Database) -> None:
    order = []

    async def write(number: int) -> None:
        async with database.write() as session:
            (await session.get_one(Tally, 1)).count = number
            order.append(number)

    await asyncio.gather(*(write(number) for number in range(100)))
    assert order == list(range(100))


async def test_however_many_writers_wait_readers_do_not(database: Database) -> None:
    async def add_one() -> None:
        async with database.write() as session:
            (await session.get_one(Tally, 1)).count += 1

    async with asyncio.TaskGroup() as group, database.write() as session:
        (await session.get_one(Tally, 1)).count += 1
        await session.flush()
        for _ in range(50):
            group.create_task(add_one())
        assert await asyncio.gather(*(load_count(database) for _ in range(10))) == [0] * 10
    assert await load_count(database) == 51


async def test_a_writer_that_waits_too_long_is_told_that_the_database_is_busy(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kit_database, "LOCK_SECONDS", 0.01)
    async with database.write():
        with pytest.raises(DatabaseDownError):
            async with database.write():
                pass
    async with database.write() as session:
        (await session.get_one(Tally, 1)).count = 5
    assert await load_count(database) == 5


async def test_instants_come_back_in_utc_whatever_zone_they_went_in_with(database: Database) -> None:
    instant = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    async with database.write() as session:
        session.add(Tally(2, 0, instant.astimezone(timezone(timedelta(hours=2)))))
    async with database.read() as session:
        found = (await session.get_one(Tally, 2)).at
        earlier = await session.scalar(select(func.count()).where(Tally.at < instant + timedelta(seconds=1)))
    assert found == instant
    assert found is not None
    assert found.utcoffset() == timedelta()
    assert earlier == 1


async def test_an_instant_without_zone_is_refused(database: Database) -> None:
    async def write_naive() -> None:
        async with database.write() as session:
            session.add(Tally(3, 0, datetime(2026, 10, 25, 2, 30)))  # noqa: DTZ001 - the fault

    with pytest.raises(StatementError, match="time zone"):
        await write_naive()


async def test_what_fails_does_not_tell_what_was_written(database: Database) -> None:
    """The text of a database error reaches the log."""

    async def write_twice() -> None:
        async with database.write() as session:
            for _ in range(2):
                await session.execute(insert(Tally).values(id=7, count=12345678901234))

    with pytest.raises(IntegrityError) as refusal:
        await write_twice()
    assert "12345678901234" not in str(refusal.value)


async def test_foreign_keys_hold(database: Database) -> None:
    async with database.read() as session:
        assert await session.scalar(text("PRAGMA foreign_keys")) == 1
