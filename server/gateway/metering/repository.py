"""The ledger in the database; readings are sealed with the key of their account."""

import json
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from gateway.consents.service import Secrets
from gateway.enedis.client import Direction
from gateway.enedis.registers import Registers
from gateway.kit import paris
from gateway.kit.crypto import seal, unseal
from gateway.metering.ledger import Entry, Kind
from gateway.metering.models import DayRecord
from gateway.metering.packing import pack, unpack
from gateway.metering.readings import Reading


@dataclass(frozen=True)
class Feed:
    """One thing that is asked for a usage point."""

    point_id: str
    kind: Kind
    direction: Direction = Direction.CONSUMPTION

    def context(self, day: date) -> str:
        """Name what a sealed day belongs to."""
        return f"days.payload:{self.point_id}:{self.kind}:{self.direction}:{day}"


async def ledger(session: AsyncSession, feed: Feed, start: date, end: date) -> dict[date, Entry]:
    """Return what is known of the days `[start, end[`."""
    query = select(DayRecord.day, DayRecord.state, DayRecord.asked_at)
    rows = await session.execute(query.where(*_among(feed, start, end)))
    return {day: Entry(state, asked_at) for day, state, asked_at in rows}


async def curve(
    session: AsyncSession, feed: Feed, secrets: Secrets, start: date, end: date
) -> dict[date, list[Reading]]:
    """Return the readings of the days `[start, end[` that have some."""
    query = select(DayRecord.day, DayRecord.payload).where(*_among(feed, start, end), DayRecord.payload.is_not(None))
    rows = (await session.execute(query.order_by(DayRecord.day))).all()
    return {
        day: unpack(unseal(secrets.data_key, payload, feed.context(day)), paris.midnight(day))
        for day, payload in rows
        if payload is not None
    }


async def values(session: AsyncSession, feed: Feed, secrets: Secrets, start: date, end: date) -> dict[date, int]:
    """Return the daily values of the days `[start, end[` that have one."""
    query = select(DayRecord.day, DayRecord.payload).where(*_among(feed, start, end), DayRecord.payload.is_not(None))
    return {
        day: int(unseal(secrets.data_key, payload, feed.context(day)))
        for day, payload in await session.execute(query)
        if payload is not None
    }


async def registers(
    session: AsyncSession, feed: Feed, secrets: Secrets, start: date, end: date
) -> dict[date, Registers]:
    """Return what the registers showed at the beginning of the days `[start, end[` that are known."""
    query = select(DayRecord.day, DayRecord.payload).where(*_among(feed, start, end), DayRecord.payload.is_not(None))
    return {
        day: read_registers(unseal(secrets.data_key, payload, feed.context(day)))
        for day, payload in await session.execute(query)
        if payload is not None
    }


async def save(session: AsyncSession, feed: Feed, day: date, entry: Entry, payload: bytes | None) -> None:
    """Write what is now known of a day; `payload` None keeps none."""
    await session.merge(
        DayRecord(
            usage_point_id=feed.point_id,
            kind=feed.kind,
            direction=feed.direction,
            day=day,
            state=entry.state,
            asked_at=entry.asked_at,
            payload=payload,
        )
    )


async def asked_in_vain(session: AsyncSession, feed: Feed, day: date, now: datetime) -> None:
    """Note that asking again brought nothing new."""
    statement = update(DayRecord).where(*_among(feed, day, day + paris.DAY))
    await session.execute(statement.values(asked_at=now))


def sealed_curve(feed: Feed, secrets: Secrets, day: date, readings: Sequence[Reading]) -> bytes:
    """Pack and encrypt a day's readings."""
    return seal(secrets.data_key, pack(readings, paris.midnight(day)), feed.context(day))


def sealed_value(feed: Feed, secrets: Secrets, day: date, value: int) -> bytes:
    """Encrypt a day's value."""
    return seal(secrets.data_key, str(value).encode(), feed.context(day))


def _among(feed: Feed, start: date, end: date) -> tuple[ColumnElement[bool], ...]:
    return (
        DayRecord.usage_point_id == feed.point_id,
        DayRecord.kind == feed.kind,
        DayRecord.direction == feed.direction,
        DayRecord.day >= start,
        DayRecord.day < end,
    )


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
