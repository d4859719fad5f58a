"""The tables of a new database: SQLite's are migrated once in this process, then copied, ten times as fast.

A copy can hold the Tempo days of past seasons: without them each gateway fetches 4,400, which takes a second of CPU.
"""

import tempfile
from datetime import date
from pathlib import Path

from sqlalchemy import make_url

from gateway.domain.tempo_days import Color, get_start
from gateway.kit import paris
from gateway.kit.database import Database
from gateway.migrations import upgrade_database
from gateway.simulator.tempo_days import FIRST_DAY, get_colour
from gateway.tempo.models import ColorSource, TempoDay

_migrated: dict[date | None, bytes] = {}
"""The file of a migrated database, by the day before which it holds every Tempo day; None: without rows."""


async def create_tables(database_url: str, tempo_days_before: date | None = None) -> None:
    """Create the tables of this version in a new database; one that exists is migrated, and so is PostgreSQL's.

    A new SQLite database holds the Tempo days before a date, as RTE confirmed them.
    """
    file = _find_new_file(database_url)
    if file is None:
        await upgrade_database(database_url)
        return
    if tempo_days_before not in _migrated:
        with tempfile.TemporaryDirectory() as folder:
            template = Path(folder) / "migrated.db"
            url = f"sqlite+aiosqlite:///{template}"
            await upgrade_database(url)
            if tempo_days_before:
                await _store_tempo_days(url, tempo_days_before)
            _migrated[tempo_days_before] = template.read_bytes()
    file.write_bytes(_migrated[tempo_days_before])


async def _store_tempo_days(database_url: str, before: date) -> None:
    database = Database(database_url)
    async with database.write() as session:
        for day in paris.iterate_days(FIRST_DAY, before):
            color, told_at = Color(get_colour(day).lower()), get_start(day + paris.DAY)
            session.add(TempoDay(day=day, color=color, confirmed=True, source=ColorSource.RTE, told_at=told_at))
    await database.close()


def _find_new_file(database_url: str) -> Path | None:
    """Return the file of a SQLite database that does not exist yet."""
    url = make_url(database_url)
    if url.get_backend_name() != "sqlite" or not url.database or Path(url.database).exists():
        return None
    return Path(url.database)
