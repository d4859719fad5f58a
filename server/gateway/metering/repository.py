"""The ledger in the database; readings are sealed with the key of their account."""

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from gateway.consents.service import Secrets
from gateway.enedis.client import Direction
from gateway.enedis.registers import Registers
from gateway.kit import paris
from gateway.kit.crypto import seal, unseal
from gateway.kit.database import insert
from gateway.metering.ledger import Entry, Feed, Kind, State
from gateway.metering.models import DayRecord
from gateway.metering.packing import pack, unpack
from gateway.metering.readings import Peak, Reading

_KEY = ("usage_point_id", "kind", "direction", "day")


@dataclass(frozen=True)
class Fact:
    """What an answer tells of a day; `payload` None: nothing to keep."""

    day: date
    state: State
    payload: bytes | None = None


async def ledger(session: AsyncSession, feed: Feed, start: date, end: date) -> dict[date, Entry]:
    """Return what is known of the days `[start, end[`."""
    query = select(DayRecord.day, DayRecord.state, DayRecord.asked_at, DayRecord.again_at)
    rows = await session.execute(query.where(*_among(feed, start, end)))
    return {day: Entry(state, asked_at, again_at) for day, state, asked_at, again_at in rows}


async def unfinished(session: AsyncSession, feed: Feed) -> dict[date, Entry]:
    """Return the days that are known in part or not at all although they were asked."""
    query = select(DayRecord.day, DayRecord.state, DayRecord.asked_at, DayRecord.again_at).order_by(DayRecord.day)
    lacking = DayRecord.state.in_([State.PARTIAL, State.ABSENT])
    rows = await session.execute(query.where(*_of(feed), lacking))
    return {day: Entry(state, asked_at, again_at) for day, state, asked_at, again_at in rows}


async def count(session: AsyncSession, feed: Feed, start: date, end: date) -> int:
    """Return how many of the days `[start, end[` were asked."""
    query = select(func.count()).select_from(DayRecord).where(*_among(feed, start, end))
    return await session.scalar(query) or 0


async def packed_curve(
    session: AsyncSession, feed: Feed, secrets: Secrets, start: date, end: date
) -> list[tuple[date, bytes]]:
    """Return the days `[start, end[` that have readings, in order, as `packing` wrote them."""
    return await _payloads(session, feed, secrets, start, end)


async def curve(
    session: AsyncSession, feed: Feed, secrets: Secrets, start: date, end: date
) -> dict[date, list[Reading]]:
    """Return the readings of the days `[start, end[` that have some."""
    return {
        day: unpack(packed, paris.midnight(day)) for day, packed in await _payloads(session, feed, secrets, start, end)
    }


async def values(session: AsyncSession, feed: Feed, secrets: Secrets, start: date, end: date) -> dict[date, int]:
    """Return the daily values of the days `[start, end[` that have one, in Wh."""
    return {day: int(payload) for day, payload in await _payloads(session, feed, secrets, start, end)}


async def peaks(session: AsyncSession, feed: Feed, secrets: Secrets, start: date, end: date) -> dict[date, Peak]:
    """Return the greatest power of the days `[start, end[` that have one."""
    return {day: Peak.unpack(payload) for day, payload in await _payloads(session, feed, secrets, start, end)}


async def registers(
    session: AsyncSession, feed: Feed, secrets: Secrets, start: date, end: date
) -> dict[date, Registers]:
    """Return what the registers showed at the beginning of the days `[start, end[` that are known."""
    return {day: read_registers(payload) for day, payload in await _payloads(session, feed, secrets, start, end)}


async def _payloads(
    session: AsyncSession, feed: Feed, secrets: Secrets, start: date, end: date
) -> list[tuple[date, bytes]]:
    query = select(DayRecord.day, DayRecord.payload).where(*_among(feed, start, end), DayRecord.payload.is_not(None))
    rows = (await session.execute(query.order_by(DayRecord.day))).all()
    return [(day, unseal(secrets.data_key, payload, feed.context(day))) for day, payload in rows if payload is not None]


async def save(session: AsyncSession, feed: Feed, facts: Iterable[Fact], now: datetime) -> None:
    """Write what is now known of days."""
    rows = [
        {
            "usage_point_id": feed.point_id,
            "kind": feed.kind,
            "direction": feed.direction,
            "day": fact.day,
            "state": fact.state,
            "asked_at": now,
            "again_at": None,
            "payload": fact.payload,
        }
        for fact in facts
    ]
    if rows:
        statement = insert(session, DayRecord)
        news = {name: statement.excluded[name] for name in rows[0] if name not in _KEY}
        await session.execute(statement.on_conflict_do_update(index_elements=_KEY, set_=news), rows)


async def asked_in_vain(session: AsyncSession, feed: Feed, days: Sequence[date], now: datetime) -> None:
    """Note that asking again brought nothing new."""
    if days:
        statement = update(DayRecord).where(*_of(feed), DayRecord.day.in_(days))
        await session.execute(statement.values(asked_at=now, again_at=None))


async def bring_back(session: AsyncSession, point_ids: Collection[str], now: datetime) -> None:
    """Have what was asked later than now count as asked now."""
    ahead = (DayRecord.usage_point_id.in_(point_ids), DayRecord.asked_at > now)
    await session.execute(update(DayRecord).where(*ahead).values(asked_at=now))


async def ask_again(session: AsyncSession, feed: Feed, start: date, end: date, at: datetime) -> int:
    """Wish the days `[start, end[` that were asked before asked anew; return how many there are."""
    statement = update(DayRecord).where(*_among(feed, start, end)).values(again_at=at).returning(DayRecord.day)
    return len((await session.scalars(statement)).all())


def sealed(feed: Feed, secrets: Secrets, day: date, payload: bytes) -> bytes:
    """Encrypt what is kept of a day."""
    return seal(secrets.data_key, payload, feed.context(day))


def packed_registers(registers: Registers) -> bytes:
    """Write what the registers of a day showed."""
    return json.dumps(registers).encode()


def sealed_curve(feed: Feed, secrets: Secrets, day: date, readings: Sequence[Reading]) -> bytes:
    """Pack and encrypt a day's readings."""
    return sealed(feed, secrets, day, pack(readings, paris.midnight(day)))


def _of(feed: Feed) -> tuple[ColumnElement[bool], ...]:
    return (
        DayRecord.usage_point_id == feed.point_id,
        DayRecord.kind == feed.kind,
        DayRecord.direction == feed.direction,
    )


def _among(feed: Feed, start: date, end: date) -> tuple[ColumnElement[bool], ...]:
    return (*_of(feed), DayRecord.day >= start, DayRecord.day < end)


@dataclass(frozen=True)
class OpenedDay:
    """What is known of a day of a feed, its payload decrypted."""

    entry: Entry
    payload: bytes | None


async def written_since(session: AsyncSession, point_id: str, since: datetime) -> set[date]:
    """Return the days of which something was asked at `since` or later."""
    query = select(DayRecord.day).where(DayRecord.usage_point_id == point_id, DayRecord.asked_at >= since)
    return set(await session.scalars(query.distinct()))


async def opened(
    session: AsyncSession, point_id: str, kinds: Collection[Kind], secrets: Secrets, start: date, end: date
) -> dict[Feed, dict[date, OpenedDay]]:
    """Return what is known of the days `[start, end[` of these kinds, both directions."""
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
        content = None if payload is None else unseal(secrets.data_key, payload, feed.context(day))
        found[feed][day] = OpenedDay(Entry(state, asked_at), content)
    return found


def read_registers(payload: bytes) -> Registers:
    """Read what the registers showed."""
    registers: Registers = json.loads(payload)
    return registers
