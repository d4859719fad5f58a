"""The right to call RTE, among processes that know nothing of each other but the database."""

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime, timedelta

import pytest

from gateway.kit import paris
from gateway.kit.database import Database
from gateway.rte import feeds
from gateway.rte.errors import RteError, RteErrorReason
from tests.server.conftest import NOW, SetClock
from tests.server.tables import create_tables

CALLS = feeds.CallBudget("a", timedelta(minutes=16), timedelta(hours=1), budget="shared", calls_a_day=5)
SIBLING = feeds.CallBudget("b", timedelta(minutes=16), timedelta(hours=1), budget="shared", calls_a_day=3)


@pytest.fixture
async def processes(database_url: str) -> AsyncIterator[list[Database]]:
    await create_tables(database_url)
    databases = [Database(database_url) for _ in range(6)]
    yield databases
    for database in databases:
        await database.close()


async def test_of_all_who_want_to_call_at_once_one_does(processes: list[Database], clock: SetClock) -> None:
    for _ in range(3):  # the first time there is no row yet
        answers = await asyncio.gather(*(feeds.take_call(database, CALLS, clock) for database in processes))
        assert answers.count(None) == 1
        assert {answer for answer in answers if answer} == {clock.now() + CALLS.pause}
        clock.set(clock.now() + CALLS.pause)


async def test_feeds_that_share_a_budget_share_a_day(processes: list[Database], clock: SetClock) -> None:
    database, *_ = processes
    made = dict.fromkeys((CALLS, SIBLING), 0)
    for _ in range(12):
        for calls in (SIBLING, CALLS):
            made[calls] += await feeds.take_call(database, calls, clock) is None
        clock.set(clock.now() + CALLS.pause)
    assert sum(made.values()) == CALLS.calls_a_day
    assert await feeds.find_closed_until(database, CALLS, clock.now()) == paris.midnight(paris.day_of(NOW) + paris.DAY)
    clock.set(paris.midnight(paris.day_of(NOW) + paris.DAY))
    assert await feeds.take_call(database, CALLS, clock) is None


@pytest.mark.parametrize("ahead", [timedelta(minutes=10), timedelta(days=400)])
async def test_a_clock_that_was_ahead_closes_a_feed_for_a_pause(
    processes: list[Database], clock: SetClock, ahead: timedelta
) -> None:
    database, *_ = processes
    clock.set(NOW + ahead)
    assert await feeds.take_call(database, CALLS, clock) is None
    clock.set(NOW)
    assert await feeds.find_closed_until(database, CALLS, clock.now()) == NOW + CALLS.pause
    clock.set(NOW + CALLS.pause)
    assert await feeds.find_closed_until(database, CALLS, clock.now()) is None


async def test_clocks_that_differ_a_little_are_no_clocks_set_back(processes: list[Database], clock: SetClock) -> None:
    database, *_ = processes
    clock.set(NOW + timedelta(seconds=30))
    assert await feeds.take_call(database, CALLS, clock) is None
    assert await feeds.find_closed_until(database, CALLS, NOW) == clock.now() + CALLS.pause


async def test_to_rest_never_shortens_what_rte_asked_to_wait(processes: list[Database], clock: SetClock) -> None:
    database, *_ = processes
    await feeds.take_call(database, CALLS, clock)
    until = await feeds.record_failure(database, CALLS, clock.now(), RteError(RteErrorReason.QUOTA, "429", 7200))
    await feeds.pause_until(database, CALLS, in_a_minute(clock))
    assert await feeds.find_closed_until(database, CALLS, clock.now()) == until == NOW + timedelta(hours=2)


def in_a_minute(clock: SetClock) -> datetime:
    return clock.now() + timedelta(minutes=1)
