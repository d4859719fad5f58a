"""Database queries for usage points. Those for routes take the account, so that no account reaches another's data."""

from collections.abc import Collection, Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple

from sqlalchemy import ColumnElement, bindparam, func, select, union, update
from sqlalchemy import delete as sql_delete
from sqlalchemy.ext.asyncio import AsyncSession

from gateway.accounts.models import Account
from gateway.kit.database import Database
from gateway.usage_points.models import PointStatus, UsagePoint
from gateway.usage_points.refusals import Refusals

# built once, since every request for readings uses it
_WITH_KEY = (
    select(UsagePoint, Account.data_key)
    .join(Account, Account.id == UsagePoint.account_id)
    .where(UsagePoint.account_id == bindparam("account"), UsagePoint.id == bindparam("point"))
)
_VERSIONS = select(UsagePoint.account_id, UsagePoint.id, UsagePoint.epoch, UsagePoint.data_version).where(
    UsagePoint.id.in_(bindparam("points", expanding=True))
)

_NEW_FOR = timedelta(hours=1)
"""How long the readings of a new usage point wait for its contract, which has the date of the first readings."""


def waits_for_details(point: UsagePoint, now: datetime) -> bool:
    """Tell whether the readings of a usage point wait for its details: if it is new, or its consent is in doubt.

    Otherwise details that are due go on beside the readings: those of thousands of meters take hours.
    """
    return point.details_at <= now and (point.doubted or point.created_at >= now - _NEW_FOR)


def _is_ready_for_readings(now: datetime) -> ColumnElement[bool]:
    """Return the condition of usage points that do not wait, the opposite of `waits_for_details`."""
    is_known = (UsagePoint.created_at < now - _NEW_FOR) & UsagePoint.doubted.is_(False)
    return (UsagePoint.details_at > now) | is_known


async def list_of_account(session: AsyncSession, account_id: str) -> Sequence[UsagePoint]:
    """Return an account's usage points by `position`, then oldest first."""
    query = select(UsagePoint).where(UsagePoint.account_id == account_id)
    return (await session.scalars(query.order_by(UsagePoint.position, UsagePoint.created_at, UsagePoint.id))).all()


async def list_granted(session: AsyncSession) -> Sequence[UsagePoint]:
    """Return the usage points of all accounts that may be read, oldest first."""
    query = select(UsagePoint).where(UsagePoint.status == PointStatus.GRANTED)
    return (await session.scalars(query.order_by(UsagePoint.created_at, UsagePoint.id))).all()


async def count_by_status(session: AsyncSession) -> dict[str, int]:
    """Return the number of usage points of all accounts by status."""
    query = select(UsagePoint.status, func.count()).group_by(UsagePoint.status)
    return {str(status): count for status, count in await session.execute(query)}


async def list_ended_before(session: AsyncSession, before: datetime) -> Sequence[UsagePoint]:
    """Return all usage points whose consent ended before an instant, locked so that they cannot be shared again."""
    has_ended = UsagePoint.status.in_([status for status in PointStatus if status is not PointStatus.GRANTED])
    query = select(UsagePoint).where(has_ended, UsagePoint.ended_at < before)
    return (await session.scalars(query.with_for_update())).all()


async def find_point(
    session: AsyncSession, account_id: str, point_id: str, *, to_change: bool = False
) -> UsagePoint | None:
    """Return one of an account's usage points or None; `to_change` locks its row until the transaction ends."""
    query = select(UsagePoint).where(UsagePoint.account_id == account_id, UsagePoint.id == point_id)
    return await session.scalar(query.with_for_update() if to_change else query)


async def find_with_key(session: AsyncSession, account_id: str, point_id: str) -> tuple[UsagePoint, bytes] | None:
    """Return one of an account's usage points with the account's wrapped key, or None."""
    found = (await session.execute(_WITH_KEY, {"account": account_id, "point": point_id})).one_or_none()
    return None if found is None else (found[0], found[1])


async def load_versions(database: Database, point_ids: Collection[str]) -> dict[tuple[str, str], str]:
    """Return versions by account and usage point: each changes with every write of data in answers about the latter."""
    found = await database.fetch_rows(_VERSIONS, {"points": list(point_ids)})
    return {(account, point): format_version(epoch, version) for account, point, epoch, version in found}


def format_version(epoch: str, data_version: str) -> str:
    """Return the version of a usage point as text; one that was deleted and added again has a new epoch."""
    return f"{epoch}.{data_version}"


async def lock_usage_points(session: AsyncSession, point_ids: Collection[str]) -> None:
    """Lock usage points before their days or files are changed.

    Inserting days locks the usage point first, by the trigger that changes its revision, and so does its deletion; in
    the other order, two transactions would deadlock.
    """
    query = select(UsagePoint.id).where(UsagePoint.id.in_(point_ids)).order_by(UsagePoint.id)
    await session.execute(query.with_for_update())


async def find_with_work(session: AsyncSession, now: datetime, limit: int) -> Sequence[UsagePoint]:
    """Return up to `limit` usage points with due requests that do not wait for details, the longest waiting first."""
    query = select(UsagePoint).where(
        UsagePoint.next_work_at <= now, _is_ready_for_readings(now), UsagePoint.status == PointStatus.GRANTED
    )
    return (await session.scalars(query.order_by(UsagePoint.next_work_at).limit(limit))).all()


async def has_work_due_since(session: AsyncSession, earliest: datetime, now: datetime) -> bool:
    """Return whether a request that does not wait for details became due between `earliest` and `now`."""
    query = select(UsagePoint.id).where(
        UsagePoint.next_work_at.between(earliest, now),
        _is_ready_for_readings(now),
        UsagePoint.status == PointStatus.GRANTED,
    )
    return await session.scalar(query.limit(1)) is not None


async def find_next_work(session: AsyncSession, now: datetime, otherwise: datetime) -> datetime:
    """Return when the next request for a usage point that does not wait for details is due, at the latest `otherwise`.

    The details of those that wait are fetched by another job.
    """
    query = select(UsagePoint.next_work_at).where(UsagePoint.status == PointStatus.GRANTED, _is_ready_for_readings(now))
    first = await session.scalar(query.order_by(UsagePoint.next_work_at).limit(1))
    return otherwise if first is None else min(first, otherwise)


async def schedule_work(session: AsyncSession, point: UsagePoint, at: datetime) -> None:
    """Set when the worker visits a usage point again, unless it was changed since `point` was loaded."""
    unchanged = (UsagePoint.id == point.id, UsagePoint.next_work_at == point.next_work_at)
    await session.execute(update(UsagePoint).where(*unchanged).values(next_work_at=at))


async def postpone_due_work(session: AsyncSession, now: datetime, until: datetime) -> None:
    """Postpone the visits that are due at `now` to `until`."""
    due = (UsagePoint.next_work_at <= now, UsagePoint.status == PointStatus.GRANTED)
    await session.execute(update(UsagePoint).where(*due).values(next_work_at=until))


async def bring_work_forward(session: AsyncSession, furthest: datetime, now: datetime) -> Sequence[str]:
    """Schedule usage points with a visit later than `furthest` for `now`; return their ids."""
    late = [
        select(UsagePoint.id).where(UsagePoint.status == PointStatus.GRANTED, at > furthest)
        for at in (UsagePoint.next_work_at, UsagePoint.history_at)
    ]
    ahead = (await session.scalars(union(*late))).all()
    theirs = update(UsagePoint).where(UsagePoint.id.in_(ahead))
    await session.execute(theirs.values(next_work_at=now))
    await session.execute(theirs.where(UsagePoint.history_at.is_not(None)).values(history_at=now))
    return ahead


async def find_next_history(session: AsyncSession) -> UsagePoint | None:
    """Return the usage point that has waited longest for a call of its history, even if it is not due yet."""
    query = select(UsagePoint).where(UsagePoint.history_at.is_not(None), UsagePoint.status == PointStatus.GRANTED)
    return await session.scalar(query.order_by(UsagePoint.history_at, UsagePoint.id).limit(1))


class HistoryCounts(NamedTuple):
    """How many accounts have a due history, and how many usage points of one account have a history to fetch."""

    accounts_waiting: int
    own_points: int


async def count_unfinished_histories(session: AsyncSession, account_id: str, at: datetime) -> HistoryCounts:
    """Count the histories that are still to be fetched, and the accounts with one that is due at `at` or before."""
    under_way = (UsagePoint.history_at.is_not(None), UsagePoint.status == PointStatus.GRANTED)
    waiting = select(func.count(UsagePoint.account_id.distinct())).where(*under_way, UsagePoint.history_at <= at)
    own = select(func.count()).where(*under_way, UsagePoint.account_id == account_id)
    return HistoryCounts(await session.scalar(waiting) or 0, await session.scalar(own) or 0)


async def move_history_back(session: AsyncSession, account_id: str, at: datetime) -> None:
    """Postpone an account's histories to `at`, behind those of other accounts."""
    theirs = update(UsagePoint).where(UsagePoint.account_id == account_id, UsagePoint.history_at < at)
    await session.execute(theirs.values(history_at=at))


async def schedule_history(session: AsyncSession, point_id: str, at: datetime | None) -> None:
    """Set when the next call for a usage point's history is due; None if it is done."""
    await session.execute(update(UsagePoint).where(UsagePoint.id == point_id).values(history_at=at))


async def note_wanted_kind(session: AsyncSession, point_id: str, kind: str, now: datetime) -> None:
    """Record that a client requested a kind that is only fetched on request, and make its visit due now."""
    point = await session.get(UsagePoint, point_id, with_for_update=True)
    if point is not None:
        point.wants = {**point.wants, kind: now.isoformat()}
        point.refusals = {}
        point.next_work_at = now  # even if it was due: a visit under way has read what was wanted before


async def find_with_stale_details(session: AsyncSession, now: datetime, limit: int) -> Sequence[UsagePoint]:
    """Return up to `limit` usage points whose services and contract are due to be fetched again."""
    query = select(UsagePoint).where(UsagePoint.details_at <= now, UsagePoint.status == PointStatus.GRANTED)
    return (await session.scalars(query.order_by(UsagePoint.details_at).limit(limit))).all()


async def find_with_due_off_peak(session: AsyncSession, now: datetime, limit: int) -> Sequence[UsagePoint]:
    """Return up to `limit` usage points whose off-peak hours are due to be fetched, and not their whole contract."""
    query = select(UsagePoint).where(
        UsagePoint.off_peak_at <= now, UsagePoint.details_at > now, UsagePoint.status == PointStatus.GRANTED
    )
    return (await session.scalars(query.order_by(UsagePoint.off_peak_at).limit(limit))).all()


async def schedule_details(session: AsyncSession, point_id: str, at: datetime) -> None:
    """Set when the services and the contract of a usage point are fetched again, and its off-peak hours alone."""
    await session.execute(update(UsagePoint).where(UsagePoint.id == point_id).values(details_at=at, off_peak_at=at))


async def schedule_access_check(session: AsyncSession, point_id: str, at: datetime) -> None:
    """Record that Enedis refused a reading for lack of consent; the next check ends the access if it agrees."""
    point = await session.get(UsagePoint, point_id)
    if point is not None:
        point.doubted = True
        point.details_at = min(point.details_at, at)


async def load_refusals(session: AsyncSession, point_id: str) -> Refusals | None:
    """Return the refusals of a usage point; None if it may not be read any more."""
    query = select(UsagePoint.status, UsagePoint.refusals).where(UsagePoint.id == point_id)
    found = (await session.execute(query)).one_or_none()
    if found is None or found.status is not PointStatus.GRANTED:
        return None
    return Refusals.model_validate(found.refusals)


async def save_refusals(session: AsyncSession, point_id: str, refusals: Refusals) -> None:
    """Replace the refusals of a usage point."""
    written = refusals.model_dump(mode="json", exclude_defaults=True)
    await session.execute(update(UsagePoint).where(UsagePoint.id == point_id).values(refusals=written))


async def bring_details_forward(session: AsyncSession, point_id: str, at: datetime) -> None:
    """Have the services, contract and connection of a usage point fetched at `at` or earlier."""
    theirs = update(UsagePoint).where(UsagePoint.id == point_id, UsagePoint.details_at > at)
    await session.execute(theirs.values(details_at=at))


async def schedule_refresh(session: AsyncSession, point_id: str, day: date, now: datetime) -> None:
    """Make both workers visit a usage point with days to be fetched again, of which `day` is the oldest.

    Its refusals are deleted, so that Enedis is asked again.
    """
    point = await session.get(UsagePoint, point_id)
    if point is not None:
        point.refusals = {}
        point.next_work_at = now  # even if it was due: a visit under way has read what was wanted before
        point.history_at = now if day < point.wanted_from else point.history_at


async def delete_usage_point(session: AsyncSession, point: UsagePoint) -> None:
    """Delete a usage point and its readings."""
    await session.execute(sql_delete(UsagePoint).where(UsagePoint.id == point.id))


async def find_points_of_other_accounts(
    session: AsyncSession, prm_hash: bytes, account_id: str
) -> Sequence[UsagePoint]:
    """Return the usage points of other accounts with the same meter, whatever their status."""
    query = select(UsagePoint).where(UsagePoint.prm_hash == prm_hash, UsagePoint.account_id != account_id)
    return (await session.scalars(query)).all()


async def find_next_details(session: AsyncSession, otherwise: datetime) -> datetime:
    """Return when the next services, contract or off-peak hours are due to be fetched, at the latest `otherwise`."""
    # one statement each: SQLite would look for two at once in all rows
    details_at, off_peak_at = [
        await session.scalar(select(func.min(at)).where(UsagePoint.status == PointStatus.GRANTED))
        for at in (UsagePoint.details_at, UsagePoint.off_peak_at)
    ]
    return min(details_at or otherwise, off_peak_at or otherwise, otherwise)


async def find_account_of(session: AsyncSession, point_id: str) -> str | None:
    """Return the account of a usage point, for the operator; None if it does not exist."""
    return await session.scalar(select(UsagePoint.account_id).where(UsagePoint.id == point_id))
