"""A gateway whose store is Valkey: what goes on without it, what waits, and what two gateways share."""

import asyncio
import logging
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest
from pydantic import SecretStr
from redis.asyncio import Redis as Client
from sqlalchemy import text

from gateway.settings import Settings
from gateway.store import valkey as stores
from scripts.lib.program import free_port
from tests.server.conftest import NOW, Gateway, SetClock, Simulator, run_gateway, wait_until
from tests.server.valkey_server import PASSWORD, Valkey

HOME = "30001000000001"
CURVES = "courbe_de_charge"
KNOWN = {"start": "2026-10-20", "end": "2026-10-27"}
UNKNOWN = {"start": "2026-06-01", "end": "2026-06-08"}


@pytest.fixture
def valkey() -> Iterator[Valkey]:
    server = Valkey(free_port())
    server.start()
    yield server
    server.stop()


@pytest.fixture
def settings(settings: Settings, valkey: Valkey) -> Settings:
    return settings.model_copy(update={"redis_url": SecretStr(valkey.url)})


@pytest.fixture
def long_leases(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have leases last: two gateways of a test share its event loop, which on a busy machine may renew one too late."""
    monkeypatch.setattr(stores, "ValkeyStore", partial(stores.ValkeyStore, lease_seconds=200))


async def get_complete_until(gateway: Gateway, who: dict[str, str], point: str) -> str:
    return str((await gateway.get(f"/v1/usage-points/{point}", who))["freshness"]["complete_until"])


@pytest.fixture
async def home(gateway: Gateway, simulator: Simulator) -> tuple[dict[str, str], str]:
    """A home whose newest days are known."""
    who = await gateway.sign_in()
    point = await gateway.add_meter(HOME)
    await gateway.at_rest(who, point)
    await gateway.wait_for_history_pause()
    simulator.forget_calls()
    return who, point


async def fetch_curve(gateway: Gateway, who: dict[str, str], point: str, days: dict[str, str]) -> tuple[int, Any]:
    """Ask for a load curve; nobody waits long for an answer."""
    async with asyncio.timeout(200):
        answer = await gateway.http.get(f"/v1/usage-points/{point}/load-curve", headers=who, params=days)
    return answer.status_code, answer.json()


@pytest.mark.parametrize("how", ["stop", "freeze"])
async def test_without_the_store_reading_goes_on_and_asking_waits(
    gateway: Gateway,
    home: tuple[dict[str, str], str],
    valkey: Valkey,
    simulator: Simulator,
    clock: SetClock,
    caplog: pytest.LogCaptureFixture,
    how: str,
) -> None:
    caplog.set_level(logging.INFO)
    who, point = home
    assert (await gateway.http.get("/ready")).status_code == 200
    caplog.clear()
    getattr(valkey, how)()
    for _ in range(20):
        status, known = await fetch_curve(gateway, who, point, KNOWN)
        assert status == 200
        assert len(known["readings"]) == 7 * 48 + 2  # 25 October has 25 hours
        assert known["missing"] == []
    status, refused = await fetch_curve(gateway, who, point, UNKNOWN)
    assert (status, refused["code"]) == (503, "upstream_down")
    oldest = known["readings"][0]["start"]
    status, partly = await fetch_curve(gateway, who, point, {"start": "2026-08-01", "end": "2026-10-27"})
    assert status == 200
    assert oldest in {reading["start"] for reading in partly["readings"]}
    assert {gap["reason"] for gap in partly["missing"]} == {"upstream_down"}
    for path in ("/ping", "/v1/tempo", "/v1/ecowatt", f"/v1/usage-points/{point}/hours"):
        async with asyncio.timeout(200):
            assert (await gateway.http.get(path, headers=who)).status_code == 200, path
    ready = await gateway.http.get("/ready")
    assert (ready.status_code, ready.json()) == (200, {"status": "ready", "store": "down"}), "it serves what is known"

    # a night passes: the worker has something to ask, and waits
    morning = datetime(2026, 11, 4, 10, 30, tzinfo=UTC)
    simulator.set_clock(morning)
    clock.set(morning)
    new = await gateway.sign_in()
    assert await get_complete_until(gateway, new, point) == "2026-11-03"
    assert simulator.calls("mesure") + simulator.calls("token") == []
    assert sum("store_down" in record.getMessage() for record in caplog.records) == 1, "it is said once"

    getattr(valkey, {"stop": "start", "freeze": "thaw"}[how])()

    async def is_store_up() -> bool:
        return (await gateway.http.get("/ready")).json() == {"status": "ready", "store": "up"}

    async def has_caught_up() -> bool:
        return await get_complete_until(gateway, new, point) == "2026-11-04"

    async def is_new_day_fetched() -> bool:
        # the worker may have begun before the gateway saw that the store is back: then it pauses for 5 seconds
        clock.set(clock.now() + timedelta(seconds=1))
        return any("dateFin=2026-11-04" in call["query"] for call in simulator.calls(CURVES) if call["status"] == 200)

    await wait_until(is_store_up)
    await wait_until(is_new_day_fetched)
    await wait_until(has_caught_up)
    status, answer = await fetch_curve(gateway, new, point, UNKNOWN)
    assert status == 200
    assert len(answer["readings"]) == 7 * 48
    said = [record.getMessage() for record in caplog.records]
    assert any("store_back" in words for words in said)
    assert not [words for words in said if "job_failed" in words or "unexpected_error" in words]
    assert PASSWORD not in caplog.text


async def test_an_answer_that_comes_when_the_store_is_away_is_kept(
    gateway: Gateway, home: tuple[dict[str, str], str], valkey: Valkey, simulator: Simulator
) -> None:
    who, point = home
    async with gateway.runtime.database.write() as session:
        await session.execute(text("UPDATE usage_points SET history_at = NULL"))

    async def count_used() -> int:
        return int((await gateway.get("/v1/quota", who))["enedis"]["used"])

    before = await count_used()
    simulator.forget_calls()
    simulator.order("POST", "faults", api="mesure_synchrone_auto", latency=1.0, times=1)
    asking = asyncio.create_task(fetch_curve(gateway, who, point, UNKNOWN))

    async def is_charged() -> bool:
        return await count_used() == before + 1

    await wait_until(is_charged)
    valkey.stop()
    await asking
    valkey.start()

    async def is_known() -> bool:
        status, answer = await fetch_curve(gateway, who, point, UNKNOWN)
        return status == 200 and len(answer["readings"]) == 7 * 48

    await wait_until(is_known)
    assert len(simulator.calls(CURVES)) == 1
    assert await count_used() == before + 1


async def test_a_gateway_starts_without_its_store(
    settings: Settings, clock: SetClock, valkey: Valkey, simulator: Simulator
) -> None:
    valkey.stop()
    async with run_gateway(settings, clock) as gateway:
        assert (await gateway.http.get("/ping")).status_code == 200
        who = await gateway.sign_in()
        point = await gateway.add_meter(HOME)
        assert (await fetch_curve(gateway, who, point, UNKNOWN))[0] == 503
        assert simulator.calls() == []
        valkey.start()

        async def is_answered() -> bool:
            return (await fetch_curve(gateway, who, point, UNKNOWN))[0] == 200

        await wait_until(is_answered)


@pytest.mark.usefixtures("long_leases", "patient_readers")
async def test_fifty_at_once_on_two_gateways_cause_one_call(
    gateway: Gateway, home: tuple[dict[str, str], str], settings: Settings, simulator: Simulator
) -> None:
    who, point = home
    async with run_gateway(settings, SetClock()) as other:
        answers = await asyncio.gather(
            *(fetch_curve(replica, who, point, UNKNOWN) for _ in range(25) for replica in (gateway, other))
        )
        assert len([call for call in simulator.calls(CURVES) if "dateDebut=2026-06-01" in call["query"]]) == 1
        assert len(simulator.calls("token")) == 0, "the token is shared too"
        assert all(answer == answers[0] for answer in answers)
        assert answers[0][0] == 200


@pytest.mark.usefixtures("long_leases")
async def test_two_gateways_ask_each_new_day_once(
    gateway: Gateway,
    home: tuple[dict[str, str], str],
    settings: Settings,
    clock: SetClock,
    simulator: Simulator,
) -> None:
    _, point = home
    async with run_gateway(settings, clock) as other:
        for day in (4, 5, 6):
            morning = NOW.replace(day=day, hour=10)
            simulator.set_clock(morning)
            clock.set(morning)
            who = await other.sign_in()

            async def has_caught_up(who: dict[str, str] = who, day: int = day) -> bool:
                return await get_complete_until(other, who, point) == f"2026-11-0{day}"

            await wait_until(has_caught_up)
    asked = [call["query"] for call in simulator.calls(CURVES) if call["status"] == 200]
    assert len([query for query in asked if "dateFin=2026-11" in query]) == 3


async def test_a_gateway_that_ends_gives_its_leases_back_and_waits_for_nobody_s(
    settings: Settings, clock: SetClock, valkey: Valkey, simulator: Simulator
) -> None:
    async with run_gateway(settings, clock) as busy:
        holding = asyncio.Event()

        async def hold_leases() -> None:
            async with busy.runtime.store.lease("job:purge"), busy.runtime.store.lease("job:archive"):
                holding.set()
                await asyncio.Event().wait()

        other_replica = asyncio.create_task(hold_leases())
        await holding.wait()
        async with asyncio.timeout(200), run_gateway(settings, clock) as brief:
            await brief.add_meter(HOME)
        other_replica.cancel()
        await asyncio.wait({other_replica})
    async with Client.from_url(valkey.url) as client:
        assert await client.keys("med:lease:*") == []
