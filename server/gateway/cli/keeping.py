"""`gateway backup`, `gateway restore` and `gateway move`."""

import asyncio
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Annotated

import typer
from pydantic import ValidationError

from gateway.cli.common import fail, load_settings
from gateway.keeping import backup as backups
from gateway.keeping.backup import BackupError, Manifest
from gateway.keeping.restore import restore as fill
from gateway.kit.clock import SystemClock
from gateway.kit.crypto import Keyring
from gateway.kit.database import Database
from gateway.kit.hold import HeldError, held
from gateway.migrations import NewerDatabaseError
from gateway.settings import Settings, explain

_STANDARD = Path("-")


def backup(
    file: Annotated[Path, typer.Argument(help="The file to write, or - for the standard output")],
    encrypt: Annotated[bool, typer.Option("--encrypt", help="Seal it: only ENCRYPTION_KEYS open it")] = False,
    with_keys: Annotated[bool, typer.Option("--with-keys", help="Put ENCRYPTION_KEYS into it")] = False,
) -> None:
    """Write everything into one file, as it is at one instant, while the gateway runs."""
    if encrypt and with_keys:
        fail("--encrypt and --with-keys: the keys that open the file would be locked in it. Choose one.", 2)
    settings = load_settings()
    keys = settings.keys_text
    if keys is None:
        fail("There is nothing to back up: this gateway was never started.")
    with _target(file) as target:
        seal_with = Keyring.parse(keys) if encrypt else None
        manifest = _write(settings.database_url, target, seal_with=seal_with, keys=keys if with_keys else None)
    _say(f"{_count(manifest)} are in {'the backup' if file == _STANDARD else file}.")
    if with_keys:
        _say("ENCRYPTION_KEYS are in it: whoever has the file reads everything.")
    else:
        where = settings.keys_file or "ENCRYPTION_KEYS"
        _say(f"The keys are not in it. Keep them elsewhere ({where}): without them it cannot be restored.")


def restore(file: Annotated[Path, typer.Argument(help="The backup, or - for the standard input")]) -> None:
    """Check a backup, then fill an empty gateway with it, wholly or not at all. The gateway must be stopped."""
    settings = load_settings()
    with _errors(), _source(file, settings) as source:
        text = settings.keys_text
        with backups.opened(source, Keyring.parse(text) if text else None) as backup:
            brought = backup.keys if settings.keys_file else None
            keys = brought or text
            if keys is None:
                raise BackupError(f"The keys are missing: put them into {settings.keys_file}, then run it again.")

            def keep() -> None:
                # before the rows are there for good: keys without rows do no harm, rows without keys do
                if brought:
                    settings.keep_keys(brought)

            asyncio.run(_fill(settings.database_url, backup, Keyring.parse(keys), keep))
            manifest = backup.manifest
    print(f"{_count(manifest)} of {manifest.made_at:%Y-%m-%d %H:%M} UTC are restored, and each was compared.")
    print("Start the gateway.")


def move(
    to: Annotated[str, typer.Option(help="DATABASE_URL of the empty database to move to", envvar="MOVE_TO")],
) -> None:
    """Copy this gateway into another database and compare every row. The gateway must be stopped."""
    settings = load_settings()
    keys = settings.keys_text
    if keys is None:
        fail("There is nothing to move: this gateway was never started.")
    try:
        target = Settings.model_validate({**settings.model_dump(), "database_url": to, "encryption_keys": keys})
    except ValidationError as error:
        fail(f"--to: {explain(error)}", 2)

    async def work() -> Manifest:
        async with held(settings.database_url, alone=True):
            async with Database(settings.database_url) as database:
                manifest = await backups.write(database, copy, SystemClock().now())
            copy.seek(0)
            with backups.opened(copy, None) as backup:
                await _fill(target.database_url, backup, Keyring.parse(keys))
            return manifest

    with _errors(), _draft(settings) as copy:
        manifest = asyncio.run(work())
    print(f"{_count(manifest)} are in the new database, and each was compared. The old one is as it was.")
    print("Now set DATABASE_URL to the new one, and start the gateway.")
    if settings.keys_file:
        print(f"Set ENCRYPTION_KEYS to what is in {settings.keys_file}.")


def _write(database_url: str, target: IO[bytes], *, seal_with: Keyring | None, keys: str | None) -> Manifest:
    async def work() -> Manifest:
        async with Database(database_url) as database:
            return await backups.write(database, target, SystemClock().now(), seal_with=seal_with, keys=keys)

    with _errors():
        return asyncio.run(work())


async def _fill(
    database_url: str, backup: backups.Backup, keyring: Keyring, keep: Callable[[], None] = lambda: None
) -> None:
    async with held(database_url, alone=True):
        await fill(database_url, backup, keyring, keep)


@contextmanager
def _errors() -> Iterator[None]:
    try:
        yield
    except (BackupError, NewerDatabaseError) as error:
        fail(str(error))
    except HeldError:
        fail("A gateway runs on this database: stop it first.")


@contextmanager
def _target(file: Path) -> Iterator[IO[bytes]]:
    """A file that is there whole or not at all, readable by its owner."""
    if file == _STANDARD:
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    if file.exists():
        fail(f"{file} is there already: choose another name.")
    draft = file.with_name(f"{file.name}.part")
    draft.unlink(missing_ok=True)
    draft.touch(mode=0o600)
    try:
        with draft.open("wb") as target:
            yield target
        draft.rename(file)
    finally:
        draft.unlink(missing_ok=True)


@contextmanager
def _source(file: Path, settings: Settings) -> Iterator[IO[bytes]]:
    if file != _STANDARD:
        if not file.is_file():
            fail(f"There is no file {file}.")
        with file.open("rb") as source:
            yield source
        return
    with _draft(settings) as copy:
        shutil.copyfileobj(sys.stdin.buffer, copy)
        copy.seek(0)
        yield copy


@contextmanager
def _draft(settings: Settings) -> Iterator[IO[bytes]]:
    """A file without a name; beside the database, where there is room for as much."""
    folder = settings.sqlite_file.parent if settings.sqlite_file else None
    with tempfile.TemporaryFile(dir=folder if folder and folder.is_dir() else None) as file:
        yield file


def _count(manifest: Manifest) -> str:
    return f"{sum(table.rows for table in manifest.tables.values())} rows of {len(manifest.tables)} tables"


def _say(message: str) -> None:
    """Say it where it is no part of the backup."""
    print(message, file=sys.stderr)
