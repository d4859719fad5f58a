"""What a driver says when the database is away or full, told apart from what is a fault of ours."""

from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError, NoResultFound, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.orm.exc import StaleDataError

from gateway.kit.clock import Clock


class DatabaseDownError(SQLAlchemyError):
    """The database does not answer; nothing of the transaction was kept, or it is not known whether it was."""


class DatabaseFullError(DatabaseDownError):
    """The database has no room left; nothing of the transaction was kept."""


class RowGoneError(SQLAlchemyError):
    """What this was about was deleted meanwhile, such as the account; nothing of the transaction was kept."""


class UnstorableTextError(SQLAlchemyError):
    """A text holds NUL, which PostgreSQL stores in none."""


_POSTGRESQL_FULL = "53100"
_POSTGRESQL_NO_SUCH_PARENT = "23503"
_POSTGRESQL_NUL = "22021"
_POSTGRESQL_AWAY = ("08", "28", "3D", "53", "57P")
"""Classes of SQLSTATE: connection exception, invalid authorization, no such database, insufficient resources, operator
intervention."""


LOOK_AGAIN = 1.0
PATIENCE = 60.0
"""Seconds: a restart of PostgreSQL takes a few."""


async def retry_while_down(work: Callable[[], Awaitable[None]], clock: Clock) -> None:
    """Write what could not be had again for nothing, if need be once the database is back. Raises DatabaseDownError.

    The work may be done twice, where it is not known whether the first time was kept.
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
    """Raise one of the errors above for what the driver raises inside."""
    try:
        yield
    except DatabaseDownError, RowGoneError, UnstorableTextError:
        raise
    except (SQLAlchemyError, OSError) as error:
        kind = _classify_error(error)
        if kind is None:
            raise
        raise kind(type(error).__name__) from error
    except Exception as error:
        # asyncpg's own, while it connects: SQLAlchemy wraps it only later
        if _classify_postgresql(getattr(error, "sqlstate", None)) is None:
            raise
        raise DatabaseDownError(type(error).__name__) from error


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
    import sqlite3  # noqa: PLC0415 - whoever has such an error has loaded it, and PostgreSQL does without

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
