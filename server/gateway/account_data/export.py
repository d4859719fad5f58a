"""Writers of an account's export: one JSON document, or a ZIP of CSV files, streamed as the data is read."""

import csv
import io
import json
import zipfile
from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from typing import Any, override

from gateway.account_data.sections import ExportRow, Section
from gateway.kit.wire import Json

_CHUNK = 64 * 1024
_FORMULA_STARTS = ("=", "+", "-", "@", "＝", "＋", "－", "＠")


async def write_json(sections: Sequence[Section]) -> AsyncIterator[bytes]:
    """Yield a JSON object, in chunks of about 64 KiB, with a list of rows for each section."""
    chunk = bytearray(b"{")
    for number, (name, rows) in enumerate(sections):
        chunk += f'{"," if number else ""}"{name}":['.encode()
        first = True
        async for row in rows:
            chunk += (b"" if first else b",\n") + json.dumps(row, ensure_ascii=False).encode()
            first = False
            if len(chunk) >= _CHUNK:
                yield bytes(chunk)
                chunk.clear()
        chunk += b"]"
    yield bytes(chunk + b"}\n")


async def write_csv(sections: Sequence[Section], now: datetime) -> AsyncIterator[bytes]:
    """Yield a ZIP, in chunks of about 64 KiB, with a CSV file for each section that has rows.

    `now` is the time of its files. Lists and objects are written as JSON in their cell.
    """
    sink = _Sink()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, rows in sections:
            first = await anext(rows, None)
            if first is None:
                continue
            entry = zipfile.ZipInfo(f"{name}.csv", now.timetuple()[:6])
            entry.compress_type = zipfile.ZIP_DEFLATED
            with archive.open(entry, "w", force_zip64=True) as file:
                file.write(_write_lines([list(first), _format_cells(first)]))
                async for row in rows:
                    file.write(_write_lines([_format_cells(row)]))
                    if sink.buffered_bytes >= _CHUNK:
                        yield sink.take_bytes()
    yield sink.take_bytes()


class _Sink(io.RawIOBase):
    """A write-only buffer that cannot seek, from which `write_csv` takes what the ZIP has written."""

    def __init__(self) -> None:
        self._parts = bytearray()

    @property
    def buffered_bytes(self) -> int:
        return len(self._parts)

    @override
    def writable(self) -> bool:
        return True

    @override
    def write(self, data: Any) -> int:
        self._parts += data
        return len(data)

    def take_bytes(self) -> bytes:
        taken = bytes(self._parts)
        self._parts.clear()
        return taken


def _format_cells(row: ExportRow) -> list[Json]:
    return [_format_cell(value) for value in row.values()]


def _format_cell(value: Json) -> Json:
    """Return lists and objects as JSON, and texts escaped so that spreadsheets do not read them as formulas."""
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False)
    return f"'{value}" if isinstance(value, str) and _is_formula(value) else value


def _is_formula(text: str) -> bool:
    """Return whether a spreadsheet may evaluate a text; some ignore invisible characters at its beginning."""
    visible = "".join(character for character in text if character.isprintable() and not character.isspace())
    return visible.startswith(_FORMULA_STARTS)


def _write_lines(rows: list[list[Json]]) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue().encode()
