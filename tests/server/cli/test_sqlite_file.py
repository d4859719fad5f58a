"""A file that SQLite cannot use is said in one line, before anything is done."""

from pathlib import Path

import pytest

from gateway.cli.common import check_sqlite_file


def test_a_folder_or_a_file_in_the_way_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "file").touch()
    for unusable in (tmp_path, tmp_path / "file" / "gateway.db"):
        with pytest.raises(SystemExit):
            check_sqlite_file(f"sqlite+aiosqlite:///{unusable}")
        said = capsys.readouterr().err
        assert said.count("\n") == 1
        assert str(unusable) in said
        assert "DATABASE_URL" in said


def test_a_folder_that_became_read_only_is_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """SQLite keeps its journal beside the file: a file that can be written is not enough."""
    (tmp_path / "gateway.db").touch()
    monkeypatch.setattr("os.access", lambda path, _: path != tmp_path)  # root may write anywhere
    with pytest.raises(SystemExit):
        check_sqlite_file(f"sqlite+aiosqlite:///{tmp_path}/gateway.db")
    assert "its folder must be writable" in capsys.readouterr().err


def test_a_file_to_be_made_and_one_that_is_there_can_be_used(tmp_path: Path) -> None:
    for usable in (tmp_path / "new" / "gateway.db", tmp_path / "there.db"):
        check_sqlite_file(f"sqlite+aiosqlite:///{usable}")
    assert not (tmp_path / "new" / "gateway.db").exists()
    (tmp_path / "there.db").touch()
    check_sqlite_file(f"sqlite+aiosqlite:///{tmp_path}/there.db")
