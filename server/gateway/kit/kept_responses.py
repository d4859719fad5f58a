"""A cache of prepared responses that are valid as long as their data is unchanged.

Each response has the version of its data. Before a response is sent, one small query checks that the database still has
this version: no process sends data that another process has changed.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable
from dataclasses import dataclass

from gateway.kit.clock import Clock
from gateway.kit.conditional import Prepared

_OVERHEAD = 1024
"""The approximate memory of a response besides its content, in bytes."""


@dataclass(frozen=True)
class _Kept:
    """A response, the version of its data, and the monotonic second at which it expires."""

    response: Prepared
    version: str
    until: float

    @property
    def size(self) -> int:
        """The memory it takes, in bytes."""
        return len(self.response.content) + _OVERHEAD


class KeptResponses:
    """A cache with limits for its bytes and for the age of responses in seconds; the oldest are removed first."""

    def __init__(self, clock: Clock, most_bytes: int, seconds: float) -> None:
        self._clock = clock
        self._most_bytes = most_bytes
        self._seconds = seconds
        self._kept: OrderedDict[tuple[Hashable, ...], _Kept] = OrderedDict()
        self._bytes = 0
        self._timer: asyncio.TimerHandle | None = None

    async def find_current(
        self, key: tuple[Hashable, ...], owner: Hashable, load_version: Callable[[], Awaitable[str | None]]
    ) -> Prepared | None:
        """Return the response kept for `key` if the database still has its version, else None.

        `owner` is the part of the key whose data it is: if it has no version any more, all its responses are removed.
        """
        kept = self._kept.get(key)
        if kept is None:
            return None
        if kept.until > self._clock.monotonic():
            version = await load_version()
            if version == kept.version:
                return kept.response
            if version is None:
                self.forget_owner(owner)
        if self._kept.get(key) is kept:
            self._forget(key)
        return None

    def keep_response(self, key: tuple[Hashable, ...], version: str, response: Prepared) -> None:
        """Keep a response that was built from data of `version`."""
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

    def forget_owner(self, owner: Hashable) -> None:
        """Remove all responses with `owner` in their key, because its data was deleted."""
        for key in [key for key in self._kept if owner in key]:
            self._forget(key)

    def clear(self) -> None:
        """Remove all responses."""
        self._kept.clear()
        self._bytes = 0
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _forget(self, key: tuple[Hashable, ...]) -> None:
        if (kept := self._kept.pop(key, None)) is not None:
            self._bytes -= kept.size

    def _forget_outdated(self) -> None:
        """Remove expired responses, and schedule the next run for the rest."""
        now, self._timer = self._clock.monotonic(), None
        while self._kept and (oldest := next(iter(self._kept.items())))[1].until <= now:
            self._forget(oldest[0])
        if self._kept:
            pause = max(next(iter(self._kept.values())).until - now, 1)
            self._timer = asyncio.get_running_loop().call_later(pause, self._forget_outdated)
