"""Functions that `gateway backup`, `restore` and `move` share."""

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from gateway.backup.archive import Backup, BackupError, Manifest
from gateway.backup.restore import restore_backup
from gateway.cli.common import fail
from gateway.kit.crypto import Keyring
from gateway.kit.instance_lock import DatabaseInUseError, lock_database
from gateway.settings import Settings

VOLUME = Path("data")
STANDARD = Path("-")
"""Given instead of a file: standard input or output."""


async def fill_database(
    database_url: str, backup: Backup, keyring: Keyring, before_commit: Callable[[], None] = lambda: None
) -> None:
    """Restore a backup into an empty database, completely or not at all.

    Calls `before_commit` before the commit. Raises BackupError, and DatabaseInUseError if a gateway runs on the
    database.
    """
    async with lock_database(database_url, alone=True):
        await restore_backup(database_url, backup, keyring, before_commit)


@contextmanager
def report_errors() -> Iterator[None]:
    """End with an error if the block raises BackupError or DatabaseInUseError."""
    try:
        yield
    except BackupError as error:
        fail(str(error))
    except DatabaseInUseError:
        fail("A gateway runs on this database: stop it first.")


@contextmanager
def open_scratch_file(settings: Settings) -> Iterator[IO[bytes]]:
    """A file without a name, where there is room: beside SQLite's file, else on the volume of the containers.

    In the containers /tmp is in memory, so that a large backup there would get the process killed.
    """
    folder = settings.sqlite_file.parent if settings.sqlite_file else VOLUME
    with tempfile.TemporaryFile(dir=folder if folder and folder.is_dir() else None) as file:
        yield file


def load_keys(settings: Settings) -> str:
    """Return the keys of what is copied, in the form of ENCRYPTION_KEYS. End with an error if their file is gone."""
    if (keys := settings.keys_text) is None:
        fail(
            f"{settings.keys_file} is not there: either this gateway was never started, and there is nothing to copy, "
            "or its keys are lost. Put them back, or set ENCRYPTION_KEYS to what the file held."
        )
    return keys


def describe_size(manifest: Manifest) -> str:
    """Return the size of a backup as text, such as `120 rows of 9 tables`."""
    return f"{sum(table.rows for table in manifest.tables.values())} rows of {len(manifest.tables)} tables"
