"""Database model of counters."""

from sqlalchemy.orm import Mapped, mapped_column

from gateway.kit.database import Base


class Counter(Base):
    """The uses of a budget or a rate limit (`name`) in one window, whose text begins with its day."""

    __tablename__ = "counters"

    name: Mapped[str] = mapped_column(primary_key=True)
    window: Mapped[str] = mapped_column(primary_key=True, index=True)
    used: Mapped[int]
