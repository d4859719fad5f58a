"""Usage points in the database. Each call names the account: nobody reaches another's."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from gateway.consents.models import UsagePoint


async def of_account(session: AsyncSession, account_id: str) -> Sequence[UsagePoint]:
    """Return an account's usage points, oldest first."""
    query = select(UsagePoint).where(UsagePoint.account_id == account_id)
    return (await session.scalars(query.order_by(UsagePoint.created_at, UsagePoint.id))).all()


async def find(session: AsyncSession, account_id: str, point_id: str) -> UsagePoint | None:
    """Return one of an account's usage points."""
    return await session.scalar(
        select(UsagePoint).where(UsagePoint.account_id == account_id, UsagePoint.id == point_id)
    )


async def with_work(session: AsyncSession, now: datetime, limit: int) -> Sequence[UsagePoint]:
    """Return the usage points for which there is something to ask, the longest waiting first."""
    query = select(UsagePoint).where(UsagePoint.next_work_at <= now)
    return (await session.scalars(query.order_by(UsagePoint.next_work_at).limit(limit))).all()


async def next_work(session: AsyncSession, otherwise: datetime) -> datetime:
    """Return when the next usage point has something to ask, but not after `otherwise`."""
    first = await session.scalar(select(func.min(UsagePoint.next_work_at)))
    return otherwise if first is None else min(first, otherwise)


async def schedule(session: AsyncSession, point_id: str, at: datetime) -> None:
    """Say when there is next something to ask."""
    await session.execute(update(UsagePoint).where(UsagePoint.id == point_id).values(next_work_at=at))
