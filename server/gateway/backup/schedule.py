"""Backups at set intervals: encrypted, tested by a restore, and limited in number.

The gateway's own commands make them in separate processes, because reading everything would delay requests. With
replicas, the one that holds the job's lease makes them.
"""

import asyncio
import os
import sys
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import structlog

from gateway.kit.clock import Clock
from gateway.settings import Settings

log = structlog.get_logger()

_NAME = "gateway-%Y-%m-%dT%H%M%SZ.backup"
_COMMAND = (sys.executable, "-m", "gateway")
_AFTER_FAILURE = timedelta(hours=1)
_NEVER = timedelta(days=365)


class BackupFailedError(Exception):
    """A backup could not be made, or its trial restore failed."""


def list_backups(folder: Path) -> list[tuple[datetime, Path]]:
    """Return the time and path of each backup in a folder whose name is one that the gateway gives, newest first."""
    found = []
    for file in folder.glob("gateway-*.backup"):
        with suppress(ValueError):
            found.append((datetime.strptime(file.name, _NAME).replace(tzinfo=UTC), file))
    return sorted(found, reverse=True)


def find_newest_backup(settings: Settings) -> datetime | None:
    """Return when the newest backup was made; None if there is none."""
    backups = list_backups(Path(settings.backup_folder)) if settings.backup_folder else []
    return backups[0][0] if backups else None


async def back_up_if_due(settings: Settings, clock: Clock) -> datetime:
    """Make a backup if one is due; return when to call again. A failure is logged and retried after an hour."""
    now = clock.now()
    if not settings.backup_every:
        return now + _NEVER
    every = timedelta(hours=settings.backup_every)
    newest = find_newest_backup(settings)
    if newest is not None and newest <= now < newest + every:
        return newest + every
    try:
        await make_tried_backup(settings, now)
    except (BackupFailedError, OSError) as error:
        log.error("backup_failed", reason=str(error))  # noqa: TRY400 - a traceback would not help
        return now + _AFTER_FAILURE
    return now + every


async def make_tried_backup(settings: Settings, now: datetime) -> Path:
    """Make a backup, restore it into a temporary database, and return its path.

    Keeps the newest BACKUP_KEEP backups and deletes older ones. Raises BackupFailedError, and then keeps no new backup.
    """
    folder = Path(settings.backup_folder)
    folder.mkdir(parents=True, exist_ok=True)  # noqa: ASYNC240 - one folder, every few hours
    file = folder / now.astimezone(UTC).strftime(_NAME)
    environment = {
        **os.environ,
        "DATABASE_URL": settings.database_url,
        "SECRET_KEY": settings.secret_key.get_secret_value(),
        "ENCRYPTION_KEYS": settings.keys_text or "",
    }
    with tempfile.TemporaryDirectory(prefix=".trial-", dir=folder) as scratch:
        draft = Path(scratch) / file.name
        await _run(environment, "backup", "--encrypt", str(draft))
        trial = environment | {"DATABASE_URL": f"sqlite+aiosqlite:///{scratch}/trial.db", "REDIS_URL": ""}
        await _run(trial, "restore", str(draft))
        draft.rename(file)
    for _, old in list_backups(folder)[settings.backup_keep :]:
        old.unlink()
    log.info("backup_made", file=file.name, bytes=file.stat().st_size)
    return file


async def _run(environment: Mapping[str, str], *arguments: str) -> None:
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(
        *_COMMAND, *arguments, env=dict(environment), stdout=asyncio.subprocess.DEVNULL, stderr=pipe
    )
    _, complained = await process.communicate()
    if process.returncode:
        last = (complained.decode(errors="replace").strip().splitlines() or ["it was ended"])[-1]
        raise BackupFailedError(f"gateway {arguments[0]}: {last}")
