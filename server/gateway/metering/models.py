"""The ledger as stored: a day a row."""

from datetime import date, datetime

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
