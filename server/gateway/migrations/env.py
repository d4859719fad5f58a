"""How Alembic reaches the database."""

import asyncio

from alembic import context
from sqlalchemy.engine import Connection

import gateway.models  # noqa: F401 - every table
from gateway.kit.database import Base, Database


def _migrate(connection: Connection) -> None:
    context.configure(
        connection=connection, target_metadata=Base.metadata, render_as_batch=connection.dialect.name == "sqlite"
    )
    with context.begin_transaction():
        context.run_migrations()


async def _main() -> None:
    database = Database(context.config.attributes["database_url"])
    try:
        async with database.engine.connect() as connection:
            writing = await connection.execution_options(write=True)
            await writing.run_sync(_migrate)
            await writing.commit()
    finally:
        await database.close()


asyncio.run(_main())
