"""A lock on the database, exclusive or shared, for as long as a process runs.

The operating system (SQLite: flock) or PostgreSQL (a session's advisory lock) releases the lock when the process ends,
however it ends. It needs no clock, no time-out and no row that could stay behind.
"""

import asyncio
import fcntl
import os
import signal
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from functools import partial
from pathlib import Path

import structlog
from sqlalchemy import make_url, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import NullPool

from gateway.kit.database import COMMAND_SECONDS, CONNECT_SECONDS
from gateway.kit.outage import translate_database_errors

log = structlog.get_logger()

_LOCK = 6_310_002
_PATIENCE = 3.0
"""Seconds: a process that is shutting down may still hold the lock."""
_LOOK_AGAIN = 0.2
_WATCH = 5.0
# if this machine disappears without closing the connection, the server notices within a minute, not two hours
_KEEPALIVE = {"tcp_keepalives_idle": "30", "tcp_keepalives_interval": "10", "tcp_keepalives_count": "3"}


class DatabaseInUseError(Exception):
    """Another process holds the database lock."""


@asynccontextmanager
async def lock_database(database_url: str, *, alone: bool) -> AsyncIterator[None]:
    """Hold the lock, exclusive if `alone`, until the end of the block. Raises DatabaseInUseError, DatabaseDownError."""
    url = make_url(database_url)
    if url.get_backend_name() == "sqlite":
        assert url.database is not None  # noqa: S101 - the settings allow files only
        file = Path(url.database).with_suffix(".lock")
        file.parent.mkdir(parents=True, exist_ok=True)
        with file.open("ab") as lock:
            await _acquire_lock(partial(_lock_file, lock.fileno(), alone=alone))
            yield
        return
    limits = {"timeout": CONNECT_SECONDS, "command_timeout": COMMAND_SECONDS}
    engine = create_async_engine(
        url, isolation_level="AUTOCOMMIT", poolclass=NullPool, connect_args={"server_settings": _KEEPALIVE, **limits}
    )
    with translate_database_errors():
        connection = await engine.connect()
    try:
        await _acquire_lock(partial(_lock_server, connection, alone=alone))
    except BaseException:
        # also when cancelled: an open connection would keep the lock
        await connection.close()
        raise
    watch = asyncio.create_task(_watch_lock(engine, connection, alone=alone))
    try:
        yield
    finally:
        watch.cancel()
        with suppress(asyncio.CancelledError):
            await watch


async def _acquire_lock(attempt: Callable[[], Awaitable[bool]]) -> None:
    deadline = time.monotonic() + _PATIENCE
    while not await attempt():
        if time.monotonic() >= deadline:
            raise DatabaseInUseError
        await asyncio.sleep(_LOOK_AGAIN)


async def _lock_file(file: int, *, alone: bool) -> bool:
    try:
        fcntl.flock(file, (fcntl.LOCK_EX if alone else fcntl.LOCK_SH) | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


async def _lock_server(connection: AsyncConnection, *, alone: bool) -> bool:
    function = "pg_try_advisory_lock" if alone else "pg_try_advisory_lock_shared"
    return bool(await connection.scalar(text(f"SELECT {function}({_LOCK})")))


async def _watch_lock(engine: AsyncEngine, connection: AsyncConnection, *, alone: bool) -> None:
    """Take the lock again after a restart of the server; shut this process down if another one was faster."""
    try:
        while True:
            await asyncio.sleep(_WATCH)
            try:
                await connection.execute(text("SELECT 1"))
            except SQLAlchemyError, OSError:
                await connection.invalidate()
                with suppress(SQLAlchemyError, OSError):
                    await connection.close()
                    connection = await engine.connect()
                    await _acquire_lock(partial(_lock_server, connection, alone=alone))
    except DatabaseInUseError:
        log.critical("database_taken", reason="another gateway took the database while it was away; this one ends")
        os.kill(os.getpid(), signal.SIGTERM)
    finally:
        await connection.close()
