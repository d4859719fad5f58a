"""Regulated prices in the database: those added since the release, all of them from CRE's open data."""

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from gateway.tariffs.models import RegulatedGrid
from gateway.tariffs.options import Option
from gateway.tariffs.prices import Grid, PriceBook, PriceSource, extend_price_book

# built once: it is read with every request
_ADDED_GRIDS = select(RegulatedGrid).order_by(RegulatedGrid.added_at)


async def load_price_book(session: AsyncSession) -> PriceBook:
    """Return the regulated prices, those added included."""
    rows = await session.scalars(_ADDED_GRIDS)
    return extend_price_book(
        tuple(
            Grid(
                option=Option(row.option),
                power_kva=row.power_kva,
                valid_from=row.valid_from,
                prices=tuple((bucket, Decimal(price)) for bucket, price in row.prices.items()),
                subscription_month=Decimal(row.subscription_month),
                source=PriceSource.CRE,
            )
            for row in rows
        )
    )


def add_grids(session: AsyncSession, grids: Iterable[Grid], now: datetime) -> None:
    """Add grids that were not known."""
    for grid in grids:
        prices = {bucket: str(price) for bucket, price in grid.prices}
        row = RegulatedGrid(
            option=grid.option,
            power_kva=grid.power_kva,
            valid_from=grid.valid_from,
            prices=prices,
            subscription_month=str(grid.subscription_month),
            added_at=now,
        )
        session.add(row)
