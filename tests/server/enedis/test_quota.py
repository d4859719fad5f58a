"""Enedis' quota: kept to the second whatever is asked, and its refusals stop the API for everybody."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from gateway.counters.models import Counter
from gateway.enedis.client import Api, Enedis
from gateway.enedis.errors import EnedisError, ErrorReason
from gateway.quotas.pacing import EnedisPacer
from gateway.store.memory import MemoryStore
from tests.server.conftest import NOW, SetClock, Simulator
from tests.server.enedis.origins import (
    EACH_API,
    PAYER,
    Reply,
    Timer,
    open_budgets,
    open_client,
    read_fixture,
    run_scripted,
)

ONE, OTHER = "30001000000001", "30001000000002"
HOUR = datetime(2026, 11, 3, 10, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
UNTIL = {"900804": HOUR, "900807": NOW + MINUTE, "429_q3": NOW + MINUTE, "429_q4": NOW + MINUTE}
"""Until when each shape of refusal stops an API: until it says, or for a minute."""


@pytest.fixture
def timer() -> Timer:
    return Timer()


@pytest.fixture
async def replicas(
    simulator: Simulator, tmp_path: Path, clock: SetClock, timer: Timer
) -> AsyncIterator[tuple[Enedis, Enedis]]:
    """Two that share what replicas share: the store and the database."""
    store = MemoryStore(timer)
    async with (
        open_budgets(tmp_path) as database,
        open_client(simulator.url, store=store, pacer=EnedisPacer(database, store, clock, 5, 1000)) as (one, _),
        open_client(simulator.url, store=store, pacer=EnedisPacer(database, store, clock, 5, 1000)) as (two, _),
    ):
        yield one, two


def list_arrivals(simulator: Simulator) -> list[float]:
    return sorted(call["arrived"] for call in simulator.calls("mesure_synchrone"))


async def expect_refusal(asking: Any) -> EnedisError:
    with pytest.raises(EnedisError) as refusal:
        await asking
    assert refusal.value.reason is ErrorReason.QUOTA
    return refusal.value


class TurnRecorder(MemoryStore):
    """A store that records when each turn was given."""

    def __init__(self, seconds: Callable[[], float]) -> None:
        super().__init__(seconds)
        self.turns: list[float] = []
        self._now = seconds

    async def take_turn(self, name: str, interval: float) -> float:
        before = self._now()
        wait = await super().take_turn(name, interval)
        if wait <= 0:
            self.turns.append(before)
        return wait


async def test_forty_at_once_take_turns_of_which_no_six_are_in_a_second(tmp_path: Path, clock: SetClock) -> None:
    clock.speed = 10
    store = TurnRecorder(clock.monotonic)
    async with (
        run_scripted(lambda _: Reply(body=read_fixture("metering"))) as origin,
        open_budgets(tmp_path) as database,
        open_client(origin.url, store=store, pacer=EnedisPacer(database, store, clock, 5, 1000)) as (one, _),
        open_client(origin.url, store=store, pacer=EnedisPacer(database, store, clock, 5, 1000)) as (two, _),
    ):
        ask = EACH_API[Api.METERING]
        await asyncio.gather(*(ask((one, two)[number % 2], ONE) for number in range(40)), return_exceptions=True)
        assert len(origin.data_calls) == 40
    assert len(store.turns) >= 40
    assert min(later - earlier for earlier, later in pairwise(store.turns)) >= 0.249


async def test_a_call_that_is_counted_late_takes_another_turn(tmp_path: Path, clock: SetClock) -> None:
    """Else it would leave beside those of the turns after it."""
    timer = Timer()

    class SlowStore(TurnRecorder):
        async def delete(self, key: str) -> None:
            await super().delete(key)
            timer.ahead += 0.3

    class TimerClock(SetClock):
        def monotonic(self) -> float:
            return timer()

    store = SlowStore(timer)
    async with open_budgets(tmp_path) as database:
        await EnedisPacer(database, store, TimerClock(clock.now()), 5, 1000).wait_for_turn(Api.MEASURES, PAYER)
        assert len(store.turns) >= 2
        async with database.read() as session:
            counted = (await session.scalars(select(Counter.used))).all()
    assert counted == [1, 1], "the hour's and the payer's, once"


@pytest.mark.parametrize("name", UNTIL)
async def test_a_refusal_stops_its_api_for_everybody_until_it_says(
    name: str, replicas: tuple[Enedis, Enedis], simulator: Simulator, clock: SetClock, timer: Timer
) -> None:
    simulator.order("POST", "faults", api="mesure_synchrone_auto", name=name, times=1)
    one, two = replicas
    first = await expect_refusal(EACH_API[Api.MEASURES](one, ONE))
    assert first.retry_at == UNTIL[name]
    for enedis, prm in ((one, ONE), (one, OTHER), (two, OTHER)):
        later = await expect_refusal(EACH_API[Api.MEASURES](enedis, prm))
        assert (later.code, later.retry_at) == ("stopped", UNTIL[name])
    assert len(list_arrivals(simulator)) == 1
    for api, ask in EACH_API.items():
        if api is not Api.MEASURES:
            await ask(two, ONE)

    async def calls_after(instant: datetime) -> int:
        timer.ahead = (instant - NOW).total_seconds()
        clock.set(instant)
        simulator.set_clock(instant)
        simulator.forget_calls()
        with suppress(EnedisError):
            await EACH_API[Api.MEASURES](two, OTHER)
        return len(list_arrivals(simulator))

    assert await calls_after(UNTIL[name] - timedelta(seconds=10)) == 0
    assert await calls_after(UNTIL[name] + timedelta(seconds=1)) == 1


async def test_those_who_wait_their_turn_are_stopped_too(replicas: tuple[Enedis, Enedis], simulator: Simulator) -> None:
    """Ten at once, all refused: after the first, only what has its turn already leaves, one call a replica."""
    simulator.order("POST", "faults", api="comptage_auto", name="900804")
    await asyncio.gather(*(expect_refusal(EACH_API[Api.METERING](replicas[number % 2], ONE)) for number in range(10)))
    assert len(simulator.calls("comptage")) <= len(replicas), "one that was on its way elsewhere at most"


async def test_a_refusal_whose_time_is_past_stops_for_a_minute(
    replicas: tuple[Enedis, Enedis], simulator: Simulator, clock: SetClock
) -> None:
    """Two clocks never agree."""
    clock.set(HOUR + MINUTE)
    simulator.order("POST", "faults", api="comptage_auto", name="900804", times=1)
    await expect_refusal(EACH_API[Api.METERING](replicas[0], ONE))
    assert (await expect_refusal(EACH_API[Api.METERING](replicas[1], ONE))).retry_at == HOUR + 2 * MINUTE


async def test_a_refusal_that_says_9999_stops_for_an_hour_at_most(tmp_path: Path, clock: SetClock) -> None:
    body = b'{"code":"900804","nextAccessTime":"9999-Dec-31 23:00:00+0000 UTC"}'
    store = MemoryStore()
    async with (
        run_scripted(lambda _: Reply(429, body)) as origin,
        open_budgets(tmp_path) as database,
        open_client(origin.url, store=store, pacer=EnedisPacer(database, store, clock, 5, 1000)) as (enedis, _),
    ):
        refusal = await expect_refusal(EACH_API[Api.MEASURES](enedis, ONE))
        assert refusal.retry_at == NOW + timedelta(hours=1)
        assert len(origin.data_calls) == 1
