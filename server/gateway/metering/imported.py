"""Days imported from files: they are used where the ledger has nothing, and never replace what it has.

They have their own table, so that the archive asks Enedis as if they did not exist, and a file can be taken back whole.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date

from sqlalchemy import Row, Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from gateway.domain.direction import Direction
from gateway.domain.readings import complete_readings
from gateway.kit import paris
from gateway.kit.crypto import seal, unseal
from gateway.metering.models import Import, ImportedDay, ImportStatus
from gateway.metering.packing import pack_readings, unpack_readings
from gateway.metering.schedule import Feed, Kind
from gateway.usage_points.service import Secrets

type ImportedPayloads = dict[Feed, dict[date, list[bytes]]]
"""Payloads from accepted files by feed and day; several files may each have a part of a day."""


def seal_imported(import_id: str, feed: Feed, secrets: Secrets, day: date, payload: bytes) -> bytes:
    """Encrypt a file's payload for one day."""
    return seal(secrets.data_key, payload, _build_seal_context(import_id, feed.kind, feed.direction, day))


async def load_imported(
    session: AsyncSession, point_id: str, kinds: Collection[Kind], secrets: Secrets, start: date, end: date
) -> ImportedPayloads:
    """Return the payloads of accepted files for the days `[start, end[`, in the order of acceptance."""
    query = _select_accepted(point_id).where(
        ImportedDay.kind.in_(kinds), ImportedDay.day >= start, ImportedDay.day < end
    )
    return _open_rows(point_id, secrets, await session.execute(query.order_by(Import.changed_at, Import.id)))


async def load_imported_feed(
    session: AsyncSession, feed: Feed, secrets: Secrets, start: date, end: date
) -> dict[date, list[bytes]]:
    """Return the payloads of accepted files for the days `[start, end[` of one feed."""
    imported = await load_imported(session, feed.point_id, [feed.kind], secrets, start, end)
    return imported.get(feed, {})


async def load_next_imported(
    session: AsyncSession, feed: Feed, secrets: Secrets, after: date, limit: int
) -> dict[date, list[bytes]]:
    """Return the payloads of accepted files for the next `limit` days after `after` that have any."""
    of_feed = (ImportedDay.kind == feed.kind, ImportedDay.direction == feed.direction, ImportedDay.day > after)
    days = (
        select(ImportedDay.day)
        .join(Import)
        .where(Import.usage_point_id == feed.point_id, Import.status == ImportStatus.ACCEPTED, *of_feed)
        .distinct()
        .order_by(ImportedDay.day)
        .limit(limit)
    )
    found = list(await session.scalars(days))
    return await load_imported_feed(session, feed, secrets, found[0], found[-1] + paris.DAY) if found else {}


async def find_first_imported(session: AsyncSession, point_id: str) -> date | None:
    """Return the first day in the accepted files of a usage point, or None."""
    accepted = (Import.usage_point_id == point_id, Import.status == ImportStatus.ACCEPTED)
    return await session.scalar(select(func.min(Import.first_day)).where(*accepted))


async def list_imported_since(session: AsyncSession, point_id: str, data_revision: int) -> set[date]:
    """Return the days of files that were accepted or taken back after a data revision of the usage point."""
    changed = (
        Import.usage_point_id == point_id,
        Import.data_revision > data_revision,
        Import.status != ImportStatus.PREVIEW,
    )
    rows = await session.execute(select(Import.first_day, Import.last_day).where(*changed))
    return {
        day
        for first, last in rows
        if first is not None and last is not None
        for day in paris.iterate_days(first, last + paris.DAY)
    }


def merge_imported_readings(feed: Feed, day: date, known: bytes | None, imported: Sequence[bytes]) -> bytes | None:
    """Return the payload of a day with the additions from files, or None when neither has any.

    A curve is completed with intervals from the files; for other kinds, a known payload is returned unchanged.
    """
    if known is None and len(imported) == 1:
        return imported[0]
    match feed.kind:
        case Kind.DAILY | Kind.MAX_POWER | Kind.INDEX:
            return imported[0] if known is None and imported else known
        case Kind.CURVE:
            return _complete_curve(day, known, imported)


def _complete_curve(day: date, known: bytes | None, imported: Sequence[bytes]) -> bytes | None:
    if not imported:
        return known
    midnight = paris.midnight(day)
    readings = [] if known is None else unpack_readings(known, midnight)
    for payload in imported:
        readings = complete_readings(readings, unpack_readings(payload, midnight))
    return pack_readings(readings, midnight)


def add_imported_days(
    feed: Feed, known: Mapping[date, bytes], imported: Mapping[date, Sequence[bytes]]
) -> dict[date, bytes]:
    """Return the payloads of days, oldest first, with the additions from files."""
    found = {
        day: merge_imported_readings(feed, day, known.get(day), imported.get(day, []))
        for day in sorted(known.keys() | imported)
    }
    return {day: payload for day, payload in found.items() if payload is not None}


def _select_accepted(point_id: str) -> Select[str, Kind, str, date, bytes]:
    columns = (ImportedDay.import_id, ImportedDay.kind, ImportedDay.direction, ImportedDay.day, ImportedDay.payload)
    accepted = (Import.usage_point_id == point_id, Import.status == ImportStatus.ACCEPTED)
    return select(*columns).join(Import).where(*accepted)


def _open_rows(point_id: str, secrets: Secrets, rows: Iterable[Row[str, Kind, str, date, bytes]]) -> ImportedPayloads:
    found: ImportedPayloads = defaultdict(lambda: defaultdict(list))
    for import_id, kind, direction, day, payload in rows:
        context = _build_seal_context(import_id, kind, direction, day)
        feed = Feed(point_id, kind, Direction(direction))
        found[feed][day].append(unseal(secrets.data_key, payload, context))
    return found


def _build_seal_context(import_id: str, kind: Kind, direction: str, day: date) -> str:
    return f"imported_days.payload:{import_id}:{kind}:{direction}:{day}"
