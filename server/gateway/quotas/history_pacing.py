"""How many of an account's daily calls to Enedis may go to older history, from when, and at what pace.

History leaves calls to the newest days, and until 23:00 also to meters that the account may still add: a person who
adds a second and a third meter in the evening sees the first sixty days of each at once. In the last hour of the day,
when hardly anybody adds a meter, history uses what is left.

Example: of 50 calls, history makes one only while the account used fewer than 14 today, for whatever purpose; from
23:00 on, fewer than 40.
"""

import math
from collections.abc import Iterator
from datetime import datetime, time, timedelta

from gateway.counters import service as counters
from gateway.enedis.client import Api
from gateway.enedis.errors import EnedisError, ErrorReason
from gateway.kit import paris
from gateway.kit.clock import Clock
from gateway.kit.database import Database
from gateway.quotas import budgets
from gateway.quotas.pacing import DAY_USED_UP, EnedisPacer
from gateway.store import Store

HISTORY_HOUR = budgets.ENEDIS_HOUR * 3 // 4
"""Calls in an hour after which none is made for older history: the rest is for upkeep and live requests."""
HISTORY_INTERVAL = 3600 / HISTORY_HOUR
"""Seconds between calls for older history, across all accounts."""
LAST_HOUR = time(23)
_FOR_NEW_DAYS = 10
"""Calls per account and day that history leaves for new days: two directions, maximum power, index, second tries."""
_FIRST_DAYS = 9
"""Calls for the first sixty days of a meter in one direction: a week each."""
_FOR_NEW_METERS = 2 * 2 * _FIRST_DAYS
"""Calls for the first sixty days of two meters that also produce."""


def compute_history_limit(user_limit: int, now: datetime) -> int:
    """Return how many calls, for any purpose, an account may have used today so that history may make another now."""
    reserve = min(_FOR_NEW_DAYS, user_limit // 5)
    if now < _find_last_hour(now):
        reserve = max(reserve, _FOR_NEW_METERS)
    return max(user_limit - reserve, 0)


def iterate_history_windows(
    user_limit: int, used: int, now: datetime, turn: timedelta = timedelta()
) -> Iterator[tuple[datetime, float]]:
    """Yield, endlessly, from when an account may make calls for history, and how many; `used` is what it used today.

    `turn` is the time from one of its calls to the next, when other accounts take turns with it; a window has no more
    calls than turns, and a long turn may leave it only a part of one.

    Example: with 50 calls, of which 12 were used at 20:00, these are 2 calls now, 26 from 23:00, 14 from midnight. If
    100 accounts take turns of 4.8 s each, only 7.5 are possible from 23:00 on.
    """
    while True:
        last_hour, midnight = _find_last_hour(now), paris.midnight(paris.day_of(now) + paris.DAY)
        spent: float = used
        for starts_at, ends_at in ((now, last_hour), (max(now, last_hour), midnight)):
            if starts_at < ends_at:
                possible = (ends_at - starts_at) / turn if turn else math.inf
                calls = min(compute_history_limit(user_limit, starts_at) - spent, possible)
                if calls > 0:
                    yield starts_at, calls
                    spent += calls
        now, used = midnight, 0


def _find_last_hour(now: datetime) -> datetime:
    return paris.at(paris.day_of(now), LAST_HOUR)


async def take_history_turn(store: Store) -> timedelta:
    """Take the turn of a call for older history and return 0; if it is not free, return how long to wait.

    Callers wait without holding anything, so that a live request for the same usage point is not delayed.
    """
    return timedelta(seconds=await store.take_turn(f"enedis:{Api.MEASURES}:history", HISTORY_INTERVAL))


class HistoryPacer:
    """A pacer for calls for older history: it uses the turns of `pacer`, and what history may use of its budgets."""

    def __init__(self, pacer: EnedisPacer, database: Database, clock: Clock, user_limit: int) -> None:
        """`user_limit` is how many calls an account may cause per day."""
        self._pacer = pacer
        self._database = database
        self._clock = clock
        self._user_limit = user_limit

    async def wait_for_turn(self, api: Api, payer: str) -> None:
        """Wait for a turn, and count the call. Raises EnedisError(QUOTA), StoreError."""
        now = self._clock.now()
        try:
            await self._pacer.wait_within(api, payer, HISTORY_HOUR, compute_history_limit(self._user_limit, now))
        except EnedisError as error:
            if error.code != DAY_USED_UP:
                raise
            async with self._database.read() as session:
                used = await counters.load_used(session, budgets.user_day(payer, paris.day_of(now), self._user_limit))
            windows = iterate_history_windows(self._user_limit, used, now)
            raise EnedisError(ErrorReason.QUOTA, DAY_USED_UP, next(windows)[0]) from error

    async def stop_calls(self, api: Api, until: datetime | None) -> datetime:
        """See EnedisPacer.stop_calls."""
        return await self._pacer.stop_calls(api, until)
