"""Imports on the wire; the report of a file is also how it is kept."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Literal

from pydantic import BaseModel

from gateway.domain.direction import Direction
from gateway.imports.comparing import ComparedDay, DayOutcome
from gateway.imports.points import Format, RejectedRow, RowFault
from gateway.kit import paris
from gateway.kit.wire import Utc
from gateway.metering.models import ImportStatus
from gateway.metering.schedule import Kind

_MOST_DIFFERENCES = 200
_MOST_ROWS = 5


class ImportSpan(BaseModel):
    """Adjacent days `[start, end[` with the same kind and outcome; in the file, `partial` of them are incomplete."""

    kind: Kind
    direction: Direction
    outcome: DayOutcome
    start: date
    end: date
    days: int
    partial: int


class ImportDifference(BaseModel):
    """A day on which file and archive differ, in Wh or, for maximum power, VA. The archive's value is kept."""

    kind: Kind
    direction: Direction
    date: date
    file: int
    archive: int | None
    unit: Literal["Wh", "VA"]


class ImportRejection(BaseModel):
    """Rows of the file that are rejected for one reason: how many, and the first of them."""

    reason: RowFault
    count: int
    rows: list[int]


class ImportReport(BaseModel):
    """The content of a file, compared with the archive. `differences` lists at most 200 days; `days` counts all."""

    format: Format
    days: dict[DayOutcome, int]
    spans: list[ImportSpan]
    differences: list[ImportDifference]
    rejected: list[ImportRejection]


class UploadedFile(BaseModel):
    """An uploaded file. None of its readings are used before it is accepted; a preview is kept for a day."""

    id: str
    status: ImportStatus
    created_at: Utc
    changed_at: Utc
    report: ImportReport


class ImportList(BaseModel):
    """The files of a usage point, newest first."""

    items: list[UploadedFile]


_UNITS: Mapping[Kind, Literal["Wh", "VA"]] = {
    Kind.CURVE: "Wh",
    Kind.DAILY: "Wh",
    Kind.MAX_POWER: "VA",
    Kind.INDEX: "Wh",
}
"""The unit of a day's figure; a load curve is compared by its energy."""


def build_report(source: Format, days: Sequence[ComparedDay], rejected: Iterable[RejectedRow]) -> ImportReport:
    """Return the report of a file: its days by outcome, spans, differences and rejected rows."""
    rows: dict[RowFault, list[int]] = defaultdict(list)
    for row in rejected:
        rows[row.fault].append(row.row)
    different = [day for day in days if day.outcome is DayOutcome.DIFFERS]
    return ImportReport(
        format=source,
        days={outcome: sum(day.outcome is outcome for day in days) for outcome in DayOutcome},
        spans=_join_days(days),
        differences=[
            ImportDifference(
                kind=day.kind,
                direction=day.direction,
                date=day.day,
                file=day.in_file,
                archive=day.in_archive,
                unit=_UNITS[day.kind],
            )
            for day in different[:_MOST_DIFFERENCES]
        ],
        rejected=[
            ImportRejection(reason=fault, count=len(those), rows=sorted(those)[:_MOST_ROWS])
            for fault, those in sorted(rows.items())
        ],
    )


def _join_days(days: Iterable[ComparedDay]) -> list[ImportSpan]:
    spans: list[ImportSpan] = []
    for day in days:
        last = spans[-1] if spans else None
        same = (day.kind, day.direction, day.outcome, day.day)
        if last is not None and (last.kind, last.direction, last.outcome, last.end) == same:
            last.end, last.days, last.partial = day.day + paris.DAY, last.days + 1, last.partial + (not day.is_whole)
        else:
            spans.append(
                ImportSpan(
                    kind=day.kind,
                    direction=day.direction,
                    outcome=day.outcome,
                    start=day.day,
                    end=day.day + paris.DAY,
                    days=1,
                    partial=int(not day.is_whole),
                )
            )
    return spans
