"""Asking again for days that are known, because somebody wishes it."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from gateway.consents import repository as points
from gateway.consents import service as consents
from gateway.consents.models import PointStatus
from gateway.enedis.client import Direction
from gateway.kit import paris
from gateway.kit.clock import Clock
from gateway.kit.database import Database
from gateway.metering import repository
from gateway.metering.ledger import Feed, Kind
from gateway.metering.planner import WINDOWS, history_starts
from gateway.problems import ProblemError, check_range

LONGEST_RANGE = timedelta(days=62)


@dataclass(frozen=True)
class Wished:
    """What will be asked again."""

    days: int
    calls: int
    expected_at: datetime


async def wish(database: Database, clock: Clock, account_id: str, point_id: str, start: date, end: date) -> Wished:
    """Have the days `[start, end[` asked again soon, in all that was asked of them. Raises a problem."""
    now = clock.now()
    today = paris.day_of(now)
    check_range(start, end, LONGEST_RANGE)
    if end > today or start < history_starts(Kind.CURVE, today):
        raise ProblemError(400, "invalid_range", "Only past days can be refreshed, and as far as Enedis' history goes.")
    days = calls = 0
    async with database.write() as session:
        point = await consents.get(session, account_id, point_id)
        if point.status is not PointStatus.GRANTED:
            raise ProblemError(409, "no_consent", "Enedis may not be asked: share the meter again first.")
        for direction in Direction:
            for kind in Kind:
                marked = await repository.ask_again(session, Feed(point_id, kind, direction), start, end, now)
                days = max(days, marked)
                calls += -(-marked // WINDOWS[kind])
        await points.refresh_from(session, point_id, start, now)
    return Wished(days, calls, now)
