"""Tables keyed by the members of an enumeration know every member, or are named here with the reason why not.

A `match` that forgets a member does not type-check (mypy's `exhaustive-match`); this is the same for tables.
"""

import importlib
import pkgutil
from collections.abc import Iterator, Mapping
from enum import Enum
from typing import Any

import pytest

import gateway

PARTIAL = {
    "gateway.accounts.outbox._OF_CODE": "the other mails carry no code",
    "gateway.consents.pages._STATUS": "all other outcomes are shown with 200",
    "gateway.csv_export.tables._KINDS": "hours are of no kind: they come from what is published",
    "gateway.csv_export.tables._READING_COLUMNS": "the columns of hours depend on the series",
    "gateway.enedis.client._CUSTOMER_PATHS": "measures and services have paths of their own",
    "gateway.metering.schedule._FIRST_PAUSE": "a day that is complete, or of before the service, is not asked again",
    "gateway.tempo.forecast.conditions._LEVELS": "a colour that is not known counts as blue",
    "gateway.tempo.forecast.scores._COLOR_OF": "the total is of all colours",
    "gateway.usage_points.notices._ENDED": "a share that stands has not ended",
}


def iterate_tables() -> Iterator[tuple[str, Mapping[Any, object]]]:
    seen: set[int] = set()
    for found in pkgutil.walk_packages(gateway.__path__, "gateway."):
        if found.name.startswith(("gateway.simulator", "gateway.migrations.")) or found.name.endswith("__main__"):
            continue
        for name, value in vars(importlib.import_module(found.name)).items():
            is_table = isinstance(value, Mapping) and value and all(isinstance(key, Enum) for key in value)
            if is_table and id(value) not in seen:
                seen.add(id(value))
                yield f"{found.name}.{name}", value


TABLES = dict(iterate_tables())


def is_complete(table: Mapping[Any, object]) -> bool:
    members: type[Enum] = type(next(iter(table)))
    return table.keys() == set(members)


def test_there_are_tables_and_each_exception_is_one() -> None:
    assert len(TABLES) > len(PARTIAL)
    assert TABLES.keys() >= PARTIAL.keys()
    assert not [name for name in PARTIAL if is_complete(TABLES[name])]


@pytest.mark.parametrize("name", sorted(TABLES.keys() - PARTIAL.keys()))
def test_a_table_knows_every_member(name: str) -> None:
    assert is_complete(TABLES[name])
