"""`gateway migrate`."""

import asyncio

from gateway.cli.common import load_settings
from gateway.migrations import upgrade_database


def migrate() -> None:
    """Migrate the database to this version's tables. Does nothing if they are up to date."""
    asyncio.run(upgrade_database(load_settings().database_url))
    print("The database is up to date.")
