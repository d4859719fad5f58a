"""The line to a Valkey server: short of patience, and not tried by everybody while it is known to be down."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence

import structlog
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as BrokenConnectionError
from redis.exceptions import RedisError
from redis.maint_notifications import MaintNotificationsConfig

from gateway.store import StoreError

log = structlog.get_logger()

_PATIENCE = 0.75
_DOWN_FOR = 1.0
"""Seconds in which nobody tries a line that just failed; then one does, and the others go on failing at once."""
_AT_ONCE = 32


class Line:
    """Asks Valkey. Whatever goes wrong is a StoreError, whose text holds no address: a password may be in it."""

    def __init__(self, url: str) -> None:
        """Prepare, without connecting."""
        self._redis = Redis.from_url(
            url,
            protocol=3,
            decode_responses=True,
            socket_timeout=_PATIENCE,
            socket_connect_timeout=_PATIENCE,
            socket_keepalive=True,
            # once more, at once: the server may have closed a connection that lay idle, or have been restarted
            retry=Retry(NoBackoff(), 1, (BrokenConnectionError,)),
            # a command that Valkey does not have
            maint_notifications_config=MaintNotificationsConfig(enabled=False),
        )
        self._slots = asyncio.Semaphore(_AT_ONCE)
        self._down_until: float | None = None

    def script(self, text: str) -> Callable[[Sequence[str], Sequence[str | int]], Awaitable[int]]:
        """Prepare a script that returns a whole number; Valkey runs it without anybody between."""
        script = self._redis.register_script(text)

        async def run(keys: Sequence[str], arguments: Sequence[str | int]) -> int:
            return int(await self.ask(lambda redis: script(keys, arguments, client=redis)))

        return run

    async def ask[T](self, command: Callable[[Redis], Awaitable[T]]) -> T:
        """Return the answer to a command. Raises StoreError.

        Whoever is cancelled meanwhile still waits for the answer, a second at most: then it is known to be over, and
        the connection is whole.
        """
        asking = asyncio.create_task(self._ask(command))
        try:
            await asyncio.wait({asking})
        except asyncio.CancelledError:
            await asyncio.wait({asking})
            asking.exception()
            raise
        return asking.result()

    async def _ask[T](self, command: Callable[[Redis], Awaitable[T]]) -> T:
        async with self._slots:
            was_down = self._down_until is not None
            if self._down_until is not None:
                if time.monotonic() < self._down_until:
                    raise StoreError("the store is down")
                self._down_until = time.monotonic() + _DOWN_FOR
            try:
                answer = await command(self._redis)
            except (RedisError, OSError) as error:
                if self._down_until is None:
                    log.warning("store_down", error=type(error).__name__)
                self._down_until = time.monotonic() + _DOWN_FOR
                raise StoreError(type(error).__name__) from None
            if was_down:
                log.info("store_back")
            self._down_until = None
            return answer

    async def close(self) -> None:
        """Close the connections."""
        await self._redis.aclose()
