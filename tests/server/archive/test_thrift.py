"""The archive asks Enedis as little as can be."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.server.conftest import NOW, Gateway, SetClock, Simulator, until

BASE, HOLES, LATE = "30001000000001", "30001000000006", "30001000000014"
CURVES = "courbe_de_charge"


async def _fresh(gateway: Gateway, who: dict[str, str], point: str) -> str:
    """Wait until the first fill is done; return up to which day the curve is known."""

    async def filled() -> str | None:
        seen = await gateway.get(f"/v1/usage-points/{point}", who)
        idle = datetime.fromisoformat(seen["freshness"]["next_expected_at"]) > gateway.runtime.clock.now()
        return seen["freshness"]["complete_until"] if idle else None

    return await until(filled)


async def test_sixty_days_cost_nine_calls_and_are_never_asked_again(
    start: Any, clock: SetClock, simulator: Simulator
) -> None:
    async with start() as gateway:
        who = await gateway.sign_in()
        point = await gateway.add_meter(BASE)
        assert await _fresh(gateway, who, point) == "2026-11-03"
        assert len(simulator.calls(CURVES)) == 9
    async with start() as gateway:  # a restart remembers
        who = await gateway.sign_in()
        await gateway.get(f"/v1/usage-points/{point}/load-curve", who, start="2026-09-10", end="2026-11-03")
        await gateway.get(f"/v1/usage-points/{point}/daily", who, start="2026-09-10", end="2026-11-03")
        assert len(simulator.calls(CURVES)) == 9
        assert simulator.calls("quotidienne") == []


async def test_a_new_day_costs_one_call_and_only_after_it_is_published(
    gateway: Gateway, clock: SetClock, simulator: Simulator
) -> None:
    who = await gateway.sign_in()
    point = await gateway.add_meter(BASE)
    await _fresh(gateway, who, point)
    simulator.forget_calls()
    for now in (datetime(2026, 11, 4, 0, 30, tzinfo=UTC), datetime(2026, 11, 4, 6, 59, tzinfo=UTC)):
        simulator.set_clock(now)
        clock.set(now)
        who = await gateway.sign_in()
        await gateway.get(f"/v1/usage-points/{point}/load-curve", who, start="2026-10-20", end="2026-11-05")
        assert simulator.calls(CURVES) == []
    morning = datetime(2026, 11, 4, 10, 30, tzinfo=UTC)
    simulator.set_clock(morning)
    clock.set(morning)
    who = await gateway.sign_in()

    async def arrived() -> bool:
        seen = await gateway.get(f"/v1/usage-points/{point}", who)
        return seen["freshness"]["complete_until"] == "2026-11-04"

    await until(arrived)
    # the simulator's token ended with its night, which the gateway learns by a 401
    asked = [call["query"].partition("&")[2] for call in simulator.calls(CURVES) if call["status"] == 200]
    assert asked == ["dateDebut=2026-11-03&dateFin=2026-11-04"]


async def test_fifty_at_once_cause_one_call(gateway: Gateway, simulator: Simulator) -> None:
    who = await gateway.sign_in()
    point = await gateway.add_meter(BASE)
    await _fresh(gateway, who, point)
    simulator.forget_calls()
    path = f"/v1/usage-points/{point}/load-curve"
    answers = await asyncio.gather(*(gateway.get(path, who, start="2026-06-01", end="2026-06-08") for _ in range(50)))
    assert len(simulator.calls(CURVES)) == 1
    assert all(answer["readings"] == answers[0]["readings"] for answer in answers)


async def test_a_long_range_waits_for_five_calls_and_says_the_rest_is_scheduled(
    gateway: Gateway, simulator: Simulator
) -> None:
    who = await gateway.sign_in()
    point = await gateway.add_meter(BASE)
    await _fresh(gateway, who, point)
    simulator.forget_calls()
    answer = await gateway.get(f"/v1/usage-points/{point}/load-curve", who, start="2026-01-01", end="2026-04-01")
    assert len(simulator.calls(CURVES)) == 5
    assert len(answer["readings"]) == 35 * 48 - 2  # newest first: 25 February to 31 March, one odd day
    assert [gap["reason"] for gap in answer["missing"]] == ["scheduled"]


async def test_a_partial_day_is_asked_again_at_growing_pauses_then_left_alone(
    gateway: Gateway, clock: SetClock, simulator: Simulator
) -> None:
    who = await gateway.sign_in()
    point = await gateway.add_meter(HOLES)
    await _fresh(gateway, who, point)
    simulator.forget_calls()
    now = NOW
    while now < NOW + timedelta(days=3):
        now += timedelta(hours=1)
        simulator.set_clock(now)
        clock.set(now)
        who = await gateway.sign_in()
        await _fresh(gateway, who, point)
    asked = [call for call in simulator.calls(CURVES) if call["status"] != 401]
    assert 3 <= len(asked) <= 12, "three new days, and a Tuesday that is twice as old each time"


async def test_the_budget_of_a_user_is_kept(gateway: Gateway, simulator: Simulator) -> None:
    who = await gateway.sign_in()
    point = await gateway.add_meter(BASE)
    path = f"/v1/usage-points/{point}/load-curve"
    for month in range(1, 9):
        await gateway.http.get(path, headers=who, params={"start": f"2026-0{month}-01", "end": f"2026-0{month}-28"})
        await gateway.http.get(path, headers=who, params={"start": f"2025-0{month}-01", "end": f"2025-0{month}-28"})
    assert len(simulator.calls("mesure_synchrone")) == 50
    refused = await gateway.http.get(path, headers=who, params={"start": "2024-12-01", "end": "2024-12-08"})
    assert (refused.status_code, refused.json()["code"]) == (429, "quota")
    assert 0 < int(refused.headers["retry-after"]) <= 15 * 3600
    known = await gateway.get(path, who, start="2026-10-01", end="2026-10-08")
    assert len(known["readings"]) == 7 * 48, "what the archive has is served whatever the budget"
