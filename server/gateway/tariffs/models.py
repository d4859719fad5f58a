"""Database tables of regulated prices added since the release, and of offers."""

from datetime import date, datetime

from sqlalchemy import JSON
from sqlalchemy.orm import Mapped, mapped_column

from gateway.kit.database import Base


class RegulatedGrid(Base):
    """Regulated prices that are not in this release: EUR including tax, as decimal texts, per kWh and per month."""

    __tablename__ = "regulated_grids"

    option: Mapped[str] = mapped_column(primary_key=True)
    power_kva: Mapped[int] = mapped_column(primary_key=True)
    valid_from: Mapped[date] = mapped_column(primary_key=True)
    prices: Mapped[dict[str, str]] = mapped_column(JSON)
    subscription_month: Mapped[str]
    added_at: Mapped[datetime]


class StoredOffers(Base):
    """The last accepted file of offers, from the operator or from OFFERS_URL: a single row."""

    __tablename__ = "offer_files"

    id: Mapped[int] = mapped_column(primary_key=True)
    digest: Mapped[str]
    published_at: Mapped[datetime]
    text: Mapped[str]
    added_at: Mapped[datetime]
