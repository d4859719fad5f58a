"""A SQLite driver with one round trip to the connection's thread for each statement.

aiosqlite takes four: open a cursor, execute, fetch, close. Each costs more than SQLite's own work for a small query.
Without a transaction, commit and rollback need no round trip either.
"""

# ruff: noqa: SLF001 - this extends an adapter, and aiosqlite has no public name for running a function in its thread
import sqlite3
from collections import deque
from collections.abc import Callable
from typing import Any, override

import aiosqlite
from sqlalchemy.dialects.sqlite.aiosqlite import (
    AsyncAdapt_aiosqlite_connection,
    AsyncAdapt_aiosqlite_cursor,
    AsyncAdapt_aiosqlite_dbapi,
)
from sqlalchemy.util import EMPTY_DICT, await_


class _Cursor(AsyncAdapt_aiosqlite_cursor):
    """A cursor that executes its statement and fetches all rows in one round trip."""

    __slots__ = ()

    _cursor: Any  # a cursor of sqlite3, where SQLAlchemy has one of aiosqlite

    @override
    def __init__(self, adapt_connection: AsyncAdapt_aiosqlite_connection) -> None:
        self._adapt_connection = adapt_connection
        self._connection = adapt_connection.driver_connection
        self._rows: deque[Any] = deque()
        self._soft_closed_memoized = EMPTY_DICT

    @override
    def execute(self, operation: Any, parameters: Any = None) -> None:
        self._run(lambda cursor: cursor.execute(operation, () if parameters is None else parameters))

    @override
    def executemany(self, operation: Any, seq_of_parameters: Any) -> None:
        self._run(lambda cursor: cursor.executemany(operation, seq_of_parameters))

    def _run(self, command: Callable[[sqlite3.Cursor], sqlite3.Cursor]) -> None:
        connection: Any = self._connection

        def run() -> tuple[sqlite3.Cursor, list[Any]]:
            cursor = command(connection._conn.cursor())
            rows = cursor.fetchall() if cursor.description else []
            cursor.close()
            return cursor, rows

        try:
            self._cursor, rows = await_(connection._execute(run))
        except Exception as error:  # noqa: BLE001 - SQLAlchemy's adapter raises it again as the driver's own
            self._adapt_connection._handle_exception(error)
        self._rows = deque(rows)

    @override
    async def _async_soft_close(self) -> None:
        """Do nothing: the cursor is closed already."""

    @override
    def close(self) -> None:
        self._rows.clear()


class _Connection(AsyncAdapt_aiosqlite_connection):
    """A connection that skips commit and rollback when no transaction has begun."""

    __slots__ = ()

    _cursor_cls: type[AsyncAdapt_aiosqlite_cursor] = _Cursor

    @override
    def rollback(self) -> None:
        if self._is_in_transaction():
            super().rollback()

    @override
    def commit(self) -> None:
        if self._is_in_transaction():
            super().commit()

    def _is_in_transaction(self) -> bool:
        connection: sqlite3.Connection | None = self.driver_connection._connection
        return connection is not None and connection.in_transaction


class OneTripDriver(AsyncAdapt_aiosqlite_dbapi):
    """The driver module that is given to SQLAlchemy."""

    def __init__(self) -> None:
        super().__init__(aiosqlite, sqlite3)

    @override
    def connect(self, *arguments: Any, **options: Any) -> _Connection:
        return _Connection(self, super().connect(*arguments, **options).driver_connection)
