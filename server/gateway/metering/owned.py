"""All readings of a usage point, page by page, for their owner to take away."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from gateway.consents.service import Secrets
from gateway.enedis.client import Direction
from gateway.kit import paris
from gateway.kit.crypto import unseal
from gateway.metering.ledger import Feed, Kind
from gateway.metering.models import DayRecord
from gateway.metering.packing import unpack
from gateway.metering.readings import Peak
from gateway.metering.repository import read_registers

PAGE = 31
"""Days that are in memory at once."""


async def page(
    session: AsyncSession, feed: Feed, secrets: Secrets, after: date | None
) -> tuple[list[dict[str, Any]], date | None]:
    """Return the readings of the next days after `after`, and the last of these days; None at the end."""
    query = select(DayRecord.day, DayRecord.payload).where(
        DayRecord.usage_point_id == feed.point_id,
        DayRecord.kind == feed.kind,
        DayRecord.direction == feed.direction,
        DayRecord.payload.is_not(None),
        DayRecord.day > (after or date.min),
    )
    rows = (await session.execute(query.order_by(DayRecord.day).limit(PAGE))).all()
    found = [
        {"usage_point": feed.point_id, "direction": str(feed.direction), **value}
        for day, payload in rows
        if payload is not None
        for value in _values(feed.kind, day, unseal(secrets.data_key, payload, feed.context(day)))
    ]
    return found, rows[-1][0] if rows else None


def feeds(point_id: str, kind: Kind) -> list[Feed]:
    """Return what may be known of a kind: both directions."""
    return [Feed(point_id, kind, direction) for direction in Direction]


def _values(kind: Kind, day: date, payload: bytes) -> Iterator[dict[str, Any]]:
    match kind:
        case Kind.CURVE:
            for reading in unpack(payload, paris.midnight(day)):
                yield {
                    "start": paris.iso(reading.start),
                    "minutes": reading.minutes,
                    "watts": reading.watts,
                    "quality": str(reading.quality),
                }
        case Kind.DAILY:
            yield {"date": day.isoformat(), "wh": int(payload)}
        case Kind.MAX_POWER:
            peak = Peak.unpack(payload)
            yield {"date": day.isoformat(), "va": peak.va, "at": paris.iso(peak.at) if peak.at else None}
        case Kind.INDEX:
            for register, wh in read_registers(payload).items():
                yield {"date": day.isoformat(), "register": register, "wh": wh}
