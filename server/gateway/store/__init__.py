"""What replicas share: a cache, leases, and the pace of outbound calls. The memory store serves one process."""

from contextlib import AbstractAsyncContextManager
from typing import Protocol


class Store(Protocol):
    """What a store offers."""

    async def get(self, key: str) -> str | None:
        """Return what `set` put there, unless it expired."""
        ...

    async def set(self, key: str, value: str, seconds: float) -> None:
        """Keep a value for a while."""
        ...

    async def delete(self, key: str) -> None:
        """Forget a value."""
        ...

    async def turn(self, name: str, interval: float) -> float:
        """Take the turn of `name` if `interval` seconds have passed since the last one was taken.

        Returns 0 when it was taken, else how long to wait before trying again.
        """
        ...

    def lease(self, name: str) -> AbstractAsyncContextManager[None]:
        """Hold `name` alone; wait for it while somebody else does."""
        ...
