"""Database queries for forecasts."""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from sqlalchemy import exists, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from gateway.domain.tempo_days import Color
from gateway.tempo.models import TempoDay, TempoForecast


class ScoredDay(NamedTuple):
    """A day that was forecast, and its colour."""

    made_on: date
    day: date
    white: float
    red: float
    deduced_white: float
    deduced_red: float
    color: Color


async def has_forecast_of(session: AsyncSession, made_on: date) -> bool:
    """Tell whether a forecast was made on a day."""
    return bool(await session.scalar(select(exists().where(TempoForecast.made_on == made_on))))


async def list_newest(session: AsyncSession, through: date) -> Sequence[TempoForecast]:
    """Return the days of the newest forecast that was made on `through` or before."""
    newest = select(func.max(TempoForecast.made_on)).where(TempoForecast.made_on <= through).scalar_subquery()
    query = select(TempoForecast).where(TempoForecast.made_on == newest).order_by(TempoForecast.day)
    return (await session.scalars(query)).all()


async def list_with_outcome(session: AsyncSession) -> list[ScoredDay]:
    """Return every day that was forecast and whose colour can no longer change, with that colour.

    The query loads no whole rows, since there are a thousand for each winter.
    """
    made = TempoForecast
    query = (
        select(made.made_on, made.day, made.white, made.red, made.deduced_white, made.deduced_red, TempoDay.color)
        .join(TempoDay, TempoDay.day == made.day)
        .where(TempoDay.confirmed, TempoDay.color != Color.UNKNOWN)
    )
    return [ScoredDay(*row) for row in await session.execute(query)]
