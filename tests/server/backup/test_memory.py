"""A backup and its restore hold a few megabytes of rows at once, however large the rows are."""

import io
import tracemalloc
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from gateway.backup import archive as backups
from gateway.backup.restore import restore_backup
from gateway.kit.database import Database
from gateway.migrations import upgrade_database
from gateway.settings import Settings
from gateway.tariffs.models import StoredOffers
from tests.server.conftest import NOW

ROWS, LARGE = 160, 256 * 1024
LIMIT = 32 * 1024 * 1024
"""For 40 MiB of rows, which take about 20 MiB at once: PostgreSQL's driver reads at least 50 of them."""


@contextmanager
def limit_memory() -> Iterator[None]:
    """Check how much memory Python's objects take in the block, in addition to those that exist already."""
    tracemalloc.start()
    try:
        yield
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < LIMIT, f"{peak / 2**20:.0f} MiB"


@pytest.fixture
async def database_with_large_rows(settings: Settings) -> str:
    await upgrade_database(settings.database_url)
    async with Database(settings.database_url) as database, database.write() as session:
        for number in range(ROWS):
            session.add(StoredOffers(digest=str(number), published_at=NOW, text="x" * LARGE, added_at=NOW))
            await session.flush()
    return settings.database_url


async def test_large_rows_are_never_all_in_memory(
    database_with_large_rows: str, other_url: str, settings: Settings
) -> None:
    file = io.BytesIO()
    async with Database(database_with_large_rows, is_maintenance=True) as database:
        with limit_memory():
            await backups.write_backup(database, file, NOW)
    file.seek(0)
    with limit_memory(), backups.open_backup(file, None) as backup:
        await restore_backup(other_url, backup, settings.load_keyring())
