"""`gateway restore`."""

import asyncio
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Annotated

import typer

from gateway.backup import archive as backups
from gateway.backup.archive import BackupError
from gateway.cli.common import fail, load_settings
from gateway.cli.copying import STANDARD, describe_size, fill_database, open_scratch_file, report_errors
from gateway.kit.crypto import Keyring
from gateway.settings import Settings


def restore(file: Annotated[Path, typer.Argument(help="The backup, or - for the standard input")]) -> None:
    """Check a backup and restore it into an empty gateway, completely or not at all. The gateway must be stopped."""
    settings = load_settings()
    with report_errors(), _open_source(file, settings) as source:
        text = settings.keys_text
        with backups.open_backup(source, Keyring.parse_keyring(text) if text else None) as backup:
            brought = backup.encryption_keys if settings.keys_file else None
            keys = brought or text
            if keys is None:
                raise BackupError(f"The keys are missing: put them into {settings.keys_file}, then run it again.")

            def keep_brought_keys() -> None:
                # before the commit: keys without rows do no harm, rows without keys are lost
                if brought:
                    settings.keep_keys(brought)

            asyncio.run(fill_database(settings.database_url, backup, Keyring.parse_keyring(keys), keep_brought_keys))
            manifest = backup.manifest
    print(f"{describe_size(manifest)} of {manifest.made_at:%Y-%m-%d %H:%M} UTC were restored, and each was compared.")
    print("Start the gateway.")


@contextmanager
def _open_source(file: Path, settings: Settings) -> Iterator[IO[bytes]]:
    if file != STANDARD:
        if not file.is_file():
            fail(f"There is no file {file}.")
        with file.open("rb") as source:
            yield source
        return
    with open_scratch_file(settings) as copy:
        shutil.copyfileobj(sys.stdin.buffer, copy)
        copy.seek(0)
        yield copy
