"""Whether the disk of a file takes writes, told without writing."""

import asyncio
import os
import time
from errno import EIO, EROFS
from pathlib import Path

KEPT_SECONDS = 10.0
PATIENCE = 5.0


class DiskCheck:
    """Checks the disk of a file at most every ten seconds, and in one thread: a failing disk may never answer it."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._started_at = 0.0
        self._check: asyncio.Task[bool] | None = None

    async def is_read_only(self) -> bool:
        """Tell whether the file or its disk is read-only; a disk that takes more than five seconds counts as such."""
        check = self._check
        if check is None or (check.done() and time.monotonic() >= self._started_at + KEPT_SECONDS):
            self._started_at = time.monotonic()
            check = self._check = asyncio.create_task(asyncio.to_thread(is_read_only, self._file))
        await asyncio.wait({check}, timeout=PATIENCE)
        return not check.done() or check.result()


def is_read_only(path: Path) -> bool:
    """Tell whether a file or folder, or its disk, is read-only: the system makes a failing SD card read-only.

    Does not open a file: closing it again would release the locks that SQLite has on it.
    """
    folder = path if path.is_dir() else path.parent
    is_read_only_disk = os.statvfs(folder).f_flag & os.ST_RDONLY
    return bool(is_read_only_disk) or not os.access(path, os.W_OK) or not _can_be_flushed(folder)


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
