"""The store of a gateway with replicas: a Valkey server, whose clock is used. All keys begin with `med:`."""

import asyncio
import math
import random
import secrets
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from gateway.store import StoreError
from gateway.store.connection import ValkeyConnection
from gateway.store.memory import MemoryStore

_PREFIX = "med:"
_LEASE_SECONDS = 10.0
_SHORTEST_NAP, _LONGEST_NAP = 0.005, 0.1
_PLACE_SECONDS = 1.0
"""How long the next place in the queue for a lease is kept without another request by its holder."""

_INCREMENT = """
local count = redis.call('INCR', KEYS[1])
if count == 1 then redis.call('PEXPIRE', KEYS[1], ARGV[1]) end
return count
"""

_TURN = """
local time, interval = redis.call('TIME'), tonumber(ARGV[1])
local now = time[1] * 1000000 + time[2]
local wait = tonumber(redis.call('GET', KEYS[1]) or now) - now
if wait > 0 and wait <= interval then return wait end
-- a wait beyond the interval is one of a clock that was set back since
redis.call('SET', KEYS[1], string.format('%.0f', now + interval), 'PX', math.ceil(interval / 1000) + 1)
return wait > 0 and interval or 0
"""
"""Take the turn and return 0, or return how long to wait, in microseconds."""

_TAKE = """
local holder, following = redis.call('GET', KEYS[1]), redis.call('GET', KEYS[2])
if holder == ARGV[1] then return 1 end -- its answer was lost on the way
local is_next = not following or following == ARGV[1]
if is_next and not holder then
  redis.call('DEL', KEYS[2])
  redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
  return 1
end
if is_next and tonumber(ARGV[3]) > 0 then redis.call('SET', KEYS[2], ARGV[1], 'PX', ARGV[3]) end
return 0
"""
"""Take a free lease, unless another caller is next; otherwise become next, unless another caller is."""

_RENEW = "return redis.call('GET', KEYS[1]) == ARGV[1] and redis.call('PEXPIRE', KEYS[1], ARGV[2]) or 0"

_GIVE_BACK = """
local held = redis.call('GET', KEYS[1]) == ARGV[1]
for _, key in ipairs(KEYS) do
  if redis.call('GET', key) == ARGV[1] then redis.call('DEL', key) end
end
return held and 1 or 0
"""


class ValkeyStore:
    """A store in Valkey, which replicas share. The lease of a killed process becomes free after `lease_seconds`."""

    def __init__(self, url: str, *, lease_seconds: float = _LEASE_SECONDS) -> None:
        self._connection = ValkeyConnection(url)
        self._lease_seconds = lease_seconds
        self._lease_milliseconds = math.ceil(lease_seconds * 1000)
        self._here = MemoryStore()
        self._increment = self._connection.prepare_script(_INCREMENT)
        self._run_turn = self._connection.prepare_script(_TURN)
        self._take = self._connection.prepare_script(_TAKE)
        self._renew = self._connection.prepare_script(_RENEW)
        self._give_back = self._connection.prepare_script(_GIVE_BACK)

    async def get(self, key: str) -> str | None:
        """Return the value of a key; see Store."""
        found = await self._connection.execute_command(lambda valkey: valkey.get(_PREFIX + key))
        return None if found is None else str(found)

    async def set(self, key: str, value: str, seconds: float) -> None:
        """Set the value of a key for `seconds` seconds."""
        milliseconds = math.ceil(seconds * 1000)
        if milliseconds > 0:
            await self._connection.execute_command(lambda valkey: valkey.set(_PREFIX + key, value, px=milliseconds))
        else:
            await self.delete(key)

    async def delete(self, key: str) -> None:
        """Delete a key."""
        await self._connection.execute_command(lambda valkey: valkey.delete(_PREFIX + key))

    async def increment(self, key: str, seconds: float) -> int:
        """Increment a counter; see Store."""
        return await self._increment([_PREFIX + key], [math.ceil(seconds * 1000)])

    async def take_turn(self, name: str, interval: float) -> float:
        """Take a turn of `name`, or return how long to wait; see Store."""
        return await self._run_turn([f"{_PREFIX}turn:{name}"], [math.ceil(interval * 1_000_000)]) / 1_000_000

    @asynccontextmanager
    async def lease(self, name: str) -> AsyncIterator[None]:
        """Hold the lease `name` exclusively; see Store. Only the first waiter in this process asks Valkey."""
        async with self._here.lease(name), self._hold_lease(name, wait=True):
            yield

    @asynccontextmanager
    async def try_lease(self, name: str) -> AsyncIterator[bool]:
        """Hold the lease `name` if it is free; see Store."""
        async with self._here.try_lease(name) as free:
            if free:
                async with self._hold_lease(name, wait=False) as taken:
                    yield taken
            else:
                yield False

    @asynccontextmanager
    async def _hold_lease(self, name: str, *, wait: bool) -> AsyncIterator[bool]:
        lease = _Lease(name)
        taken = False
        try:
            taken = await self._acquire_lease(lease, wait=wait)
            renewing = asyncio.create_task(self._renew_lease(lease))
            try:
                yield taken
            finally:
                renewing.cancel()
                await asyncio.wait({renewing})
        finally:
            was_ours = await self._release_lease(lease)
        if taken and not was_ours:
            raise StoreError("a lease was lost")

    async def _acquire_lease(self, lease: _Lease, *, wait: bool) -> bool:
        """Try to take the lease, with growing random pauses if `wait`; return whether it was taken."""
        place = math.ceil(_PLACE_SECONDS * 1000) if wait else 0
        nap = _SHORTEST_NAP
        while True:
            lease.until = time.monotonic() + self._lease_seconds
            if await self._take(lease.keys, [lease.token, self._lease_milliseconds, place]):
                return True
            if not wait:
                return False
            await asyncio.sleep(nap * random.uniform(0.5, 1.5))  # noqa: S311 - no secret
            nap = min(nap * 1.5, _LONGEST_NAP)

    async def _renew_lease(self, lease: _Lease) -> None:
        while True:
            await asyncio.sleep(self._lease_seconds / 3)
            until = time.monotonic() + self._lease_seconds
            with suppress(StoreError):
                if await self._renew(lease.keys, [lease.token, self._lease_milliseconds]):
                    lease.until = until

    async def _release_lease(self, lease: _Lease) -> bool:
        """Release a lease and a place in its queue; return whether it was ours until now."""
        try:
            return bool(await self._give_back(lease.keys, [lease.token]))
        except StoreError:
            return time.monotonic() < lease.until

    async def close(self) -> None:
        """Close the connections."""
        await self._connection.close()


class _Lease:
    """The keys of a lease and of the next place in its queue, our token, and until when it is certainly ours."""

    def __init__(self, name: str) -> None:
        self.keys = [f"{_PREFIX}lease:{name}", f"{_PREFIX}lease:{name}:next"]
        self.token = secrets.token_hex(8)
        self.until = 0.0
