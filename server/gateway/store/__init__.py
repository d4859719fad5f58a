"""What replicas share: a cache, leases, and the pace of outbound calls. The memory store serves one process."""

from contextlib import AbstractAsyncContextManager
from typing import Protocol


class BusyError(Exception):
    """The turn would come too late: `wait` seconds from now."""

    def __init__(self, wait: float) -> None:
        """Remember how long the wait would be."""
        super().__init__(f"{wait:.1f} s")
        self.wait = wait


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

    async def turn(self, name: str, interval: float, patience: float) -> float:
        """Reserve the next turn of `name`, turns being `interval` seconds apart; return the seconds until then.

        Raises BusyError, without reserving, when that is more than `patience`.
        """
        ...

    def lease(self, name: str) -> AbstractAsyncContextManager[None]:
        """Hold `name` alone; wait for it while somebody else does."""
        ...
