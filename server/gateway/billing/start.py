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
from gateway.metering.ledger import Feed, Kind
from gateway.metering.meters import activation

_YEAR = timedelta(days=365)


async def published_from(
    session: AsyncSession, point: UsagePoint, standing: Publication | None, now: datetime
) -> tuple[date | None, bool]:
    """Return the first day to publish, None as long as there is none, and whether it is the last such."""
    if standing is not None and standing.is_whole:
        return standing.starts_on, True
    today = paris.day_of(now)
    main, *others = _feeds(point)
    asked = await metering.ledger(session, main, date.min, today + paris.DAY)
    if not asked:
        return (standing.starts_on if standing else None), False
    if point.status is not PointStatus.GRANTED:
        return min(asked), True
    first = begins(main, activation(point, main.direction), today)
    recent = await _reached(session, point, main, first, today)
    older = max([recent, *[await _reached(session, point, feed, first, today) for feed in others]])
    steps = ((first, older), (max(first, today - _YEAR), older), (max(first, today - RECENT), recent))
    start = next((step for step, known_since in steps if known_since <= step), None)
    if standing is not None:
        start = min(start or standing.starts_on, standing.starts_on)
    return start, older <= first


async def _reached(session: AsyncSession, point: UsagePoint, feed: Feed, first: date, today: date) -> date:
    """Return since when a feed is known; `first` when all of it is."""
    activated = activation(point, feed.direction)
    since = await reached(session, feed, activated, today)
    return first if since <= begins(feed, activated, today) else since


def _feeds(point: UsagePoint) -> list[Feed]:
    """Return what makes the rows, and what else the older ones wait for, so that their sums are written once."""
    kind = Kind.DAILY if collects_curve(point) is False else Kind.CURVE
    used, gave = (Feed(point.id, kind, direction) for direction in Direction)
    if not point.contract.get("gives"):
        return [used]
    takes = point.contract.get("power_kva") is not None
    return [used, gave] if takes else [gave]
