"""Database models of what clients were sent."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from gateway.kit.database import Base


class SharedData(Base):
    """The table's only row: the revision and version of what all accounts share; no row means revision 0.

    That is colours, regulated prices and offers. Database triggers change both with every write of them. The revision
    counts, but a restored database counts again; a version never repeats.
    """

    __tablename__ = "shared_data"

    id: Mapped[int] = mapped_column(primary_key=True)
    revision: Mapped[int]
    version: Mapped[str]


class Publication(Base):
    """The state of a usage point's published hours.

    `starts_on` is their first day, which is final once `is_whole` (but for older days from files). `rules` is a hash of
    the tariffs, prices and off-peak hours by which they were computed. They include all readings up to `data_revision`,
    and all colours up to `shared_revision`; a version that had no such column left it empty.
    """

    __tablename__ = "publications"

    usage_point_id: Mapped[str] = mapped_column(ForeignKey("usage_points.id", ondelete="CASCADE"), primary_key=True)
    starts_on: Mapped[date]
    is_whole: Mapped[bool]
    rules: Mapped[bytes] = mapped_column(LargeBinary(16))
    looked_at: Mapped[datetime]
    data_revision: Mapped[int | None]
    shared_revision: Mapped[int | None]


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
