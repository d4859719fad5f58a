"""Database queries for the outbox."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from gateway.mail.models import MailKind, OutboxMail


async def list_due(session: AsyncSession, now: datetime, limit: int) -> Sequence[OutboxMail]:
    """Return up to `limit` mails that are due, the longest waiting first.

    Kinds that only a newer version knows are left to it.
    """
    query = select(OutboxMail).where(OutboxMail.next_at <= now, OutboxMail.kind.in_(MailKind))
    return (await session.scalars(query.order_by(OutboxMail.next_at, OutboxMail.id).limit(limit))).all()


async def find_next_due(session: AsyncSession, otherwise: datetime) -> datetime:
    """Return when the next mail is due, or `otherwise` if that is earlier."""
    first = await session.scalar(select(func.min(OutboxMail.next_at)).where(OutboxMail.kind.in_(MailKind)))
    return otherwise if first is None else min(first, otherwise)


async def claim_attempt(session: AsyncSession, mail_id: int, now: datetime, again_at: datetime) -> int | None:
    """Claim the next attempt, and postpone the one after it to `again_at`; return the mail's id.

    None if another process claimed it or the mail is gone.
    """
    return await session.scalar(
        update(OutboxMail)
        .where(OutboxMail.id == mail_id, OutboxMail.next_at <= now)
        .values(next_at=again_at, attempts=OutboxMail.attempts + 1)
        .returning(OutboxMail.id)
    )


async def note_error(session: AsyncSession, mail_id: int, reason: str) -> None:
    """Record why an attempt failed."""
    await session.execute(update(OutboxMail).where(OutboxMail.id == mail_id).values(last_error=reason))


async def delete_mail(session: AsyncSession, mail_id: int) -> None:
    """Delete a mail that was sent or will never be."""
    await session.execute(delete(OutboxMail).where(OutboxMail.id == mail_id))


async def count_waiting(session: AsyncSession) -> int:
    """Return how many mails wait after a failure."""
    query = select(func.count()).select_from(OutboxMail).where(OutboxMail.last_error.is_not(None))
    return await session.scalar(query) or 0
