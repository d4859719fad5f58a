"""The tables change whole or not at all, once however many begin, and the version before works on meanwhile."""

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy import Connection, inspect, text

import gateway.models  # noqa: F401 - every table
from gateway.kit.database import Base, Database
from gateway.migrations import NewerDatabaseError, list_revisions, read_revision, upgrade_database
from tests.server.killing import kill_half_way

_STOPS_HALF_WAY = """
import asyncio, sys, time
from alembic import op
from gateway.migrations import upgrade_database

create, made = op.create_table, []

def create_and_stop(*arguments, **named):
    create(*arguments, **named)
    made.append(arguments[0])
    if len(made) == 5:
        print("half-way", flush=True)
        time.sleep(3600)

op.create_table = create_and_stop
asyncio.run(upgrade_database(sys.argv[1]))
"""


async def _inspect_database[Found](url: str, look: Callable[[Connection], Found]) -> Found:
    database = Database(url)
    async with database.engine.connect() as connection:
        found = await connection.run_sync(look)
    await database.close()
    return found


def _list_tables(connection: Connection) -> set[str]:
    return set(inspect(connection).get_table_names())


async def test_the_tables_are_those_of_the_models(database_url: str) -> None:
    await upgrade_database(database_url)

    def list_differences(connection: Connection) -> list[Any]:
        return compare_metadata(MigrationContext.configure(connection), Base.metadata)

    assert await _inspect_database(database_url, list_differences) == []
    assert await _inspect_database(database_url, read_revision) == list_revisions()[0]


async def test_one_that_is_killed_half_way_leaves_nothing_and_the_next_begins_anew(database_url: str) -> None:
    await kill_half_way(_STOPS_HALF_WAY, database_url)
    assert await _inspect_database(database_url, _list_tables) == set()
    await upgrade_database(database_url)
    assert await _inspect_database(database_url, read_revision) == list_revisions()[0]


async def test_the_log_names_each_migration_and_nothing_of_how_it_is_done(tmp_path: Path) -> None:
    program = [str(Path(sys.executable).parent / "gateway"), "migrate"]
    env = {**os.environ, "DATABASE_URL": f"sqlite+aiosqlite:///{tmp_path}/gateway.db", "SECRET_KEY": "a" * 40}
    process = await asyncio.create_subprocess_exec(*program, env=env, stderr=subprocess.PIPE, stdout=subprocess.PIPE)
    _, said = await process.communicate()
    assert process.returncode == 0, said
    events = [json.loads(line)["event"] for line in said.splitlines()]
    assert len(events) == len(list_revisions())
    assert all(event.startswith("Running upgrade ") for event in events)


async def test_three_that_start_at_once_migrate_once(database_url: str) -> None:
    program = """
import asyncio, sys
from gateway.migrations import upgrade_database
asyncio.run(upgrade_database(sys.argv[1]))
"""
    started = [
        await asyncio.create_subprocess_exec(sys.executable, "-c", program, database_url, stderr=subprocess.PIPE)
        for _ in range(3)
    ]
    ends = [await process.communicate() for process in started]
    assert [process.returncode for process in started] == [0, 0, 0], ends
    assert await _inspect_database(database_url, read_revision) == list_revisions()[0]


async def test_the_tables_of_a_newer_version_are_left_alone(database_url: str) -> None:
    await upgrade_database(database_url)
    database = Database(database_url)
    async with database.write() as session:
        await session.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    await database.close()
    with pytest.raises(NewerDatabaseError, match="newer version"):
        await upgrade_database(database_url)
    assert await _inspect_database(database_url, read_revision) == "9999"


async def test_the_version_before_reads_and_writes_on_the_new_tables(database_url: str) -> None:
    """Replicas are replaced one by one: nothing that the version before uses may go, nor may it have to know more."""

    def list_columns(connection: Connection) -> dict[tuple[str, str], Any]:
        seen = inspect(connection)
        return {
            (table, column["name"]): column for table in seen.get_table_names() for column in seen.get_columns(table)
        }

    def rewritten_before_the_first_release(revision: str, table: str) -> bool:
        return (revision, table) == ("0004", "published_days")

    before: dict[tuple[str, str], Any] = {}
    for revision in reversed(list_revisions()):
        before = {
            key: column for key, column in before.items() if not rewritten_before_the_first_release(revision, key[0])
        }
        await upgrade_database(database_url, revision)
        after: dict[tuple[str, str], Any] = await _inspect_database(database_url, list_columns)
        assert set(before) <= set(after), f"{revision} takes away what the version before uses"
        for (table, name), column in after.items():
            asked = not column["nullable"] and column["default"] is None
            is_new = (table, name) not in before or before[table, name]["nullable"]
            if asked and is_new and table in {table for table, _ in before}:
                pytest.fail(f"{revision}: {table}.{name} would have to be given by the version before")
        before = after


async def test_a_table_made_anew_keeps_what_refers_to_it(database_url: str) -> None:
    """SQLite changes a table by copying and dropping it, which must delete nothing elsewhere."""
    await upgrade_database(database_url)
    database = Database(database_url)
    async with database.write() as session:
        await session.execute(
            text(
                "INSERT INTO accounts (id, email, created_at, token_version, data_key) "
                "VALUES ('a', 'a@example.org', '2026-01-01', 0, '')"
            )
            if database.is_sqlite
            else text(
                "INSERT INTO accounts (id, email, created_at, token_version, data_key) "
                "VALUES ('a', 'a@example.org', now(), 0, ''::bytea)"
            )
        )
        await session.execute(
            text(
                "INSERT INTO api_clients (client_id, account_id, name, secret_hash, created_at) "
                "SELECT 'c', id, 'x', data_key, created_at FROM accounts"
            )
        )
    await database.close()
    await _remake_accounts(database_url)

    def list_clients(connection: Connection) -> list[str]:
        return list(connection.scalars(text("SELECT account_id FROM api_clients")))

    assert await _inspect_database(database_url, list_clients) == ["a"]


async def _remake_accounts(url: str) -> None:
    """Alter a table as a migration would."""

    def alter_column(connection: Connection) -> None:
        operations = Operations(MigrationContext.configure(connection, opts={"render_as_batch": True}))
        with operations.batch_alter_table("accounts", recreate="always" if "sqlite" in url else "auto") as batch:
            batch.alter_column("email", nullable=True)

    database = Database(url, is_maintenance=True)
    async with database.engine.begin() as connection:
        await connection.run_sync(alter_column)
    await database.close()
