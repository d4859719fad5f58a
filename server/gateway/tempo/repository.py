"""Database queries for Tempo days."""

from datetime import date, datetime

from sqlalchemy import case, exists, select
from sqlalchemy.ext.asyncio import AsyncSession

from gateway.domain.tempo_days import Color
from gateway.domain.tempo_season import find_color_by_rule
from gateway.kit import paris
from gateway.tempo.models import ColorSource, TempoDay


async def list_days(session: AsyncSession, start: date = date.min, end: date = date.max) -> dict[date, TempoDay]:
    """Return the rows of the days `[start, end[`, oldest first, including those without a colour."""
    query = select(TempoDay).where(TempoDay.day >= start, TempoDay.day < end).order_by(TempoDay.day)
    return {row.day: row for row in await session.scalars(query)}


async def list_unconfirmed(
    session: AsyncSession, start: date, end: date, now: datetime, by: ColorSource | None = None
) -> dict[date, datetime | None]:
    """Return when the days `[start, end[` were last answered, None for confirmed ones.

    Rows with a time later than `now` are left out, and those from other sources than `by`. The query loads no whole
    rows, since there are thousands.
    """
    query = select(TempoDay.day, case((~TempoDay.confirmed, TempoDay.told_at))).where(
        TempoDay.day >= start, TempoDay.day < end, TempoDay.told_at <= now
    )
    if by is not None:
        query = query.where(TempoDay.source == by)
    return {row[0]: row[1] for row in await session.execute(query)}


async def load_colors(session: AsyncSession, start: date, end: date) -> dict[date, str]:
    """Return the known colours of the Tempo days `[start, end[`: stored ones, even provisional, and those by rule."""
    by_rule = {day: color.value for day in paris.iterate_days(start, end) if (color := find_color_by_rule(day))}
    query = select(TempoDay.day, TempoDay.color).where(
        TempoDay.day >= start, TempoDay.day < end, TempoDay.color != Color.UNKNOWN
    )
    return by_rule | {day: color.value for day, color in await session.execute(query)}


async def list_recolored_since(session: AsyncSession, revision: int) -> set[date]:
    """Return the days whose colour changed after a revision of the shared data."""
    return set(await session.scalars(select(TempoDay.day).where(TempoDay.revision > revision)))


async def has_color_since(session: AsyncSession, since: datetime) -> bool:
    """Tell whether any day was answered at `since` or later."""
    return bool(await session.scalar(select(exists().where(TempoDay.told_at >= since))))
