"""Database queries for uploaded files."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete, insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from gateway.imports.comparing import ComparedDay
from gateway.metering.imported import seal_imported
from gateway.metering.models import Import, ImportedDay, ImportStatus
from gateway.metering.schedule import Feed
from gateway.usage_points import repository as points
from gateway.usage_points.service import Secrets

PREVIEW_LIFETIME = timedelta(days=1)
"""How long a file that was not accepted is kept."""


async def replace_preview(
    session: AsyncSession, preview: Import, days: Sequence[ComparedDay], secrets: Secrets
) -> None:
    """Store a preview with its days, and delete the previous previews of the usage point."""
    earlier = (Import.usage_point_id == preview.usage_point_id, Import.status == ImportStatus.PREVIEW)
    await _delete_imports(session, list(await session.scalars(select(Import.id).where(*earlier))))
    session.add(preview)
    await session.flush()
    rows = [
        {
            "import_id": preview.id,
            "kind": day.kind,
            "direction": day.direction,
            "day": day.day,
            "payload": seal_imported(
                preview.id, Feed(preview.usage_point_id, day.kind, day.direction), secrets, day.day, day.payload
            ),
        }
        for day in days
        if day.payload is not None
    ]
    if rows:
        await session.execute(insert(ImportedDay), rows)


async def list_imports(session: AsyncSession, point_id: str) -> Sequence[Import]:
    """Return the files of a usage point, newest first."""
    query = select(Import).where(Import.usage_point_id == point_id)
    return (await session.scalars(query.order_by(Import.created_at.desc(), Import.id))).all()


async def find_import(session: AsyncSession, point_id: str, import_id: str) -> Import | None:
    """Return a file of a usage point, locked for changes, or None."""
    query = select(Import).where(Import.usage_point_id == point_id, Import.id == import_id)
    return await session.scalar(query.with_for_update())


async def delete_import(session: AsyncSession, preview: Import) -> None:
    """Delete a file and its days."""
    await _delete_imports(session, [preview.id])


async def delete_days(session: AsyncSession, taken_back: Import) -> None:
    """Delete the days of a file; its row stays."""
    await session.execute(delete(ImportedDay).where(ImportedDay.import_id == taken_back.id))


async def delete_previews_before(session: AsyncSession, before: datetime) -> None:
    """Delete previews that were created before an instant."""
    outdated = (Import.status == ImportStatus.PREVIEW, Import.created_at < before)
    await points.lock_usage_points(session, list(await session.scalars(select(Import.usage_point_id).where(*outdated))))
    await _delete_imports(session, list(await session.scalars(select(Import.id).where(*outdated))))


async def _delete_imports(session: AsyncSession, ids: Collection[str]) -> None:
    await session.execute(delete(ImportedDay).where(ImportedDay.import_id.in_(ids)))
    await session.execute(delete(Import).where(Import.id.in_(ids)))
