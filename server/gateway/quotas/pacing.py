"""The pace of calls to Enedis: spaced across all replicas, within the budgets of the hour and of the payer's day."""

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
"""At 5 calls a second, calls start 250 ms apart: a delay of up to 250 ms then causes no sixth call in a second."""
_LATE = 0.1
"""Seconds after which a turn expires and another is taken: counting a call can take longer on a busy database."""
_PATIENCE = 60.0
_PAUSE = timedelta(minutes=1)
_LONGEST_STOP = paris.HOUR
UPKEEP_HOUR = budgets.ENEDIS_HOUR * 19 // 20
"""Calls in an hour after which the background upkeep makes none: the rest is for live requests."""
DAY_USED_UP = "day"
"""Our code for an account whose calls of the day are used up."""


class EnedisPacer:
    """Spaces and counts calls. It fails closed: without a turn or a budget, no call is made."""

    def __init__(self, database: Database, store: Store, clock: Clock, calls_a_second: float, user_limit: int) -> None:
        self._database = database
        self._store = store
        self._clock = clock
        self._interval = _MARGIN / calls_a_second
        self._user_limit = user_limit
        self._queue: dict[Api, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def wait_for_turn(self, api: Api, payer: str) -> None:
        """Wait for a turn, in order of arrival, and count the call. Raises EnedisError(QUOTA), StoreError."""
        await self.wait_within(api, payer, budgets.ENEDIS_HOUR, self._user_limit)

    async def wait_within(self, api: Api, payer: str, hour_limit: int, user_limit: int) -> None:
        """Like `wait_for_turn`, with these limits for the calls in the hour and in the payer's day."""
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
            # checked each time, since Enedis may have refused the previous call of this queue
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
            # the other APIs have their own hours, and their callers have limits: readings never block a consent
            charged.append(of_user)
        # before the call is counted: after that, nothing that can fail, such as the store, may prevent the call
        await forget_calls(self._store, payer, day)
        try:
            async with self._database.write() as session:
                await counters.charge_budgets(session, charged)
        except counters.ExhaustedError as error:
            if error.budget == of_user:
                raise EnedisError(ErrorReason.QUOTA, DAY_USED_UP, paris.midnight(day + paris.DAY)) from error
            raise EnedisError(ErrorReason.QUOTA, "hour", budgets.next_hour(now)) from error

    async def stop_calls(self, api: Api, until: datetime | None) -> datetime:
        """Stop all calls to an API until `until`, for at most one hour (one minute if None); return when they resume.

        Enedis counts by the hour, so an instant further away is a mistake; one call per hour then checks it. If the
        store is down, the pause is not shared.
        """
        now = self._clock.now()
        until = min(until, now + _LONGEST_STOP) if until is not None and until > now else now + _PAUSE
        with suppress(StoreError):
            await start_pause(self._store, _stop_key(api), now, until)
        return until


class UpkeepPacer:
    """A pacer for the newest days, which leaves a part of the hour to people who wait."""

    def __init__(self, pacer: EnedisPacer, user_limit: int) -> None:
        """Use the turns and budgets of `pacer`; `user_limit` is how many calls an account may cause per day."""
        self._pacer = pacer
        self._user_limit = user_limit

    async def wait_for_turn(self, api: Api, payer: str) -> None:
        """Wait for a turn, and count the call. Raises EnedisError(QUOTA), StoreError."""
        await self._pacer.wait_within(api, payer, UPKEEP_HOUR, self._user_limit)

    async def stop_calls(self, api: Api, until: datetime | None) -> datetime:
        """See EnedisPacer.stop_calls."""
        return await self._pacer.stop_calls(api, until)


async def find_stop_end(store: Store, api: Api, now: datetime) -> datetime | None:
    """Return until when calls to an API are stopped after a refusal for quota; None if they are not."""
    pause = await find_pause(store, _stop_key(api), now)
    return pause.until if pause else None


def _stop_key(api: Api) -> str:
    return f"enedis:{api}:stopped"
