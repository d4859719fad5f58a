"""Usage points as stored."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from gateway.kit.database import Base, Instant


class UsagePoint(Base):
    """A meter of an account.

    `id` is public and opaque; the number is sealed with the account's key, and hashed to look it up. `wanted_from` is
    the oldest day that the archive keeps up, `next_work_at` when it next has something to ask. `revision` counts what
    was published of its hours, in `epoch`.
    """

    __tablename__ = "usage_points"

    id: Mapped[str] = mapped_column(primary_key=True)
    account_id: Mapped[str] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"), index=True)
    prm_sealed: Mapped[bytes]
    prm_hash: Mapped[bytes] = mapped_column(LargeBinary(32), index=True)
    name: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(Instant)
    consent_expires_at: Mapped[datetime | None] = mapped_column(Instant)
    tariffs: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    off_peak: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    wanted_from: Mapped[date]
    next_work_at: Mapped[datetime] = mapped_column(Instant, index=True)
    epoch: Mapped[str]
    revision: Mapped[int] = mapped_column(default=0)
