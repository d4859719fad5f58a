"""The pace of calls to Enedis: one at a time for all replicas, inside the hour's budget and the payer's day."""

import asyncio
from collections import defaultdict
from contextlib import suppress
from datetime import datetime, timedelta

from gateway.counters import service as counters
from gateway.enedis.client import Api
from gateway.enedis.errors import EnedisError, ErrorReason
from gateway.kit import paris
from gateway.kit.clock import Clock
from gateway.kit.database import Database
from gateway.quotas import budgets
from gateway.quotas.day import forget_calls
from gateway.store import Store, StoreError
from gateway.store.pause import find_pause, start_pause

_MARGIN = 1.25
"""Calls leave 250 ms apart, so that one that is delayed by as much still makes no sixth in Enedis' second."""
_LATE = 0.1
"""Seconds after which a turn is too old to call by: counting a call can take longer on a busy database."""
_PATIENCE = 60.0
_PAUSE = timedelta(minutes=1)
_LONGEST_STOP = paris.HOUR
UPKEEP_HOUR = budgets.ENEDIS_HOUR * 19 // 20
"""Calls in an hour after which none is made for newest days behind requests: the rest is for people who wait."""
HISTORY_HOUR = budgets.ENEDIS_HOUR * 3 // 4
"""Calls in an hour after which none is made for older history: the rest is for the newest days and for people."""
HISTORY_INTERVAL = 3600 / HISTORY_HOUR
"""Seconds between the calls for older history, of whichever accounts."""
_LIVE_RESERVE = 10
"""Calls of a user's day that are kept for the live day: two directions, maximum power, index, and second tries."""


class EnedisPacer:
    """Fails closed: without a turn or a budget there is no call."""

    def __init__(self, database: Database, store: Store, clock: Clock, calls_a_second: float, user_limit: int) -> None:
        self._database = database
        self._store = store
        self._clock = clock
        self._interval = _MARGIN / calls_a_second
        self._user_limit = user_limit
        self._queue: dict[Api, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def wait_for_turn(self, api: Api, payer: str) -> None:
        """Wait for a turn, first come, first served, and count the call. Raises EnedisError(QUOTA), StoreError."""
        await self.wait_within(api, payer, budgets.ENEDIS_HOUR, self._user_limit)

    async def wait_within(self, api: Api, payer: str, hour_limit: int, user_limit: int) -> None:
        """Wait for a turn while so much of the hour's and of the payer's budget is left; see `wait_for_turn`."""
        queue = self._queue[api]
        try:
            async with asyncio.timeout(_PATIENCE):
                await queue.acquire()
        except TimeoutError as error:
            raise EnedisError(ErrorReason.QUOTA, "busy", self._clock.now() + _PAUSE) from error
        try:
            await self._take_turn(api)
            taken_at = self._clock.monotonic()
            await self._charge_call(api, payer, hour_limit, user_limit)
            if self._clock.monotonic() - taken_at > _LATE:
                await self._take_turn(api)
        finally:
            queue.release()

    async def _take_turn(self, api: Api) -> None:
        while True:
            # looked at each time: it may be this very queue's last call that Enedis refused
            if until := await find_stop_end(self._store, api, self._clock.now()):
                raise EnedisError(ErrorReason.QUOTA, "stopped", until)
            wait = await self._store.take_turn(f"enedis:{api}", self._interval)
            if wait <= 0:
                return
            await self._clock.sleep(wait)

    async def _charge_call(self, api: Api, payer: str, hour_limit: int, user_limit: int) -> None:
        now = self._clock.now()
        day = paris.day_of(now)
        of_user = budgets.user_day(payer, day, user_limit)
        charged = [budgets.enedis_hour(api, now, hour_limit)]
        if api is Api.MEASURES:
            # the other APIs have hours of their own, and their callers limits: a consent is never refused for readings
            charged.append(of_user)
        # before the call is counted: once it is, nothing stands between that and the call, least of all a store away
        await forget_calls(self._store, payer, day)
        try:
            async with self._database.write() as session:
                await counters.charge_budgets(session, charged)
        except counters.ExhaustedError as error:
            if error.budget == of_user:
                raise EnedisError(ErrorReason.QUOTA, "day", paris.midnight(day + paris.DAY)) from error
            raise EnedisError(ErrorReason.QUOTA, "hour", budgets.next_hour(now)) from error

    async def stop_calls(self, api: Api, until: datetime | None) -> datetime:
        """Let nobody call before `until`, if that can be noted, but for an hour at most; return when calls go on.

        Enedis counts by the hour: an instant further away is a fault, and one call an hour finds out.
        """
        now = self._clock.now()
        until = min(until, now + _LONGEST_STOP) if until is not None and until > now else now + _PAUSE
        with suppress(StoreError):
            await start_pause(self._store, _stop_key(api), now, until)
        return until


class CappedPacer:
    """The pace of calls that leave a part of the hour, and of the payer's day, to others."""

    def __init__(self, pacer: EnedisPacer, hour_limit: int, user_limit: int) -> None:
        """Share the turns of all others, and their budgets up to these limits."""
        self._pacer = pacer
        self._hour_limit = hour_limit
        self._user_limit = user_limit

    async def wait_for_turn(self, api: Api, payer: str) -> None:
        """Wait for a turn, and count the call. Raises EnedisError(QUOTA), StoreError."""
        await self._pacer.wait_within(api, payer, self._hour_limit, self._user_limit)

    async def stop_calls(self, api: Api, until: datetime | None) -> datetime:
        """See EnedisPacer.stop_calls."""
        return await self._pacer.stop_calls(api, until)


async def take_history_turn(store: Store) -> timedelta:
    """Take the turn of a call for older history, and return nothing to wait; else how long there is to wait for it.

    Whoever waits holds nothing meanwhile: a person may want the same home's days.
    """
    return timedelta(seconds=await store.take_turn(f"enedis:{Api.MEASURES}:history", HISTORY_INTERVAL))


def compute_live_reserve(user_limit: int) -> int:
    """Return how many calls of a user's day the older history leaves alone."""
    return min(_LIVE_RESERVE, max(1, user_limit // 5))


async def find_stop_end(store: Store, api: Api, now: datetime) -> datetime | None:
    """Return until when nobody calls, if Enedis refused for its quota."""
    pause = await find_pause(store, _stop_key(api), now)
    return pause.until if pause else None


def _stop_key(api: Api) -> str:
    return f"enedis:{api}:stopped"
