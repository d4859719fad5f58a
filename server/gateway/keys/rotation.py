"""Rotation of ENCRYPTION_KEYS: keys wrapped by older ones are wrapped with the newest one, 100 rows at a time.

Each row is always wrapped by one key or the other, and is replaced only if it did not change in the meantime. So the
rotation can be interrupted and repeated, and run while gateways run that have both keys.
"""

from collections.abc import AsyncIterator

from sqlalchemy import ColumnElement, LargeBinary, func, select, update

from gateway.keys.wrapped import WRAPPED, Wrapped
from gateway.kit.crypto import Keyring
from gateway.kit.database import Database

_AT_ONCE = 100


async def count_outdated_keys(database: Database, keyring: Keyring) -> int:
    """Return how many keys are not wrapped by the newest key yet."""
    async with database.read() as session:
        counts = [
            await session.scalar(select(func.count()).select_from(kind.table).where(_is_old(kind, keyring)))
            for kind in WRAPPED
        ]
    return sum(count or 0 for count in counts)


async def rotate_keys(database: Database, keyring: Keyring) -> AsyncIterator[int]:
    """Wrap all keys with the newest one; yield the number of keys in each step. Raises UndecipherableError."""
    for kind in WRAPPED:
        last = ""
        while batch := await _load_next_batch(database, kind, keyring, last):
            async with database.write() as session:
                for row_id, wrapped in batch:
                    context = kind.context(row_id)
                    key = keyring.unwrap(wrapped, context)
                    column = kind.table.c[kind.column]
                    unchanged = (kind.table.c.id == row_id, column == wrapped)
                    await session.execute(
                        update(kind.table).where(*unchanged).values({column: keyring.wrap(key, context)})
                    )
            last = batch[-1][0]
            yield len(batch)


async def _load_next_batch(database: Database, kind: Wrapped, keyring: Keyring, last: str) -> list[tuple[str, bytes]]:
    row_id = kind.table.c.id
    query = select(row_id, kind.table.c[kind.column]).where(_is_old(kind, keyring), row_id > last)
    async with database.read() as session:
        return [(key, wrapped) for key, wrapped in await session.execute(query.order_by(row_id).limit(_AT_ONCE))]


def _is_old(kind: Wrapped, keyring: Keyring) -> ColumnElement[bool]:
    mark = keyring.newest_prefix
    return func.substr(kind.table.c[kind.column], 1, len(mark), type_=LargeBinary()) != mark
