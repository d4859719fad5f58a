"""What clients were told, as stored."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from gateway.kit.database import Base


class Publication(Base):
    """How far the hours of a usage point are published.

    `starts_on` is their first day, which moves no more once `is_whole`; `rules` tells by which tariffs, prices and
    off-peak hours they were counted. Whatever the usage point's days had told by its `data_revision` is in them, and so
    are the colours told before `looked_at`.
    """

    __tablename__ = "publications"

    usage_point_id: Mapped[str] = mapped_column(ForeignKey("usage_points.id", ondelete="CASCADE"), primary_key=True)
    starts_on: Mapped[date]
    is_whole: Mapped[bool]
    rules: Mapped[bytes] = mapped_column(LargeBinary(16))
    looked_at: Mapped[datetime]
    data_revision: Mapped[int | None]


class PublishedDay(Base):
    """A day whose hours were published: the revision it last changed in, its figures and the sums before, sealed."""

    __tablename__ = "published_days"

    usage_point_id: Mapped[str] = mapped_column(ForeignKey("usage_points.id", ondelete="CASCADE"), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    revision: Mapped[int]
    figures: Mapped[bytes]
    before: Mapped[bytes]


class PublishedSeries(Base):
    """A series that clients were told of, and the revision it came in."""

    __tablename__ = "published_series"

    usage_point_id: Mapped[str] = mapped_column(ForeignKey("usage_points.id", ondelete="CASCADE"), primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    revision: Mapped[int]
