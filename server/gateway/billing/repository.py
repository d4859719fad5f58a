"""What clients were told, in the database."""

from collections.abc import Mapping
from datetime import date

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from gateway.billing.models import PublishedDay
from gateway.consents.models import UsagePoint


async def published(session: AsyncSession, point_id: str) -> dict[date, PublishedDay]:
    """Return the days published so far."""
    rows = await session.scalars(select(PublishedDay).where(PublishedDay.usage_point_id == point_id))
    return {row.day: row for row in rows}


async def publish(session: AsyncSession, point_id: str, fingerprints: Mapping[date, bytes], after: int) -> bool:
    """Record the days that changed since revision `after`; False when somebody else published meanwhile."""
    moved = await session.scalar(
        update(UsagePoint)
        .where(UsagePoint.id == point_id, UsagePoint.revision == after)
        .values(revision=after + 1)
        .returning(UsagePoint.revision)
    )
    if moved is None:
        return False
    for day, fingerprint in fingerprints.items():
        await session.merge(PublishedDay(usage_point_id=point_id, day=day, revision=moved, fingerprint=fingerprint))
    return True
