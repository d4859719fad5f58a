"""Has all SQLite databases of a process share their compiled statements.

Each test has a database of its own. To compile its statements again would be an eighth of the tests' processor time.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import URL
from sqlalchemy.dialects.sqlite.aiosqlite import SQLiteDialect_aiosqlite
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.util import LRUCache

from gateway.kit import database


@contextmanager
def share_compiled_statements() -> Iterator[None]:
    """Do so within the block. SQLAlchemy looks a statement up by its dialect, of which each database has its own."""
    compiled: LRUCache[Any, Any] = LRUCache(2000)

    def create_engine(url: URL, **options: Any) -> AsyncEngine:
        if url.get_backend_name() == "sqlite":
            options["execution_options"] = options.get("execution_options", {}) | {"compiled_cache": compiled}
        return create_async_engine(url, **options)

    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setattr(database, "create_async_engine", create_engine)
        monkeypatch.setattr(SQLiteDialect_aiosqlite, "__eq__", lambda one, other: type(one) is type(other))
        monkeypatch.setattr(SQLiteDialect_aiosqlite, "__hash__", lambda one: hash(type(one)))
        yield
