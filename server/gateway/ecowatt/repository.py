"""Database queries for Ecowatt's days."""

from collections.abc import Mapping
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from gateway.ecowatt.models import EcowattDay, StoredHour
from gateway.kit import paris


async def list_days(session: AsyncSession, start: date) -> list[EcowattDay]:
    """Return the days from `start` on, oldest first."""
    query = select(EcowattDay).where(EcowattDay.day >= start).order_by(EcowattDay.day)
    return list(await session.scalars(query))


def read_levels(row: EcowattDay) -> dict[datetime, int]:
    """Return the levels of a day by the instant at which each hour begins."""
    return {datetime.fromisoformat(hour["start"]): hour["level"] for hour in row.hours}


def to_stored_hours(hours: Mapping[datetime, int]) -> list[StoredHour]:
    """Return levels by instant in the stored format, in order."""
    return [{"start": paris.format_instant(start), "level": level} for start, level in sorted(hours.items())]
