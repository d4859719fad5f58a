"""What a gateway leaves on its disk is its owner's alone, and DEBUG_SQL shows statements without what is in them."""

from collections.abc import Callable

import httpx2
import pytest

from gateway.settings import Settings
from tests.server.accounts.conftest import EMAIL, PASSWORD
from tests.server.backup.test_serving import Serving, serve

__all__ = ["serve"]


async def test_files_are_the_owners_and_sql_is_shown_once_without_values(
    serve: Callable[..., Serving], settings: Settings
) -> None:
    if settings.sqlite_file is None:
        pytest.skip("PostgreSQL keeps its files")
    settings.sqlite_file.touch(mode=0o644)
    gateway = serve(DEBUG_SQL="true", DEBUG="true")
    assert await gateway.start()
    async with httpx2.AsyncClient(base_url=f"http://127.0.0.1:{gateway.port}") as http:
        assert (await http.post("/v1/accounts", json={"email": EMAIL, "password": PASSWORD})).status_code == 201
    modes = {file.name: file.stat().st_mode & 0o077 for file in settings.sqlite_file.parent.iterdir() if file.is_file()}
    said = await gateway.stop()
    assert len(modes) >= 3
    assert set(modes.values()) == {0}, modes
    assert said.count("INSERT INTO accounts") == 1
    assert EMAIL not in said
    assert "argon2id" not in said
