"""The only module that reads the time, so that tests can set it."""

import asyncio
import time
from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """The current time, and how to wait."""

    def now(self) -> datetime:
        """Return the present instant, in UTC."""
        ...

    def monotonic(self) -> float:
        """Return seconds since some moment, which never go back."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Wait."""
        ...


class SystemClock:
    """The machine's own clock."""

    def now(self) -> datetime:
        """Return the present instant, in UTC."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """Return seconds since some moment, which never go back."""
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        """Wait, letting others run meanwhile."""
        await asyncio.sleep(seconds)
