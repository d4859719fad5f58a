"""Refreshes on request: days that are already known are fetched from Enedis again."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from gateway.counters import service as counters
from gateway.kit import paris
from gateway.kit.database import Database
from gateway.metering import repository
from gateway.metering.planner import WINDOWS, get_history_start
from gateway.metering.schedule import Kind
from gateway.problems import ProblemError, check_range
from gateway.quotas import budgets
from gateway.quotas.history_pacing import iterate_history_windows
from gateway.usage_points import repository as points
from gateway.usage_points import service as consents
from gateway.usage_points.models import PointStatus

LONGEST_RANGE = timedelta(days=62)


@dataclass(frozen=True)
class RefreshOutcome:
    """How many days will be fetched again, with how many calls, and from when."""

    days: int
    calls: int
    expected_at: datetime


async def request_refresh(
    database: Database, now: datetime, account_id: str, point_id: str, start: date, end: date, user_limit: int
) -> RefreshOutcome:
    """Schedule the days `[start, end[` to be fetched again, for every feed that has them. Raises ProblemError.

    Recent days are fetched now. Older ones are fetched as history is: once it may use one of the `user_limit` calls
    that the account has a day.
    """
    today = paris.day_of(now)
    check_range(start, end, LONGEST_RANGE)
    if end > today or start < get_history_start(Kind.CURVE, today):
        raise ProblemError(
            400, "invalid_range", "Only past days can be refreshed, back to the start of Enedis' history."
        )
    async with database.write() as session:
        point = await consents.get_usage_point(session, account_id, point_id)
        if point.status is not PointStatus.GRANTED:
            raise ProblemError(409, "no_consent", "There is no consent for this meter: share it again first.")
        marked = await repository.schedule_again(session, point_id, start, end, now)
        await points.schedule_refresh(session, point_id, start, now)
        used = await counters.load_used(session, budgets.user_day(account_id, today, user_limit))
    expected_at = now if end > point.wanted_from else next(iterate_history_windows(user_limit, used, now))[0]
    calls = sum(-(-days // WINDOWS[feed.kind]) for feed, days in marked.items())
    return RefreshOutcome(max(marked.values(), default=0), calls, expected_at)
