"""The pace of calls to Enedis: one at a time for all replicas, inside the hour's budget and the payer's day."""

import asyncio
from collections import defaultdict
from datetime import datetime, timedelta

from gateway.enedis.client import Api
from gateway.enedis.errors import EnedisError, Meaning
from gateway.kit import paris
from gateway.kit.clock import Clock
from gateway.kit.database import Database
from gateway.quotas import service as quotas
from gateway.store import Store

_MARGIN = 1.25
"""Calls leave 250 ms apart, so that one that is delayed by as much still makes no sixth in Enedis' second."""
_PATIENCE = 60.0
_PAUSE = timedelta(minutes=1)


class EnedisPace:
    """Fails closed: without a turn or a budget there is no call."""

    def __init__(self, database: Database, store: Store, clock: Clock, calls_a_second: float, user_limit: int) -> None:
        """Prepare."""
        self._database = database
        self._store = store
        self._clock = clock
        self._interval = _MARGIN / calls_a_second
        self._user_limit = user_limit
        self._queue: dict[Api, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def wait(self, api: Api, payer: str) -> None:
        """Wait for a turn, first come, first served, and count the call. Raises EnedisError(QUOTA)."""
        queue = self._queue[api]
        try:
            async with asyncio.timeout(_PATIENCE):
                await queue.acquire()
        except TimeoutError as error:
            raise EnedisError(Meaning.QUOTA, "busy", self._clock.now() + _PAUSE) from error
        try:
            await self._take_turn(api)
            await self._charge(api, payer)
        finally:
            queue.release()

    async def _take_turn(self, api: Api) -> None:
        while True:
            # looked at each time: it may be this very queue's last call that Enedis refused
            if stopped := await self._store.get(self._stopped(api)):
                raise EnedisError(Meaning.QUOTA, "stopped", datetime.fromisoformat(stopped))
            wait = await self._store.turn(f"enedis:{api}", self._interval)
            if wait <= 0:
                return
            await self._clock.sleep(wait)

    async def _charge(self, api: Api, payer: str) -> None:
        now = self._clock.now()
        day = paris.day_of(now)
        of_user = quotas.user_day(payer, day, self._user_limit)
        budgets = [quotas.enedis_hour(api, now)]
        if api is Api.MEASURES:
            # the other APIs have hours of their own, and their callers limits: a consent is never refused for readings
            budgets.append(of_user)
        try:
            async with self._database.write() as session:
                await quotas.charge(session, budgets)
        except quotas.ExhaustedError as error:
            until = paris.midnight(day + paris.DAY) if error.budget == of_user else quotas.next_hour(now)
            raise EnedisError(Meaning.QUOTA, "budget", until) from error

    async def stop(self, api: Api, until: datetime | None) -> None:
        """Let nobody call before `until`."""
        now = self._clock.now()
        until = until if until is not None and until > now else now + _PAUSE
        await self._store.set(self._stopped(api), until.isoformat(), (until - now).total_seconds())

    @classmethod
    async def stopped_until(cls, store: Store, api: Api) -> datetime | None:
        """Return until when nobody calls, if Enedis refused for its quota."""
        until = await store.get(cls._stopped(api))
        return datetime.fromisoformat(until) if until else None

    @staticmethod
    def _stopped(api: Api) -> str:
        return f"enedis:{api}:stopped"
