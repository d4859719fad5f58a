"""The tables that can be exported. Rows are read page by page, so that a table is never all in memory.

A row maps column names to values. Instants are in Paris time with their offset from UTC, because the hour from 02:00 is
repeated on one day a year.
"""

from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from gateway.billing.charts.rows import build_hour_row
from gateway.billing.days.billed_point import BilledPoint
from gateway.billing.days.figures import bucket_of, is_money, to_unit
from gateway.billing.hours import repository as billing
from gateway.billing.hours.repository import PublishedFigures
from gateway.domain.direction import Direction
from gateway.kit import paris
from gateway.kit.database import Database
from gateway.metering import account_readings
from gateway.metering.schedule import Feed, Kind

type Value = str | int | float | None
type CsvRow = dict[str, Value]

_PAGE = timedelta(days=31)
_FORMS = {"start": "%Y-%m-%d %H:%M", "at": "%Y-%m-%d %H:%M:%S"}
"""Intervals start at a full minute; the time of a peak has seconds."""


class Table(StrEnum):
    """A table that can be exported."""

    HOURS = "hours"
    LOAD_CURVE = "load_curve"
    DAILY = "daily"
    MAX_POWER = "max_power"
    INDEX = "index"


_KINDS = {
    Table.LOAD_CURVE: Kind.CURVE,
    Table.DAILY: Kind.DAILY,
    Table.MAX_POWER: Kind.MAX_POWER,
    Table.INDEX: Kind.INDEX,
}
_READING_COLUMNS: dict[Table, list[str]] = {
    Table.LOAD_CURVE: ["direction", "start", "utc_offset", "minutes", "watts", "quality"],
    Table.DAILY: ["direction", "date", "wh", "quality"],
    Table.MAX_POWER: ["date", "va", "at", "utc_offset", "quality"],
    Table.INDEX: ["direction", "date", "register", "wh", "quality"],
}


@dataclass(frozen=True)
class Exported:
    """The columns of a table, in order, and its rows, which are read from the database as they are needed."""

    columns: list[str]
    rows: AsyncIterator[CsvRow]


async def open_table(database: Database, point: BilledPoint, table: Table, start: date, end: date) -> Exported:
    """Return the columns and rows of a table for the days `[start, end[`."""
    match table:
        case Table.HOURS:
            async with database.read() as session:
                series = sorted(await billing.list_series(session, point.public_id), key=_sort_key)
            return Exported(_list_hour_columns(series), _iterate_hours(database, point, series, start, end))
        case Table.LOAD_CURVE | Table.DAILY | Table.MAX_POWER | Table.INDEX:
            return Exported(_READING_COLUMNS[table], _iterate_readings(database, point, table, start, end))


def _sort_key(key: str) -> tuple[int, str]:
    kinds = ("consumption", "production", "cost", "subscription", "revenue")
    return kinds.index(key.partition("_")[0]), bucket_of(key) or ""


def _list_hour_columns(series: Iterable[str]) -> list[str]:
    amounts = [f"{key}_{'eur' if is_money(key) else 'wh'}" for key in series]
    return ["start", "utc_offset", *amounts, "consumption_quality", "production_quality"]


async def _iterate_hours(
    database: Database, point: BilledPoint, series: list[str], start: date, end: date
) -> AsyncIterator[CsvRow]:
    async with database.read() as session:
        known = await billing.find_published_span(session, point.public_id)
    if known is None:
        return
    day, end = max(start, known[0]), min(end, known[1] + paris.DAY)
    while day < end:
        until = min(day + _PAGE, end)
        async with database.read() as session:
            days = await billing.list_published_days(session, point.public_id, point.secrets.data_key, day, until)
        for published in days:
            for row in _iterate_hours_of_day(published, series):
                yield row
        day = until


def _iterate_hours_of_day(published: PublishedFigures, series: list[str]) -> Iterable[CsvRow]:
    figures, columns = published.figures, published.figures.build_columns()
    midnight = paris.midnight(published.day)
    for index, hour in enumerate(figures.hours):
        row = _format_instant(midnight + hour * paris.HOUR, "start")
        known = build_hour_row(figures, columns, index)
        amounts = {key: amount for key, amount in known.amounts.items() if key not in known.lacks}
        for key in series:
            name = f"{key}_{'eur' if is_money(key) else 'wh'}"
            row[name] = to_unit(key, amounts[key]) if key in amounts else None
        row["consumption_quality"] = str(figures.used_made_of[index])
        row["production_quality"] = str(figures.gave_made_of[index]) if figures.gave_made_of else None
        yield row


async def _iterate_readings(
    database: Database, point: BilledPoint, table: Table, start: date, end: date
) -> AsyncIterator[CsvRow]:
    for direction in Direction:
        feed = Feed(point.public_id, _KINDS[table], direction)
        after: date | None = start - paris.DAY
        while after is not None and after < end:
            async with database.read() as session:
                found, last = await account_readings.load_page(session, feed, point.secrets, after)
            for value in found:
                row = _format_reading(value)
                if str(row["date"]) >= end.isoformat():
                    break
                yield row
            after = last


def _format_reading(value: account_readings.ExportedReading) -> CsvRow:
    row = dict(value)
    for name in ("start", "at"):
        if isinstance(written := row.get(name), str):
            row |= _format_instant(datetime.fromisoformat(written), name)
            row.setdefault("date", str(row[name])[:10])
    return row


def _format_instant(instant: datetime, name: str) -> CsvRow:
    local = instant.astimezone(paris.PARIS)
    return {name: local.strftime(_FORMS.get(name, _FORMS["start"])), "utc_offset": local.strftime("%:z")}
