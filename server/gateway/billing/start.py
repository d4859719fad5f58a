"""Since when hours are published: while history fills, the start moves back three times and not with every answer."""

from datetime import date, datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from gateway.billing.models import Publication
from gateway.consents.models import PointStatus, UsagePoint
from gateway.consents.service import RECENT, collects_curve
from gateway.enedis.client import Direction
from gateway.kit import paris
from gateway.metering import repository as metering
from gateway.metering.history import begins, reached
from gateway.metering.ledger import Kind
from gateway.metering.repository import Feed

_STEPS = (timedelta(days=365), RECENT)
_SINCE = ("{direction}_activated_on", "nothing_before_{direction}")


async def published_from(
    session: AsyncSession, point: UsagePoint, standing: Publication | None, now: datetime
) -> tuple[date | None, bool]:
    """Return the first day to publish, None as long as there is none, and whether it is the last such."""
    if standing is not None and standing.is_whole:
        return standing.starts_on, True
    today = paris.day_of(now)
    asked = {feed: await metering.ledger(session, feed, date.min, today + paris.DAY) for feed in _feeds(point)}
    asked = {feed: entries for feed, entries in asked.items() if entries}
    if not asked:
        return (standing.starts_on if standing else None), False
    if point.status is not PointStatus.GRANTED:
        return min(min(entries) for entries in asked.values()), True
    oldest = {feed: begins(feed, _activation(point, feed.direction), today) for feed in asked}
    first = min(oldest.values())
    known_since = first
    for feed in asked:
        since = await reached(session, feed, _activation(point, feed.direction), today)
        known_since = max(known_since, since if since > oldest[feed] else first)
    steps = (first, *(today - step for step in _STEPS))
    start = next((step for step in steps if known_since <= step), None)
    if standing is not None:
        start = min(start or standing.starts_on, standing.starts_on)
    return start, known_since <= first


def _feeds(point: UsagePoint) -> list[Feed]:
    kind = Kind.DAILY if collects_curve(point) is False else Kind.CURVE
    return [Feed(point.id, kind, direction) for direction in Direction]


def _activation(point: UsagePoint, direction: Direction) -> date | None:
    told = [point.contract.get(key.format(direction=direction)) for key in _SINCE]
    return max((date.fromisoformat(day) for day in told if day), default=None)
