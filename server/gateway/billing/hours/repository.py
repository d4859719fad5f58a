"""Database queries for published hours. Figures and sums are encrypted with the account's key."""

import hashlib
import json
import secrets
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Update, and_, bindparam, delete, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from gateway.billing.days.billed_point import BilledPoint
from gateway.billing.days.figures import DayFigures
from gateway.billing.hours.models import Publication, PublishedDay, PublishedSeries, SharedData
from gateway.billing.hours.series import Sums
from gateway.kit.crypto import seal, unseal
from gateway.kit.database import Database, build_insert
from gateway.usage_points.models import PointStatus, UsagePoint

_TABLES = (PublishedDay, PublishedSeries, Publication)
# built once, because they run with every request
_SERIES = select(PublishedSeries.key, PublishedSeries.revision).where(
    PublishedSeries.usage_point_id == bindparam("point")
)
_STATES = (
    select(
        UsagePoint.account_id,
        UsagePoint.id,
        UsagePoint.epoch,
        UsagePoint.revision,
        UsagePoint.data_version,
        SharedData.version.label("shared_version"),
        func.coalesce(SharedData.revision, 0).label("shared_revision"),
        UsagePoint.status,
        UsagePoint.next_work_at,
        UsagePoint.history_at,
    )
    .select_from(UsagePoint)
    .outerjoin(SharedData, SharedData.id == 1)
    .where(UsagePoint.id.in_(bindparam("points", expanding=True)))
)


@dataclass(frozen=True)
class PublishedState:
    """The state by which unchanged hours of a usage point are recognised, and when to ask again.

    `version` is a hash of the versions of all data that the hours are computed from, and of the published ones.
    """

    epoch: str
    revision: int
    version: bytes
    shared_revision: int
    status: PointStatus
    next_work_at: datetime
    history_at: datetime | None


@dataclass(frozen=True)
class PublishedFigures:
    """A published day: its figures, the running sums before it, and the revision of its last change.

    `changes` are the revisions in which it changed, each with the first changed hour of the day. A change is left out
    if a later one begins at the same hour or before.
    """

    day: date
    figures: DayFigures
    before: Sums
    revision: int
    changes: tuple[tuple[int, int], ...]

    def find_first_changed_hour(self, held: int) -> int:
        """Return the first hour of the day that is new to a client with revision `held`, older than the day's."""
        return min(hour for revision, hour in self.changes if revision > held)


async def load_states(database: Database, point_ids: Collection[str]) -> dict[tuple[str, str], PublishedState]:
    """Return the states of usage points, by account and usage point."""
    found = await database.fetch_rows(_STATES, {"points": list(point_ids)})
    return {(row.account_id, row.id): _build_state(row) for row in found}


def _build_state(row: Row[*tuple[Any, ...]]) -> PublishedState:
    versions = (row.epoch, row.revision, row.data_version, row.shared_version)
    return PublishedState(
        epoch=row.epoch,
        revision=row.revision,
        version=hashlib.blake2b(repr(versions).encode(), digest_size=16).digest(),
        shared_revision=row.shared_revision,
        status=row.status,
        next_work_at=row.next_work_at,
        history_at=row.history_at,
    )


async def find_publication(session: AsyncSession, point_id: str) -> Publication | None:
    """Return the publication of a usage point; None if nothing is published."""
    return await session.get(Publication, point_id)


async def list_series(session: AsyncSession, point_id: str) -> dict[str, int]:
    """Return the published series, each with the revision in which it was added."""
    return dict(iter(await session.execute(_SERIES, {"point": point_id})))


async def list_published_days(
    session: AsyncSession,
    point_id: str,
    data_key: bytes,
    start: date,
    end: date = date.max,
    *,
    and_the_one_before: bool = False,
) -> list[PublishedFigures]:
    """Return the published days `[start, end[`, oldest first; also the last one before if `and_the_one_before`."""
    before = (
        select(func.max(PublishedDay.day)).where(_match_point(point_id), PublishedDay.day < start).scalar_subquery()
    )
    since = func.coalesce(before, start) if and_the_one_before else start
    return await _load_days(session, point_id, data_key, and_(PublishedDay.day >= since, PublishedDay.day < end))


async def load_published_figures(
    session: AsyncSession, point: BilledPoint, start: date, end: date = date.max
) -> dict[date, DayFigures]:
    """Return the figures of the published days `[start, end[`, by day."""
    days = await list_published_days(session, point.public_id, point.secrets.data_key, start, end)
    return {day.day: day.figures for day in days}


async def find_published_span(session: AsyncSession, point_id: str) -> tuple[date, date] | None:
    """Return the first and the last published day; None if there are none."""
    query = select(func.min(PublishedDay.day), func.max(PublishedDay.day)).where(_match_point(point_id))
    first, last = (await session.execute(query)).one()
    return None if first is None else (first, last)


async def list_days_to_send(
    session: AsyncSession, point_id: str, data_key: bytes, held: int, unread: date | None, limit: int | None
) -> list[PublishedFigures]:
    """Return up to `limit` days, from `unread` or the first that changed after revision `held`, if that is earlier."""
    changed = (
        select(func.min(PublishedDay.day)).where(_match_point(point_id), PublishedDay.revision > held).scalar_subquery()
    )
    since = PublishedDay.day >= changed
    return await _load_days(
        session, point_id, data_key, since if unread is None else or_(since, PublishedDay.day >= unread), limit
    )


async def _load_days(
    session: AsyncSession, point_id: str, data_key: bytes, wanted: ColumnElement[bool], limit: int | None = None
) -> list[PublishedFigures]:
    columns = (PublishedDay.day, PublishedDay.figures, PublishedDay.before, PublishedDay.revision)
    query = select(*columns).where(_match_point(point_id), wanted).order_by(PublishedDay.day).limit(limit)
    return [_open_day(point_id, data_key, *row) for row in await session.execute(query)]


def _match_point(point_id: str) -> ColumnElement[bool]:
    return PublishedDay.usage_point_id == point_id


async def begin_revision(session: AsyncSession, point: UsagePoint) -> int | None:
    """Increase the revision and return it; None if another process published in the meantime."""
    return await session.scalar(
        _update_if_unchanged(point).values(revision=point.revision + 1).returning(UsagePoint.revision)
    )


async def lock_revision(session: AsyncSession, point: UsagePoint) -> int | None:
    """Lock the usage point at its revision and return it; None when somebody else published meanwhile."""
    return await session.scalar(
        _update_if_unchanged(point).values(revision=point.revision).returning(UsagePoint.revision)
    )


async def is_unchanged(session: AsyncSession, point: UsagePoint) -> bool:
    """Return whether nobody has published since the usage point was read."""
    return await session.scalar(select(UsagePoint.id).where(_match_unchanged(point))) is not None


def _update_if_unchanged(point: UsagePoint) -> Update:
    """Return an update of a usage point that applies only if nobody has published since it was read."""
    return update(UsagePoint).where(_match_unchanged(point))


def _match_unchanged(point: UsagePoint) -> ColumnElement[bool]:
    return and_(UsagePoint.id == point.id, UsagePoint.epoch == point.epoch, UsagePoint.revision == point.revision)


async def write_days(
    session: AsyncSession,
    point_id: str,
    data_key: bytes,
    changed: Sequence[PublishedFigures],
    sums_changed: Sequence[PublishedFigures],
) -> None:
    """Write the days that changed, and the sums of days of which only the sums before them changed."""
    if changed:
        rows = [
            {
                "usage_point_id": point_id,
                "day": day.day,
                "revision": day.revision,
                "figures": seal(
                    data_key, day.figures.pack_figures(), _build_seal_context(point_id, "figures", day.day)
                ),
                "before": _seal_sums(point_id, data_key, day),
            }
            for day in changed
        ]
        statement = build_insert(session, PublishedDay)
        written = {name: statement.excluded[name] for name in ("revision", "figures", "before")}
        statement = statement.on_conflict_do_update(index_elements=("usage_point_id", "day"), set_=written)
        await session.execute(statement, rows)
    if sums_changed:
        connection = await session.connection()
        await connection.execute(
            update(PublishedDay)
            .where(_match_point(point_id), PublishedDay.day == bindparam("changed_day"))
            .values(before=bindparam("sums")),
            [{"changed_day": day.day, "sums": _seal_sums(point_id, data_key, day)} for day in sums_changed],
        )


async def add_series(session: AsyncSession, point_id: str, keys: Iterable[str], revision: int) -> None:
    """Add series in this revision."""
    session.add_all(PublishedSeries(usage_point_id=point_id, key=key, revision=revision) for key in keys)


async def save_publication(session: AsyncSession, publication: Publication, *, is_first: bool) -> None:
    """Save the publication of a usage point; `is_first` if it had none."""
    if is_first:
        await session.merge(publication)
        return
    columns = ("starts_on", "is_whole", "rules", "looked_at", "data_revision", "shared_revision")
    statement = update(Publication).where(Publication.usage_point_id == publication.usage_point_id)
    await session.execute(statement.values({name: getattr(publication, name) for name in columns}))


async def start_new_epoch(session: AsyncSession, point: UsagePoint) -> None:
    """Begin a new epoch and delete all published hours, unless another process published in the meantime."""
    afresh = _update_if_unchanged(point).values(epoch=secrets.token_hex(8), revision=0)
    began = await session.scalar(afresh.returning(UsagePoint.id))
    if began is not None:
        for table in _TABLES:
            await session.execute(delete(table).where(table.usage_point_id == point.id))


def _open_day(
    point_id: str, data_key: bytes, day: date, figures: bytes, before: bytes, revision: int
) -> PublishedFigures:
    sums, changes = json.loads(unseal(data_key, before, _build_seal_context(point_id, "before", day)))
    return PublishedFigures(
        day=day,
        figures=DayFigures.unpack_figures(unseal(data_key, figures, _build_seal_context(point_id, "figures", day))),
        before=sums,
        revision=revision,
        changes=tuple((since, hour) for since, hour in changes),
    )


def _seal_sums(point_id: str, data_key: bytes, day: PublishedFigures) -> bytes:
    content = json.dumps([day.before, day.changes], separators=(",", ":"))
    return seal(data_key, content.encode(), _build_seal_context(point_id, "before", day.day))


def _build_seal_context(point_id: str, column: str, day: date) -> str:
    return f"published_days.{column}:{point_id}:{day}"
