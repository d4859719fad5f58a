"""The columns with keys that ENCRYPTION_KEYS wrap. These keys encrypt all other data."""

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import Connection, RowMapping, Table, inspect, select

from gateway.accounts.models import Account
from gateway.accounts.service import build_data_key_context
from gateway.instance import CONTEXT, InstanceRow
from gateway.kit.crypto import Keyring, UndecipherableError
from gateway.kit.database import Base


@dataclass(frozen=True)
class Wrapped:
    """A column of wrapped keys; `context` returns the encryption context of a key from the id of its row."""

    table: Table
    column: str
    context: Callable[[str], str]


def _get_table(model: type[Base]) -> Table:
    table = inspect(model).local_table
    assert isinstance(table, Table)  # noqa: S101 - a model has a table of its own
    return table


WRAPPED = (
    Wrapped(_get_table(InstanceRow), "hash_key", lambda _: CONTEXT),
    Wrapped(_get_table(Account), "data_key", build_data_key_context),
)


def count_unreadable_keys(connection: Connection, keyring: Keyring) -> int:
    """Return how many keys in the database the keyring cannot unwrap."""
    count = 0
    for kind in WRAPPED:
        rows = connection.execute(select(kind.table.c.id, kind.table.c[kind.column])).mappings()
        count += sum(not _can_unwrap(kind, row, keyring) for row in rows)
    return count


def _can_unwrap(kind: Wrapped, row: RowMapping, keyring: Keyring) -> bool:
    try:
        keyring.unwrap(row[kind.column], kind.context(row["id"]))
    except UndecipherableError:
        return False
    return True
