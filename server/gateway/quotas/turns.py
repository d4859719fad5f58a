"""A few requests of one account are answered at once; its others wait their turn, and hold nobody else up.

Sixty exports of one account used to occupy every connection to the database: a reading of another account took half a
minute, or ended in 503.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from weakref import WeakValueDictionary

from gateway.problems import ProblemError

AT_ONCE = 8
"""More than a browser or Home Assistant sends at once, and about half of the database's connections."""
_LONGEST_WAIT = 30.0
_COME_BACK_AFTER = 5.0


class AccountTurns:
    """The turns of each account, in this process."""

    def __init__(self) -> None:
        self._turns: WeakValueDictionary[str, asyncio.Semaphore] = WeakValueDictionary()

    @asynccontextmanager
    async def acquire_slot(self, account_id: str) -> AsyncIterator[None]:
        """Wait for a turn of the account and keep it during the block. Raises a 429 problem after half a minute."""
        turns = self._turns.setdefault(account_id, asyncio.Semaphore(AT_ONCE))
        try:
            await asyncio.wait_for(turns.acquire(), _LONGEST_WAIT)
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
            turns.release()
