"""SQLite's file is brought up to date, so that a copy of it alone lacks an hour at most."""

from datetime import datetime, timedelta

from gateway.kit.clock import Clock
from gateway.kit.database import Database

EVERY = timedelta(hours=1)
"""SQLite itself does so after a thousand pages, which a home writes in days."""


async def checkpoint_database(database: Database, clock: Clock) -> datetime:
    """Do so; return when to be called next."""
    await database.checkpoint()
    return clock.now() + EVERY
