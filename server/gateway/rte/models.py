"""Database table of RTE's feeds and their last calls."""

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from gateway.kit.database import Base, Instant

UNDER_WAY = "under way"
"""The value of `last_error` while a call is being made."""


class FeedState(Base):
    """When a feed was last called, when it last answered, and when it may be called next.

    `failures` counts the failures since the last answer, the first of which was at `failing_since`; `last_error` is the
    error of the last call, or UNDER_WAY.
    """

    __tablename__ = "feeds"

    name: Mapped[str] = mapped_column(primary_key=True)
    asked_at: Mapped[datetime] = mapped_column(Instant)
    next_at: Mapped[datetime] = mapped_column(Instant, index=True)
    answered_at: Mapped[datetime | None] = mapped_column(Instant)
    failures: Mapped[int] = mapped_column(default=0)
    failing_since: Mapped[datetime | None] = mapped_column(Instant)
    last_error: Mapped[str | None]
