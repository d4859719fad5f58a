"""What a gateway leaves on its disk is its owner's alone, and DEBUG_SQL shows statements without what is in them."""

from collections.abc import Callable
from pathlib import Path

import httpx2
import pytest

from gateway.settings import Settings
from tests.server.accounts.conftest import EMAIL, PASSWORD
from tests.server.backup.test_serving import Serving, make_serving

__all__ = ["make_serving"]


@pytest.fixture
def database_url(tmp_path: Path) -> str:
    """SQLite: PostgreSQL looks after its own files."""
    return f"sqlite+aiosqlite:///{tmp_path}/gateway.db"


async def test_files_are_the_owners_and_sql_is_shown_once_without_values(
    make_serving: Callable[..., Serving], settings: Settings
) -> None:
    assert settings.sqlite_file is not None
    settings.sqlite_file.touch(mode=0o644)
    gateway = make_serving(DEBUG_SQL="true", DEBUG="true")
    assert await gateway.start()
    async with httpx2.AsyncClient(base_url=f"http://127.0.0.1:{gateway.port}", timeout=200) as http:
        assert (await http.post("/v1/accounts", json={"email": EMAIL, "password": PASSWORD})).status_code == 201
    modes = {file.name: file.stat().st_mode & 0o077 for file in settings.sqlite_file.parent.iterdir() if file.is_file()}
    said = await gateway.stop()
    assert len(modes) >= 3
    assert set(modes.values()) == {0}, modes
    assert said.count("INSERT INTO accounts") == 1
    assert EMAIL not in said
    assert "argon2id" not in said
