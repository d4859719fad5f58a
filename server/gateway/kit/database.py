"""SQLite and PostgreSQL behind one interface, with short transactions for reading or writing.

SQLite loses updates silently when two transactions both read, then write. A write transaction therefore takes its
lock when it begins (BEGIN IMMEDIATE). SQLite lets writers poll for its lock, in no order; those of one process queue.
"""

import asyncio
import enum
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, nullcontext
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Self, override

from sqlalchemy import DateTime, Dialect, Enum, MetaData, Row, Select, event
from sqlalchemy.engine import Connection, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection, DBAPICursor
from sqlalchemy.exc import InvalidatePoolError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, AsyncSession, create_async_engine
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.pool import ConnectionPoolEntry, PoolProxiedConnection
from sqlalchemy.types import TypeDecorator
from sqlalchemy.util import await_, greenlet_spawn

from gateway.kit.outage import translate_database_errors

if TYPE_CHECKING:
    from sqlalchemy.dialects import postgresql, sqlite

LOCK_SECONDS = 20
"""How long a writer on SQLite waits for those of its process, and then for those of others."""
_SQLITE_PRAGMAS = (
    f"PRAGMA busy_timeout={LOCK_SECONDS * 1000}",  # first: the next one may have to wait for a lock, too
    "PRAGMA synchronous=NORMAL",  # safe with WAL; FULL would cost one disk flush per transaction
)
_RETRY_SECONDS = 0.05
"""The pause between attempts to set SQLite's journal mode."""


CONNECT_SECONDS = 5
COMMAND_SECONDS = 10
"""How long PostgreSQL may take for a statement of a request or a job. One that hangs, its connections open, would
otherwise hold them for ever."""
_SQLITE_CONNECTIONS = 15
"""Opened when wanted, and kept. One is enough for writers, who wait for each other without a connection."""
POOL_SECONDS = 10
TRUSTED_SECONDS = 30.0
"""A connection to PostgreSQL that rested no longer than this is used without asking first whether it still works: that
would be three round trips before each statement. Firewalls forget connections that rest for minutes."""


class Instant(TypeDecorator[datetime]):
    """A column type for instants: it takes aware datetimes and returns UTC, on both databases."""

    impl = DateTime(timezone=True)
    cache_ok = True

    @override
    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant needs its time zone")
        return value.astimezone(UTC)

    @override
    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)


class Base(DeclarativeBase):
    """The base of all tables; constraints have the same names on both databases, and enumerations are texts."""

    type_annotation_map: ClassVar = {
        datetime: Instant,
        enum.Enum: Enum(
            enum.Enum, native_enum=False, length=32, values_callable=lambda members: [str(member) for member in members]
        ),
    }

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


class Database:
    """The engine and its sessions. They raise DatabaseDownError when the database is unavailable or full."""

    def __init__(self, url: str, *, is_maintenance: bool = False) -> None:
        """Build the engine without connecting; create the folder of a SQLite file.

        Maintenance (a migration, backup or restore) has no time limit for statements. On SQLite it disables foreign
        keys: a migration changes a table by recreating it, and dropping the old one would delete rows that refer to it.
        """
        parsed = make_url(url)
        self.is_sqlite = parsed.get_backend_name() == "sqlite"
        self._writer_lock = asyncio.Lock()
        if self.is_sqlite and parsed.database:
            Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
        self.engine: AsyncEngine = create_async_engine(
            parsed,
            hide_parameters=True,  # errors and DEBUG_SQL would put addresses, hashes and numbers into the log
            **(_build_sqlite_options() if self.is_sqlite else _build_postgresql_options(is_maintenance)),
        )
        if self.is_sqlite:
            _prepare_sqlite(self.engine, f"PRAGMA foreign_keys={'OFF' if is_maintenance else 'ON'}")
        else:
            _check_rested_connections(self.engine)
        # in PostgreSQL each statement sees what is committed at that time, in a transaction or not: BEGIN and ROLLBACK
        # would cost round trips to the server, or to SQLite's thread, without any use for a reader
        self._reading = self.engine.execution_options(
            **{"begins": False} if self.is_sqlite else {"isolation_level": "AUTOCOMMIT"}
        )

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncSession]:
        """Open a session for reading; each statement sees what is committed when it runs."""
        with translate_database_errors():
            async with AsyncSession(self._reading, expire_on_commit=False) as session:
                yield session

    async def fetch_rows[*Columns](
        self, query: Select[*Columns], parameters: Mapping[str, object]
    ) -> Sequence[Row[*Columns]]:
        """Return the rows of one query. Its processor time is half that of a session with the same query."""

        def fetch() -> Sequence[Row[*Columns]]:
            with self._reading.sync_engine.connect() as connection:
                return connection.execute(query, parameters).all()

        with translate_database_errors():
            return await greenlet_spawn(fetch)

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncSession]:
        """Open a transaction for writing, which is committed at the end, or rolled back on an error."""
        with translate_database_errors():
            async with (
                self._hold_writer_lock() if self.is_sqlite else nullcontext(),
                AsyncSession(self.engine, expire_on_commit=False, execution_options={"write": True}) as session,
                session.begin(),
            ):
                yield session

    @asynccontextmanager
    async def _hold_writer_lock(self) -> AsyncIterator[None]:
        """Hold the lock that writers of this process get in the order in which they came. Raises TimeoutError."""
        async with asyncio.timeout(LOCK_SECONDS):
            await self._writer_lock.acquire()
        try:
            yield
        finally:
            self._writer_lock.release()

    @asynccontextmanager
    async def connect(self) -> AsyncIterator[AsyncConnection]:
        """Open a connection without a transaction, for a migration or a backup."""
        with translate_database_errors():
            connection = await self.engine.connect()
        try:
            yield connection
        finally:
            await connection.close()

    async def checkpoint(self) -> None:
        """Copy SQLite's write-ahead log into its file, as far as no reader uses it. Blocks no readers or writers."""
        if self.is_sqlite:
            async with self._reading.connect() as connection:
                await connection.exec_driver_sql("PRAGMA wal_checkpoint(PASSIVE)")

    async def close(self) -> None:
        """Close the connections."""
        await self.engine.dispose()

    async def __aenter__(self) -> Self:
        """Return the database, which is closed at the end of the block."""
        return self

    async def __aexit__(self, *_: object) -> None:
        """Close the connections."""
        await self.close()


def _build_sqlite_options() -> dict[str, Any]:
    # not loaded with PostgreSQL
    from gateway.kit.sqlite_driver import OneTripDriver  # noqa: PLC0415

    # a connection beyond those kept would be opened and closed, with its thread, for one request
    return {
        "module": OneTripDriver(),
        "pool_size": _SQLITE_CONNECTIONS,
        "max_overflow": 0,
        "pool_use_lifo": True,
        "pool_timeout": POOL_SECONDS,
    }


def _build_postgresql_options(is_maintenance: bool) -> dict[str, Any]:  # noqa: FBT001 - as its caller has it
    command_seconds = None if is_maintenance else COMMAND_SECONDS
    return {
        "connect_args": {"timeout": CONNECT_SECONDS, "command_timeout": command_seconds},
        "pool_use_lifo": True,  # so that few connections rest
        "pool_timeout": POOL_SECONDS,
    }


def build_insert(session: AsyncSession, table: type[Base]) -> postgresql.Insert | sqlite.Insert:
    """Return an INSERT for `table` that supports ON CONFLICT, in the dialect of the session's database."""
    # the engine has already loaded its dialect; the other one is not loaded, to save memory
    if session.get_bind().dialect.name == "postgresql":
        from sqlalchemy.dialects.postgresql import insert as into_postgresql  # noqa: PLC0415

        return into_postgresql(table)
    from sqlalchemy.dialects.sqlite import insert as into_sqlite  # noqa: PLC0415

    return into_sqlite(table)


def _check_rested_connections(engine: AsyncEngine) -> None:
    """Replace connections that PostgreSQL has closed, which costs no round trip, or that do not answer after a rest."""

    @event.listens_for(engine.sync_engine, "checkin")
    def note_rest(_: DBAPIConnection | None, record: ConnectionPoolEntry) -> None:
        record.info["rests_since"] = time.monotonic()

    @event.listens_for(engine.sync_engine, "checkout")
    def check_connection(connection: Any, record: ConnectionPoolEntry, _: PoolProxiedConnection) -> None:
        rests_since = record.info.get("rests_since")
        if rests_since is None:
            return  # it is new
        if connection.driver_connection.is_closed():
            raise InvalidatePoolError
        if time.monotonic() - rests_since > TRUSTED_SECONDS:
            try:
                engine.dialect.do_ping(connection)
            except engine.dialect.loaded_dbapi.Error as error:
                raise InvalidatePoolError from error


def _use_write_ahead_log(cursor: DBAPICursor) -> None:
    """Set the journal mode with which readers do not wait for the writer.

    It changes once in a file's life. Where several connections attempt that, SQLite lets one have its lock and refuses
    the others immediately, without waiting for busy_timeout.
    """
    from sqlite3 import SQLITE_BUSY, OperationalError  # noqa: PLC0415 - not loaded with PostgreSQL

    deadline = time.monotonic() + LOCK_SECONDS
    while True:
        try:
            cursor.execute("PRAGMA journal_mode=WAL")
        except OperationalError as error:
            # the low byte; errors of the adapter itself have no code
            code = getattr(error, "sqlite_errorcode", 0) & 0xFF
            if code != SQLITE_BUSY or time.monotonic() > deadline:
                raise
        else:
            return
        await_(asyncio.sleep(_RETRY_SECONDS))


def _prepare_sqlite(engine: AsyncEngine, references: str) -> None:
    @event.listens_for(engine.sync_engine, "connect")
    def set_pragmas(connection: DBAPIConnection, _: ConnectionPoolEntry) -> None:
        connection.isolation_level = None  # the driver's own BEGIN comes too late: begin_transaction sends it
        cursor = connection.cursor()
        for pragma in (*_SQLITE_PRAGMAS, references):
            cursor.execute(pragma)
        _use_write_ahead_log(cursor)
        cursor.close()

    @event.listens_for(engine.sync_engine, "begin")
    def begin_transaction(connection: Connection) -> None:
        options: dict[str, Any] = dict(connection.get_execution_options())
        if options.get("begins", True):
            connection.exec_driver_sql("BEGIN IMMEDIATE" if options.get("write") else "BEGIN")
