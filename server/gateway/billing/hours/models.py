"""Database models of what clients were sent."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from gateway.kit.database import Base


class Publication(Base):
    """The state of a usage point's published hours.

    `starts_on` is their first day, which is final once `is_whole` (but for older days from files). `rules` is a hash of
    the tariffs, prices and off-peak hours by which they were computed. They include all readings up to `data_revision`,
    and the colours stored before `looked_at`.
    """

    __tablename__ = "publications"

    usage_point_id: Mapped[str] = mapped_column(ForeignKey("usage_points.id", ondelete="CASCADE"), primary_key=True)
    starts_on: Mapped[date]
    is_whole: Mapped[bool]
    rules: Mapped[bytes] = mapped_column(LargeBinary(16))
    looked_at: Mapped[datetime]
    data_revision: Mapped[int | None]


class PublishedDay(Base):
    """A day with published hours: the revision of its last change, its encrypted figures and sums before it."""

    __tablename__ = "published_days"

    usage_point_id: Mapped[str] = mapped_column(ForeignKey("usage_points.id", ondelete="CASCADE"), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    revision: Mapped[int]
    figures: Mapped[bytes]
    before: Mapped[bytes]


class PublishedSeries(Base):
    """A published series, and the revision in which it was added."""

    __tablename__ = "published_series"

    usage_point_id: Mapped[str] = mapped_column(ForeignKey("usage_points.id", ondelete="CASCADE"), primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    revision: Mapped[int]
