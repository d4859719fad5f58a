"""The tables of accounts are the models', come and go on both databases, and lose nothing that was there."""

from importlib.resources import as_file, files
from typing import Any

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, text

import gateway.models  # noqa: F401 - every table
from gateway.kit.database import Base, Database

ACCOUNT = text(
    "INSERT INTO accounts (id, email, created_at, token_version, data_key) "
    "VALUES ('a', 'owner@localhost', '2026-11-01 08:00:00+00:00', 3, :key)"
)
CLIENT = text(
    "INSERT INTO api_clients (client_id, account_id, name, secret_hash, created_at) "
    "VALUES ('c', 'a', 'Home Assistant', :hash, '2026-11-01 08:00:00+00:00')"
)
BOTH = text("SELECT a.address, a.activated_at, c.name FROM accounts a JOIN api_clients c ON a.id = c.account_id")


async def run_migration(direction: Any, url: str, revision: str) -> None:
    def run_in_connection(connection: Connection) -> None:
        with as_file(files("gateway.migrations")) as folder:
            config = Config()
            config.set_main_option("script_location", str(folder))
            config.attributes["connection"] = connection
            direction(config, revision)

    database = Database(url, is_maintenance=True)
    async with database.engine.connect() as connection:
        await connection.execution_options(write=True)
        async with connection.begin():
            await connection.run_sync(run_in_connection)
    await database.close()


async def test_an_account_of_before_keeps_all_it_had(database_url: str) -> None:
    await run_migration(command.upgrade, database_url, "0001")
    database = Database(database_url)
    try:
        async with database.write() as session:
            await session.execute(ACCOUNT, {"key": b"key"})
            await session.execute(CLIENT, {"hash": b"0" * 32})
        for _ in range(2):
            await run_migration(command.upgrade, database_url, "0003")
            async with database.read() as session:
                found = (await session.execute(BOTH)).one()
            assert (found[0], found[2]) == ("owner@localhost", "Home Assistant")
            assert found[1] is not None
            await run_migration(command.downgrade, database_url, "0001")
        await run_migration(command.upgrade, database_url, "head")
        async with database.engine.connect() as connection:
            differences = await connection.run_sync(
                lambda one: compare_metadata(MigrationContext.configure(one), Base.metadata)
            )
        assert differences == []
    finally:
        await database.close()
