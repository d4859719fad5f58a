"""The connection to a Valkey server: short time-outs, and no attempt while the server is known to be down."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress

import structlog
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as BrokenConnectionError
from redis.exceptions import RedisError
from redis.exceptions import TimeoutError as LateAnswerError
from redis.maint_notifications import MaintNotificationsConfig

from gateway.store import StoreError

log = structlog.get_logger()

_CHECKS = 20
_CHECK_SECONDS = 0.1
"""An answer may take 20 checks of 0.1 seconds each, connecting included. One wait of two seconds would not do: a
gateway that was itself blocked that long would time out before reading the answer that had arrived meanwhile."""
_RETRY_SECONDS = 1.0
_MOST_AT_ONCE = 32
_DOWN = (BrokenConnectionError, LateAnswerError, OSError)


async def _wait_for_answer[T](command: Awaitable[T]) -> T:
    """Return the answer to a command. Raises TimeoutError, and then closes the connection of the command."""
    asking = asyncio.ensure_future(command)
    try:
        for _ in range(_CHECKS):
            await asyncio.wait({asking}, timeout=_CHECK_SECONDS)
            if asking.done():
                return asking.result()
        raise TimeoutError
    finally:
        asking.cancel()


class ValkeyConnection:
    """Executes commands. Every failure is a StoreError without the server's URL, which may contain a password."""

    def __init__(self, url: str) -> None:
        self._valkey = Redis.from_url(
            url,
            decode_responses=True,
            protocol=3,
            # a command of Redis Enterprise, which Valkey refuses
            maint_notifications_config=MaintNotificationsConfig(enabled=False),
            socket_timeout=None,  # `_wait_for_answer` has its own
            socket_keepalive=True,
            # retry once, immediately: the server may have closed an idle connection, or have been restarted
            retry=Retry(NoBackoff(), 1, (BrokenConnectionError,)),
            retry_on_error=[BrokenConnectionError],
            # the certificate must contain the server's name
            **({"ssl_check_hostname": True} if url.startswith("rediss:") else {}),
        )
        self._slots = asyncio.Semaphore(_MOST_AT_ONCE)
        self._reconnecting: asyncio.Task[None] | None = None

    def prepare_script(self, text: str) -> Callable[[Sequence[str], Sequence[str | int]], Awaitable[int]]:
        """Return a function that runs a script atomically in Valkey and returns its result, a whole number."""
        script = self._valkey.register_script(text)

        async def run_script(keys: Sequence[str], arguments: Sequence[str | int]) -> int:
            return int(await self.execute_command(lambda valkey: script(keys, arguments, client=valkey)))

        return run_script

    async def execute_command[T](self, command: Callable[[Redis], Awaitable[T]]) -> T:
        """Execute a command and return the answer. Raises StoreError.

        A cancelled caller still waits for the answer, up to the time-out: the command may have taken a lease, and an
        unread answer would be taken for that of the next command.
        """
        asking = asyncio.create_task(self._execute_once(command))
        try:
            await asyncio.wait({asking})
        except asyncio.CancelledError:
            await asyncio.wait({asking})
            asking.exception()
            raise
        return asking.result()

    async def _execute_once[T](self, command: Callable[[Redis], Awaitable[T]]) -> T:
        async with self._slots:
            if self._reconnecting:
                raise StoreError("the store is down")
            try:
                return await _wait_for_answer(command(self._valkey))
            except _DOWN as error:
                if not self._reconnecting:
                    log.warning("store_down", error=type(error).__name__)
                    self._reconnecting = asyncio.create_task(self._wait_until_back())
                raise StoreError(type(error).__name__) from None
            except RedisError as error:
                log.warning("store_refused", error=type(error).__name__)
                raise StoreError(type(error).__name__) from None

    async def _wait_until_back(self) -> None:
        """Check in the background until the server answers, so that no request waits for it."""
        while True:
            await asyncio.sleep(_RETRY_SECONDS)
            with suppress(RedisError, OSError):
                await _wait_for_answer(self._valkey.ping())
                log.info("store_back")
                self._reconnecting = None
                return

    async def close(self) -> None:
        """Close the connections."""
        if self._reconnecting:
            self._reconnecting.cancel()
            await asyncio.wait({self._reconnecting})
        await self._valkey.aclose()
