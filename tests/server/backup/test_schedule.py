"""Backups that the gateway makes at set intervals: only what could be restored is kept, and old ones go."""

from datetime import timedelta
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from gateway.backup.schedule import back_up_if_due, find_newest_backup, list_backups
from gateway.kit.crypto import Keyring
from gateway.migrations import upgrade_database
from gateway.runtime import open_runtime
from gateway.settings import Settings
from tests.server.backup.conftest import run_gateway
from tests.server.conftest import NOW, SetClock


@pytest.fixture
async def daily_backup_settings(settings: Settings, tmp_path: Path) -> Settings:
    """A gateway that was started once, and makes a backup a day."""
    keeps = settings.model_copy(
        update={"backup_every": 24, "backup_keep": 2, "backup_folder": str(tmp_path / "backups")}
    )
    await upgrade_database(keeps.database_url)
    async with open_runtime(keeps):
        pass
    return keeps


def list_files(folder: Path) -> list[Path]:
    return list(folder.iterdir())


async def test_one_is_made_when_it_is_due_and_the_oldest_goes(daily_backup_settings: Settings, tmp_path: Path) -> None:
    clock, folder = SetClock(NOW), Path(daily_backup_settings.backup_folder)
    for day in range(3):
        clock.set(NOW + timedelta(days=day))
        assert await back_up_if_due(daily_backup_settings, clock) == clock.now() + timedelta(days=1)
        assert find_newest_backup(daily_backup_settings) == clock.now()
    assert [made for made, _ in list_backups(folder)] == [NOW + timedelta(days=2), NOW + timedelta(days=1)]
    assert len(list_files(folder)) == 2, "no draft and no trial stays"
    clock.set(NOW + timedelta(days=2, hours=5))
    assert await back_up_if_due(daily_backup_settings, clock) == NOW + timedelta(days=3), "a restart makes no other one"

    restored = {
        "DATABASE_URL": f"sqlite+aiosqlite:///{tmp_path}/restored.db",
        "SECRET_KEY": daily_backup_settings.secret_key.get_secret_value(),
        "ENCRYPTION_KEYS": daily_backup_settings.keys_text or "",
    }
    ended = await run_gateway("restore", list_backups(folder)[0][1], env=restored)
    assert ended.status == 0, ended.complained


async def test_one_that_could_not_be_restored_is_not_kept(daily_backup_settings: Settings) -> None:
    """Its keys are not those of the gateway, as after a mistake in ENCRYPTION_KEYS."""
    clock = SetClock(NOW)
    wrong = daily_backup_settings.model_copy(
        update={"encryption_keys": type(daily_backup_settings.encryption_keys)(Keyring.generate_key("x"))}
    )
    with capture_logs() as logged:
        assert await back_up_if_due(wrong, clock) == NOW + timedelta(hours=1)
    assert [entry["event"] for entry in logged] == ["backup_failed"]
    assert "does not decrypt this database" in logged[0]["reason"]
    assert list_backups(Path(daily_backup_settings.backup_folder)) == []
    assert not list_files(Path(daily_backup_settings.backup_folder))


async def test_without_an_interval_none_is_made(settings: Settings) -> None:
    assert await back_up_if_due(settings, SetClock(NOW)) > NOW + timedelta(days=30)
    assert find_newest_backup(settings) is None
