"""An event loop whose time leaps to whatever is due next as soon as nobody works: sixty days pass in minutes.

Everything has to happen in this process. What is done in threads, SQLite above all, is counted, so that time stands
still meanwhile.
"""

import asyncio
import selectors
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from concurrent.futures import Executor
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import wraps
from typing import Any, override
from unittest import mock

import aiosqlite
import anyio.to_thread


class _Leaping(selectors.DefaultSelector):
    """Leaps instead of waiting."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 0.0
        self.at_work = 0

    @override
    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        found = super().select(0)
        if found or timeout == 0:
            return found
        if self.at_work or timeout is None:
            return super().select(None)
        self.now += timeout
        return []


class LeapingLoop(asyncio.SelectorEventLoop):
    """The loop."""

    def __init__(self) -> None:
        self.leaping = _Leaping()
        super().__init__(self.leaping)

    @override
    def time(self) -> float:
        return self.leaping.now

    @override
    def run_in_executor[*Given, Result](
        self, executor: Executor | None, func: Callable[[*Given], Result], *args: *Given
    ) -> asyncio.Future[Result]:
        future = super().run_in_executor(executor, func, *args)
        self.leaping.at_work += 1
        future.add_done_callback(lambda _: self._end_work())
        return future

    def _end_work(self) -> None:
        self.leaping.at_work -= 1


def _count_work[**Given, Result](
    work: Callable[Given, Awaitable[Result]],
) -> Callable[Given, Coroutine[Any, Any, Result]]:
    @wraps(work)
    async def run_counted(*args: Given.args, **kwargs: Given.kwargs) -> Result:
        loop = asyncio.get_running_loop()
        assert isinstance(loop, LeapingLoop)
        loop.leaping.at_work += 1
        try:
            return await work(*args, **kwargs)
        finally:
            loop.leaping.at_work -= 1

    return run_counted


@contextmanager
def _threads_counted() -> Iterator[None]:
    connection = aiosqlite.Connection
    with (
        mock.patch.object(connection, "_execute", _count_work(connection._execute)),
        mock.patch.object(connection, "_connect", _count_work(connection._connect)),
        mock.patch.object(connection, "close", _count_work(connection.close)),
        mock.patch.object(anyio.to_thread, "run_sync", _count_work(anyio.to_thread.run_sync)),
    ):
        yield


def run_leaping[Result](main: Coroutine[Any, Any, Result]) -> Result:
    """Run on a leaping loop."""
    with _threads_counted(), asyncio.Runner(loop_factory=LeapingLoop) as runner:
        return runner.run(main)


class LeapingClock:
    """The loop's time as a clock: the gateway's, and by `now` and `frozen` the simulator's."""

    frozen = False

    def __init__(self, begun: datetime) -> None:
        self._begun = begun

    def now(self) -> datetime:
        """Return the present instant, in UTC."""
        return self._begun + timedelta(seconds=self.monotonic())

    def monotonic(self) -> float:
        """Return the seconds since the loop began."""
        return asyncio.get_running_loop().time()

    async def sleep(self, seconds: float) -> None:
        """Wait."""
        await asyncio.sleep(seconds)
