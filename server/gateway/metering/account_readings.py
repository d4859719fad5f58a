"""All readings of a usage point, page by page, for the export of an account's data."""

from collections.abc import Iterator
from datetime import date

from sqlalchemy.ext.asyncio import AsyncSession

from gateway.domain.direction import Direction
from gateway.domain.readings import Quality
from gateway.kit import paris
from gateway.metering import payloads, repository
from gateway.metering.imported import add_imported_days, load_next_imported
from gateway.metering.schedule import Feed, Kind
from gateway.usage_points.service import Secrets

type ExportedReading = dict[str, str | int | float | None]
"""A reading as an object for JSON. Its members depend on its kind."""

PAGE = 31
"""How many days are loaded into memory at once."""


async def load_page(
    session: AsyncSession, feed: Feed, secrets: Secrets, after: date | None
) -> tuple[list[ExportedReading], date | None]:
    """Return the readings of the next days after `after` (None: from the first day), and the last of these days.

    The day is None when no days are left.
    """
    known = dict(await repository.load_next_payloads(session, feed, secrets, after or date.min, PAGE))
    imported = await load_next_imported(session, feed, secrets, after or date.min, PAGE)
    days = list(add_imported_days(feed, known, imported).items())[:PAGE]
    found = [
        {"usage_point": feed.point_id, "direction": str(feed.direction), **value}
        for day, payload in days
        for value in _iterate_values(feed.kind, day, payload, is_imported=day not in known)
    ]
    return found, days[-1][0] if days else None


def list_feeds(point_id: str, kind: Kind) -> list[Feed]:
    """Return the feeds of a usage point for one kind, one per direction."""
    return [Feed(point_id, kind, direction) for direction in Direction]


def _iterate_values(kind: Kind, day: date, payload: bytes, *, is_imported: bool) -> Iterator[ExportedReading]:
    quality = str(Quality.IMPORTED if is_imported else Quality.MEASURED)
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
            yield {"date": day.isoformat(), "wh": payloads.read_value(day, payload), "quality": quality}
        case Kind.MAX_POWER:
            peak = payloads.read_peak(day, payload)
            at = paris.format_instant(peak.at) if peak.at else None
            yield {"date": day.isoformat(), "va": peak.va, "at": at, "quality": quality}
        case Kind.INDEX:
            for register, wh in payloads.read_registers(day, payload).items():
                yield {"date": day.isoformat(), "register": register, "wh": wh, "quality": quality}
