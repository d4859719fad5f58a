"""One query for many callers: those who ask while a query runs are answered together by the next one."""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Hashable, Mapping

PATIENCE = 1.0
"""Seconds after which the next query no longer waits for the one before it, which may hang."""


class SharedQuery[Key: Hashable, Value]:
    """Values by key, each read by a query that began after the value was asked for, never by one under way."""

    def __init__(self, query: Callable[[Collection[Key]], Awaitable[Mapping[Key, Value]]]) -> None:
        self._query = query
        self._last: asyncio.Future[None] | asyncio.Task[Mapping[Key, Value]] | None = None
        self._next: tuple[set[Key], asyncio.Task[Mapping[Key, Value]]] | None = None  # None once its query has begun

    async def find(self, key: Key) -> Value | None:
        """Return the value of a key, or None if it has none. Raises what the query raises.

        A query is cancelled with its caller only if nobody else waits for it.
        """
        if self._last is None or self._last.done():
            return await self._find_alone(key)
        if self._next is None:
            wanted: set[Key] = set()
            self._last = asyncio.create_task(self._run(wanted, self._last))
            self._next = wanted, self._last
        keys, task = self._next
        keys.add(key)
        await asyncio.wait([task])  # unlike awaiting the task, this leaves it to the others when a caller is cancelled
        return task.result().get(key)

    async def _find_alone(self, key: Key) -> Value | None:
        self._last = ended = asyncio.get_running_loop().create_future()
        try:
            return (await self._query({key})).get(key)
        finally:
            ended.set_result(None)

    async def _run(
        self, keys: set[Key], previous: asyncio.Future[None] | asyncio.Task[Mapping[Key, Value]]
    ) -> Mapping[Key, Value]:
        if not previous.done():
            await asyncio.wait([previous], timeout=PATIENCE)
        self._next = None
        return await self._query(keys)
