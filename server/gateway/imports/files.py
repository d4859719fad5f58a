"""Opens uploaded files: yields tables of cells, row by row, from texts, spreadsheets and archives.

Files are untrusted, so their unpacked size is limited before they are parsed. Spreadsheets are read by openpyxl's
streaming reader: calamine, which is faster, allocates memory for all cells between the first and the last, so that a
file of 1 kB with a cell in each corner ends the process.
"""

import csv
import io
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from gateway.problems import ProblemError

LARGEST_FILE = 20 * 1024 * 1024
"""The largest upload in bytes: a year of half-hours is about 1 MB of text."""
_LARGEST_UNPACKED = 100 * 1024 * 1024
_MOST_MEMBERS = 50
MOST_ROWS = 1_200_000
"""Twenty years of ten-minute intervals, with headings."""
_MOST_COLUMNS = 64
_SAMPLED_LINES = 20
_DELIMITERS = ";,\t"
_BYTE_ORDER_MARKS = {b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16", b"\xef\xbb\xbf": "utf-8-sig"}

type Cell = str | int | float | datetime | date | time | timedelta | None
type NumberedRow = tuple[int, tuple[Cell, ...]]


@dataclass(frozen=True)
class SourceTable:
    """A table of a file: its name in the file, and its rows with their numbers from 1."""

    name: str
    rows: Iterator[NumberedRow]


def open_tables(content: bytes, name: str) -> Iterator[SourceTable]:
    """Yield the tables of a file: a text, a spreadsheet, or an archive of these. Raises ProblemError (422)."""
    with _explain_damage():
        yield from _open_file(content, name, [0])


def _open_file(content: bytes, name: str, rows_seen: list[int]) -> Iterator[SourceTable]:
    if not content.strip():
        raise ProblemError(422, "empty_file", "The file is empty.")
    if not content.startswith(b"PK\x03\x04"):
        yield SourceTable(name, _count_rows(_read_text(content), rows_seen))
        return
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        members = [member for member in archive.infolist() if not member.is_dir()]
        unpacked = _unpack(archive, members)
        if any(member.filename == "xl/workbook.xml" for member in members):
            for sheet, rows in _read_sheets(content):
                yield SourceTable(f"{name} {sheet}", _count_rows(rows, rows_seen))
            return
    for member_name, member in unpacked.items():
        if member_name.lower().endswith((".csv", ".txt")) and member.strip():
            yield SourceTable(member_name, _count_rows(_read_text(member), rows_seen))
        elif member_name.lower().endswith(".xlsx"):
            with zipfile.ZipFile(io.BytesIO(member)) as inner:
                _unpack(inner, inner.infolist())
            for sheet, rows in _read_sheets(member):
                yield SourceTable(f"{member_name} {sheet}", _count_rows(rows, rows_seen))


def _unpack(archive: zipfile.ZipFile, members: list[zipfile.ZipInfo]) -> dict[str, bytes]:
    """Return the members of an archive by name. Their actual bytes are counted, not the sizes that they declare."""
    if len(members) > _MOST_MEMBERS:
        raise ProblemError(422, "too_many_files", f"The archive has more than {_MOST_MEMBERS} files in it.")
    left, found = _LARGEST_UNPACKED, {}
    for member in members:
        if member.flag_bits & 1:
            raise ProblemError(422, "encrypted_file", "The file is protected by a password. Save it without one.")
        with archive.open(member) as opened:
            found[member.filename] = opened.read(left + 1)
        left -= len(found[member.filename])
        if left < 0:
            limit = _LARGEST_UNPACKED // 1024 // 1024
            raise ProblemError(422, "too_large_unpacked", f"The file unpacks to more than {limit} MB.")
    return found


@contextmanager
def _explain_damage() -> Iterator[None]:
    try:
        yield
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, csv.Error) as error:
        raise build_damaged_problem() from error


def build_damaged_problem() -> ProblemError:
    """Return the problem (422) of a file that cannot be opened."""
    return ProblemError(422, "damaged_file", "The file is damaged, or is not what its first bytes say.")


def _count_rows(rows: Iterator[tuple[Cell, ...]], seen: list[int]) -> Iterator[NumberedRow]:
    """Yield rows with their numbers; `seen` counts the rows of all tables of a file. Raises ProblemError (422)."""
    with _explain_damage():
        for number, row in enumerate(rows, 1):
            seen[0] += 1
            if seen[0] > MOST_ROWS:
                raise ProblemError(422, "too_many_rows", f"The file has more than {MOST_ROWS} rows. Split it by year.")
            yield number, row


def _read_text(content: bytes) -> Iterator[tuple[Cell, ...]]:
    text = _decode(content)
    sample = (
        text.splitlines()[:_SAMPLED_LINES] if len(text) < 1 << 16 else text[: 1 << 16].splitlines()[:_SAMPLED_LINES]
    )
    delimiter = max(_DELIMITERS, key=lambda one: sum(line.count(one) for line in sample))
    yield from (tuple(row) for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))


def _decode(content: bytes) -> str:
    """Decode a text by its byte order mark, else as UTF-8, else as cp1252 (used by EDF). Raises ProblemError (422)."""
    marked = next((name for mark, name in _BYTE_ORDER_MARKS.items() if content.startswith(mark)), None)
    for encoding in [marked] if marked else ["utf-8", "cp1252"]:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise ProblemError(422, "wrong_encoding", "The text of the file cannot be read. Save it as UTF-8.")


def _read_sheets(content: bytes) -> Iterator[tuple[str, Iterator[tuple[Cell, ...]]]]:
    # imported here, since only imports of spreadsheets need them
    from xml.etree.ElementTree import ParseError  # noqa: PLC0415

    from openpyxl import load_workbook  # noqa: PLC0415
    from openpyxl.utils.exceptions import InvalidFileException  # noqa: PLC0415

    def read_rows(rows: Iterator[tuple[Cell, ...]]) -> Iterator[tuple[Cell, ...]]:
        try:
            yield from rows
        except (ParseError, ValueError, KeyError, IndexError, TypeError, AttributeError) as error:
            raise build_damaged_problem() from error

    try:
        # keep formulas as texts: their stored results are not trusted
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=False, keep_links=False)
    except (ParseError, InvalidFileException, ValueError, KeyError, IndexError, TypeError, AttributeError) as error:
        raise build_damaged_problem() from error
    for sheet in book.worksheets:
        rows = (tuple(map(_to_cell, row)) for row in sheet.iter_rows(max_col=_MOST_COLUMNS, values_only=True))
        yield sheet.title, read_rows(rows)


def _to_cell(value: object) -> Cell:
    """Return the value of a spreadsheet's cell; formulas that openpyxl returns as objects become `=`."""
    if value is None or isinstance(value, str | int | float | datetime | date | time | timedelta):
        return value
    return "=" if type(value).__name__.endswith("Formula") else str(value)
