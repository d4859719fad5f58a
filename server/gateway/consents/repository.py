"""Database queries for consents, their states, claimed services and reminders."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import delete as sql_delete
from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from gateway.consents.models import ClaimedService, Consent, ConsentReminder, ConsentState, ConsentStatus
from gateway.usage_points.models import PointStatus, UsagePoint

_CALLBACK_CHECKS_WITHIN = timedelta(seconds=10)


async def find_last_other_browser_day(session: AsyncSession, point_id: str) -> date | None:
    """Return the last day of a callback in another browser, over all consents of a usage point; None without any."""
    return await session.scalar(select(func.max(Consent.other_browser_on)).where(Consent.point_id == point_id))


async def find_consent(session: AsyncSession, consent_id: str) -> Consent | None:
    """Return a consent by its id, of any account; None if there is none."""
    return await session.get(Consent, consent_id)


async def list_consents(session: AsyncSession, account_id: str) -> Sequence[Consent]:
    """Return an account's consents, oldest first."""
    query = select(Consent).where(Consent.account_id == account_id)
    return (await session.scalars(query.order_by(Consent.created_at, Consent.id))).all()


async def delete_not_granted(session: AsyncSession, before: datetime) -> None:
    """Delete the consents created before `before` that were not granted, and their states."""
    not_granted = Consent.status.in_([status for status in ConsentStatus if status is not ConsentStatus.GRANTED])
    await session.execute(sql_delete(Consent).where(not_granted, Consent.created_at < before))


async def lock_consent(session: AsyncSession, consent_id: str) -> Consent | None:
    """Return the current row of a consent, locked until the transaction ends; None if there is none."""
    return await session.get(Consent, consent_id, with_for_update=True, populate_existing=True)


async def lock_consents_of_meter(session: AsyncSession, prm_hash: bytes) -> Sequence[Consent]:
    """Return all accounts' consents for a meter, locked until the transaction ends.

    The rows are locked in order of their ids, so that transactions do not deadlock.
    """
    query = select(Consent).where(Consent.prm_hash == prm_hash).order_by(Consent.id)
    return (await session.scalars(query.with_for_update().execution_options(populate_existing=True))).all()


async def has_unused_state(session: AsyncSession, consent_ids: Sequence[str]) -> bool:
    """Return whether one of these consents has an unused state."""
    query = select(ConsentState.state_hash).where(
        ConsentState.consent_id.in_(consent_ids), ConsentState.used_at.is_(None)
    )
    return await session.scalar(query.limit(1)) is not None


async def list_claimed_days(session: AsyncSession, prm_hash: bytes, point_id: str) -> Sequence[date]:
    """Return the opening days of a meter's claimed services, but those claimed by this usage point."""
    query = select(ClaimedService.opened_on).where(
        ClaimedService.prm_hash == prm_hash, ClaimedService.point_id.is_distinct_from(point_id)
    )
    return (await session.scalars(query)).all()


def add_claim(session: AsyncSession, prm_hash: bytes, point_id: str | None, opened_on: date) -> None:
    """Record that a service was claimed."""
    session.add(ClaimedService(prm_hash=prm_hash, point_id=point_id, opened_on=opened_on))


async def delete_claims_before(session: AsyncSession, day: date) -> None:
    """Delete the claimed services that were opened before a day."""
    await session.execute(sql_delete(ClaimedService).where(ClaimedService.opened_on < day))


async def list_consents_to_check(session: AsyncSession, now: datetime, limit: int) -> Sequence[Consent]:
    """Return up to `limit` consents whose check is due, the longest waiting first.

    The callback makes the first check itself. If that did not happen within ten seconds, the callback was interrupted.
    """
    is_left = (Consent.checks > 0) | (Consent.returned_at <= now - _CALLBACK_CHECKS_WITHIN)
    query = select(Consent).where(Consent.check_at <= now, is_left)
    return (await session.scalars(query.order_by(Consent.check_at).limit(limit))).all()


async def count_states(session: AsyncSession, consent_id: str) -> int:
    """Return how many states were created for a consent."""
    query = select(func.count()).select_from(ConsentState).where(ConsentState.consent_id == consent_id)
    return await session.scalar(query) or 0


async def has_nobody_returned(session: AsyncSession, before: datetime, count: int) -> bool:
    """Tell whether the last `count` people who were sent to Enedis, before `before`, never came back from there."""
    sent = select(ConsentState.consent_id).where(ConsentState.created_at < before)
    last = select(Consent).where(Consent.id.in_(sent)).order_by(Consent.created_at.desc()).limit(count)
    found = (await session.scalars(last)).all()
    unfinished = {ConsentStatus.PENDING, ConsentStatus.EXPIRED}
    return len(found) == count and all(one.returned_at is None and one.status in unfinished for one in found)


async def retire_states(session: AsyncSession, consent_id: str, keep: int, now: datetime) -> None:
    """Mark all unused states of a consent but the newest `keep` as used."""
    unused = select(ConsentState.state_hash).where(
        ConsentState.consent_id == consent_id, ConsentState.used_at.is_(None)
    )
    kept = (await session.scalars(unused.order_by(ConsentState.created_at.desc()).limit(keep))).all()
    await session.execute(
        update(ConsentState)
        .where(
            ConsentState.consent_id == consent_id,
            ConsentState.used_at.is_(None),
            ConsentState.state_hash.not_in(kept),
        )
        .values(used_at=now)
    )


async def find_state(session: AsyncSession, state_hash: bytes) -> ConsentState | None:
    """Return a state, used or not; None if there is none."""
    return await session.get(ConsentState, state_hash)


async def mark_state_used(session: AsyncSession, state_hash: bytes, now: datetime) -> ConsentState | None:
    """Mark a state as used and return it; None if it is unknown or already used, even by a concurrent request."""
    return await session.scalar(
        update(ConsentState)
        .where(ConsentState.state_hash == state_hash, ConsentState.used_at.is_(None))
        .values(used_at=now)
        .returning(ConsentState)
    )


async def delete_consents_of_point(session: AsyncSession, point_id: str) -> None:
    """Delete all consents of a usage point."""
    await session.execute(sql_delete(Consent).where(Consent.point_id == point_id))


async def find_next_check(session: AsyncSession, otherwise: datetime) -> datetime:
    """Return when the next check is due, or `otherwise` if that is earlier."""
    first = await session.scalar(select(func.min(Consent.check_at)))
    return otherwise if first is None else min(first, otherwise)


async def find_points_to_remind(
    session: AsyncSession, first: date, last: date, days_before: int, limit: int
) -> Sequence[UsagePoint]:
    """Return up to `limit` usage points whose consent ends from `first` to `last`, without this reminder so far."""
    sent = select(ConsentReminder).where(
        ConsentReminder.point_id == UsagePoint.id,
        ConsentReminder.expires_on == UsagePoint.consent_expires_on,
        ConsentReminder.days_before == days_before,
    )
    query = select(UsagePoint).where(
        UsagePoint.status == PointStatus.GRANTED,
        UsagePoint.consent_expires_on.between(first, last),
        ~sent.exists(),
    )
    return (await session.scalars(query.order_by(UsagePoint.consent_expires_on, UsagePoint.id).limit(limit))).all()
