"""Consents in the database. What routes call names the account: nobody reaches another's."""

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import delete as sql_delete
from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from gateway.consents.models import Consent, ConsentState, ConsentStatus


async def last_strayed(session: AsyncSession, point_id: str) -> date | None:
    """Return the last day on which a consent for this meter of this account came back in another browser."""
    return await session.scalar(select(func.max(Consent.strayed_on)).where(Consent.point_id == point_id))


async def consent(session: AsyncSession, consent_id: str) -> Consent | None:
    """Return a consent by the id that only its account and its browser know."""
    return await session.get(Consent, consent_id)


async def consents_of(session: AsyncSession, account_id: str) -> Sequence[Consent]:
    """Return an account's consents, oldest first."""
    query = select(Consent).where(Consent.account_id == account_id)
    return (await session.scalars(query.order_by(Consent.created_at, Consent.id))).all()


async def delete_led_nowhere(session: AsyncSession, before: datetime) -> None:
    """Delete the consents of before that were not granted; their states go with them."""
    led_nowhere = (Consent.status != ConsentStatus.GRANTED, Consent.created_at < before)
    await session.execute(sql_delete(Consent).where(*led_nowhere))


async def consent_alone(session: AsyncSession, consent_id: str) -> Consent | None:
    """Return a consent that nobody else changes until this transaction ends."""
    return await session.get(Consent, consent_id, with_for_update=True, populate_existing=True)


async def consents_to_check(session: AsyncSession, now: datetime, limit: int) -> Sequence[Consent]:
    """Return the consents of which Enedis should be asked whether the access is open."""
    query = select(Consent).where(Consent.check_at <= now)
    return (await session.scalars(query.order_by(Consent.check_at).limit(limit))).all()


async def count_states(session: AsyncSession, consent_id: str) -> int:
    """Return how many ways to Enedis were made for a consent."""
    query = select(func.count()).select_from(ConsentState).where(ConsentState.consent_id == consent_id)
    return await session.scalar(query) or 0


async def retire_states(session: AsyncSession, consent_id: str, keep: int, now: datetime) -> None:
    """Use up all but the newest of the states not used yet."""
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


async def state(session: AsyncSession, state_hash: bytes) -> ConsentState | None:
    """Return a state, used or not."""
    return await session.get(ConsentState, state_hash)


async def use_state(session: AsyncSession, state_hash: bytes, now: datetime) -> ConsentState | None:
    """Use up a state; None when it is unknown or was used before, also at the same moment."""
    return await session.scalar(
        update(ConsentState)
        .where(ConsentState.state_hash == state_hash, ConsentState.used_at.is_(None))
        .values(used_at=now)
        .returning(ConsentState)
    )


async def delete_of_point(session: AsyncSession, point_id: str) -> None:
    """Delete the consents that asked for a usage point."""
    await session.execute(sql_delete(Consent).where(Consent.point_id == point_id))


async def next_check(session: AsyncSession, otherwise: datetime) -> datetime:
    """Return when the next consent is to be checked, but not after `otherwise`."""
    first = await session.scalar(select(func.min(Consent.check_at)))
    return otherwise if first is None else min(first, otherwise)
