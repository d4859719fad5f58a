"""`gateway move`."""

import asyncio
from typing import Annotated

import typer
from pydantic import ValidationError

from gateway.backup import archive as backups
from gateway.backup.archive import Manifest
from gateway.cli.common import fail, load_settings
from gateway.cli.copying import describe_size, fill_database, load_keys, open_scratch_file, report_errors
from gateway.kit.clock import SystemClock
from gateway.kit.crypto import Keyring
from gateway.kit.database import Database
from gateway.kit.instance_lock import lock_database
from gateway.settings import Settings, explain_errors


def move(
    to: Annotated[str, typer.Option(help="DATABASE_URL of the empty database to move to", envvar="MOVE_TO")],
) -> None:
    """Copy this gateway to another, empty database and compare every row. The gateway must be stopped."""
    settings = load_settings()
    keys = load_keys(settings)
    try:
        target = Settings.model_validate({**settings.model_dump(), "database_url": to, "encryption_keys": keys})
    except ValidationError as error:
        fail(f"--to: {explain_errors(error)}", 2)

    async def work() -> Manifest:
        async with lock_database(settings.database_url, alone=True):
            async with Database(settings.database_url, is_maintenance=True) as database:
                manifest = await backups.write_backup(database, copy, SystemClock().now())
            copy.seek(0)
            with backups.open_backup(copy, None) as backup:
                await fill_database(target.database_url, backup, Keyring.parse_keyring(keys))
            return manifest

    with report_errors(), open_scratch_file(settings) as copy:
        manifest = asyncio.run(work())
    print(f"{describe_size(manifest)} are in the new database, and each was compared. The old one is as it was.")
    print("Now set DATABASE_URL to the new one, and start the gateway.")
    if settings.keys_file:
        print(f"Set ENCRYPTION_KEYS to what is in {settings.keys_file}.")
