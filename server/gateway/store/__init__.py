"""What replicas share: cache, counters, leases, the pace of outbound calls. The memory store serves one process."""

from contextlib import AbstractAsyncContextManager
from typing import Protocol


class StoreError(Exception):
    """The store does not answer, or a lease was lost: what must be done by one replica alone has to wait."""


class Store(Protocol):
    """What a store offers; each method may raise StoreError."""

    async def get(self, key: str) -> str | None:
        """Return what `set` put there, unless it expired."""
        ...

    async def set(self, key: str, value: str, seconds: float) -> None:
        """Keep a value for a while."""
        ...

    async def delete(self, key: str) -> None:
        """Forget a value."""
        ...

    async def increment(self, key: str, seconds: float) -> int:
        """Count one more and return how many there are; the first begins to count for `seconds`.

        `get` reads the count, `delete` ends it. Over a broken connection, one may be counted twice.
        """
        ...

    async def take_turn(self, name: str, interval: float) -> float:
        """Take the turn of `name` if `interval` seconds have passed since the last one was taken.

        Returns 0 when it was taken, else how long to wait before trying again.
        """
        ...

    def lease(self, name: str) -> AbstractAsyncContextManager[None]:
        """Hold `name` alone; wait for it while somebody else does, those who came first before.

        The body is never interrupted: when the lease was lost meanwhile, StoreError is raised at its end.
        """
        ...

    def try_lease(self, name: str) -> AbstractAsyncContextManager[bool]:
        """Hold `name` alone, like `lease`, but do not wait: yields False when somebody else holds it."""
        ...

    async def close(self) -> None:
        """Close the connections."""
        ...
