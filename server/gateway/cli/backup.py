"""`gateway backup`."""

import asyncio
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Annotated

import typer
from sqlalchemy import Connection

from gateway.backup import archive as backups
from gateway.backup.archive import Manifest
from gateway.cli.common import fail, load_settings
from gateway.cli.copying import STANDARD, describe_size, load_keys, report_errors
from gateway.keys.wrapped import count_unreadable_keys
from gateway.kit.clock import SystemClock
from gateway.kit.crypto import Keyring, UndecipherableError
from gateway.kit.database import Database
from gateway.migrations import read_revision


def backup(
    file: Annotated[Path, typer.Argument(help="The file to write, or - for the standard output")],
    encrypt: Annotated[bool, typer.Option("--encrypt", help="Encrypt it: only ENCRYPTION_KEYS can decrypt it")] = False,
    with_keys: Annotated[bool, typer.Option("--with-keys", help="Include ENCRYPTION_KEYS")] = False,
) -> None:
    """Write a snapshot of all data to one file. The gateway may keep running."""
    if encrypt and with_keys:
        fail("--encrypt and --with-keys: the file would contain the only keys that decrypt it. Choose one.", 2)
    settings = load_settings()
    keys = load_keys(settings)
    with _open_target(file) as target:
        manifest = _write_backup(settings.database_url, target, keys, encrypt=encrypt, with_keys=with_keys)
    _report_progress(f"{describe_size(manifest)} are in {'the backup' if file == STANDARD else file}.")
    if with_keys:
        _report_progress("It contains ENCRYPTION_KEYS: anyone who has the file can read everything.")
    else:
        where = settings.keys_file or "ENCRYPTION_KEYS"
        _report_progress(f"It does not contain the keys ({where}). Keep them elsewhere: it is useless without them.")


def _write_backup(database_url: str, target: IO[bytes], keys: str, *, encrypt: bool, with_keys: bool) -> Manifest:
    """Write the backup. Raises UndecipherableError if the keys do not open the database: then no restore would."""
    keyring = Keyring.parse_keyring(keys)

    async def work() -> Manifest:
        async with Database(database_url, is_maintenance=True) as database:
            async with database.connect() as connection:
                await connection.run_sync(_check_keys, keyring)
            return await backups.write_backup(
                database,
                target,
                SystemClock().now(),
                seal_with=keyring if encrypt else None,
                keys=keys if with_keys else None,
            )

    with report_errors():
        return asyncio.run(work())


def _check_keys(connection: Connection, keyring: Keyring) -> None:
    if read_revision(connection) is not None and count_unreadable_keys(connection, keyring):
        raise UndecipherableError


@contextmanager
def _open_target(file: Path) -> Iterator[IO[bytes]]:
    """Yield a file to write, which appears under its name only if the block succeeds. Only its owner can read it."""
    if file == STANDARD:
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    if file.exists():
        fail(f"{file} already exists: choose another name.")
    draft = file.with_name(f"{file.name}.part")
    draft.unlink(missing_ok=True)
    draft.touch(mode=0o600)
    try:
        with draft.open("wb") as target:
            yield target
        draft.rename(file)
    finally:
        draft.unlink(missing_ok=True)


def _report_progress(message: str) -> None:
    """Print to standard error, because standard output may be the backup."""
    print(message, file=sys.stderr)
