"""How far back the history of a usage point is known."""

from datetime import date

from sqlalchemy.ext.asyncio import AsyncSession

from gateway.kit import paris
from gateway.metering import repository
from gateway.metering.planner import history_starts
from gateway.metering.repository import Feed


def begins(feed: Feed, since: date | None, today: date) -> date:
    """Return the oldest day of a feed that Enedis can have: not before its limit, nor before the meter's service."""
    return min(max(history_starts(feed.kind, today), since or date.min), today)


async def reached(session: AsyncSession, feed: Feed, since: date | None, today: date) -> date:
    """Return the day since which every day up to yesterday was asked; `begins` once the history is whole.

    Yesterday itself may still be to come.
    """
    first = begins(feed, since, today)
    asked = await repository.ledger(session, feed, first, today)
    unasked = [day for day in paris.days(first, today - paris.DAY) if day not in asked]
    return unasked[-1] + paris.DAY if unasked else first
