"""The ledger as stored: a day a row; and the days that came from files of their owner's."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from gateway.kit.database import Base
from gateway.metering.schedule import Kind, State


class DayRecord(Base):
    """What is known of one day: its state, when it was last asked and shall be again, and its sealed readings.

    `times_absent` counts how often in a row Enedis had nothing of it. `data_revision` is the usage point's since this
    was last written: triggers of the database keep it.
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
    """What became of a file: shown, and nothing of it counts yet; accepted; or taken back again."""

    PREVIEW = "preview"
    ACCEPTED = "accepted"
    TAKEN_BACK = "taken_back"


class Import(Base):
    """A file of readings that was given to us: when its status last changed, the days it told, and its sealed report.

    A file that was taken back keeps its row: it says which days have to be counted again. `data_revision` is the usage
    point's since this or its days were last written, as for a day of the ledger.
    """

    __tablename__ = "imports"

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
    """What a file told of a day that nothing else told: sealed readings, in the form of the ledger's."""

    __tablename__ = "imported_days"

    import_id: Mapped[str] = mapped_column(ForeignKey("imports.id", ondelete="CASCADE"), primary_key=True)
    kind: Mapped[Kind] = mapped_column(primary_key=True)
    direction: Mapped[str] = mapped_column(primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    payload: Mapped[bytes]
