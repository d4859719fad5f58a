"""Checks whether the database and the store work."""

import asyncio
import os
from errno import EIO, EROFS
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from gateway.kit.database import Database
from gateway.problems import ProblemError
from gateway.store import Store, StoreError


class HealthService:
    """Checks the database, its disk, and the store."""

    def __init__(self, database: Database, store: Store, sqlite_file: Path | None) -> None:
        """`sqlite_file` is the file of a SQLite database, None with PostgreSQL."""
        self._database = database
        self._store = store
        self._sqlite_file = sqlite_file

    async def check_health(self) -> bool:
        """Tell whether the store answers. Raises ProblemError (503) if the database does not, or cannot be written.

        A store that is down is not an error: known readings are served without it.
        """
        try:
            async with self._database.read() as session:
                await session.execute(text("SELECT 1"))
        except (SQLAlchemyError, OSError) as error:
            raise ProblemError(503, "not_ready", "The database does not answer.", retry_after=5) from error
        # in a thread, because a disk may be slow to flush
        if self._sqlite_file is not None and await asyncio.to_thread(is_read_only, self._sqlite_file):
            raise ProblemError(
                503, "not_ready", "The database cannot be written: its disk is read-only.", retry_after=5
            )
        try:
            await self._store.get("ready")
        except StoreError:
            return False
        return True


def is_read_only(file: Path) -> bool:
    """Tell, without writing, whether a file or its disk is read-only: the system makes a failing SD card read-only.

    Does not open the file: closing it again would release the locks that SQLite has on it.
    """
    is_read_only_disk = os.statvfs(file.parent).f_flag & os.ST_RDONLY
    return bool(is_read_only_disk) or not os.access(file, os.W_OK) or not _can_be_flushed(file.parent)


def _can_be_flushed(folder: Path) -> bool:
    """Tell whether the disk of a folder takes writes; nothing is written if none is waiting.

    Linux, from 6.12 on, leaves the flags of a disk alone that it made read-only after an error; it refuses to flush it.
    """
    try:
        opened = os.open(folder, os.O_RDONLY)
    except OSError:  # a folder that cannot be listed says nothing about its disk
        return True
    try:
        os.fsync(opened)
    except OSError as error:
        return error.errno not in {EROFS, EIO}
    finally:
        os.close(opened)
    return True
