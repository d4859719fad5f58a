"""One Alembic tree for both databases."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import as_file, files

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from gateway.kit.database import Database


async def upgrade(database_url: str) -> None:
    """Bring the database to this version's tables."""
    with _config(database_url) as config:
        await asyncio.to_thread(command.upgrade, config, "head")


async def is_current(database_url: str) -> bool:
    """Tell whether the database has this version's tables, without changing them."""
    database = Database(database_url)
    try:
        async with database.engine.connect() as connection:
            found = await connection.run_sync(lambda one: MigrationContext.configure(one).get_current_heads())
    finally:
        await database.close()
    with _config(database_url) as config:
        return set(found) == set(ScriptDirectory.from_config(config).get_heads())


@contextmanager
def _config(database_url: str) -> Iterator[Config]:
    with as_file(files("gateway.migrations")) as folder:
        config = Config()
        config.set_main_option("script_location", str(folder))
        config.attributes["database_url"] = database_url
        yield config
