"""What each feed of RTE was asked, as stored."""

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from gateway.kit.database import Base, Instant

UNDER_WAY = "under way"
"""Stands for the outcome of a call that has none yet."""


class FeedState(Base):
    """When a feed was last asked and last answered, and when it may next be asked: a restart forgets neither.

    `failures` counts those since the last answer; `last_error` is the last call's, or UNDER_WAY.
    """

    __tablename__ = "feeds"

    name: Mapped[str] = mapped_column(primary_key=True)
    asked_at: Mapped[datetime] = mapped_column(Instant)
    next_at: Mapped[datetime] = mapped_column(Instant, index=True)
    answered_at: Mapped[datetime | None] = mapped_column(Instant)
    failures: Mapped[int] = mapped_column(default=0)
    last_error: Mapped[str | None]
