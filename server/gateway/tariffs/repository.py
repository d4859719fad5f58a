"""Database queries for offers, and for regulated prices added since the release, all from CRE's open data."""

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from gateway.kit import paris
from gateway.tariffs.models import RegulatedGrid, StoredOffers
from gateway.tariffs.offers import NO_OFFERS, OfferBook, PublishedAtError, parse_offers
from gateway.tariffs.options import Option
from gateway.tariffs.prices import Grid, PriceBook, PriceSource, extend_price_book

# built once, since every request uses it
_ADDED_GRIDS = select(RegulatedGrid).order_by(RegulatedGrid.added_at)


async def load_price_book(session: AsyncSession) -> PriceBook:
    """Return the regulated prices, including the added ones."""
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
                checked_on=paris.day_of(row.added_at),
                checked_against="CRE's open data, added by the operator",
            )
            for row in rows
        )
    )


_OFFERS_VERSION = select(StoredOffers.digest).where(StoredOffers.id == 1)
_parsed: dict[str, OfferBook] = {}
"""The last parsed file by its digest: every request needs it, and it changes once a month."""


async def load_offers(session: AsyncSession) -> OfferBook:
    """Return the known offers."""
    digest = await session.scalar(_OFFERS_VERSION)
    if digest is None:
        return NO_OFFERS
    if digest not in _parsed:
        stored = await session.get_one(StoredOffers, 1)
        _parsed.clear()
        _parsed[stored.digest] = OfferBook.of(parse_offers(stored.text))
        digest = stored.digest
    return _parsed[digest]


async def replace_offers(session: AsyncSession, text: str, now: datetime) -> OfferBook:
    """Replace the stored file of offers and return its offers; a file that is already stored changes nothing.

    Raises pydantic's ValidationError, or PublishedAtError.
    """
    book = OfferBook.of(parse_offers(text))
    assert book.published_at is not None  # noqa: S101 - every file has one
    stored = await session.get(StoredOffers, 1)
    if stored is not None and stored.digest == book.version:
        return book
    if book.published_at > now + paris.DAY:
        raise PublishedAtError("it is dated more than a day ahead, and would keep later files out")
    if stored is not None and book.published_at <= stored.published_at:
        raise PublishedAtError("it was not published later than the file in use")
    row = StoredOffers(id=1, digest=book.version, published_at=book.published_at, text=text, added_at=now)
    await session.merge(row)
    return book


def add_grids(session: AsyncSession, grids: Iterable[Grid], now: datetime) -> None:
    """Add new grids to the database."""
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
