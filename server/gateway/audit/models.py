"""Database model of the audit log."""

from datetime import datetime

from sqlalchemy import JSON
from sqlalchemy.orm import Mapped, mapped_column

from gateway.kit.database import Base


class AuditEvent(Base):
    """An event. `account_id` is not a foreign key, because the event outlives the account."""

    __tablename__ = "audit_events"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    at: Mapped[datetime] = mapped_column(index=True)
    account_id: Mapped[str | None] = mapped_column(index=True)
    event: Mapped[str]
    detail: Mapped[dict[str, str | int]] = mapped_column(JSON)
