"""Asking again for days that are known, because somebody asks for it."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from gateway.kit import paris
from gateway.kit.database import Database
from gateway.metering import repository
from gateway.metering.planner import WINDOWS, history_starts
from gateway.metering.schedule import Kind
from gateway.problems import ProblemError, check_range
from gateway.usage_points import repository as points
from gateway.usage_points import service as consents
from gateway.usage_points.models import PointStatus

LONGEST_RANGE = timedelta(days=62)


@dataclass(frozen=True)
class Refresh:
    """What will be asked again."""

    days: int
    calls: int
    expected_at: datetime


async def schedule_refresh(
    database: Database, now: datetime, account_id: str, point_id: str, start: date, end: date
) -> Refresh:
    """Have the days `[start, end[` asked again soon, in all that was asked of them. Raises a problem."""
    today = paris.day_of(now)
    check_range(start, end, LONGEST_RANGE)
    if end > today or start < history_starts(Kind.CURVE, today):
        raise ProblemError(400, "invalid_range", "Only past days can be refreshed, and as far as Enedis' history goes.")
    async with database.write() as session:
        point = await consents.get_usage_point(session, account_id, point_id)
        if point.status is not PointStatus.GRANTED:
            raise ProblemError(409, "no_consent", "Enedis may not be asked: share the meter again first.")
        marked = await repository.ask_again(session, point_id, start, end, now)
        await points.refresh_from(session, point_id, start, now)
    calls = sum(-(-days // WINDOWS[feed.kind]) for feed, days in marked.items())
    return Refresh(max(marked.values(), default=0), calls, now)
