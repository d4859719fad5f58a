"""The tables of a new database: SQLite's are migrated once in this process, then copied, ten times as fast."""

import tempfile
from pathlib import Path

from sqlalchemy import make_url

from gateway.migrations import upgrade_database

_migrated: list[bytes] = []
"""The file of a migrated database without rows."""


async def create_tables(database_url: str) -> None:
    """Create the tables of this version in a new database; one that exists is migrated."""
    file = _find_new_file(database_url)
    if file is None:
        await upgrade_database(database_url)
        return
    if not _migrated:
        with tempfile.TemporaryDirectory() as folder:
            template = Path(folder) / "migrated.db"
            await upgrade_database(f"sqlite+aiosqlite:///{template}")
            _migrated.append(template.read_bytes())
    file.write_bytes(_migrated[0])


def _find_new_file(database_url: str) -> Path | None:
    """Return the file of a SQLite database that does not exist yet."""
    url = make_url(database_url)
    if url.get_backend_name() != "sqlite" or not url.database or Path(url.database).exists():
        return None
    return Path(url.database)
