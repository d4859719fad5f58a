"""Parses and checks the regulator's open data on regulated prices: a file is accepted whole or not at all.

CRE publishes one CSV per option: `;`, decimal commas, DD/MM/YYYY, EUR per year and per kWh without and with tax, empty
rows at the end. Its dates have been mistyped before, so implausible ones are refused.
"""

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from itertools import chain

from gateway.tariffs.options import OPTIONS, REGULATED, Option
from gateway.tariffs.prices import MICRO, Grid, PriceBook, PriceSource

_START, _END, _POWER = "DATE_DEBUT", "DATE_FIN", "P_SOUSCRITE"
_YEAR = ("PART_FIXE_HT", "PART_FIXE_TTC")
_KWH = (Decimal("0.03"), Decimal(2))
_YEARLY = (Decimal(50), Decimal(2000))
_MOST_TAX = Decimal(3)
_LARGEST_STEP = Decimal("1.6")
_AHEAD = timedelta(days=366)
_ON_THE_FIRST_SINCE = date(2013, 1, 1)
"""CRE's oldest rows begin on 23 July 2012."""


class UnreadableGridError(ValueError):
    """A file cannot be accepted; the message says what is wrong, and in which line."""


def read_grids(text: str, book: PriceBook, today: date) -> tuple[list[Grid], int]:
    """Return the grids that are newer than those in `book` (CRE's, if it has any), and the number of others.

    Raises UnreadableGridError with the first invalid line.
    """
    lines = csv.DictReader(io.StringIO(text.removeprefix("\ufeff")), delimiter=";")
    option = _detect_option(lines.fieldnames or [])
    new: dict[tuple[int, date], Grid] = {}
    known = 0
    for row in lines:
        line = lines.line_num
        if not any((value or "").strip() for name, value in row.items() if name not in {_START, _END, _POWER, None}):
            continue  # CRE lists powers without prices, and ends with empty rows
        try:
            grid = _parse_grid(row, option, today)
        except ValueError as error:
            raise UnreadableGridError(f"line {line}: {error}") from error
        if (grid.power_kva, grid.valid_from) in new:
            raise UnreadableGridError(f"line {line}: this power has prices from this day already")
        newest = book.find_grid(option, grid.power_kva, date.max, PriceSource.CRE)
        newest = newest or book.find_grid(option, grid.power_kva, date.max)
        if newest is None:
            raise UnreadableGridError(f"line {line}: {_POWER} is a power that the option {option} was never sold with")
        if grid.valid_from <= newest.valid_from:
            known += 1
            continue
        _compare_grids(grid, newest, line)
        new[grid.power_kva, grid.valid_from] = grid
    if not new and not known:
        raise UnreadableGridError("there is no line with prices")
    return [new[key] for key in sorted(new)], known


def _detect_option(columns: Sequence[str]) -> Option:
    names = {name.strip() for name in columns if name}
    for option in REGULATED:
        prices = OPTIONS[option].cre_columns.values()
        needed = {_START, _END, _POWER, *_YEAR, *chain.from_iterable(map(_name_columns, prices))}
        if needed <= names:
            return option
    raise UnreadableGridError("line 1: these are not the columns of CRE's Option_Base, Option_HPHC or Option_Tempo")


def _name_columns(column: str) -> tuple[str, str]:
    """Return the names of the columns without and with tax."""
    return f"{column}_HT", f"{column}_TTC"


def _parse_grid(row: Mapping[str, str | None], option: Option, today: date) -> Grid:
    start = _parse_date(row, _START)
    if start.day != 1 and start >= _ON_THE_FIRST_SINCE:
        raise ValueError(f"{_START} is not the first of a month; prices change then")
    if start > today + _AHEAD:
        raise ValueError(f"{_START} is more than a year ahead")
    if (row.get(_END) or "").strip() and _parse_date(row, _END) < start:
        raise ValueError(f"{_END} is before {_START}")
    power = _parse_number(row, _POWER)
    if power != int(power):
        raise ValueError(f"{_POWER} is not a whole number of kVA")
    prices = {
        bucket: _parse_money(row, _name_columns(column), _KWH) for bucket, column in OPTIONS[option].cre_columns.items()
    }
    for bucket, price in prices.items():
        if bucket.endswith("hp") and price < prices[bucket.removesuffix("hp") + "hc"]:
            raise ValueError("peak hours are cheaper than off-peak hours; are the columns swapped?")
    month = _parse_money(row, _YEAR, _YEARLY) / 12
    rounded = month.quantize(Decimal(1) / MICRO)
    return Grid(option, int(power), start, tuple(sorted(prices.items())), rounded, PriceSource.CRE)


def _parse_money(row: Mapping[str, str | None], columns: tuple[str, str], between: tuple[Decimal, Decimal]) -> Decimal:
    without, taxed = (_parse_number(row, column) for column in columns)
    if not between[0] <= taxed <= between[1]:
        raise ValueError(f"{columns[1]} is not between {between[0]} and {between[1]} EUR")
    if not without <= taxed <= without * _MOST_TAX:
        raise ValueError(f"{columns[1]} is not {columns[0]} and a tax")
    return taxed


def _compare_grids(grid: Grid, before: Grid, line: int) -> None:
    old = dict(before.prices) | {"subscription": before.subscription_month}
    new = dict(grid.prices) | {"subscription": grid.subscription_month}
    for name, price in new.items():
        if not old[name] / _LARGEST_STEP <= price <= old[name] * _LARGEST_STEP:
            raise UnreadableGridError(f"line {line}: the price `{name}` is far from the one before; is it mistyped?")


def _parse_date(row: Mapping[str, str | None], column: str) -> date:
    try:
        return datetime.strptime((row.get(column) or "").strip(), "%d/%m/%Y").date()  # noqa: DTZ007 - a day of Paris
    except ValueError:
        raise ValueError(f"{column} is not a date such as 01/02/2026") from None


def _parse_number(row: Mapping[str, str | None], column: str) -> Decimal:
    text = (row.get(column) or "").strip()
    try:
        number = Decimal(text.replace(",", "."))
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite() or number < 0:
        raise ValueError(f"{column} is not a number such as 0,1952")
    return number


def summarize_grids(grids: Sequence[Grid]) -> Iterator[str]:
    """Yield one line of text for each grid."""
    for grid in grids:
        prices = ", ".join(f"{bucket} {price}" for bucket, price in grid.prices)
        yield f"{grid.valid_from} {grid.option} {grid.power_kva} kVA: {prices}; {grid.subscription_month} a month"
