"""The disk of the database is checked without writing, seldom, and without waiting for one that never answers."""

import asyncio
import os
from pathlib import Path
from threading import Event
from types import SimpleNamespace

import pytest

from gateway.health import disk
from gateway.health.disk import DiskCheck, is_read_only


@pytest.fixture
def file(tmp_path: Path) -> Path:
    (tmp_path / "gateway.db").touch()
    return tmp_path / "gateway.db"


async def test_requests_share_one_check(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`/ready` needs no login: whoever asks a thousand times must not wear out an SD card."""
    flushed: list[int] = []
    monkeypatch.setattr("os.fsync", flushed.append)
    check = DiskCheck(file)
    assert not any(await asyncio.gather(*(check.is_read_only() for _ in range(50))))
    assert not await check.is_read_only()
    assert len(flushed) == 1


async def test_it_is_checked_again_later(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(disk, "KEPT_SECONDS", 0.0)
    check = DiskCheck(file)
    assert not await check.is_read_only()
    monkeypatch.setattr(disk, "is_read_only", lambda _: True)
    assert await check.is_read_only()


async def test_one_that_does_not_answer_cannot_be_written(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    answered = Event()
    monkeypatch.setattr("os.fsync", lambda _: answered.wait())
    monkeypatch.setattr(disk, "PATIENCE", 0.01)
    monkeypatch.setattr(disk, "KEPT_SECONDS", 0.0)
    check = DiskCheck(file)
    try:
        assert [await check.is_read_only() for _ in range(3)] == [True] * 3
    finally:
        answered.set()
    monkeypatch.setattr(disk, "PATIENCE", 60.0)
    assert not await check.is_read_only()


@pytest.mark.parametrize("read_only", ["parent", "folder"])
def test_a_folder_is_checked_by_its_own_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, read_only: str) -> None:
    """As a volume for backups below the read-only root of a container."""
    folder = tmp_path / "backups"
    folder.mkdir()
    wrong = folder if read_only == "folder" else tmp_path
    monkeypatch.setattr("os.statvfs", lambda path: SimpleNamespace(f_flag=os.ST_RDONLY if path == wrong else 0))
    assert is_read_only(folder) is (read_only == "folder")
