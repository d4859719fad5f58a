"""What every store keeps to, whether in memory or in a real Valkey."""

import asyncio
import secrets
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack

import pytest

from gateway.store import Store, StoreError
from gateway.store.memory import MemoryStore
from gateway.store.valkey import ValkeyStore
from scripts.lib.program import free_port
from tests.server.conftest import wait_until
from tests.server.valkey_server import Valkey

EXPIRY = 10.0
"""Of the leases of these tests, in seconds: longer than a busy machine holds up who renews one."""


@pytest.fixture(scope="module")
def valkey() -> Iterator[Valkey]:
    server = Valkey(free_port())
    server.start()
    yield server
    server.stop()


@pytest.fixture
async def new_replica(valkey: Valkey) -> AsyncIterator[Callable[[], ValkeyStore]]:
    """Make a store as another replica of the gateway has it."""
    made: list[ValkeyStore] = []

    def make_store() -> ValkeyStore:
        made.append(ValkeyStore(valkey.url, lease_seconds=EXPIRY))
        return made[-1]

    yield make_store
    for store in made:
        await store.close()


@pytest.fixture(params=["memory", "valkey"])
async def store(request: pytest.FixtureRequest, new_replica: Callable[[], ValkeyStore]) -> Store:
    return MemoryStore() if request.param == "memory" else new_replica()


@pytest.fixture
def name() -> str:
    """A name that no other test has used."""
    return secrets.token_hex(8)


async def test_a_value_is_there_until_it_is_deleted_or_expires(store: Store, name: str) -> None:
    assert await store.get(name) is None
    await store.set(name, "", 60)
    assert await store.get(name) == ""
    await store.set(name, "é 1 ", 60)
    assert await store.get(name) == "é 1 "
    await store.delete(name)
    await store.delete(name)
    assert await store.get(name) is None
    await store.set(name, "a", 0.05)

    async def is_gone() -> bool:
        return await store.get(name) is None

    await wait_until(is_gone)


async def test_a_value_that_has_ended_already_is_not_there(store: Store, name: str) -> None:
    await store.set(name, "a", 60)
    await store.set(name, "b", -1)
    assert await store.get(name) is None
    await store.set(name, "b", 0)
    assert await store.get(name) is None


async def test_a_counter_counts_each_once_until_it_expires(store: Store, name: str) -> None:
    counted = await asyncio.gather(*(store.increment(name, 60) for _ in range(50)))
    assert sorted(counted) == list(range(1, 51))
    assert await store.get(name) == "50"
    await store.delete(name)
    # counting on does not put its end off; on a busy machine it has to live longer to be counted on
    for seconds in (0.2, 2, 20):
        await store.delete(name)
        counts = [await store.increment(name, seconds)]
        async with asyncio.timeout(100):
            while counts[-1] != 1 or len(counts) == 1:
                counts.append(await store.increment(name, seconds))
                await asyncio.sleep(seconds / 10)
        if len(counts) > 2:
            break
    assert len(counts) > 2


async def test_a_turn_is_taken_once_in_an_interval_and_names_are_apart(store: Store, name: str) -> None:
    assert await store.take_turn(name, 60) == 0
    assert 30 < await store.take_turn(name, 60) <= 60
    assert await store.take_turn(f"{name}:other", 60) == 0


async def until_turn(store: Store, name: str, interval: float) -> tuple[float, float]:
    """Take a turn as the gateway does; return when it was asked for, and when it was there: it began between them."""
    async with asyncio.timeout(200):
        asked = time.monotonic()
        while (wait := await store.take_turn(name, interval)) > 0:
            assert wait <= interval, "turns are wasted"
            await asyncio.sleep(wait)
            asked = time.monotonic()
        return asked, time.monotonic()


async def test_a_lease_is_held_by_one_at_a_time_and_all_get_it(store: Store, name: str) -> None:
    assert await most_inside([store], name, 50) == 1


async def most_inside(stores: list[Store], name: str, visits: int) -> int:
    """Let many enter a lease by several stores; return how many were ever inside at once."""
    inside, most = 0, 0

    async def take_lease(store: Store) -> None:
        nonlocal inside, most
        async with store.lease(name):
            inside += 1
            most = max(most, inside)
            await asyncio.sleep(0)
            inside -= 1

    async with asyncio.timeout(200):
        await asyncio.gather(*(take_lease(stores[number % len(stores)]) for number in range(visits)))
    return most


async def test_leases_of_other_names_do_not_wait(store: Store, name: str) -> None:
    others = store.lease(f"{name}:other"), store.try_lease(f"{name}:3")
    async with asyncio.timeout(200), store.lease(name), others[0], others[1] as got:
        assert got


async def test_a_lease_is_given_back_by_who_fails_and_left_by_who_is_cancelled(store: Store, name: str) -> None:
    async def fail_in_lease() -> None:
        async with store.lease(name):
            raise LookupError

    with pytest.raises(LookupError):
        await fail_in_lease()
    async with store.lease(name):
        waiting = asyncio.create_task(fail_in_lease())
        await asyncio.sleep(0)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        second = asyncio.create_task(fail_in_lease())
        await asyncio.sleep(0)
        assert not second.done(), "the lease was given twice"
    with pytest.raises(LookupError):
        await second
    async with asyncio.timeout(200), store.lease(name):
        pass


async def test_who_only_tries_a_lease_does_not_wait(store: Store, name: str) -> None:
    async with store.try_lease(name) as first:
        assert first
        async with asyncio.timeout(200), store.try_lease(name) as second:
            assert not second
        async with store.try_lease(name) as third:
            assert not third, "whoever did not get it gave it back"
    async with store.lease(name), store.try_lease(name) as other:
        assert not other
    async with store.try_lease(name) as again:
        assert again
    with pytest.raises(LookupError):
        async with store.try_lease(name):
            raise LookupError
    async with store.try_lease(name) as again:
        assert again


async def test_replicas_share_values_and_counters(new_replica: Callable[[], ValkeyStore], name: str) -> None:
    one, two = new_replica(), new_replica()
    await one.set(name, "a", 60)
    assert await two.get(name) == "a"
    await two.delete(name)
    assert await one.get(name) is None
    counted = await asyncio.gather(*(store.increment(name, 60) for _ in range(20) for store in (one, two)))
    assert sorted(counted) == list(range(1, 41))


async def test_two_replicas_take_no_more_than_five_turns_in_any_second(
    new_replica: Callable[[], ValkeyStore], name: str
) -> None:
    async def take_turns(store: ValkeyStore) -> list[tuple[float, float]]:
        return [await until_turn(store, name, 0.25) for _ in range(6)]

    by_replica = await asyncio.gather(take_turns(new_replica()), take_turns(new_replica()))
    taken = sorted(turn for turns in by_replica for turn in turns)
    assert len(taken) == 12
    for number, (begin, _) in enumerate(taken):
        assert sum(there < begin + 1 for _, there in taken[number:]) <= 5


async def test_replicas_hold_a_lease_one_at_a_time(new_replica: Callable[[], ValkeyStore], name: str) -> None:
    one, two = new_replica(), new_replica()
    assert await most_inside([one, two], name, 60) == 1
    async with one.lease(name), two.try_lease(name) as got:
        assert not got


async def test_a_replica_that_takes_a_lease_again_and_again_leaves_turns_to_another(
    new_replica: Callable[[], ValkeyStore], name: str
) -> None:
    one, two = new_replica(), new_replica()
    served = asyncio.Event()

    async def fill_history() -> int:
        calls = 0
        while not served.is_set():
            async with one.lease(name):
                calls += 1
                await asyncio.sleep(0.02)
        return calls

    busy = asyncio.create_task(fill_history())
    for _ in range(3):
        async with asyncio.timeout(200), two.lease(name):
            pass
    served.set()
    assert await busy >= 2


async def test_a_lease_is_renewed_while_it_is_held(new_replica: Callable[[], ValkeyStore], name: str) -> None:
    one, two = new_replica(), new_replica()
    began = time.monotonic()
    async with one.lease(name):
        while time.monotonic() < began + 1.5 * EXPIRY:
            async with two.try_lease(name) as got:
                assert not got
            await asyncio.sleep(0.05)


async def test_a_cancelled_waiter_leaves_nothing_behind(
    new_replica: Callable[[], ValkeyStore], valkey: Valkey, name: str
) -> None:
    one, two = new_replica(), new_replica()

    async def take_lease(store: ValkeyStore) -> None:
        async with store.lease(name):
            await asyncio.Event().wait()

    for moment in range(40):  # at each of its steps, before and after it has the lease
        task = asyncio.create_task(take_lease(one if moment % 2 else two))
        for _ in range(moment):
            await asyncio.sleep(0.0005)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        async with one.try_lease(name) as got:
            assert got, moment
    async with one.lease(name):
        waiting = asyncio.create_task(take_lease(two))
        assert await wait_for_value(one, f"lease:{name}:next")
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        assert await one.get(f"lease:{name}:next") is None
    assert await one.get(f"lease:{name}") is None


async def wait_for_value(store: ValkeyStore, key: str) -> str:
    async def find_value() -> str | None:
        return await store.get(key)

    return await wait_until(find_value)


HOLDER = """
import asyncio, sys
from gateway.store.valkey import ValkeyStore

async def hold():
    async with ValkeyStore(sys.argv[1], lease_seconds=float(sys.argv[3])).lease(sys.argv[2]):
        print("held", flush=True)
        await asyncio.Event().wait()

asyncio.run(hold())
"""


async def test_a_killed_holder_s_lease_is_free_after_a_while(
    new_replica: Callable[[], ValkeyStore], valkey: Valkey, name: str
) -> None:
    store = new_replica()
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", HOLDER, valkey.url, name, str(EXPIRY), stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    assert await process.stdout.readline() == b"held\n"
    async with store.try_lease(name) as got:
        assert not got
    process.kill()
    await process.wait()
    async with asyncio.timeout(200), store.lease(name):
        pass


async def test_a_lease_that_was_lost_is_told_at_the_end_of_what_it_guarded(
    new_replica: Callable[[], ValkeyStore], name: str
) -> None:
    store, done = new_replica(), []

    async def lose_lease(then: Exception | None) -> None:
        async with store.lease(name):
            await store.delete(f"lease:{name}")  # as when the server was started anew
            async with new_replica().lease(name):
                pass
            if then:
                raise then
            done.append(then)

    with pytest.raises(StoreError):
        await lose_lease(None)
    assert done, "the body was interrupted"
    with pytest.raises(LookupError):
        await lose_lease(LookupError())


async def test_what_another_took_meanwhile_is_not_given_back_for_them(
    new_replica: Callable[[], ValkeyStore], name: str
) -> None:
    one, two, three = new_replica(), new_replica(), new_replica()
    async with AsyncExitStack() as of_two:

        async def lose_lease() -> None:
            async with one.lease(name):
                await one.delete(f"lease:{name}")
                await of_two.enter_async_context(two.lease(name))

        with pytest.raises(StoreError):
            await lose_lease()
        async with three.try_lease(name) as got:
            assert not got
    async with three.try_lease(name) as got:
        assert got


async def test_a_server_whose_clock_was_set_back_makes_nobody_wait_for_it(
    new_replica: Callable[[], ValkeyStore], name: str
) -> None:
    store = new_replica()
    await store.set(f"turn:{name}", str(4_000_000_000_000_000), 60)
    assert await store.take_turn(name, 0.05) == pytest.approx(0.05)
    await until_turn(store, name, 0.05)
