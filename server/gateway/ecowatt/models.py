"""Database model of Ecowatt's days."""

from datetime import date, datetime
from typing import TypedDict

from sqlalchemy import JSON
from sqlalchemy.orm import Mapped, mapped_column

from gateway.kit.database import Base, Instant


class StoredHour(TypedDict):
    """`start` is the hour's UTC instant in ISO 8601; `level` 0 to 3."""

    start: str
    level: int


class EcowattDay(Base):
    """RTE's latest signal for a day. Its hours are in order, and include past ones that RTE no longer sends."""

    __tablename__ = "ecowatt_days"

    day: Mapped[date] = mapped_column(primary_key=True)
    hours: Mapped[list[StoredHour]] = mapped_column(JSON)
    message: Mapped[str]
    worst: Mapped[int]
    generated_at: Mapped[datetime] = mapped_column(Instant)
