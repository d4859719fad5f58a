"""Recognises tables by their headings: the formats of Enedis, EDF, Conso Downloader, SGE, and our own export.

Stamps by format: Enedis, SGE and EDF have the END of an interval, Conso Downloader and Enedis' spreadsheets both ends,
our own export the start. Daily values and the index have the day that begins.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain, islice

from gateway.domain.direction import Direction
from gateway.imports.cells import find_meter_numbers, fold
from gateway.imports.files import Cell, NumberedRow, SourceTable
from gateway.imports.points import Format, ValueUnit
from gateway.problems import ProblemError

_HEADING_WITHIN = 30
_UNIT = re.compile(r"(?:^|\((?:en )?)(kwh|wh|kw|w|kva|va)(?:\)|$)")
_OWN_COLUMNS = {
    "sens": "direction",
    "debut": "start",
    "decalage utc": "utc_offset",
    "registre": "register",
    "heure": "at",
    "qualite": "quality",
}
"""The French columns of our own export, as `fold` returns them, and their English names."""


@dataclass(frozen=True)
class Layout:
    """A table format: the function that finds its columns, and the name of the reader of its rows (readers.py)."""

    format: Format
    reader: str
    find_columns: Callable[[Sequence[str]], Mapping[str, int] | None]


@dataclass(frozen=True)
class RecognisedTable:
    """A table with a known layout: its columns by role, and the rows after its heading.

    `facts` are the values for the whole table in the lines before the heading, by folded name. `unit` is the unit of
    the values. `numbers` are the numbers of usage points found in it.
    """

    layout: Layout
    columns: Mapping[str, int]
    rows: Iterator[NumberedRow]
    facts: Mapping[str, str]
    unit: ValueUnit | None
    direction: Direction
    numbers: set[str] = field(default_factory=set)

    def get_cell(self, row: Sequence[Cell], role: str) -> Cell:
        """Return the cell of a role; None if the row is too short or the table lacks the column."""
        place = self.columns.get(role)
        return row[place] if place is not None and place < len(row) else None


def recognise_table(table: SourceTable, direction: Direction) -> RecognisedTable | None:
    """Return a table with its layout, from a heading among its first 30 rows; None if no layout matches.

    `direction` is used if the file does not say which one it is. Raises ProblemError for our own table of hours.
    """
    first = list(islice(table.rows, _HEADING_WITHIN))
    for place, (_, cells) in enumerate(first):
        heading = [fold(cell) for cell in cells]
        for layout in _LAYOUTS:
            columns = layout.find_columns(heading)
            if columns is None:
                continue
            facts = _read_facts([cells for _, cells in first[:place]])
            texts = [table.name, *(cell for _, row in first[:place] for cell in row)]
            return RecognisedTable(
                layout=layout,
                columns=columns,
                rows=chain(first[place + 1 :], table.rows),
                facts=facts,
                unit=_find_unit(heading[columns["value"]] if "value" in columns else "", facts),
                direction=_find_direction(table.name, facts, direction),
                numbers=set[str]().union(*(find_meter_numbers(text) for text in texts)),
            )
    return None


def _read_facts(rows: Sequence[Sequence[Cell]]) -> dict[str, str]:
    """Return the values of the last line before the heading by the names in the line above it, as in Enedis' files."""
    if len(rows) < 2:
        return {}
    names, values = rows[-2:]
    return {fold(name): fold(value) for name, value in zip(names, values, strict=False) if fold(name)}


def _find_unit(heading: str, facts: Mapping[str, str]) -> ValueUnit | None:
    match = _UNIT.search(heading) or _UNIT.search(facts.get("unite", ""))
    return ValueUnit(match[1]) if match else None


def _find_direction(name: str, facts: Mapping[str, str], default: Direction) -> Direction:
    text = f"{fold(name)} {facts.get('grandeur metier', '')}"
    if re.search(r"prod|inject", text):
        return Direction.PRODUCTION
    return Direction.CONSUMPTION if re.search(r"cons|soutir", text) else default


def _require_columns(**roles: str) -> Callable[[Sequence[str]], dict[str, int] | None]:
    """Return a function that finds columns by patterns of their folded names.

    It returns None unless all roles are found; roles that begin with `_` are optional.
    """
    patterns = {role: re.compile(pattern) for role, pattern in roles.items()}

    def find_columns(heading: Sequence[str]) -> dict[str, int] | None:
        found = {
            role: next((place for place, name in enumerate(heading) if pattern.fullmatch(name)), None)
            for role, pattern in patterns.items()
        }
        places = {role: place for role, place in found.items() if place is not None}
        required = {role for role in roles if not role.startswith("_")}
        return {role.strip("_"): place for role, place in places.items()} if required <= places.keys() else None

    return find_columns


def _require_own_columns(*needed: str) -> Callable[[Sequence[str]], dict[str, int] | None]:
    def find_columns(heading: Sequence[str]) -> dict[str, int] | None:
        columns = {_OWN_COLUMNS.get(name, name): place for place, name in enumerate(heading)}
        return columns if columns.keys() >= set(needed) else None

    return find_columns


def _refuse_hours(heading: Sequence[str]) -> None:
    """Raise ProblemError for our own table of hours, which is computed and depends on the tariff."""
    if heading[:2] in (["start", "utc_offset"], ["debut", "decalage utc"]):
        raise ProblemError(
            422, "computed_table", "Hours are computed from the load curve: export and import that table instead."
        )


_VALUE_WITH_UNIT = r"(?:.*\((?:en )?(?:kwh|wh|kw|w)\))|kwh|wh|kw|w"
_LAYOUTS = (
    Layout(
        Format.OWN_EXPORT, "own_curve", _require_own_columns("direction", "start", "utc_offset", "minutes", "watts")
    ),
    Layout(Format.OWN_EXPORT, "own_index", _require_own_columns("direction", "date", "register", "wh")),
    Layout(Format.OWN_EXPORT, "own_daily", _require_own_columns("direction", "date", "wh")),
    Layout(Format.OWN_EXPORT, "own_peaks", _require_own_columns("date", "va", "at", "utc_offset")),
    Layout(Format.OWN_EXPORT, "own_hours", _refuse_hours),
    Layout(
        Format.SGE,
        "stamped",
        _require_columns(
            number="identifiant prm|prm|point_id|idprm",
            stamp="horodate|horodatage",
            value="valeur",
            _metier="grandeur metier",
            _quantity="grandeur physique",
            _unit="unite",
            _minutes="pas|pas en minutes",
        ),
    ),
    Layout(Format.ENEDIS_CSV, "enedis_index", _require_columns(stamp="horodate", value="eas t(?:otal)?")),
    Layout(Format.ENEDIS_CSV, "stamped", _require_columns(stamp="horodate", value="valeur")),
    Layout(Format.CONSO_DOWNLOADER, "spans", _require_columns(start="debut", end="fin", value="kwh|wh|kw|w")),
    Layout(Format.ENEDIS_XLSX, "spans", _require_columns(start="debut", end="fin", value=_VALUE_WITH_UNIT)),
    Layout(
        Format.EDF, "edf_powers", _require_columns(stamp="date et heure de releve.*", value=r"puissance atteinte \(w\)")
    ),
    Layout(
        Format.EDF,
        "edf_index",
        _require_columns(
            stamp="date de releve de l'index",
            _type="type d'index",
            _hp="index heures pleines.*",
            _hc="index heures creuses.*",
            _base=r"index(?: base)?(?: \(kwh\))?",
        ),
    ),
    Layout(Format.EDF, "days", _require_columns(stamp="date de consommation", value=r".*\(k?wh\)")),
    Layout(Format.ENEDIS_XLSX, "days", _require_columns(stamp="date|jour", value=r".*\((?:en )?k?wh\)")),
)
