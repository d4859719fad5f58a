"""Regulated prices added since the release, as stored."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON
from sqlalchemy.orm import Mapped, mapped_column

from gateway.kit.database import Base


class RegulatedGrid(Base):
    """Regulated prices that this version does not ship: EUR tax included, as decimal texts, by kWh and month."""

    __tablename__ = "regulated_grids"

    option: Mapped[str] = mapped_column(primary_key=True)
    power_kva: Mapped[int] = mapped_column(primary_key=True)
    valid_from: Mapped[date] = mapped_column(primary_key=True)
    prices: Mapped[dict[str, Any]] = mapped_column(JSON)
    subscription_month: Mapped[str]
    added_at: Mapped[datetime]


class StoredOffers(Base):
    """The file of offers that the operator added or that OFFERS_URL gave: one row, the last one taken."""

    __tablename__ = "offer_files"

    id: Mapped[int] = mapped_column(primary_key=True)
    digest: Mapped[str]
    published_at: Mapped[datetime]
    text: Mapped[str]
    added_at: Mapped[datetime]
