"""Refreshes on request: days that are already known are fetched from Enedis again."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from gateway.kit import paris
from gateway.kit.database import Database
from gateway.metering import repository
from gateway.metering.planner import WINDOWS, get_history_start
from gateway.metering.schedule import Kind
from gateway.problems import ProblemError, check_range
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
    database: Database, now: datetime, account_id: str, point_id: str, start: date, end: date
) -> RefreshOutcome:
    """Schedule the days `[start, end[` to be fetched again now, for every feed that has them. Raises ProblemError."""
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
    calls = sum(-(-days // WINDOWS[feed.kind]) for feed, days in marked.items())
    return RefreshOutcome(max(marked.values(), default=0), calls, now)
