"""Restore of a backup, made by this version or an older one, into an empty gateway, completely or not at all."""

import secrets
from collections.abc import Callable

from sqlalchemy import Connection, Table, bindparam, inspect, select, update
from sqlalchemy import func as functions
from sqlalchemy.exc import SQLAlchemyError

from gateway.accounts.models import Account
from gateway.backup import rows
from gateway.backup.archive import Backup, BackupError
from gateway.keys.wrapped import count_unreadable_keys
from gateway.kit.crypto import Keyring
from gateway.kit.database import Database
from gateway.kit.outage import DatabaseDownError, translate_database_errors
from gateway.migrations import NewerDatabaseError, find_broken_reference, list_revisions, read_revision, upgrade_within
from gateway.models import TABLES
from gateway.usage_points.models import UsagePoint


async def restore_backup(
    database_url: str, backup: Backup, keyring: Keyring, before_commit: Callable[[], None] = lambda: None
) -> None:
    """Fill an empty gateway in one transaction.

    Creates the tables of the backup's version, inserts the rows, reads each back and compares it, then migrates to this
    version and calls `before_commit`. Raises BackupError or NewerDatabaseError; then nothing has changed.
    """
    async with (
        Database(database_url, is_maintenance=True) as database,
        database.connect() as connection,
    ):
        await connection.execution_options(write=True)
        async with connection.begin():
            await connection.run_sync(_restore_tables, backup, keyring, before_commit)


def _restore_tables(
    connection: Connection, backup: Backup, keyring: Keyring, before_commit: Callable[[], None]
) -> None:
    _check_ours(connection)
    _check_empty(connection)
    rows.drop_all(connection)
    upgrade_within(connection, backup.manifest.revision)
    tables = rows.list_tables(connection)
    if {table.name for table in tables} != set(backup.manifest.tables):
        raise BackupError("The backup does not have the tables of its version: it is damaged.")
    for table in tables:
        _fill_table(connection, table, backup)
        _compare_table(connection, table, backup)
    if (broken := find_broken_reference(connection)) is not None:
        raise BackupError(f"The backup is damaged: {broken}. Nothing was kept.")
    upgrade_within(connection)
    _begin_epochs(connection)
    if count := count_unreadable_keys(connection, keyring):
        raise BackupError(
            f"ENCRYPTION_KEYS cannot decrypt {count} of the backup's keys: set it to the keys that were in use then."
        )
    before_commit()


def _begin_epochs(connection: Connection) -> None:
    """Begin a new epoch of each usage point's hours.

    A client has revisions that the backup lacks, which will be counted again with other hours: it has to start afresh.
    """
    theirs = update(UsagePoint).where(UsagePoint.id == bindparam("point")).values(epoch=bindparam("new"))
    rows = [{"point": point, "new": secrets.token_hex(8)} for point in connection.scalars(select(UsagePoint.id))]
    if rows:
        connection.execute(theirs, rows)


def _check_ours(connection: Connection) -> None:
    """Raise BackupError for a database with tables that are not a gateway's, because all of them will be dropped."""
    found = set(inspect(connection).get_table_names())
    if not found:
        return
    foreign = sorted(found - TABLES - {rows.VERSION_TABLE})
    if foreign or rows.VERSION_TABLE not in found:
        names = ", ".join((foreign or sorted(found))[:3])
        raise BackupError(
            f"The database at DATABASE_URL is in use by something else (its tables include {names}): nothing was "
            "changed. Restore into an empty database, or into one that only a gateway has used."
        )
    if (revision := read_revision(connection)) not in list_revisions():
        raise NewerDatabaseError(str(revision))


def _fill_table(connection: Connection, table: Table, backup: Backup) -> None:
    columns = backup.manifest.tables[table.name].columns
    try:
        with translate_database_errors(), rows.disable_triggers(connection, table):
            rows.fill_table(connection, table, columns, backup.read_lines(table.name))
    except DatabaseDownError:
        raise
    except (KeyError, TypeError, ValueError, ArithmeticError, SQLAlchemyError) as error:
        raise BackupError(
            f"The backup is damaged: {table.name} holds a row that does not fit its columns. Nothing was kept."
        ) from error


def _check_empty(connection: Connection) -> None:
    """Raise BackupError if the gateway has accounts. Without them it has nothing that cannot be fetched again."""
    if inspect(connection).has_table(Account.__tablename__) and connection.scalar(
        select(functions.count()).select_from(Account)
    ):
        raise BackupError("The gateway at DATABASE_URL already has accounts: restore into an empty one.")


def _compare_table(connection: Connection, table: Table, backup: Backup) -> None:
    written = backup.manifest.tables[table.name]
    digest = rows.Digest()
    # PostgreSQL keeps the cursor of a batched read open, and cannot alter its table, until the (sub)transaction ends
    with connection.begin_nested() as reading:
        for _ in digest.digest_lines(rows.read_rows(connection, table, written.columns)):
            pass
        reading.rollback()
    if (digest.rows, digest.hexdigest()) != (written.rows, written.sha256):
        raise BackupError(f"{table.name} did not come back as it was written: nothing was kept.")
