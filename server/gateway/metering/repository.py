"""Database queries for the ledger and the payloads of its days. Only this module encrypts and decrypts them."""

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import ColumnElement, bindparam, case, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from gateway.domain.direction import Direction
from gateway.kit import paris
from gateway.kit.crypto import seal, unseal
from gateway.kit.database import build_insert
from gateway.metering.imported import list_imported_since, load_imported, merge_imported_readings
from gateway.metering.models import DayRecord
from gateway.metering.schedule import WHOLE, Entry, Feed, Kind, State
from gateway.usage_points import repository as points
from gateway.usage_points.service import Secrets

NOT_ASKED = Entry(State.PARTIAL, datetime.min.replace(tzinfo=UTC))
"""How a day counts of which only files tell: nobody was asked."""
_KEY = ("usage_point_id", "kind", "direction", "day")
# built once, since every request for readings uses it
_KNOWN = (
    select(
        DayRecord.day,
        DayRecord.state,
        DayRecord.asked_at,
        DayRecord.again_at,
        DayRecord.times_absent,
        DayRecord.payload,
    )
    .where(
        DayRecord.usage_point_id == bindparam("point"),
        DayRecord.kind == bindparam("kind"),
        DayRecord.direction == bindparam("direction"),
        DayRecord.day >= bindparam("start"),
        DayRecord.day < bindparam("end"),
    )
    .order_by(DayRecord.day)
)


@dataclass(frozen=True)
class Fact:
    """What an answer from Enedis states about a day; `payload` (see `payloads`) is None when there are no readings.

    `corrects`: the fact replaces an entry even if that seemed more complete, because it was estimated.
    `times_absent` is how many answers without the day this one counts for.
    """

    day: date
    state: State
    payload: bytes | None = None
    corrects: bool = False
    times_absent: int = 0


@dataclass(frozen=True)
class OpenedDay:
    """A day of a feed with its decrypted payload; `is_imported`: the payload comes from files alone."""

    entry: Entry
    payload: bytes | None
    is_imported: bool = False


async def load_entries(session: AsyncSession, feed: Feed, start: date, end: date) -> dict[date, Entry]:
    """Return the entries of the days `[start, end[` that have one, oldest first."""
    return await _load_entries(session, *_match_days(feed, start, end))


async def list_unfinished(session: AsyncSession, feed: Feed) -> dict[date, Entry]:
    """Return the entries of days that are PARTIAL, ABSENT, or FILLED with an estimate, oldest first."""
    return await _load_entries(
        session, *_match_feed(feed), DayRecord.state.in_([State.FILLED, State.PARTIAL, State.ABSENT])
    )


async def list_rounded(session: AsyncSession, feed: Feed) -> list[date]:
    """Return the days with a rounded curve that was not yet compared with the daily value, oldest first."""
    return list(await _load_entries(session, *_match_feed(feed), DayRecord.state == State.ROUNDED))


async def find_first_rounded(session: AsyncSession, feed: Feed, start: date) -> date | None:
    """Return the first day, from `start` on, whose curve Enedis rounded."""
    states = DayRecord.state.in_([State.ROUNDED, State.FITTED])
    return await session.scalar(
        select(func.min(DayRecord.day)).where(*_match_feed(feed), DayRecord.day >= start, states)
    )


async def find_complete_until(session: AsyncSession, feed: Feed) -> date | None:
    """Return the day after the newest whole day, or None when there is none."""
    query = select(func.max(DayRecord.day)).where(*_match_feed(feed), DayRecord.state.in_(WHOLE))
    newest = await session.scalar(query)
    return None if newest is None else newest + paris.DAY


async def list_written_since(session: AsyncSession, point_id: str, data_revision: int) -> set[date]:
    """Return the days that were written, imported or taken back after a data revision of the usage point."""
    theirs = (DayRecord.usage_point_id == point_id, DayRecord.data_revision > data_revision)
    written = set(await session.scalars(select(DayRecord.day).where(*theirs).distinct()))
    return written | await list_imported_since(session, point_id, data_revision)


async def count_days(session: AsyncSession, feed: Feed, start: date, end: date) -> int:
    """Return how many of the days `[start, end[` were requested from Enedis."""
    query = select(func.count()).select_from(DayRecord).where(*_match_days(feed, start, end))
    return await session.scalar(query) or 0


async def load_values[Value](
    session: AsyncSession, feed: Feed, secrets: Secrets, read: Callable[[date, bytes], Value], start: date, end: date
) -> tuple[dict[date, Entry], dict[date, Value]]:
    """Return the entries of the days `[start, end[`, oldest first, and their payloads as decoded by `read`."""
    entries: dict[date, Entry] = {}
    values: dict[date, Value] = {}
    asked = {"point": feed.point_id, "kind": feed.kind, "direction": feed.direction, "start": start, "end": end}
    for day, state, asked_at, again_at, times_absent, payload in await session.execute(_KNOWN, asked):
        entries[day] = Entry(state, asked_at, again_at, times_absent)
        if payload is not None:
            values[day] = read(day, _unseal_payload(feed, secrets, day, payload))
    return entries, values


async def load_days(
    session: AsyncSession, point_id: str, kinds: Collection[Kind], secrets: Secrets, start: date, end: date
) -> dict[Feed, dict[date, OpenedDay]]:
    """Return the days `[start, end[` of these kinds by feed, for both directions and with the additions from files.

    The entries have no `again_at`, since a pending refresh changes nothing about the readings.
    """
    columns = (DayRecord.kind, DayRecord.direction, DayRecord.day, DayRecord.state, DayRecord.asked_at)
    query = select(*columns, DayRecord.payload).where(
        DayRecord.usage_point_id == point_id,
        DayRecord.kind.in_(kinds),
        DayRecord.day >= start,
        DayRecord.day < end,
    )
    found: dict[Feed, dict[date, OpenedDay]] = defaultdict(dict)
    for kind, direction, day, state, asked_at, payload in await session.execute(query):
        feed = Feed(point_id, kind, Direction(direction))
        content = None if payload is None else _unseal_payload(feed, secrets, day, payload)
        found[feed][day] = OpenedDay(Entry(state, asked_at), content)
    for feed, days in (await load_imported(session, point_id, kinds, secrets, start, end)).items():
        for day, imported in days.items():
            known = found[feed].get(day)
            payload = merge_imported_readings(feed, day, known.payload if known else None, imported)
            entry = known.entry if known else NOT_ASKED
            found[feed][day] = OpenedDay(entry, payload, is_imported=known is None or known.payload is None)
    return found


async def load_next_payloads(
    session: AsyncSession, feed: Feed, secrets: Secrets, after: date, limit: int
) -> list[tuple[date, bytes]]:
    """Return the decrypted payloads of the next `limit` days after `after` that have one, oldest first."""
    query = select(DayRecord.day, DayRecord.payload).where(
        *_match_feed(feed), DayRecord.payload.is_not(None), DayRecord.day > after
    )
    rows = await session.execute(query.order_by(DayRecord.day).limit(limit))
    return [(day, _unseal_payload(feed, secrets, day, payload)) for day, payload in rows if payload is not None]


async def save_facts(session: AsyncSession, feed: Feed, secrets: Secrets, facts: Iterable[Fact], now: datetime) -> None:
    """Insert or update the entries and payloads of days, and clear a pending refresh of them."""
    rows = [
        {
            "usage_point_id": feed.point_id,
            "kind": feed.kind,
            "direction": feed.direction,
            "day": fact.day,
            "state": fact.state,
            "asked_at": now,
            "again_at": None,
            "payload": None if fact.payload is None else _seal_payload(feed, secrets, fact.day, fact.payload),
            "times_absent": max(fact.times_absent, int(fact.state is State.ABSENT)),
        }
        for fact in facts
    ]
    if rows:
        statement = build_insert(session, DayRecord)
        news: dict[str, ColumnElement[Any]] = {name: statement.excluded[name] for name in rows[0] if name not in _KEY}
        absent = statement.excluded.times_absent
        news["times_absent"] = case((absent > 0, DayRecord.times_absent + absent), else_=absent)
        await session.execute(statement.on_conflict_do_update(index_elements=_KEY, set_=news), rows)


async def note_nothing_new(session: AsyncSession, feed: Feed, days: Sequence[date], now: datetime) -> None:
    """Record that these days were requested again without a better answer."""
    if days:
        await points.lock_usage_points(session, [feed.point_id])
        statement = update(DayRecord).where(*_match_feed(feed), DayRecord.day.in_(days))
        await session.execute(statement.values(asked_at=now, again_at=None, times_absent=DayRecord.times_absent + 1))


async def correct_future_times(session: AsyncSession, point_ids: Collection[str], now: datetime) -> None:
    """Set request times that are later than `now` to `now`."""
    await points.lock_usage_points(session, point_ids)
    ahead = (DayRecord.usage_point_id.in_(point_ids), DayRecord.asked_at > now)
    await session.execute(update(DayRecord).where(*ahead).values(asked_at=now))


async def schedule_again(session: AsyncSession, point_id: str, start: date, end: date, at: datetime) -> Counter[Feed]:
    """Schedule all entries of the days `[start, end[` to be requested again; return how many days that is by feed."""
    await points.lock_usage_points(session, [point_id])
    theirs = (DayRecord.usage_point_id == point_id, DayRecord.day >= start, DayRecord.day < end)
    statement = update(DayRecord).where(*theirs).values(again_at=at).returning(DayRecord.kind, DayRecord.direction)
    marked = await session.execute(statement)
    return Counter(Feed(point_id, kind, Direction(direction)) for kind, direction in marked)


async def _load_entries(session: AsyncSession, *conditions: ColumnElement[bool]) -> dict[date, Entry]:
    query = select(
        DayRecord.day, DayRecord.state, DayRecord.asked_at, DayRecord.again_at, DayRecord.times_absent
    ).order_by(DayRecord.day)
    rows = await session.execute(query.where(*conditions))
    return {row.day: Entry(row.state, row.asked_at, row.again_at, row.times_absent) for row in rows}


def _seal_payload(feed: Feed, secrets: Secrets, day: date, payload: bytes) -> bytes:
    return seal(secrets.data_key, payload, _build_seal_context(feed, day))


def _unseal_payload(feed: Feed, secrets: Secrets, day: date, sealed: bytes) -> bytes:
    return unseal(secrets.data_key, sealed, _build_seal_context(feed, day))


def _build_seal_context(feed: Feed, day: date) -> str:
    return f"days.payload:{feed.point_id}:{feed.kind}:{feed.direction}:{day}"


def _match_feed(feed: Feed) -> tuple[ColumnElement[bool], ...]:
    return (
        DayRecord.usage_point_id == feed.point_id,
        DayRecord.kind == feed.kind,
        DayRecord.direction == feed.direction,
    )


def _match_days(feed: Feed, start: date, end: date) -> tuple[ColumnElement[bool], ...]:
    return (*_match_feed(feed), DayRecord.day >= start, DayRecord.day < end)
