"""Budgets are counted exactly, by however many at once, all or nothing."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from sqlalchemy import Table

from gateway.counters.models import Counter
from gateway.counters.service import Budget, ExhaustedError, charge_budgets, load_used
from gateway.enedis.client import Api
from gateway.enedis.errors import EnedisError
from gateway.kit.database import Base, Database
from gateway.quotas.budgets import enedis_hour, next_hour, user_day
from gateway.quotas.history_pacing import HistoryPacer
from gateway.quotas.pacing import EnedisPacer
from gateway.store import StoreError
from gateway.store.memory import MemoryStore
from tests.server.conftest import NOW, SetClock

HOUR = Budget("enedis:measures", "2026-11-03T09", 1000)
USER = Budget("user:a", "2026-11-03", 50)


async def open_database(file: Path) -> Database:
    database = Database(f"sqlite+aiosqlite:///{file}")
    table = Counter.__table__
    assert isinstance(table, Table)
    async with database.engine.begin() as connection:
        await connection.run_sync(lambda engine: Base.metadata.create_all(engine, tables=[table]))
    return database


@pytest.fixture
async def databases(tmp_path: Path) -> AsyncIterator[list[Database]]:
    """Three replicas on one file."""
    found = [await open_database(tmp_path / "quotas.db") for _ in range(3)]
    yield found
    for database in found:
        await database.close()


async def charge(database: Database, *budgets: Budget) -> bool:
    try:
        async with database.write() as session:
            await charge_budgets(session, budgets)
    except ExhaustedError:
        return False
    return True


async def load_spent(database: Database, budget: Budget) -> int:
    async with database.read() as session:
        return await load_used(session, budget)


async def test_200_at_once_on_several_connections_spend_exactly_the_budget(databases: list[Database]) -> None:
    small = Budget("user:a", "2026-11-03", 120)
    granted = await asyncio.gather(*(charge(databases[number % 3], HOUR, small) for number in range(200)))
    assert granted.count(True) == 120
    assert await load_spent(databases[0], small) == 120
    assert await load_spent(databases[1], HOUR) == 120, "a call that was refused was counted"


async def test_all_or_nothing_whichever_is_empty(databases: list[Database]) -> None:
    database, empty = databases[0], Budget("enedis:measures", "2026-11-03T10", 1)
    assert await charge(database, empty)
    for order in ((empty, USER), (USER, empty)):
        assert not await charge(database, *order)
    assert await load_spent(database, USER) == 0
    assert await load_spent(database, empty) == 1


async def test_who_is_exhausted_is_named(databases: list[Database]) -> None:
    only = Budget("user:b", "2026-11-03", 1)
    await charge(databases[0], only)
    async with databases[0].write() as session:
        with pytest.raises(ExhaustedError) as refusal:
            await charge_budgets(session, [HOUR, only])
        await session.rollback()
    assert refusal.value.budget == only


async def test_windows_and_names_are_apart_and_a_restart_forgets_none(
    databases: list[Database], tmp_path: Path
) -> None:
    others = [Budget("user:a", "2026-11-04", 50), Budget("user:b", "2026-11-03", 50)]
    await charge(databases[0], USER, *others)
    await charge(databases[0], USER)
    again = await open_database(tmp_path / "quotas.db")
    assert [await load_spent(again, budget) for budget in (USER, *others)] == [2, 1, 1]
    await again.close()


async def test_a_limit_that_was_lowered_holds_at_once(databases: list[Database]) -> None:
    for _ in range(3):
        await charge(databases[0], USER)
    assert not await charge(databases[0], Budget(USER.name, USER.window, 2))
    assert await load_spent(databases[0], USER) == 3


@pytest.mark.parametrize("limit", [0, -3])
async def test_nothing_can_be_taken_from_nothing(databases: list[Database], limit: int) -> None:
    """As when the live day's reserve leaves no call for the history."""
    nothing = Budget("user:a", "2026-11-03", limit)
    assert not await charge(databases[0], nothing)
    assert await load_spent(databases[0], nothing) == 0


def test_windows() -> None:
    now = datetime(2026, 11, 3, 9, 59, 59, tzinfo=UTC)
    assert enedis_hour("measures", now) == HOUR
    assert next_hour(now) == datetime(2026, 11, 3, 10, tzinfo=UTC)
    assert next_hour(next_hour(now)) == datetime(2026, 11, 3, 11, tzinfo=UTC)
    assert user_day("a", date(2026, 11, 3), 50) == USER


class _GoesAway(MemoryStore):
    """A store that is gone once a turn was taken."""

    async def delete(self, key: str) -> None:
        raise StoreError(key)


async def test_without_the_store_no_call_is_charged_that_is_not_made(databases: list[Database]) -> None:
    pacer = EnedisPacer(databases[0], _GoesAway(), SetClock(), 5, 50)
    with pytest.raises(StoreError):
        await pacer.wait_for_turn(Api.MEASURES, "a")
    assert await load_spent(databases[0], USER) == 0
    assert await load_spent(databases[0], enedis_hour(Api.MEASURES, NOW)) == 0


async def test_history_keeps_calls_for_new_meters_until_2300(databases: list[Database]) -> None:
    """Of 50 calls, history may use 14 in the day, and 40 in its last hour; then it waits for the next day."""
    clock = SetClock(datetime(2026, 11, 3, 19, tzinfo=UTC))
    pacer = HistoryPacer(EnedisPacer(databases[0], MemoryStore(), clock, 1_000_000, 50), databases[0], clock, 50)

    async def make_calls() -> datetime | None:
        while True:
            try:
                await pacer.wait_for_turn(Api.MEASURES, "a")
            except EnedisError as error:
                return error.retry_at

    last_hour, midnight = datetime(2026, 11, 3, 22, tzinfo=UTC), datetime(2026, 11, 3, 23, tzinfo=UTC)
    assert await make_calls() == last_hour
    assert await load_spent(databases[0], USER) == 14
    clock.set(last_hour)
    assert await make_calls() == midnight
    assert await load_spent(databases[0], USER) == 40


async def test_history_of_an_account_without_a_call_left_waits_for_midnight(databases: list[Database]) -> None:
    async with databases[0].write() as session:
        session.add(Counter(name=USER.name, window=USER.window, used=50))
    clock = SetClock(datetime(2026, 11, 3, 19, tzinfo=UTC))
    pacer = HistoryPacer(EnedisPacer(databases[0], MemoryStore(), clock, 1_000_000, 50), databases[0], clock, 50)
    with pytest.raises(EnedisError) as refusal:
        await pacer.wait_for_turn(Api.MEASURES, "a")
    assert refusal.value.retry_at == datetime(2026, 11, 3, 23, tzinfo=UTC), "not 23:00, which brings it no call"
