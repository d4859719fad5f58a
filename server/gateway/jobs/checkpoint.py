"""Checkpoints SQLite's file every hour, so that a copy of the file alone lacks at most one hour."""

from datetime import datetime, timedelta

from gateway.kit.clock import Clock
from gateway.kit.database import Database

EVERY = timedelta(hours=1)
"""SQLite itself does so only after a thousand pages, which take a home days to write."""


async def checkpoint_database(database: Database, clock: Clock) -> datetime:
    """Checkpoint the database; return when to run next."""
    await database.checkpoint()
    return clock.now() + EVERY
