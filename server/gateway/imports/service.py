"""Imports of files: previewed first, then accepted; an accepted file can be taken back."""

import asyncio
import secrets as random
from collections.abc import Mapping
from datetime import date, datetime

from sqlalchemy.ext.asyncio import AsyncSession

from gateway.audit.service import record_event
from gateway.domain.direction import Direction
from gateway.imports import repository
from gateway.imports.comparing import ComparedDay, compare_days
from gateway.imports.placing import ImportedFeed
from gateway.imports.reading import FileContent, read_file
from gateway.imports.schemas import ImportReport, UploadedFile, build_report
from gateway.kit import paris
from gateway.kit.clock import Clock
from gateway.kit.crypto import Keyring, seal, unseal
from gateway.kit.database import Database
from gateway.metering import repository as metering
from gateway.metering.metered_point import MeteredPoint
from gateway.metering.models import Import, ImportStatus
from gateway.metering.schedule import Kind
from gateway.problems import ProblemError, not_found
from gateway.usage_points import service as points
from gateway.usage_points.models import UsagePoint
from gateway.usage_points.service import Secrets

_COMPARED_TOGETHER = {Kind.CURVE, Kind.DAILY}
"""A daily value and the curve of the day are compared with each other."""


class ImportService:
    """Reads files, and stores the days that they add to the archive."""

    def __init__(self, database: Database, clock: Clock, keyring: Keyring) -> None:
        self._database = database
        self._clock = clock
        self._keyring = keyring
        self._one_at_a_time = asyncio.Semaphore(1)

    async def preview_file(
        self, account_id: str, point_id: str, content: bytes, name: str, direction: Direction
    ) -> UploadedFile:
        """Read a file, compare it with the archive, and store it as a preview. Raises ProblemError."""
        now = self._clock.now()
        async with self._database.read() as session:
            point, secrets = await points.open_point(session, account_id, point_id, self._keyring)
        metered_point = MeteredPoint.of(point, secrets, now)
        async with self._one_at_a_time:  # each takes seconds of CPU time, and memory
            file = await asyncio.to_thread(
                read_file, content, name, secrets.prm, direction, paris.day_of(now), metered_point.most_watts
            )
            async with self._database.read() as session:
                known = await _load_known(session, metered_point, file)
            days = await asyncio.to_thread(compare_days, file.placed.feeds, known)
            report = build_report(file.format, days, file.placed.rejected)
            preview = self._build_preview(point_id, secrets, days, report, now)
            async with self._database.write() as session:
                await points.get_usage_point(session, account_id, point_id, to_change=True)
                await repository.replace_preview(session, preview, days, secrets)
        return _build_view(preview, report)

    async def list_files(self, account_id: str, point_id: str) -> list[UploadedFile]:
        """Return the files of a usage point, newest first. Raises ProblemError (`not_found`)."""
        async with self._database.read() as session:
            _, secrets = await points.open_point(session, account_id, point_id, self._keyring)
            imports = await repository.list_imports(session, point_id)
        return [_build_view(one, _open_report(one, secrets)) for one in imports]

    async def accept_file(self, account_id: str, point_id: str, import_id: str) -> UploadedFile:
        """Accept a file, so that its days are used from now on. Raises ProblemError."""
        async with self._database.write() as session:
            point, secrets, found = await self._find_import(session, account_id, point_id, import_id)
            match found.status:
                case ImportStatus.TAKEN_BACK:
                    raise ProblemError(409, "taken_back", "This file was taken back. Import it again.")
                case ImportStatus.PREVIEW:
                    found.status, found.changed_at = ImportStatus.ACCEPTED, self._clock.now()
                    record_event(session, self._clock.now(), "import_accepted", account_id, usage_point=point.id)
                case ImportStatus.ACCEPTED:
                    pass  # accepting a file again changes nothing
        return _build_view(found, _open_report(found, secrets))

    async def take_back_file(self, account_id: str, point_id: str, import_id: str) -> None:
        """Delete the days of a file. Raises ProblemError (`not_found`)."""
        async with self._database.write() as session:
            point, _, found = await self._find_import(session, account_id, point_id, import_id)
            match found.status:
                case ImportStatus.PREVIEW:
                    await repository.delete_import(session, found)
                case ImportStatus.ACCEPTED:
                    await repository.delete_days(session, found)
                    found.status, found.changed_at = ImportStatus.TAKEN_BACK, self._clock.now()
                    record_event(session, self._clock.now(), "import_taken_back", account_id, usage_point=point.id)
                case ImportStatus.TAKEN_BACK:
                    pass  # its days are deleted already

    async def _find_import(
        self, session: AsyncSession, account_id: str, point_id: str, import_id: str
    ) -> tuple[UsagePoint, Secrets, Import]:
        # locked before its files, as when a usage point is deleted: in the other order, the two would deadlock
        point = await points.get_usage_point(session, account_id, point_id, to_change=True)
        secrets = await points.open_secrets(session, point, self._keyring)
        found = await repository.find_import(session, point_id, import_id)
        if found is None:
            raise not_found()
        return point, secrets, found

    def _build_preview(
        self, point_id: str, secrets: Secrets, days: list[ComparedDay], report: ImportReport, now: datetime
    ) -> Import:
        added = [day.day for day in days if day.payload is not None]
        import_id = random.token_hex(16)
        return Import(
            id=import_id,
            usage_point_id=point_id,
            status=ImportStatus.PREVIEW,
            created_at=now,
            changed_at=now,
            first_day=min(added, default=None),
            last_day=max(added, default=None),
            report=seal(secrets.data_key, report.model_dump_json().encode(), _build_report_context(import_id)),
        )


async def _load_known(
    session: AsyncSession, point: MeteredPoint, file: FileContent
) -> Mapping[ImportedFeed, Mapping[date, bytes]]:
    """Return the archive's payloads for the days of a file, including those of accepted files."""
    days = [day for by_day in file.placed.feeds.values() for day in by_day]
    if not days:
        return {}
    kinds = {kind for kind, _ in file.placed.feeds}
    kinds |= _COMPARED_TOGETHER if kinds & _COMPARED_TOGETHER else set()
    found = await metering.load_days(session, point.id, kinds, point.secrets, min(days), max(days) + paris.DAY)
    return {
        (feed.kind, feed.direction): {
            day: opened.payload for day, opened in by_day.items() if opened.payload is not None
        }
        for feed, by_day in found.items()
    }


def _open_report(one: Import, secrets: Secrets) -> ImportReport:
    return ImportReport.model_validate_json(unseal(secrets.data_key, one.report, _build_report_context(one.id)))


def _build_view(one: Import, report: ImportReport) -> UploadedFile:
    return UploadedFile(
        id=one.id, status=one.status, created_at=one.created_at, changed_at=one.changed_at, report=report
    )


def _build_report_context(import_id: str) -> str:
    return f"imports.report:{import_id}"
