"""Conversion of tables to lines of text and back. The lines are the same for SQLite and PostgreSQL.

A line is a JSON list with one value per column: bytes are base64, instants are in UTC, and JSON columns are the text of
their JSON. Tables are reflected from the database and not taken from the models, so that older versions work too.
"""

import base64
import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    JSON,
    Column,
    ColumnElement,
    Connection,
    MetaData,
    String,
    Table,
    Text,
    bindparam,
    cast,
    func,
    literal,
    select,
    text,
)

_ROWS_AT_ONCE = 1000
_BYTES_AT_ONCE = 4 * 1024 * 1024
"""Rows are read and inserted in batches that exceed neither limit, except for a single row that is larger itself.
PostgreSQL's driver reads no fewer than 50 rows."""
VERSION_TABLE = "alembic_version"


def list_tables(connection: Connection) -> list[Table]:
    """Return all tables but that of the revision, each after those it refers to."""
    metadata = MetaData()
    metadata.reflect(connection)
    return [table for table in metadata.sorted_tables if table.name != VERSION_TABLE]


def drop_all(connection: Connection) -> None:
    """Drop all tables."""
    metadata = MetaData()
    metadata.reflect(connection)
    metadata.drop_all(connection)


def read_rows(connection: Connection, table: Table, names: list[str]) -> Iterator[str]:
    """Yield a table's rows as lines of the columns `names`, in an order that is the same on both databases."""
    is_postgresql = connection.dialect.name == "postgresql"
    columns = [
        cast(column, Text) if isinstance(column.type, JSON) else column
        for column in (table.columns[name] for name in names)
    ]
    order = [
        column.collate("C") if is_postgresql and isinstance(column.type, String) else column
        for column in sorted(table.primary_key, key=lambda column: column.name)
    ]
    at_once = _count_rows_at_once(connection, columns)
    query = select(*columns).order_by(*order).execution_options(yield_per=at_once)
    for row in connection.execute(query):
        yield json.dumps([_to_json(value) for value in row], ensure_ascii=False, separators=(",", ":"))


def _count_rows_at_once(connection: Connection, columns: Sequence[ColumnElement[Any]]) -> int:
    """Return how many rows to read at once, so that a batch of the largest rows of the table is within the limits."""
    lengths = [func.coalesce(func.length(column), 0) for column in columns if column.type.python_type in {bytes, str}]
    largest: int = connection.scalar(select(func.max(sum(lengths, start=literal(0))))) or 0
    return max(1, min(_ROWS_AT_ONCE, _BYTES_AT_ONCE // max(1, largest)))


@contextmanager
def disable_triggers(connection: Connection, table: Table) -> Iterator[None]:
    """Disable a table's triggers in the `with` block, so that inserted rows keep the revisions they had."""
    if connection.dialect.name == "postgresql":
        connection.execute(text(f'ALTER TABLE "{table.name}" DISABLE TRIGGER USER'))
        yield
        connection.execute(text(f'ALTER TABLE "{table.name}" ENABLE TRIGGER USER'))
        return
    query = text("SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = :table")
    triggers = connection.execute(query, {"table": table.name}).all()
    for name, _ in triggers:
        connection.exec_driver_sql(f'DROP TRIGGER "{name}"')
    yield
    for _, created_by in triggers:
        connection.exec_driver_sql(created_by)


def fill_table(connection: Connection, table: Table, names: list[str], lines: Iterable[str]) -> None:
    """Insert rows into an empty table from lines with the columns `names`."""
    columns = [table.columns[name] for name in names]
    values = {column.name: _bind_column(column, connection) for column in columns}
    readers = [_find_reader(column) for column in columns]
    for some in _batch_lines(lines):
        rows = [
            {
                name: None if value is None else read(value)
                for name, read, value in zip(names, readers, json.loads(line), strict=True)
            }
            for line in some
        ]
        connection.execute(table.insert().values(values), rows)
    _continue_numbers(connection, table)


def _batch_lines(lines: Iterable[str]) -> Iterator[list[str]]:
    """Yield the lines in batches that are within the limits."""
    batch: list[str] = []
    size = 0
    for line in lines:
        if batch and (len(batch) == _ROWS_AT_ONCE or size + len(line) > _BYTES_AT_ONCE):
            yield batch
            batch, size = [], 0
        batch.append(line)
        size += len(line)
    if batch:
        yield batch


class Digest:
    """Counts the rows of a table and computes the SHA-256 of their lines."""

    def __init__(self) -> None:
        self.rows = 0
        self._hash = hashlib.sha256()

    def digest_lines(self, lines: Iterable[str]) -> Iterator[str]:
        """Yield the lines unchanged, and add each to the count and the hash."""
        for line in lines:
            self.rows += 1
            self._hash.update(line.encode() + b"\n")
            yield line

    def hexdigest(self) -> str:
        """Return the SHA-256 of all lines so far, in hexadecimal."""
        return self._hash.hexdigest()


def _to_json(value: object) -> object:
    match value:
        case bytes():
            return base64.b64encode(value).decode()
        case datetime():
            # SQLite returns UTC without a time zone
            return (value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)).isoformat()
        case date():
            return value.isoformat()
        case Decimal():
            return str(value)
        case None | bool() | int() | float() | str():
            return value
        case _:
            raise TypeError(f"a {type(value).__name__} has no place in a backup yet")


_READERS: dict[type, Callable[[Any], Any]] = {
    bytes: base64.b64decode,
    datetime: datetime.fromisoformat,
    date: date.fromisoformat,
    Decimal: Decimal,
}


def _find_reader(column: Column[Any]) -> Callable[[Any], Any]:
    return _READERS.get(column.type.python_type, lambda value: value)


def _bind_column(column: Column[Any], connection: Connection) -> Any:
    if not isinstance(column.type, JSON):
        return bindparam(column.name, type_=column.type)
    text_of_it = bindparam(column.name, type_=Text())
    return cast(text_of_it, column.type) if connection.dialect.name == "postgresql" else text_of_it


def _continue_numbers(connection: Connection, table: Table) -> None:
    """Set PostgreSQL's sequences to the highest ids, because rows inserted with an id do not advance them."""
    if connection.dialect.name != "postgresql":
        return
    for column in table.primary_key:
        name = connection.scalar(select(func.pg_get_serial_sequence(f'"{table.name}"', column.name)))
        if name is not None and (highest := connection.scalar(select(func.max(column)))) is not None:
            connection.execute(text("SELECT setval(:name, :highest)"), {"name": name, "highest": highest})
