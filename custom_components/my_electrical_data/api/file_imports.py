"""Files with readings of earlier years: what the gateway reads in one, and which of them count.

Days are days of Paris; a span is the days `[start, end[`. Energy is in Wh, maximum power in VA.
"""

from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class ImportSpan:
    """Neighbouring days of one kind, direction and outcome (`new`, `agrees`, `differs`); `partial` of them in part."""

    kind: str
    direction: str
    outcome: str
    start: date
    end: date
    days: int
    partial: int


@dataclass(frozen=True, kw_only=True, slots=True)
class ImportDifference:
    """A day that the file and the archive tell differently. The archive's value stays."""

    kind: str
    direction: str
    date: date
    file: int
    archive: int | None
    unit: str


@dataclass(frozen=True, kw_only=True, slots=True)
class ImportRejection:
    """Rows that are not used, for one reason: how many, and the first of them."""

    reason: str
    count: int
    rows: tuple[int, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class ImportReport:
    """What a file has: its format, days by outcome, and rows that are not used."""

    format: str
    days: dict[str, int]
    spans: tuple[ImportSpan, ...]
    differences: tuple[ImportDifference, ...]
    rejected: tuple[ImportRejection, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class FileImport:
    """A file that the gateway was given; it counts once it is accepted (`preview`, `accepted`, `taken_back`)."""

    id: str
    status: str
    created_at: datetime
    report: ImportReport


@dataclass(frozen=True, kw_only=True, slots=True)
class FileImports:
    """The files of a usage point, newest first."""

    items: tuple[FileImport, ...]
