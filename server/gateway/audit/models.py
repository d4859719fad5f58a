"""The log as stored."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON
from sqlalchemy.orm import Mapped, mapped_column

from gateway.kit.database import Base


class AuditEvent(Base):
    """Something that happened. No foreign key: it outlives the account."""

    __tablename__ = "audit_events"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    at: Mapped[datetime] = mapped_column(index=True)
    account_id: Mapped[str | None] = mapped_column(index=True)
    event: Mapped[str]
    detail: Mapped[dict[str, Any]] = mapped_column(JSON)
