"""When the workers will fetch days that were not requested from Enedis yet; this gives `expected_at`.

The newest days are fetched at the worker's next visit. Older ones are fetched call by call, newest first, seven days
each; the accounts that wait take turns, and each account has a number of calls per day, most of them from 23:00 on.

Example: a history is known back to 1 June, and one account waits. A day in March is 13 calls away, 4.8 s each: it is
fetched in about a minute. With 5 calls left until 23:00, it is fetched shortly after 23:00, with the eighth call.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from gateway.counters import service as counters
from gateway.kit import paris
from gateway.metering import history
from gateway.metering.metered_point import MeteredPoint
from gateway.metering.missing import Missing, Reason
from gateway.metering.planner import WINDOWS
from gateway.metering.schedule import Kind
from gateway.quotas import budgets
from gateway.quotas.history_pacing import HISTORY_INTERVAL, iterate_history_windows
from gateway.usage_points import repository as points


@dataclass(frozen=True)
class HistoryPace:
    """How fast a history is fetched. Days from `known_from` on are known; each earlier week takes `calls_a_week` calls.

    `accounts` take turns, and in each of them its histories, of which this account has `own_histories`. The account may
    cause `user_limit` calls a day, and has used `used` on the day of `starts_at`.
    """

    known_from: date
    starts_at: datetime
    calls_a_week: int
    accounts: int
    own_histories: int
    used: int
    user_limit: int

    def expected_at(self, day: date) -> datetime:
        """Return when a day before `known_from` is expected to be fetched."""
        weeks = -(-max((self.known_from - day).days, 1) // WINDOWS[Kind.CURVE])
        calls: float = weeks * self.calls_a_week * self.own_histories
        turn = self.accounts * timedelta(seconds=HISTORY_INTERVAL)
        windows = iterate_history_windows(self.user_limit, self.used, self.starts_at, turn)
        opens_at, possible = next(windows)
        while calls > possible:
            calls -= possible
            opens_at, possible = next(windows)
        return opens_at + calls * turn


async def find_pace(session: AsyncSession, point: MeteredPoint, user_limit: int, now: datetime) -> HistoryPace | None:
    """Return how fast a usage point's history is fetched; None when no history is under way."""
    if point.history_at is None:
        return None
    today, starts_at = paris.day_of(now), max(point.history_at, now)
    progress = await history.measure_progress(session, point, today)
    counts = await points.count_unfinished_histories(session, point.account_id, starts_at)
    return HistoryPace(
        known_from=min(progress.known_from, point.recent_from),
        starts_at=starts_at,
        calls_a_week=max(len(point.directions), 1),
        accounts=max(counts.accounts_waiting, 1),
        own_histories=max(counts.own_points, 1),
        used=await counters.load_used(session, budgets.user_day(point.account_id, paris.day_of(starts_at), user_limit)),
        user_limit=user_limit,
    )


def with_pace(gaps: Iterable[Missing], point: MeteredPoint, pace: HistoryPace) -> list[Missing]:
    """Return the gaps; scheduled ones in the history get the time at which their oldest day will be fetched."""
    return [
        replace(gap, expected_at=pace.expected_at(paris.day_of(gap.start)))
        if gap.reason is Reason.SCHEDULED and paris.day_of(gap.start) < point.recent_from
        else gap
        for gap in gaps
    ]
