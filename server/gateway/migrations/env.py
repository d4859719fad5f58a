"""How Alembic reaches the database."""

import asyncio
from typing import Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext
from sqlalchemy.engine import Connection

import gateway.models  # noqa: F401 - every table
from gateway.kit.database import Base, Database, Instant


def _render(kind: str, item: object, _: AutogenContext) -> str | Literal[False]:
    """Write a migration with SQLAlchemy's own types only, so that it does not change when the gateway's do."""
    return "sa.DateTime(timezone=True)" if kind == "type" and isinstance(item, Instant) else False


def _migrate(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        render_as_batch=connection.dialect.name == "sqlite",
        render_item=_render,
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
