"""One Alembic tree for both databases."""

import asyncio
from importlib.resources import as_file, files

from alembic import command
from alembic.config import Config


async def upgrade(database_url: str) -> None:
    """Bring the database to this version's tables."""
    with as_file(files("gateway.migrations")) as folder:
        config = Config()
        config.set_main_option("script_location", str(folder))
        config.attributes["database_url"] = database_url
        await asyncio.to_thread(command.upgrade, config, "head")
