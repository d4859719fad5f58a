"""State shared by replicas: cache, counters, leases, turns of outbound calls. The memory store serves one process."""

from contextlib import AbstractAsyncContextManager
from typing import Protocol

from gateway.kit.outage import OutageError


class StoreError(OutageError):
    """The store does not answer, or a lease was lost: work that needs a lease has to wait."""


class Store(Protocol):
    """The methods of a store; each may raise StoreError."""

    async def get(self, key: str) -> str | None:
        """Return the value of a key, or None if it is not set or has expired."""
        ...

    async def set(self, key: str, value: str, seconds: float) -> None:
        """Set the value of a key for `seconds` seconds."""
        ...

    async def delete(self, key: str) -> None:
        """Delete a key."""
        ...

    async def increment(self, key: str, seconds: float) -> int:
        """Increment a counter and return it; a new counter expires after `seconds` seconds.

        `get` reads the counter, `delete` resets it. After a broken connection, one increment may be counted twice.
        """
        ...

    async def take_turn(self, name: str, interval: float) -> float:
        """Take a turn of `name` if `interval` seconds have passed since the last one was taken.

        Returns 0 if it was taken, else how many seconds to wait before trying again.
        """
        ...

    def lease(self, name: str) -> AbstractAsyncContextManager[None]:
        """Hold the lease `name` exclusively during the block; wait for it in order of arrival.

        The block is never interrupted: if the lease was lost in the meantime, StoreError is raised at its end.
        """
        ...

    def try_lease(self, name: str) -> AbstractAsyncContextManager[bool]:
        """Like `lease`, but without waiting: yields False if another holder has the lease."""
        ...

    async def close(self) -> None:
        """Close the connections."""
        ...
