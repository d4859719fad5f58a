"""When Enedis does not answer, all replicas leave it alone for a while, then send one call to see."""

import json
from datetime import datetime, timedelta

from gateway.enedis.errors import EnedisError, Meaning
from gateway.kit.clock import Clock
from gateway.store import Store

FAILURES = 5
"""So many calls in a row that failed, of whichever homes, are no single home's trouble."""
_FIRST_PAUSE = timedelta(minutes=1)
_LONGEST_PAUSE = timedelta(minutes=15)
_PROBE = 30.0
"""Seconds that a call sent to see has before the next one."""
_FORGOTTEN = 3600.0


class Circuit:
    """Counts failures in a row by API; open after five, for one minute, then two, four, up to fifteen."""

    def __init__(self, store: Store, clock: Clock) -> None:
        """Prepare."""
        self._store = store
        self._clock = clock

    async def check(self, api: str) -> None:
        """Let a call through, or raise EnedisError(DOWN) that says when to come back."""
        failures, until = await self._state(api)
        if failures < FAILURES:
            return
        now = self._clock.now()
        if now < until:
            raise EnedisError(Meaning.DOWN, "circuit", until)
        if wait := await self._store.turn(f"enedis:{api}:probe", _PROBE):
            raise EnedisError(Meaning.DOWN, "circuit", now + timedelta(seconds=wait))

    async def answered(self, api: str) -> None:
        """Note that Enedis answers, whatever it says."""
        if (await self._state(api))[0]:
            await self._store.delete(_key(api))

    async def failed(self, api: str) -> None:
        """Note that Enedis did not answer."""
        failures = (await self._state(api))[0] + 1
        pause = min(_FIRST_PAUSE * 2 ** max(0, failures - FAILURES), _LONGEST_PAUSE)
        state = json.dumps([failures, (self._clock.now() + pause).isoformat()])
        await self._store.set(_key(api), state, _FORGOTTEN)

    async def _state(self, api: str) -> tuple[int, datetime]:
        text = await self._store.get(_key(api))
        if text is None:
            return 0, self._clock.now()
        failures, until = json.loads(text)
        return failures, datetime.fromisoformat(until)


def _key(api: str) -> str:
    return f"enedis:{api}:circuit"
