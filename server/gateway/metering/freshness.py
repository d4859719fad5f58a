"""How far the archive has come."""

from datetime import date

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from gateway.enedis.client import Direction
from gateway.kit import paris
from gateway.metering.ledger import Kind, State
from gateway.metering.models import DayRecord


async def complete_until(session: AsyncSession, point_id: str) -> date | None:
    """Return the day after the newest whose load curve is whole."""
    newest = await session.scalar(
        select(func.max(DayRecord.day)).where(
            DayRecord.usage_point_id == point_id,
            DayRecord.kind == Kind.CURVE,
            DayRecord.direction == Direction.CONSUMPTION,
            DayRecord.state == State.COMPLETE,
        )
    )
    return None if newest is None else newest + paris.DAY
