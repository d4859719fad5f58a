"""Counters as stored."""

from sqlalchemy.orm import Mapped, mapped_column

from gateway.kit.database import Base


class Counter(Base):
    """How much of a budget one window has used; `window` is a Paris day or a UTC hour."""

    __tablename__ = "counters"

    name: Mapped[str] = mapped_column(primary_key=True)
    window: Mapped[str] = mapped_column(primary_key=True)
    used: Mapped[int]
