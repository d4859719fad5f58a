"""Writing the log, and reading it."""

from collections.abc import Sequence
from datetime import datetime

import structlog
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from gateway.audit.models import AuditEvent

log = structlog.get_logger()


def record(session: AsyncSession, at: datetime, event: str, account_id: str | None, **detail: str | int) -> None:
    """Write an event; `detail` holds no secret, address or meter number."""
    session.add(AuditEvent(at=at, account_id=account_id, event=event, detail=detail))
    log.info("audit", audit=event, account=account_id, **detail)


async def events(
    session: AsyncSession,
    *,
    account_id: str | None = None,
    event: str | None = None,
    before: int | None = None,
    limit: int,
) -> Sequence[AuditEvent]:
    """Return events, newest first, of one account or kind or all, older than the one numbered `before`."""
    query = select(AuditEvent).order_by(AuditEvent.id.desc()).limit(limit)
    for column, value in ((AuditEvent.account_id, account_id), (AuditEvent.event, event)):
        if value is not None:
            query = query.where(column == value)
    if before is not None:
        query = query.where(AuditEvent.id < before)
    return (await session.scalars(query)).all()
