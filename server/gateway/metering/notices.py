"""Notices for users about the quality of a usage point's readings."""

from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from gateway.domain.direction import Direction
from gateway.kit import paris
from gateway.metering import repository
from gateway.metering.metered_point import MeteredPoint
from gateway.metering.schedule import Feed, Kind
from gateway.usage_points.notices import Notice

_LATELY = timedelta(days=60)


async def find_notices(session: AsyncSession, point: MeteredPoint, now: datetime) -> list[Notice]:
    """Return the notice `curve_rounded`, with its first day, if Enedis rounded a curve of the last 60 days."""
    first = paris.day_of(now) - _LATELY
    days = [await repository.find_first_rounded(session, Feed(point.id, Kind.CURVE, way), first) for way in Direction]
    since = min((day for day in days if day is not None), default=None)
    return [Notice(code="curve_rounded", since=paris.midnight(since), until=None)] if since else []
