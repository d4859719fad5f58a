"""Responses kept ready to send for as long as nothing that they are made of is written.

Each has the version of what it was made of. Whoever would send it asks the database first, by one small query, whether
that is still the version: however many processes write and read, none sends what another has changed.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable
from dataclasses import dataclass

from gateway.kit.clock import Clock
from gateway.kit.conditional import Prepared

_OVERHEAD = 1024
"""About what a response takes beside its content, in bytes."""


@dataclass(frozen=True)
class _Kept:
    """A response, the version it is good for, and the second of the clock at which it is forgotten."""

    response: Prepared
    version: str
    until: float

    @property
    def size(self) -> int:
        """What it takes of memory, in bytes."""
        return len(self.response.content) + _OVERHEAD


class KeptResponses:
    """At most so many bytes of them, none for longer than so many seconds; the oldest leave first."""

    def __init__(self, clock: Clock, most_bytes: int, seconds: float) -> None:
        self._clock = clock
        self._most_bytes = most_bytes
        self._seconds = seconds
        self._kept: OrderedDict[Hashable, _Kept] = OrderedDict()
        self._bytes = 0
        self._timer: asyncio.TimerHandle | None = None

    async def find_current(self, key: Hashable, load_version: Callable[[], Awaitable[str | None]]) -> Prepared | None:
        """Return what was kept for `key`, if the version that it was made of is still that of the database."""
        kept = self._kept.get(key)
        if kept is None:
            return None
        if kept.until > self._clock.monotonic() and await load_version() == kept.version:
            return kept.response
        if self._kept.get(key) is kept:
            self._forget(key)
        return None

    def keep_response(self, key: Hashable, version: str, response: Prepared) -> None:
        """Keep a response that was made of `version`."""
        kept = _Kept(response, version, self._clock.monotonic() + self._seconds)
        self._forget(key)
        if kept.size > self._most_bytes:
            return
        self._kept[key] = kept
        self._bytes += kept.size
        while self._bytes > self._most_bytes:
            self._forget(next(iter(self._kept)))
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(self._seconds, self._forget_outdated)

    def clear(self) -> None:
        """Forget all of them."""
        self._kept.clear()
        self._bytes = 0
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _forget(self, key: Hashable) -> None:
        if (kept := self._kept.pop(key, None)) is not None:
            self._bytes -= kept.size

    def _forget_outdated(self) -> None:
        """Forget what was kept long enough, whether it is asked for again or not, and look again for the rest."""
        now, self._timer = self._clock.monotonic(), None
        while self._kept and (oldest := next(iter(self._kept.items())))[1].until <= now:
            self._forget(oldest[0])
        if self._kept:
            pause = max(next(iter(self._kept.values())).until - now, 1)
            self._timer = asyncio.get_running_loop().call_later(pause, self._forget_outdated)
