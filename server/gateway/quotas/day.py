"""What an account has used today (in Paris): calls to Enedis, and answers about usage points.

Calls are counted in database rows, which stay exact across restarts. Answers cause no calls: they are counted in the
shared store, and not counted while it is down.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from gateway.counters import repository as counter_rows
from gateway.counters import service as counters
from gateway.kit import paris
from gateway.kit.clock import Clock
from gateway.kit.database import Database
from gateway.kit.rate_limit_headers import build_rate_limit_headers
from gateway.problems import ProblemError
from gateway.quotas import budgets
from gateway.store import Store, StoreError
from gateway.store.cache import read_cached, write_cached

_PAST = timedelta(days=31)
_REMEMBERED = 60.0
"""Seconds. Counting a call deletes the cached number, but a concurrent reader may store the previous one again."""


async def forget_calls(store: Store, account_id: str, day: date) -> None:
    """Delete the cached number of an account's calls, since it is about to change, or was reset. Raises StoreError."""
    await store.delete(_calls_key(account_id, day))


@dataclass(frozen=True)
class Use:
    """How much of a limit is used, and when it is reset."""

    name: str
    used: int
    limit: int
    resets_at: datetime

    def build_headers(self, now: datetime) -> dict[str, str]:
        """Return the rate limit headers."""
        day = self.resets_at - paris.midnight(paris.day_of(now))
        left = (self.resets_at - now).total_seconds()
        return build_rate_limit_headers(self.name, self.limit, self.limit - self.used, left, day / timedelta(seconds=1))


class DailyQuota:
    """The limits of an account for the present day in Paris."""

    def __init__(self, database: Database, store: Store, clock: Clock, calls: int, answers: int) -> None:
        """`calls` and `answers` are the limits per account and day."""
        self._database = database
        self._store = store
        self._clock = clock
        self._calls = calls
        self._answers = answers

    async def load_calls(self, account_id: str) -> Use:
        """Return how many calls to Enedis an account has used today, from the database."""
        today = paris.day_of(self._clock.now())
        async with self._database.read() as session:
            used = await counters.load_used(session, budgets.user_day(account_id, today, self._calls))
        return Use("enedis", used, self._calls, self._get_midnight())

    async def list_past_calls(self, account_id: str) -> list[tuple[date, int]]:
        """Return the calls to Enedis of each of the last 31 days, oldest first, today included."""
        today = paris.day_of(self._clock.now())
        first = today - _PAST + paris.DAY
        name = budgets.user_day(account_id, today, self._calls).name
        async with self._database.read() as session:
            found = await counter_rows.list_of_name_since(session, name, first.isoformat())
        return [(day, found.get(day.isoformat(), 0)) for day in paris.iterate_days(first, today + paris.DAY)]

    async def load_recent_calls(self, account_id: str) -> Use:
        """Like `load_calls`, but cached in the store for a minute: every response needs it for its headers."""
        key = _calls_key(account_id, paris.day_of(self._clock.now()))
        if (remembered := await read_cached(self._store, key)) is not None:
            return Use("enedis", int(remembered), self._calls, self._get_midnight())
        calls = await self.load_calls(account_id)
        await write_cached(self._store, key, str(calls.used), _REMEMBERED)
        return calls

    async def load_answers(self, account_id: str) -> Use:
        """Return how many answers an account has used today; 0 if the store is down."""
        try:
            used = int(await self._store.get(self._cache_key(account_id)) or 0)
        except StoreError:
            used = 0
        return Use("answers", used, self._answers, self._get_midnight())

    async def count_answer(self, account_id: str) -> Use:
        """Count an answer about a usage point. Raises ProblemError (429) if the limit is exceeded."""
        midnight, now = self._get_midnight(), self._clock.now()
        seconds = (midnight - now).total_seconds()
        try:
            used = await self._store.increment(self._cache_key(account_id), seconds)
        except StoreError:
            used = 0
        if used > self._answers:
            words = f"An account gets {self._answers} answers about its meters a day; come back after midnight."
            use = Use("answers", used, self._answers, midnight)
            raise ProblemError(429, "too_many_answers", words, retry_after=seconds, headers=use.build_headers(now))
        return Use("answers", used, self._answers, midnight)

    def _get_midnight(self) -> datetime:
        return paris.midnight(paris.day_of(self._clock.now()) + paris.DAY)

    def _cache_key(self, account_id: str) -> str:
        return f"answers:{account_id}:{paris.day_of(self._clock.now())}"


def _calls_key(account_id: str, day: date) -> str:
    return f"calls:{account_id}:{day}"
