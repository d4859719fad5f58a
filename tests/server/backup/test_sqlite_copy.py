"""What may be lost or copied by hand: SQLite's file alone, and the file of the keys."""

import os
import shutil
import sqlite3
import sys
import tempfile
from contextlib import closing
from errno import EINVAL, EIO, EROFS
from pathlib import Path

import pytest
from sqlalchemy import text

from gateway.cli.copying import VOLUME, open_scratch_file
from gateway.health.disk import is_read_only
from gateway.kit.crypto import Keyring
from gateway.kit.database import Database
from gateway.migrations import upgrade_database
from gateway.settings import Settings
from tests.server.backup.conftest import Command, run_command
from tests.server.deployment.dockerfile import as_root

__all__ = ["run_command"]


async def test_a_copy_of_the_file_alone_has_what_was_checkpointed(tmp_path: Path) -> None:
    file = tmp_path / "gateway.db"
    await upgrade_database(f"sqlite+aiosqlite:///{file}")
    async with Database(f"sqlite+aiosqlite:///{file}") as database:
        async with database.write() as session:
            await session.execute(text("CREATE TABLE notes (words TEXT)"))
            await session.execute(text("INSERT INTO notes VALUES ('kept')"))
        await database.checkpoint()
        # while the gateway runs
        shutil.copy(file, tmp_path / "copy.db")
    with closing(sqlite3.connect(tmp_path / "copy.db")) as copy:
        assert copy.execute("SELECT words FROM notes").fetchall() == [("kept",)]
        assert copy.execute("SELECT count(*) FROM alembic_version").fetchone() == (1,)


async def test_a_migrated_file_is_whole_without_its_journal(tmp_path: Path) -> None:
    file = tmp_path / "gateway.db"
    await upgrade_database(f"sqlite+aiosqlite:///{file}")
    shutil.copy(file, tmp_path / "copy.db")
    with closing(sqlite3.connect(tmp_path / "copy.db")) as copy:
        assert copy.execute("SELECT count(*) FROM alembic_version").fetchone() == (1,)


async def test_lost_keys_are_not_replaced(run_command: Command, tmp_path: Path) -> None:
    url = f"sqlite+aiosqlite:///{tmp_path}/lost.db"
    assert (await run_command("account", "list", DATABASE_URL=url, ENCRYPTION_KEYS="")).status == 0
    keys = tmp_path / "lost.keys"
    held = keys.read_text()
    keys.unlink()
    for arguments in (("account", "list"), ("serve", "--port", "1")):
        ended = await run_command(*arguments, DATABASE_URL=url, ENCRYPTION_KEYS="")
        assert ended.status == 1
        assert f"{keys} is missing" in ended.complained
        assert "Traceback" not in ended.complained
        assert not keys.exists()
    for arguments in (("backup", f"{tmp_path}/backup"), ("move", "--to", f"sqlite+aiosqlite:///{tmp_path}/new.db")):
        ended = await run_command(*arguments, DATABASE_URL=url, ENCRYPTION_KEYS="")
        assert (ended.status, f"{keys} is not there" in ended.complained) == (1, True)
    # what it held may also come from the environment
    assert (await run_command("account", "list", DATABASE_URL=url, ENCRYPTION_KEYS=held)).status == 0


async def test_no_backup_is_made_with_keys_that_could_not_restore_it(run_command: Command, tmp_path: Path) -> None:
    assert (await run_command("account", "list")).status == 0
    ended = await run_command("backup", tmp_path / "backup", ENCRYPTION_KEYS=Keyring.generate_key())
    assert (ended.status, "does not decrypt this database" in ended.complained) == (1, True)
    assert not (tmp_path / "backup").exists()


def test_a_backup_that_comes_by_standard_input_is_not_kept_in_memory(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    on_postgresql = settings.model_copy(update={"database_url": "postgresql+asyncpg://u:p@h/d"})
    on_postgresql.__dict__.pop("sqlite_file", None)
    # as in the containers: the volume is below the working folder, and /tmp is memory, which is not used
    (tmp_path / VOLUME).mkdir()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "memory"))
    with open_scratch_file(on_postgresql) as draft:
        draft.write(b"x" * 1_000_000)


@pytest.mark.parametrize(("error", "expected"), [(EROFS, True), (EIO, True), (EINVAL, False)])
def test_a_disk_that_refuses_to_be_flushed_is_read_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: int, expected: bool
) -> None:
    def refuse(_: int) -> None:
        raise OSError(error, os.strerror(error))

    (tmp_path / "gateway.db").touch()
    assert not is_read_only(tmp_path / "gateway.db")
    monkeypatch.setattr("os.fsync", refuse)
    assert is_read_only(tmp_path / "gateway.db") is expected


@pytest.mark.long
def test_a_disk_that_the_system_made_read_only_after_an_error_is_noticed(tmp_path: Path) -> None:
    ask = (
        "from pathlib import Path; from gateway.health.disk import is_read_only; "
        f"print(is_read_only(Path('{tmp_path}/disk/a')))"
    )
    looked = as_root(f"""
        truncate -s 16M {tmp_path}/image
        /usr/sbin/mkfs.ext4 -q -F {tmp_path}/image
        mkdir {tmp_path}/disk
        mount -o loop,errors=remount-ro {tmp_path}/image {tmp_path}/disk
        touch {tmp_path}/disk/a
        {sys.executable} -c "{ask}"
        mount -o remount,abort {tmp_path}/disk
        {sys.executable} -c "{ask}"
        umount -l {tmp_path}/disk
    """)
    assert looked.stdout.split() == ["False", "True"], looked.stderr


@pytest.mark.long
def test_a_disk_that_became_read_only_is_noticed_without_a_write(tmp_path: Path) -> None:
    ask = (
        "from pathlib import Path; from gateway.health.disk import is_read_only; "
        f"print(is_read_only(Path('{tmp_path}/a')))"
    )
    looked = as_root(f"""
        touch {tmp_path}/a
        mount --bind {tmp_path} {tmp_path}
        {sys.executable} -c "{ask}"
        mount -o remount,bind,ro {tmp_path}
        {sys.executable} -c "{ask}"
    """)
    assert looked.stdout.split() == ["False", "True"], looked.stderr
