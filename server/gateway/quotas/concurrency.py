"""Limits the concurrent requests of each account; its further requests wait without delaying other accounts.

Sixty exports of one account used to occupy every connection to the database: a request of another account took half a
minute, or failed with 503.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from weakref import WeakValueDictionary

from gateway.problems import ProblemError

AT_ONCE = 8
"""More than a browser or Home Assistant sends at once, and about half of the 15 connections to either database."""
LONGEST_WAIT = 30.0
_COME_BACK_AFTER = 5.0


class ConcurrencyLimiter:
    """The slots of each account in this process."""

    def __init__(self) -> None:
        self._slots: WeakValueDictionary[str, asyncio.Semaphore] = WeakValueDictionary()

    @asynccontextmanager
    async def limit_concurrency(self, account_id: str) -> AsyncIterator[None]:
        """Hold one of the account's 8 slots during the block. Raises ProblemError (429) after 30 seconds of waiting."""
        slots = self._slots.setdefault(account_id, asyncio.Semaphore(AT_ONCE))
        try:
            await asyncio.wait_for(slots.acquire(), LONGEST_WAIT)
        except TimeoutError as error:
            raise ProblemError(
                429,
                "too_many_attempts",
                f"More than {AT_ONCE} requests of this account are being answered. Wait for them, then try again.",
                retry_after=_COME_BACK_AFTER,
            ) from error
        try:
            yield
        finally:
            slots.release()
