"""One Alembic tree for both databases. A migration happens whole or not at all, and once however many start with it."""

from importlib.resources import as_file, files

from sqlalchemy import inspect
from sqlalchemy.engine import Connection

from gateway.kit.database import Database

_LOCK = 6_310_001
"""PostgreSQL's advisory lock of whoever migrates; SQLite has its write lock."""


class NewerDatabaseError(Exception):
    """The tables are those of a newer version of this program."""

    def __init__(self, revision: str) -> None:
        super().__init__(
            f"The database is of a newer version of the gateway (its tables are at {revision}, which this one does not "
            "know). Start that version, or restore a backup made by this one."
        )


async def upgrade_database(database_url: str, revision: str = "head") -> None:
    """Bring the database to this version's tables. Raises NewerDatabaseError."""
    async with (
        Database(database_url, is_maintenance=True) as database,
        database.connect() as connection,
    ):
        await connection.execution_options(write=True)
        async with connection.begin():
            await connection.run_sync(upgrade_within, revision)
        await database.checkpoint()


async def is_current(database_url: str) -> bool:
    """Tell whether the database has this version's tables, without changing them."""
    async with Database(database_url) as database, database.connect() as connection:
        return await connection.run_sync(read_revision) == list_revisions()[0]


def upgrade_within(connection: Connection, revision: str = "head") -> None:
    """Do so inside the caller's transaction, whose connection checks no references. Raises NewerDatabaseError."""
    is_sqlite = connection.dialect.name == "sqlite"
    if not is_sqlite:
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_LOCK})")
    current = read_revision(connection)
    if current is not None and current not in list_revisions():
        raise NewerDatabaseError(current)
    if current == (list_revisions()[0] if revision == "head" else revision):
        return
    # Alembic stays in memory for good: a start that has nothing to migrate does without
    from alembic import command  # noqa: PLC0415
    from alembic.config import Config  # noqa: PLC0415

    with as_file(files(__name__)) as folder:
        config = Config()
        config.set_main_option("script_location", str(folder))
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
    if (broken := find_broken_reference(connection)) is not None:
        raise RuntimeError(f"after a migration, {broken}")


def find_broken_reference(connection: Connection) -> str | None:
    """Describe a row that refers to one that is missing; PostgreSQL lets none come about."""
    if connection.dialect.name != "sqlite":
        return None
    broken = connection.exec_driver_sql("PRAGMA foreign_key_check").first()
    return f"a row of {broken[0]} has lost the {broken[2]} that it belongs to" if broken else None


def read_revision(connection: Connection) -> str | None:
    """Return where the tables are; None when there are none."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    revision: str | None = connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()
    return revision


def list_revisions() -> list[str]:
    """Return every revision of this version, the newest first: the numbers that their files begin with."""
    names = [file.name for file in (files(__name__) / "versions").iterdir() if file.name.endswith(".py")]
    return sorted((name.partition("_")[0] for name in names if not name.startswith("_")), reverse=True)
