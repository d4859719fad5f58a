"""The store of a gateway with a single process."""

import asyncio
import time
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

_MOST_ENTRIES = 10_000


class MemoryStore:
    """A store in the memory of the process."""

    def __init__(self, seconds: Callable[[], float] = time.monotonic) -> None:
        """Create an empty store. `seconds` is a monotonic clock."""
        self._seconds = seconds
        self._values: OrderedDict[str, tuple[float, str]] = OrderedDict()
        self._turns: dict[str, float] = {}
        self._locks: dict[str, tuple[asyncio.Lock, list[None]]] = {}

    async def get(self, key: str) -> str | None:
        """Return the value of a key; see Store."""
        until, value = self._values.get(key, (0.0, ""))
        return value if until > self._seconds() else None

    async def set(self, key: str, value: str, seconds: float) -> None:
        """Set the value of a key for `seconds` seconds; the oldest keys are removed beyond 10,000."""
        self._values[key] = (self._seconds() + seconds, value)
        self._values.move_to_end(key)
        while len(self._values) > _MOST_ENTRIES:
            self._values.popitem(last=False)

    async def delete(self, key: str) -> None:
        """Delete a key."""
        self._values.pop(key, None)

    async def increment(self, key: str, seconds: float) -> int:
        """Increment a counter; see Store."""
        until, value = self._values.get(key, (0.0, ""))
        if until <= self._seconds():
            await self.set(key, "1", seconds)
            return 1
        self._values[key] = (until, str(int(value) + 1))
        return int(value) + 1

    async def take_turn(self, name: str, interval: float) -> float:
        """Take a turn of `name`, or return how long to wait; see Store."""
        now = self._seconds()
        wait = self._turns.get(name, now) - now
        if wait <= 0:
            self._turns[name] = now + interval
        return max(wait, 0.0)

    @asynccontextmanager
    async def lease(self, name: str) -> AsyncIterator[None]:
        """Hold the lease `name` exclusively; see Store."""
        lock, holders = self._locks.setdefault(name, (asyncio.Lock(), []))
        holders.append(None)
        try:
            async with lock:
                yield
        finally:
            holders.pop()
            if not holders:
                del self._locks[name]

    @asynccontextmanager
    async def try_lease(self, name: str) -> AsyncIterator[bool]:
        """Hold the lease `name` if it is free; see Store."""
        if name in self._locks:
            yield False
        else:
            async with self.lease(name):
                yield True

    async def close(self) -> None:
        """Do nothing: there are no connections."""
