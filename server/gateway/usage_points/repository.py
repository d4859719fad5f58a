"""Usage points in the database. What routes call names the account: nobody reaches another's."""

from collections.abc import Collection, Sequence
from datetime import date, datetime

from sqlalchemy import bindparam, func, select, update
from sqlalchemy import delete as sql_delete
from sqlalchemy.ext.asyncio import AsyncSession

from gateway.accounts.models import Account
from gateway.usage_points.models import PointStatus, UsagePoint
from gateway.usage_points.refusals import Refusals

# built once: it is asked with every reading
_WITH_KEY = (
    select(UsagePoint, Account.data_key)
    .join(Account, Account.id == UsagePoint.account_id)
    .where(UsagePoint.account_id == bindparam("account"), UsagePoint.id == bindparam("point"))
)
_VERSION = select(UsagePoint.epoch, UsagePoint.data_revision).where(
    UsagePoint.account_id == bindparam("account"), UsagePoint.id == bindparam("point")
)


async def list_of_account(session: AsyncSession, account_id: str) -> Sequence[UsagePoint]:
    """Return an account's usage points in the order that it chose, then oldest first."""
    query = select(UsagePoint).where(UsagePoint.account_id == account_id)
    return (await session.scalars(query.order_by(UsagePoint.position, UsagePoint.created_at, UsagePoint.id))).all()


async def list_granted(session: AsyncSession) -> Sequence[UsagePoint]:
    """Return everybody's usage points that Enedis lets us read, oldest first."""
    query = select(UsagePoint).where(UsagePoint.status == PointStatus.GRANTED)
    return (await session.scalars(query.order_by(UsagePoint.created_at, UsagePoint.id))).all()


async def count_by_status(session: AsyncSession) -> dict[str, int]:
    """Count everybody's usage points of each status."""
    query = select(UsagePoint.status, func.count()).group_by(UsagePoint.status)
    return {str(status): count for status, count in await session.execute(query)}


async def list_ended_before(session: AsyncSession, before: datetime) -> Sequence[UsagePoint]:
    """Return everybody's usage points whose consent ended before a moment, locked: none is shared again meanwhile."""
    query = select(UsagePoint).where(UsagePoint.status != PointStatus.GRANTED, UsagePoint.ended_at < before)
    return (await session.scalars(query.with_for_update())).all()


async def find_point(
    session: AsyncSession, account_id: str, point_id: str, *, to_change: bool = False
) -> UsagePoint | None:
    """Return one of an account's usage points; `to_change`: what was read stays true until the transaction ends."""
    query = select(UsagePoint).where(UsagePoint.account_id == account_id, UsagePoint.id == point_id)
    return await session.scalar(query.with_for_update() if to_change else query)


async def find_with_key(session: AsyncSession, account_id: str, point_id: str) -> tuple[UsagePoint, bytes] | None:
    """Return one of an account's usage points with the account's wrapped key."""
    found = (await session.execute(_WITH_KEY, {"account": account_id, "point": point_id})).one_or_none()
    return None if found is None else (found[0], found[1])


async def load_version(session: AsyncSession, account_id: str, point_id: str) -> str | None:
    """Return what changes with every write of what answers about a usage point are made of; None without it.

    One that was deleted and added again counts from the beginning, but in another epoch.
    """
    found = (await session.execute(_VERSION, {"account": account_id, "point": point_id})).one_or_none()
    return None if found is None else format_version(found.epoch, found.data_revision)


def format_version(epoch: str, data_revision: int) -> str:
    """Return the version that a usage point is at."""
    return f"{epoch}.{data_revision}"


async def lock_points(session: AsyncSession, point_ids: Collection[str]) -> None:
    """Lock usage points before their days are updated.

    Whoever adds days locks the usage point first, by the trigger that moves its revision; the other way round, two of
    them would wait for each other.
    """
    query = select(UsagePoint.id).where(UsagePoint.id.in_(point_ids)).order_by(UsagePoint.id)
    await session.execute(query.with_for_update())


async def find_with_work(session: AsyncSession, now: datetime, limit: int) -> Sequence[UsagePoint]:
    """Return the usage points for which there is something to ask, the longest waiting first.

    Those whose contract is to be asked first wait for it: it tells since when there is anything.
    """
    query = select(UsagePoint).where(
        UsagePoint.next_work_at <= now, UsagePoint.details_at > now, UsagePoint.status == PointStatus.GRANTED
    )
    return (await session.scalars(query.order_by(UsagePoint.next_work_at).limit(limit))).all()


async def find_next_work(session: AsyncSession, otherwise: datetime) -> datetime:
    """Return when the next usage point has something to ask, but not after `otherwise`."""
    query = select(func.min(UsagePoint.next_work_at)).where(UsagePoint.status == PointStatus.GRANTED)
    first = await session.scalar(query)
    return otherwise if first is None else min(first, otherwise)


async def schedule_work(session: AsyncSession, point: UsagePoint, at: datetime) -> None:
    """Set when the worker visits a usage point again, unless somebody else did so since `point` was read."""
    unchanged = (UsagePoint.id == point.id, UsagePoint.next_work_at == point.next_work_at)
    await session.execute(update(UsagePoint).where(*unchanged).values(next_work_at=at))


async def postpone_due(session: AsyncSession, now: datetime, until: datetime) -> None:
    """Move the visits that are due at `now` to `until`."""
    due = (UsagePoint.next_work_at <= now, UsagePoint.status == PointStatus.GRANTED)
    await session.execute(update(UsagePoint).where(*due).values(next_work_at=until))


async def bring_work_forward(session: AsyncSession, furthest: datetime, now: datetime) -> Sequence[str]:
    """Have those looked at now that would only be after `furthest`; return which they are."""
    late = (UsagePoint.next_work_at > furthest) | (UsagePoint.history_at > furthest)
    ahead = (await session.scalars(select(UsagePoint.id).where(late))).all()
    theirs = update(UsagePoint).where(UsagePoint.id.in_(ahead))
    await session.execute(theirs.values(next_work_at=now))
    await session.execute(theirs.where(UsagePoint.history_at.is_not(None)).values(history_at=now))
    return ahead


async def find_next_history(session: AsyncSession) -> UsagePoint | None:
    """Return the usage point whose account waited longest for a call of its history; one not due yet, too."""
    query = select(UsagePoint).where(UsagePoint.history_at.is_not(None), UsagePoint.status == PointStatus.GRANTED)
    return await session.scalar(query.order_by(UsagePoint.history_at, UsagePoint.id).limit(1))


async def count_histories(session: AsyncSession, account_id: str, now: datetime) -> tuple[int, int]:
    """Count the accounts whose histories wait for a call now, and the usage points of one account that have one."""
    under_way = (UsagePoint.history_at.is_not(None), UsagePoint.status == PointStatus.GRANTED)
    waiting = select(func.count(UsagePoint.account_id.distinct())).where(*under_way, UsagePoint.history_at <= now)
    own = select(func.count()).where(*under_way, UsagePoint.account_id == account_id)
    return await session.scalar(waiting) or 0, await session.scalar(own) or 0


async def move_history_back(session: AsyncSession, account_id: str, at: datetime) -> None:
    """Put an account's histories behind those of others."""
    theirs = update(UsagePoint).where(UsagePoint.account_id == account_id, UsagePoint.history_at < at)
    await session.execute(theirs.values(history_at=at))


async def schedule_history(session: AsyncSession, point_id: str, at: datetime | None) -> None:
    """Say when a usage point's history next wants a call; None: never again."""
    await session.execute(update(UsagePoint).where(UsagePoint.id == point_id).values(history_at=at))


async def note_wanted_kind(session: AsyncSession, point_id: str, kind: str, now: datetime) -> None:
    """Note that a client wants a kind of measure that is not asked for everybody."""
    point = await session.get(UsagePoint, point_id, with_for_update=True)
    if point is not None:
        point.wants = {**point.wants, kind: now.isoformat()}
        point.refusals = {}
        point.next_work_at = now  # even if it was due: a visit under way has read what was wanted before


async def find_with_stale_details(session: AsyncSession, now: datetime, limit: int) -> Sequence[UsagePoint]:
    """Return the usage points of which Enedis should be asked again what is open."""
    query = select(UsagePoint).where(UsagePoint.details_at <= now, UsagePoint.status == PointStatus.GRANTED)
    return (await session.scalars(query.order_by(UsagePoint.details_at).limit(limit))).all()


async def schedule_details(session: AsyncSession, point_id: str, at: datetime) -> None:
    """Say when Enedis is to be asked again what is open."""
    await session.execute(update(UsagePoint).where(UsagePoint.id == point_id).values(details_at=at))


async def note_doubt(session: AsyncSession, point_id: str, at: datetime) -> None:
    """Note that Enedis refused a reading for want of consent: at the next look, one sign more ends it."""
    point = await session.get(UsagePoint, point_id)
    if point is not None:
        point.doubted = True
        point.details_at = min(point.details_at, at)


async def load_refusals(session: AsyncSession, point_id: str) -> Refusals | None:
    """Return what Enedis refuses of a usage point; None when it lets nothing be read any more."""
    query = select(UsagePoint.status, UsagePoint.refusals).where(UsagePoint.id == point_id)
    found = (await session.execute(query)).one_or_none()
    if found is None or found.status is not PointStatus.GRANTED:
        return None
    return Refusals.model_validate(found.refusals)


async def save_refusals(session: AsyncSession, point_id: str, refusals: Refusals) -> None:
    """Replace what Enedis refuses of a usage point."""
    written = refusals.model_dump(mode="json", exclude_defaults=True)
    await session.execute(update(UsagePoint).where(UsagePoint.id == point_id).values(refusals=written))


async def ask_details_at(session: AsyncSession, point_id: str, at: datetime) -> None:
    """Have Enedis asked at `at`, or before, what is open of a usage point and how it is supplied."""
    theirs = update(UsagePoint).where(UsagePoint.id == point_id, UsagePoint.details_at > at)
    await session.execute(theirs.values(details_at=at))


async def schedule_refresh(session: AsyncSession, point_id: str, day: date, now: datetime) -> None:
    """Have both workers look at a usage point that has days to be asked again, `day` being the oldest.

    What Enedis refused of it is forgotten: it is asked anew.
    """
    point = await session.get(UsagePoint, point_id)
    if point is not None:
        point.refusals = {}
        point.next_work_at = now  # even if it was due: a visit under way has read what was wanted before
        point.history_at = now if day < point.wanted_from else point.history_at


async def delete_usage_point(session: AsyncSession, point: UsagePoint) -> None:
    """Forget a usage point and all that was read of it."""
    await session.execute(sql_delete(UsagePoint).where(UsagePoint.id == point.id))


async def find_points_of_other_accounts(
    session: AsyncSession, prm_hash: bytes, account_id: str
) -> Sequence[UsagePoint]:
    """Return the usage points of other accounts with the same meter, whether they read it still or did once."""
    query = select(UsagePoint).where(UsagePoint.prm_hash == prm_hash, UsagePoint.account_id != account_id)
    return (await session.scalars(query)).all()


async def find_next_details(session: AsyncSession, otherwise: datetime) -> datetime:
    """Return when Enedis is next to be asked what is open, but not after `otherwise`."""
    query = select(func.min(UsagePoint.details_at)).where(UsagePoint.status == PointStatus.GRANTED)
    first = await session.scalar(query)
    return otherwise if first is None else min(first, otherwise)


async def find_account_of(session: AsyncSession, point_id: str) -> str | None:
    """Return whose a usage point is, for whoever runs the gateway."""
    return await session.scalar(select(UsagePoint.account_id).where(UsagePoint.id == point_id))
