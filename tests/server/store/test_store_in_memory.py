"""What one process shares with itself: turns, leases and a cache, on a clock that the test holds."""

import asyncio

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.store.memory import MemoryStore


class Seconds:
    """A clock that only the test moves."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def seconds() -> Seconds:
    return Seconds()


@pytest.fixture
def store(seconds: Seconds) -> MemoryStore:
    return MemoryStore(seconds)


async def test_a_value_is_there_until_it_expires(store: MemoryStore, seconds: Seconds) -> None:
    assert await store.get("token") is None
    await store.set("token", "", 60)
    assert await store.get("token") == ""
    seconds.now += 59.9
    await store.set("token", "b", 60)
    seconds.now += 59.9
    assert await store.get("token") == "b"
    seconds.now += 0.1
    assert await store.get("token") is None
    await store.set("token", "c", 60)
    await store.delete("token")
    await store.delete("token")
    assert await store.get("token") is None


async def test_a_value_that_has_ended_already_is_not_there(store: MemoryStore) -> None:
    await store.set("token", "a", 60)
    await store.set("token", "b", -1)
    assert await store.get("token") is None


async def test_the_cache_does_not_grow_for_ever(store: MemoryStore) -> None:
    for number in range(20_000):
        await store.set(f"key:{number}", "value", 60)
    assert await store.get("key:19999") == "value"
    assert await store.get("key:0") is None


async def test_a_turn_is_taken_once_in_an_interval_and_names_are_apart(store: MemoryStore, seconds: Seconds) -> None:
    assert await store.take_turn("enedis", 0.25) == 0
    assert await store.take_turn("enedis", 0.25) == pytest.approx(0.25)
    assert await store.take_turn("rte", 0.25) == 0
    seconds.now += 0.2
    assert await store.take_turn("enedis", 0.25) == pytest.approx(0.05), "asking moved the turn"
    seconds.now += 0.05
    assert await store.take_turn("enedis", 0.25) == 0
    seconds.now += 100
    assert await store.take_turn("enedis", 0.25) == 0
    assert await store.take_turn("enedis", 0.25) == pytest.approx(0.25), "unused turns are saved up"


@given(st.lists(st.floats(0, 2), min_size=2, max_size=60))
@settings(deadline=None)
def test_never_more_than_five_in_any_second(pauses: list[float]) -> None:
    async def call_after_each(pauses: list[float]) -> list[float]:
        seconds = Seconds()
        store, calls = MemoryStore(seconds), []
        for pause in pauses:
            seconds.now += pause
            while (wait := await store.take_turn("enedis", 0.25)) > 0:
                seconds.now += max(wait, 1e-9)
            calls.append(seconds.now)
        return calls

    calls = asyncio.run(call_after_each(pauses))
    for number, call in enumerate(calls):
        assert sum(other < call + 1 for other in calls[number:]) <= 5
