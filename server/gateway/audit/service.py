"""Writing to the audit log."""

from datetime import datetime

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from gateway.audit.models import AuditEvent

log = structlog.get_logger()


def record_event(session: AsyncSession, at: datetime, event: str, account_id: str | None, **detail: str | int) -> None:
    """Add an event to the audit log and to the program's log. `detail` must hold no secret, address or meter number."""
    session.add(AuditEvent(at=at, account_id=account_id, event=event, detail=detail))
    log.info("audit", audit=event, account=account_id, **detail)
