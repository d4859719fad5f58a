"""All readings of a usage point, page by page, for their owner to take away."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from gateway.domain.direction import Direction
from gateway.kit import paris
from gateway.metering import payloads, repository
from gateway.metering.schedule import Feed, Kind
from gateway.usage_points.service import Secrets

PAGE = 31
"""Days that are in memory at once."""


async def load_page(
    session: AsyncSession, feed: Feed, secrets: Secrets, after: date | None
) -> tuple[list[dict[str, Any]], date | None]:
    """Return the readings of the next days after `after`, and the last of these days; None at the end."""
    days = await repository.load_next_payloads(session, feed, secrets, after or date.min, PAGE)
    found = [
        {"usage_point": feed.point_id, "direction": str(feed.direction), **value}
        for day, payload in days
        for value in _iterate_values(feed.kind, day, payload)
    ]
    return found, days[-1][0] if days else None


def list_feeds(point_id: str, kind: Kind) -> list[Feed]:
    """Return what may be known of a kind: both directions."""
    return [Feed(point_id, kind, direction) for direction in Direction]


def _iterate_values(kind: Kind, day: date, payload: bytes) -> Iterator[dict[str, Any]]:
    match kind:
        case Kind.CURVE:
            for reading in payloads.read_curve(day, payload):
                yield {
                    "start": paris.format_instant(reading.start),
                    "minutes": reading.minutes,
                    "watts": reading.watts,
                    "quality": str(reading.quality),
                }
        case Kind.DAILY:
            yield {"date": day.isoformat(), "wh": payloads.read_value(day, payload)}
        case Kind.MAX_POWER:
            peak = payloads.read_peak(day, payload)
            yield {"date": day.isoformat(), "va": peak.va, "at": paris.format_instant(peak.at) if peak.at else None}
        case Kind.INDEX:
            for register, wh in payloads.read_registers(day, payload).items():
                yield {"date": day.isoformat(), "register": register, "wh": wh}
