"""Database tables: the ledger, with one row per day and feed, and the days imported from files."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from gateway.kit.database import Base
from gateway.metering.schedule import Kind, State


class DayRecord(Base):
    """One day of one feed: its state, when Enedis was last asked, when it was asked to be refreshed, and its readings.

    The readings in `payload` are encrypted. `times_absent` counts the answers in a row without this day.
    `data_revision` is the usage point's data revision at the last write of this row, set by database triggers.
    """

    __tablename__ = "days"

    usage_point_id: Mapped[str] = mapped_column(ForeignKey("usage_points.id", ondelete="CASCADE"), primary_key=True)
    kind: Mapped[Kind] = mapped_column(primary_key=True)
    direction: Mapped[str] = mapped_column(primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    state: Mapped[State]
    asked_at: Mapped[datetime]
    again_at: Mapped[datetime | None]
    payload: Mapped[bytes | None]
    times_absent: Mapped[int] = mapped_column(default=0)
    data_revision: Mapped[int] = mapped_column(default=0)


class ImportStatus(StrEnum):
    """The status of a file: a preview, which is not used yet; accepted; or taken back."""

    PREVIEW = "preview"
    ACCEPTED = "accepted"
    TAKEN_BACK = "taken_back"


class Import(Base):
    """An uploaded file of readings: when its status last changed, its first and last day, and its encrypted report.

    A file that was taken back keeps its row, which says which days have to be computed again. `data_revision` is the
    usage point's data revision at the last write of this row or its days, as in DayRecord.
    """

    __tablename__ = "imports"
    __table_args__ = (Index(None, "status", "created_at"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    usage_point_id: Mapped[str] = mapped_column(ForeignKey("usage_points.id", ondelete="CASCADE"), index=True)
    status: Mapped[ImportStatus]
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    first_day: Mapped[date | None]
    last_day: Mapped[date | None]
    report: Mapped[bytes]
    data_revision: Mapped[int] = mapped_column(default=0)


class ImportedDay(Base):
    """The readings that a file adds for one day: encrypted, in the same form as in the ledger."""

    __tablename__ = "imported_days"

    import_id: Mapped[str] = mapped_column(ForeignKey("imports.id", ondelete="CASCADE"), primary_key=True)
    kind: Mapped[Kind] = mapped_column(primary_key=True)
    direction: Mapped[str] = mapped_column(primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    payload: Mapped[bytes]
