"""What clients were told, as stored."""

from datetime import date

from sqlalchemy import ForeignKey, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from gateway.kit.database import Base


class PublishedDay(Base):
    """A day whose hours were published: the revision it last changed in, and its fingerprint."""

    __tablename__ = "published_days"

    usage_point_id: Mapped[str] = mapped_column(ForeignKey("usage_points.id", ondelete="CASCADE"), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    revision: Mapped[int]
    fingerprint: Mapped[bytes] = mapped_column(LargeBinary(16))
