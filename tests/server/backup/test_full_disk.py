"""A disk that is really full: what is known is served, what is new is refused with words, and nothing is damaged."""

import json
import os
import sqlite3
import subprocess
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from pathlib import Path

import httpx2
import pytest

from tests.server.backup.conftest import Command
from tests.server.backup.test_serving import Serving, make_serving
from tests.server.conftest import wait_until

__all__ = ["make_serving"]

pytestmark = pytest.mark.long
AS_ROOT = [] if os.geteuid() == 0 else ["sudo", "-n"]
OWNER = ("--email", "somebody@example.org")


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 8 MB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    options = f"size=8m,uid={os.geteuid()},gid={os.getegid()}"
    subprocess.run([*AS_ROOT, "mount", "-t", "tmpfs", "-o", options, "tmpfs", folder], check=True)
    yield folder
    subprocess.run([*AS_ROOT, "umount", "--lazy", folder], check=True)


async def test_it_is_said_and_nothing_is_damaged(
    make_serving: Callable[..., Serving], run_command: Command, small_disk: Path
) -> None:
    url = f"sqlite+aiosqlite:///{small_disk}/gateway.db"
    option = ("--option", "base", "--power", "6", "--json")
    added = await run_command(
        "usage-point", "add", "--name", "0", *OWNER, *option, given="30001000000001", DATABASE_URL=url
    )
    client = await run_command("api-client", "create", "--name", "x", *OWNER, "--json", DATABASE_URL=url)
    path = f"/v1/usage-points/{json.loads(added.said)['id']}"
    gateway = make_serving(DATABASE_URL=url)
    assert await gateway.start()
    async with httpx2.AsyncClient(base_url=f"http://127.0.0.1:{gateway.port}", timeout=200) as http:
        form = {"grant_type": "client_credentials", **json.loads(client.said)}
        token = (await http.post("/v1/oauth/token", data=form)).raise_for_status().json()["access_token"]
        http.headers["Authorization"] = f"Bearer {token}"
        kept = 0

        async def try_rename() -> httpx2.Response:
            nonlocal kept
            answer = await http.patch(path, json={"name": str(kept + 1)})
            kept += answer.is_success
            return answer

        async def find_refusal() -> httpx2.Response | None:
            answer = await try_rename()
            return None if answer.is_success else answer

        async def is_renamed() -> bool:
            return (await try_rename()).is_success

        with suppress(OSError), (small_disk / "filler").open("wb", buffering=0) as filler:
            while True:
                filler.write(bytes(4096))
        full = await wait_until(find_refusal)
        assert (full.status_code, full.json()["code"]) == (507, "storage_full")
        assert (await http.get(path)).json()["name"] == str(kept)
        (small_disk / "filler").unlink()
        await wait_until(is_renamed)
        assert (await http.get(path)).json()["name"] == str(kept)
    assert "database_full" in await gateway.stop()
    with closing(sqlite3.connect(small_disk / "gateway.db")) as database:
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
