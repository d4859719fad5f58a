"""Translates driver errors: tells an unavailable or full database apart from programming errors."""

from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError, NoResultFound, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.orm.exc import StaleDataError

from gateway.kit.clock import Clock


class OutageError(Exception):
    """What the gateway depends on does not answer: the work has to wait, and is not at fault."""


class DatabaseDownError(SQLAlchemyError, OutageError):
    """The database does not answer, or ended the transaction; whether it was committed may be unknown."""


class DatabaseFullError(DatabaseDownError):
    """The database has no space left; the transaction was not committed."""


class RowGoneError(SQLAlchemyError):
    """A row that this needs, such as the account, was deleted in the meantime; the transaction was not committed."""


class UnstorableTextError(SQLAlchemyError):
    """A text contains NUL, which PostgreSQL cannot store."""


_POSTGRESQL_FULL = "53100"
_POSTGRESQL_NO_SUCH_PARENT = "23503"
_POSTGRESQL_NUL = "22021"
_POSTGRESQL_AWAY = ("08", "28", "3D", "40", "53", "57P")
"""SQLSTATE classes: connection exception, invalid authorization, no such database, transaction rollback (a deadlock),
insufficient resources, operator intervention. The same may succeed when it is tried again."""


LOOK_AGAIN = 1.0
PATIENCE = 60.0
"""Seconds: a restart of PostgreSQL takes a few."""


async def retry_while_down(work: Callable[[], Awaitable[None]], clock: Clock) -> None:
    """Run `work`, and repeat it for up to 60 seconds while the database is down. Raises DatabaseDownError after that.

    It is for writes whose data would be costly to fetch again. `work` must be repeatable, since it is sometimes unknown
    whether the previous attempt was committed.
    """
    until = clock.monotonic() + PATIENCE
    while True:
        try:
            await work()
        except DatabaseDownError:
            if clock.monotonic() >= until:
                raise
            await clock.sleep(LOOK_AGAIN)
        else:
            return


@contextmanager
def translate_database_errors() -> Iterator[None]:
    """Translate driver errors in the block into the errors of this module."""
    try:
        yield
    except DatabaseDownError, RowGoneError, UnstorableTextError:
        raise
    except (SQLAlchemyError, OSError) as error:
        kind = _classify_error(error)
        if kind is None:
            raise
        raise kind(_name_cause(error)) from error
    except Exception as error:
        # asyncpg's errors during connection, which SQLAlchemy does not wrap; asyncpg is not imported to name their
        # class, since a gateway with SQLite never loads it
        if _classify_postgresql(getattr(error, "sqlstate", None)) is None:
            raise
        raise DatabaseDownError(type(error).__name__) from error


def _name_cause(error: SQLAlchemyError | OSError) -> str:
    """Return the name of the driver's exception, which says more than that of SQLAlchemy's around it."""
    cause = error.driver_exception if isinstance(error, DBAPIError) else None
    return type(cause or error).__name__


def is_damaged(error: Exception) -> bool:
    """Tell whether the error says that SQLite's file is damaged, or is none."""
    import sqlite3  # noqa: PLC0415 - not needed with PostgreSQL

    code = getattr(getattr(error, "orig", None), "sqlite_errorcode", 0)
    return code & 0xFF in {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}


def _classify_error(error: Exception) -> type[SQLAlchemyError] | None:
    if isinstance(error, PoolTimeoutError | OSError):
        return DatabaseDownError
    if isinstance(error, NoResultFound | StaleDataError):
        return RowGoneError
    if not isinstance(error, DBAPIError):
        return None
    if (code := getattr(error.orig, "sqlite_errorcode", None)) is not None:
        return _classify_sqlite(code)
    if error.connection_invalidated:
        return DatabaseDownError
    return _classify_postgresql(getattr(error.orig, "sqlstate", None))


def _classify_sqlite(code: int) -> type[SQLAlchemyError] | None:
    import sqlite3  # noqa: PLC0415 - it is loaded already when such an error occurs, and not needed with PostgreSQL

    if code == sqlite3.SQLITE_CONSTRAINT_FOREIGNKEY:
        return RowGoneError
    primary = code & 0xFF
    if primary == sqlite3.SQLITE_FULL:
        return DatabaseFullError
    away = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY}
    return DatabaseDownError if primary in away else None


def _classify_postgresql(state: str | None) -> type[SQLAlchemyError] | None:
    special = {
        _POSTGRESQL_FULL: DatabaseFullError,
        _POSTGRESQL_NO_SUCH_PARENT: RowGoneError,
        _POSTGRESQL_NUL: UnstorableTextError,
    }
    if state in special:
        return special[state]
    return DatabaseDownError if state and state.startswith(_POSTGRESQL_AWAY) else None
