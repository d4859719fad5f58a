"""Consents in the database. What routes call names the account: nobody reaches another's."""

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import delete as sql_delete
from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

<<<<<<< HEAD
from gateway.consents.models import Consent, ConsentState, ConsentStatus
=======
from gateway.accounts.models import Account
from gateway.consents.models import Consent, ConsentState, ConsentStatus, PointStatus, UsagePoint

# built once: it is asked with every reading
_WITH_KEY = (
    select(UsagePoint, Account.data_key)
    .join(Account, Account.id == UsagePoint.account_id)
    .where(UsagePoint.account_id == bindparam("account"), UsagePoint.id == bindparam("point"))
)


async def of_account(session: AsyncSession, account_id: str) -> Sequence[UsagePoint]:
    """Return an account's usage points in the order that it chose, then oldest first."""
    query = select(UsagePoint).where(UsagePoint.account_id == account_id)
    return (await session.scalars(query.order_by(UsagePoint.position, UsagePoint.created_at, UsagePoint.id))).all()


async def granted(session: AsyncSession) -> Sequence[UsagePoint]:
    """Return everybody's usage points that Enedis lets us read, oldest first."""
    query = select(UsagePoint).where(UsagePoint.status == PointStatus.GRANTED)
    return (await session.scalars(query.order_by(UsagePoint.created_at, UsagePoint.id))).all()


async def count_by_status(session: AsyncSession) -> dict[str, int]:
    """Count everybody's usage points of each status."""
    query = select(UsagePoint.status, func.count()).group_by(UsagePoint.status)
    return {str(status): count for status, count in await session.execute(query)}


async def ended_before(session: AsyncSession, before: datetime) -> Sequence[UsagePoint]:
    """Return everybody's usage points whose consent ended before a moment, locked: none is shared again meanwhile."""
    query = select(UsagePoint).where(UsagePoint.status != PointStatus.GRANTED, UsagePoint.ended_at < before)
    return (await session.scalars(query.with_for_update())).all()


async def find(session: AsyncSession, account_id: str, point_id: str, *, to_change: bool = False) -> UsagePoint | None:
    """Return one of an account's usage points; `to_change`: what was read stays true until the transaction ends."""
    query = select(UsagePoint).where(UsagePoint.account_id == account_id, UsagePoint.id == point_id)
    return await session.scalar(query.with_for_update() if to_change else query)


async def find_with_key(session: AsyncSession, account_id: str, point_id: str) -> tuple[UsagePoint, bytes] | None:
    """Return one of an account's usage points with the account's wrapped key."""
    found = (await session.execute(_WITH_KEY, {"account": account_id, "point": point_id})).one_or_none()
    return None if found is None else (found[0], found[1])


async def with_work(session: AsyncSession, now: datetime, limit: int) -> Sequence[UsagePoint]:
    """Return the usage points for which there is something to ask, the longest waiting first.

    Those whose contract is to be asked first wait for it: it tells since when there is anything.
    """
    query = select(UsagePoint).where(
        UsagePoint.next_work_at <= now, UsagePoint.details_at > now, UsagePoint.status == PointStatus.GRANTED
    )
    return (await session.scalars(query.order_by(UsagePoint.next_work_at).limit(limit))).all()


async def next_work(session: AsyncSession, otherwise: datetime) -> datetime:
    """Return when the next usage point has something to ask, but not after `otherwise`."""
    query = select(func.min(UsagePoint.next_work_at)).where(UsagePoint.status == PointStatus.GRANTED)
    first = await session.scalar(query)
    return otherwise if first is None else min(first, otherwise)


async def schedule(session: AsyncSession, point: UsagePoint, at: datetime) -> None:
    """Set when the worker visits a usage point again, unless somebody else did so since `point` was read."""
    unchanged = (UsagePoint.id == point.id, UsagePoint.next_work_at == point.next_work_at)
    await session.execute(update(UsagePoint).where(*unchanged).values(next_work_at=at))


async def postpone_due(session: AsyncSession, now: datetime, until: datetime) -> None:
    """Move the visits that are due at `now` to `until`."""
    due = (UsagePoint.next_work_at <= now, UsagePoint.status == PointStatus.GRANTED)
    await session.execute(update(UsagePoint).where(*due).values(next_work_at=until))


async def bring_back(session: AsyncSession, furthest: datetime, now: datetime) -> Sequence[str]:
    """Have those looked at now that would only be after `furthest`; return which they are."""
    late = (UsagePoint.next_work_at > furthest) | (UsagePoint.history_at > furthest)
    ahead = (await session.scalars(select(UsagePoint.id).where(late))).all()
    theirs = update(UsagePoint).where(UsagePoint.id.in_(ahead))
    await session.execute(theirs.values(next_work_at=now))
    await session.execute(theirs.where(UsagePoint.history_at.is_not(None)).values(history_at=now))
    return ahead


async def next_history(session: AsyncSession) -> UsagePoint | None:
    """Return the usage point whose account waited longest for a call of its history; one not due yet, too."""
    query = select(UsagePoint).where(UsagePoint.history_at.is_not(None), UsagePoint.status == PointStatus.GRANTED)
    return await session.scalar(query.order_by(UsagePoint.history_at, UsagePoint.id).limit(1))


async def history_turn(session: AsyncSession, account_id: str, at: datetime) -> None:
    """Put an account's histories behind those of others."""
    theirs = update(UsagePoint).where(UsagePoint.account_id == account_id, UsagePoint.history_at < at)
    await session.execute(theirs.values(history_at=at))


async def history_due(session: AsyncSession, point_id: str, at: datetime | None) -> None:
    """Say when a usage point's history next wants a call; None: never again."""
    await session.execute(update(UsagePoint).where(UsagePoint.id == point_id).values(history_at=at))


async def want(session: AsyncSession, point_id: str, kind: str, now: datetime) -> None:
    """Note that a client wants a kind of measure that is not asked for everybody."""
    point = await session.get(UsagePoint, point_id, with_for_update=True)
    if point is not None:
        point.wants = {**point.wants, kind: now.isoformat()}
        point.next_work_at = now  # even if it was due: a visit under way has read what was wanted before


async def with_stale_details(session: AsyncSession, now: datetime, limit: int) -> Sequence[UsagePoint]:
    """Return the usage points of which Enedis should be asked again what is open."""
    query = select(UsagePoint).where(UsagePoint.details_at <= now, UsagePoint.status == PointStatus.GRANTED)
    return (await session.scalars(query.order_by(UsagePoint.details_at).limit(limit))).all()


async def details_due(session: AsyncSession, point_id: str, at: datetime) -> None:
    """Say when Enedis is to be asked again what is open."""
    await session.execute(update(UsagePoint).where(UsagePoint.id == point_id).values(details_at=at))


async def doubt(session: AsyncSession, point_id: str, at: datetime) -> None:
    """Note that Enedis refused a reading for want of consent: at the next look, one sign more ends it."""
    point = await session.get(UsagePoint, point_id)
    if point is not None:
        point.doubted = True
        point.details_at = min(point.details_at, at)


async def note_nothing_before(session: AsyncSession, point_id: str, direction: str, day: date) -> None:
    """Note that Enedis has nothing older than `day`: the meter was put into service then or later."""
    point = await session.get(UsagePoint, point_id, with_for_update=True)
    if point is not None:
        key = f"nothing_before_{direction}"
        point.contract = {**point.contract, key: max(day.isoformat(), point.contract.get(key) or "")}


async def refresh_from(session: AsyncSession, point_id: str, day: date, now: datetime) -> None:
    """Have both workers look at a usage point that has days to be asked again, `day` being the oldest."""
    point = await session.get(UsagePoint, point_id)
    if point is not None:
        point.next_work_at = now  # even if it was due: a visit under way has read what was wanted before
        if day < point.wanted_from:
            point.history_at = now


async def delete(session: AsyncSession, point: UsagePoint) -> None:
    """Forget a usage point and all that was read of it, and the consents that asked for it."""
    await session.execute(sql_delete(Consent).where(Consent.point_id == point.id))
    await session.execute(sql_delete(UsagePoint).where(UsagePoint.id == point.id))


async def note(session: AsyncSession, point_id: str, key: str, *, value: bool) -> None:
    """Note something that Enedis told of a usage point by the way."""
    point = await session.get(UsagePoint, point_id, with_for_update=True)
    if point is not None:
        point.contract = {**point.contract, key: value}


async def others_with(session: AsyncSession, prm_hash: bytes, account_id: str) -> Sequence[UsagePoint]:
    """Return the usage points of other accounts with the same meter, whether they read it still or did once."""
    query = select(UsagePoint).where(UsagePoint.prm_hash == prm_hash, UsagePoint.account_id != account_id)
    return (await session.scalars(query)).all()


async def is_open(session: AsyncSession, point_id: str) -> bool:
    """Tell whether Enedis lets us read a usage point now."""
    query = select(UsagePoint.status).where(UsagePoint.id == point_id)
    return await session.scalar(query) is PointStatus.GRANTED
>>>>>>> main


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
