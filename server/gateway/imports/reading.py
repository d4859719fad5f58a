"""Reads a whole file: recognises it, checks it for other meters' numbers, and places its points. This takes seconds."""

from collections import Counter
from dataclasses import dataclass
from datetime import date

from gateway.domain.direction import Direction
from gateway.imports.cells import find_meter_numbers
from gateway.imports.files import open_tables
from gateway.imports.layouts import recognise_table
from gateway.imports.placing import PlacedFile, place_points
from gateway.imports.points import FilePoint, Format
from gateway.imports.readers import read_rows
from gateway.problems import ProblemError


@dataclass(frozen=True)
class FileContent:
    """The placed content of a file, and its format."""

    format: Format
    placed: PlacedFile


def read_file(content: bytes, name: str, prm: str, direction: Direction, today: date, most_watts: int) -> FileContent:
    """Read a file about the meter `prm`; `direction` is used if the file has none. Raises ProblemError (422)."""
    _check_meter_numbers(find_meter_numbers(name), prm)
    formats: Counter[Format] = Counter()
    points: list[FilePoint] = []
    for source in open_tables(content, name):
        table = recognise_table(source, direction)
        if table is None:
            continue
        _check_meter_numbers(table.numbers, prm)
        rows = list(read_rows(table))
        _check_meter_numbers(table.numbers, prm)
        formats[table.layout.format] += len(rows)
        points += rows
    if not formats:
        raise ProblemError(
            422,
            "unknown_format",
            "The file has no table in a known format: exports of Enedis, EDF, SGE, Conso Downloader and this gateway. "
            "Otherwise, save your own table with the columns `debut;fin;kW`.",
        )
    placed = place_points(points, today, most_watts)
    if not placed.feeds and not placed.rejected:
        raise ProblemError(422, "no_readings", "The file has no readings.")
    return FileContent(formats.most_common(1)[0][0], placed)


def _check_meter_numbers(numbers: set[str], prm: str) -> None:
    if numbers - {prm}:
        raise ProblemError(
            422, "another_meter", "The file is about another meter than this one. Choose that meter instead."
        )
