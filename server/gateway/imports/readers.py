"""Reads the rows of recognised tables and yields their points, in the order of the file."""

from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_EVEN, Decimal

from gateway.domain.direction import Direction
from gateway.domain.readings import Peak
from gateway.enedis.registers import TOTAL
from gateway.imports import cells
from gateway.imports.cells import UnreadableCellError, is_empty
from gateway.imports.files import Cell
from gateway.imports.layouts import RecognisedTable
from gateway.imports.points import (
    DayPoint,
    Edge,
    FilePoint,
    IndexPoint,
    IntervalPoint,
    PeakPoint,
    RejectedRow,
    RowFault,
    ValueUnit,
)
from gateway.kit import paris

_EDF_MINUTES = 30
_SHORTEST_DAY = timedelta(hours=23)
_POWERS, _ENERGIES = frozenset({"pa", ""}), frozenset({"ea", ""})

type _Reader = Callable[[RecognisedTable], Iterator[FilePoint]]
type _ReadRow = Callable[[RecognisedTable, int, Sequence[Cell]], Iterator[FilePoint]]


def read_rows(table: RecognisedTable) -> Iterator[FilePoint]:
    """Yield the points of a table's rows; numbers of usage points in the rows are added to `table.numbers`."""
    yield from _READERS[table.layout.reader](table)


def _each(read: _ReadRow, *, stamp: str = "stamp") -> _Reader:
    """Return a reader for tables with independent rows. It skips rows without a stamp, such as subtotals."""

    def read_table(table: RecognisedTable) -> Iterator[FilePoint]:
        for number, row in table.rows:
            if is_empty(table.get_cell(row, stamp)):
                continue
            if any(isinstance(cell, str) and cell.lstrip().startswith("=") for cell in row):
                yield RejectedRow(number, RowFault.FORMULA)
                continue
            try:
                yield from read(table, number, row)
            except UnreadableCellError:
                yield RejectedRow(number, RowFault.VALUE)

    return read_table


def _read_own_interval(table: RecognisedTable, number: int, row: Sequence[Cell]) -> Iterator[FilePoint]:
    stamp = _read_own_instant(table, row, "start")
    minutes, watts = cells.parse_minutes(table.get_cell(row, "minutes")), table.get_cell(row, "watts")
    if stamp is None or stamp.tzinfo is None:
        yield RejectedRow(number, RowFault.STAMP)
    elif not is_empty(watts):
        yield IntervalPoint(number, _read_direction(table, row), stamp, Edge.START, minutes, cells.parse_number(watts))


def _read_own_instant(table: RecognisedTable, row: Sequence[Cell], role: str) -> datetime | None:
    """Return the instant of a clock time in Paris, whose offset from UTC is in the column `utc_offset`."""
    if is_empty(table.get_cell(row, role)):
        return None
    offset = table.get_cell(row, "utc_offset")
    try:
        return datetime.fromisoformat(f"{cells.parse_stamp(table.get_cell(row, role)).isoformat()}{offset or ''}")
    except ValueError as error:
        raise UnreadableCellError from error


def _read_direction(table: RecognisedTable, row: Sequence[Cell]) -> Direction:
    text = cells.fold(table.get_cell(row, "direction"))
    try:
        return Direction(text) if text else table.direction
    except ValueError as error:
        raise UnreadableCellError from error


def _read_own_day(table: RecognisedTable, number: int, row: Sequence[Cell]) -> Iterator[FilePoint]:
    day, wh = cells.parse_day(table.get_cell(row, "date")), cells.parse_number(table.get_cell(row, "wh"))
    yield DayPoint(number, _read_direction(table, row), day, _round(wh))


def _read_own_peak(table: RecognisedTable, number: int, row: Sequence[Cell]) -> Iterator[FilePoint]:
    va, at = _round(cells.parse_number(table.get_cell(row, "va"))), _read_own_instant(table, row, "at")
    yield PeakPoint(number, cells.parse_day(table.get_cell(row, "date")), Peak(va, at))


def _read_own_register(table: RecognisedTable, number: int, row: Sequence[Cell]) -> Iterator[FilePoint]:
    day, wh = cells.parse_day(table.get_cell(row, "date")), cells.parse_number(table.get_cell(row, "wh"))
    register = str(table.get_cell(row, "register") or "").strip()
    yield IndexPoint(number, _read_direction(table, row), day, register, _round(wh))


def _read_span(table: RecognisedTable, number: int, row: Sequence[Cell]) -> Iterator[FilePoint]:
    value = table.get_cell(row, "value")
    if is_empty(value) or table.unit is None:
        return
    start, end = cells.parse_stamp(table.get_cell(row, "start")), cells.parse_stamp(table.get_cell(row, "end"))
    lengths = [after - before for before in _find_instants(start) for after in _find_instants(end) if after > before]
    if not lengths:
        yield RejectedRow(number, RowFault.STAMP)
        return
    length, base = min(lengths), table.unit.to_base(cells.parse_number(value))
    if length >= _SHORTEST_DAY and table.unit.is_energy:
        yield DayPoint(number, table.direction, cells.parse_day(table.get_cell(row, "start")), _round(base))
        return
    minutes = int(length.total_seconds()) // 60
    yield IntervalPoint(number, table.direction, start, Edge.START, minutes, base, table.unit.is_energy)


def _find_instants(stamp: datetime) -> list[datetime]:
    return [stamp] if stamp.tzinfo else paris.find_instants(stamp)


def _read_stamped(table: RecognisedTable, number: int, row: Sequence[Cell]) -> Iterator[FilePoint]:
    table.numbers.update(cells.list_meter_numbers(table.get_cell(row, "number")))
    value = table.get_cell(row, "value")
    if is_empty(value):
        return
    unit = _read_unit(table, row)
    quantity = cells.fold(table.get_cell(row, "quantity"))
    if unit is None or quantity not in (_ENERGIES if unit.is_energy else _POWERS):
        return  # reactive energy, voltages and other quantities
    minutes = cells.parse_minutes(table.get_cell(row, "minutes") or table.facts.get("pas en minutes"))
    stamp, base = cells.parse_stamp(table.get_cell(row, "stamp")), unit.to_base(cells.parse_number(value))
    direction = _read_metier(table, row)
    if unit.is_energy and (minutes is None or minutes >= _SHORTEST_DAY.total_seconds() // 60):
        yield DayPoint(number, direction, cells.parse_day(stamp), _round(base))
    else:
        yield IntervalPoint(number, direction, stamp, Edge.END, minutes, base, unit.is_energy)


def _read_unit(table: RecognisedTable, row: Sequence[Cell]) -> ValueUnit | None:
    text = cells.fold(table.get_cell(row, "unit"))
    return ValueUnit(text) if text in set(ValueUnit) else table.unit


def _read_metier(table: RecognisedTable, row: Sequence[Cell]) -> Direction:
    text = cells.fold(table.get_cell(row, "metier"))
    if text.startswith(("prod", "inj")):
        return Direction.PRODUCTION
    return Direction.CONSUMPTION if text.startswith(("cons", "sout")) else table.direction


def _read_enedis_index(table: RecognisedTable, number: int, row: Sequence[Cell]) -> Iterator[FilePoint]:
    value = table.get_cell(row, "value")
    if not is_empty(value):
        wh = (table.unit or ValueUnit.WH).to_base(cells.parse_number(value))
        day = cells.parse_day(table.get_cell(row, "stamp"))
        yield IndexPoint(number, table.direction, day, TOTAL, _round(wh))


def _read_day(table: RecognisedTable, number: int, row: Sequence[Cell]) -> Iterator[FilePoint]:
    value, first = table.get_cell(row, "value"), cells.fold(table.get_cell(row, "stamp"))
    if is_empty(value) or table.unit is None or first.startswith(("annee", "mois", "total")):
        return
    day = cells.parse_day(table.get_cell(row, "stamp"))
    yield DayPoint(number, table.direction, day, _round(table.unit.to_base(cells.parse_number(value))))


def _read_edf_index(table: RecognisedTable, number: int, row: Sequence[Cell]) -> Iterator[FilePoint]:
    if cells.fold(table.get_cell(row, "type")).startswith("estim"):
        return
    day = cells.parse_day(table.get_cell(row, "stamp"))
    found = {
        register: _round(cells.parse_number(cell) * 1000)
        for register, role in (("hp", "hp"), ("hc", "hc"), (TOTAL, "base"))
        if not is_empty(cell := table.get_cell(row, role))
    }
    if found and TOTAL not in found:
        found[TOTAL] = sum(found.values())
    for register, wh in found.items():
        yield IndexPoint(number, table.direction, day, register, wh)


def _read_edf_powers(table: RecognisedTable) -> Iterator[FilePoint]:
    """Yield EDF's half-hours: each day has a row with its date, then rows with times, newest first.

    A 00:00:00 directly below a date is the end of that day, 24:00; the rows continue down to 00:30:00. Times between
    half-hours, such as 02:40:00, are rejected.
    """
    day: date | None = None
    is_first = False
    for number, row in table.rows:
        stamp, value = table.get_cell(row, "stamp"), table.get_cell(row, "value")
        if is_empty(stamp):
            continue
        try:
            if is_empty(value):
                day, is_first = _find_day(stamp) or day, True
                continue
            clock, watts = cells.parse_clock_time(stamp), cells.parse_number(value)
        except UnreadableCellError:
            yield RejectedRow(number, RowFault.VALUE)
            continue
        if day is None or clock.minute % _EDF_MINUTES or clock.second:
            yield RejectedRow(number, RowFault.STAMP)
            continue
        ends = datetime.combine(day + paris.DAY if is_first and not (clock.hour or clock.minute) else day, clock)
        is_first = False
        yield IntervalPoint(number, table.direction, ends, Edge.END, _EDF_MINUTES, watts)


def _find_day(cell: Cell) -> date | None:
    """Return the day in a cell; None if it is not a date, such as a time without a value."""
    try:
        return cells.parse_day(cell)
    except UnreadableCellError:
        return None


def _round(value: Decimal) -> int:
    return int(value.to_integral_value(ROUND_HALF_EVEN))


def _read_nothing(_table: RecognisedTable) -> Iterator[FilePoint]:
    yield from ()


_READERS: dict[str, _Reader] = {
    "own_curve": _each(_read_own_interval, stamp="start"),
    "own_daily": _each(_read_own_day, stamp="date"),
    "own_peaks": _each(_read_own_peak, stamp="date"),
    "own_index": _each(_read_own_register, stamp="date"),
    "own_hours": _read_nothing,
    "spans": _each(_read_span, stamp="start"),
    "stamped": _each(_read_stamped),
    "enedis_index": _each(_read_enedis_index),
    "days": _each(_read_day),
    "edf_index": _each(_read_edf_index),
    "edf_powers": _read_edf_powers,
}
