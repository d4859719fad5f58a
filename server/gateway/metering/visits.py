"""When the workers will fetch days that were not requested from Enedis yet; this gives `expected_at`.

The newest days are fetched at the worker's next visit. Older ones are fetched call by call, newest first, seven days
each; the accounts that wait take turns, and each account has a number of calls per day.

Example: a history is known back to 1 June, and one account waits. A day in March is 13 calls away, 4.8 s each: it is
fetched in about a minute. With 5 calls left today and 40 a day, it is fetched after midnight, with the eighth call.
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
from gateway.quotas.pacing import HISTORY_INTERVAL, compute_live_reserve
from gateway.usage_points import repository as points


@dataclass(frozen=True)
class HistoryPace:
    """How fast a history is fetched. Days from `known_from` on are known; each earlier week takes `calls_a_week` calls.

    `share` is how many histories take turns, this one included. `left_today` and `calls_a_day` are this usage point's
    calls.
    """

    known_from: date
    starts_at: datetime
    calls_a_week: int
    share: int
    left_today: int
    calls_a_day: int

    def expected_at(self, day: date) -> datetime:
        """Return when a day before `known_from` is expected to be fetched."""
        weeks = -(-max((self.known_from - day).days, 1) // WINDOWS[Kind.CURVE])
        calls = weeks * self.calls_a_week
        turn = timedelta(seconds=HISTORY_INTERVAL * self.share)
        if calls <= self.left_today:
            return self.starts_at + calls * turn
        days, more = divmod(calls - self.left_today - 1, self.calls_a_day)
        return paris.midnight(paris.day_of(self.starts_at) + (days + 1) * paris.DAY) + (more + 1) * turn


async def find_pace(session: AsyncSession, point: MeteredPoint, user_limit: int, now: datetime) -> HistoryPace | None:
    """Return how fast a usage point's history is fetched; None when no history is under way."""
    if point.history_at is None:
        return None
    today = paris.day_of(now)
    progress = await history.measure_progress(session, point, today)
    counts = await points.count_unfinished_histories(session, point.account_id, now)
    accounts, own = max(counts.accounts_waiting, 1), max(counts.own_points, 1)
    a_day = max((user_limit - compute_live_reserve(user_limit)) // own, 1)
    used = await counters.load_used(session, budgets.user_day(point.account_id, today, user_limit))
    return HistoryPace(
        known_from=min(progress.known_from, point.recent_from),
        starts_at=max(point.history_at, now),
        calls_a_week=max(len(point.directions), 1),
        share=accounts * own,
        left_today=max(user_limit - compute_live_reserve(user_limit) - used, 0) // own,
        calls_a_day=a_day,
    )


def with_pace(gaps: Iterable[Missing], point: MeteredPoint, pace: HistoryPace) -> list[Missing]:
    """Return the gaps; scheduled ones in the history get the time at which their oldest day will be fetched."""
    return [
        replace(gap, expected_at=pace.expected_at(paris.day_of(gap.start)))
        if gap.reason is Reason.SCHEDULED and paris.day_of(gap.start) < point.recent_from
        else gap
        for gap in gaps
    ]
