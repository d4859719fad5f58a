"""Database queries for the audit log."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from gateway.audit.models import AuditEvent


async def list_events(
    session: AsyncSession,
    *,
    account_id: str | None = None,
    event: str | None = None,
    before: int | None = None,
    limit: int,
) -> Sequence[AuditEvent]:
    """Return up to `limit` events, newest first; filtered by account, event and id below `before`, where given."""
    query = select(AuditEvent).order_by(AuditEvent.id.desc()).limit(limit)
    for column, value in ((AuditEvent.account_id, account_id), (AuditEvent.event, event)):
        if value is not None:
            query = query.where(column == value)
    if before is not None:
        query = query.where(AuditEvent.id < before)
    return (await session.scalars(query)).all()
