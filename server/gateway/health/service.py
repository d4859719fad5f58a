"""Checks whether the database and the store work."""

from pathlib import Path

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from gateway.health.disk import DiskCheck
from gateway.kit.database import Database
from gateway.problems import ProblemError
from gateway.store import Store, StoreError


class HealthService:
    """Checks the database, its disk, and the store."""

    def __init__(self, database: Database, store: Store, sqlite_file: Path | None) -> None:
        """`sqlite_file` is the file of a SQLite database, None with PostgreSQL."""
        self._database = database
        self._store = store
        self._disk = DiskCheck(sqlite_file) if sqlite_file else None

    async def check_health(self) -> bool:
        """Tell whether the store answers. Raises ProblemError (503) if the database does not, or cannot be written.

        A store that is down is not an error: known readings are served without it.
        """
        try:
            async with self._database.read() as session:
                await session.execute(text("SELECT 1"))
        except (SQLAlchemyError, OSError) as error:
            raise ProblemError(503, "not_ready", "The database does not answer.", retry_after=5) from error
        if self._disk is not None and await self._disk.is_read_only():
            raise ProblemError(
                503, "not_ready", "The database cannot be written: its disk is read-only.", retry_after=5
            )
        try:
            await self._store.get("ready")
        except StoreError:
            return False
        return True
