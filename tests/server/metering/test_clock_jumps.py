"""A machine's clock that is set, however far and whichever way, is said, costs no call twice and leaves no hole."""

import logging
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs

import pytest

from gateway.kit import paris
from gateway.settings import Settings
from gateway.usage_points.models import UsagePoint
from tests.server.conftest import NOW, Gateway, SetClock, Simulator, run_gateway, wait_until

HOME = "30001000000001"


@pytest.fixture(autouse=True)
def no_rte() -> None:
    """Nothing is left out: the clock is that of all jobs."""


async def wait_until_idle(gateway: Gateway, point: str) -> str | None:
    """Wait until nothing is to be asked; return up to which day the curve is known."""
    return (await gateway.at_rest(await gateway.sign_in(), point))["freshness"]["complete_until"]


@pytest.mark.parametrize("jump", [timedelta(days=days) for days in (400, 2, 1, -400)], ids=lambda jump: str(jump.days))
async def test_a_clock_that_was_wrong_for_a_while(
    gateway: Gateway, clock: SetClock, simulator: Simulator, caplog: pytest.LogCaptureFixture, jump: timedelta
) -> None:
    point = await gateway.add_meter(HOME)
    assert await wait_until_idle(gateway, point) == "2026-11-03"
    caplog.set_level(logging.WARNING)

    async def has_logged_jump() -> bool:
        return any("clock_was_set" in record.getMessage() for record in caplog.records)

    clock.set(NOW + jump)
    await wait_until(has_logged_jump)
    await wait_until_idle(gateway, point)
    assert not [record for record in caplog.records if "job_failed" in record.getMessage()]
    caplog.clear()
    clock.set(NOW + timedelta(minutes=10))
    await wait_until(has_logged_jump)
    simulator.forget_calls()
    morning = datetime(2026, 11, 4, 10, 30, tzinfo=UTC)
    simulator.set_clock(morning)
    clock.set(morning)

    async def is_complete() -> bool:
        # a call whose token ended at each of two jumps pauses its feed for half a minute
        clock.set(clock.now() + timedelta(seconds=5))
        return await wait_until_idle(gateway, point) == "2026-11-04"

    await wait_until(is_complete)
    # a token may have ended meanwhile
    calls = [call for call in simulator.calls("courbe_de_charge") if call["status"] != 401]
    asked = [parse_qs(call["query"])["dateDebut"][0] for call in calls]
    newest = [start for start in asked if start >= "2026-11"]
    assert newest == ["2026-11-03"], "the new day, once, on its morning"
    curve = await gateway.get(
        f"/v1/usage-points/{point}/load-curve", await gateway.sign_in(), start="2026-10-27", end="2026-11-04"
    )
    assert (len(curve["readings"]), curve["missing"]) == (8 * 48, [])


async def test_a_gateway_started_anew_after_a_clock_that_was_a_day_ahead_asks_on_time(
    settings: Settings, simulator: Simulator
) -> None:
    early = datetime(2026, 11, 3, 6, tzinfo=UTC)
    simulator.set_clock(early)
    clock = SetClock(early)
    async with run_gateway(settings, clock) as gateway:
        point = await gateway.add_meter(HOME)
        assert await wait_until_idle(gateway, point) == "2026-11-02"
        clock.set(early + timedelta(days=1))
        await wait_until_idle(gateway, point)
    clock.set(early + timedelta(minutes=5))
    async with run_gateway(settings, clock) as gateway:
        await wait_until_idle(gateway, point)
        morning = datetime(2026, 11, 3, 10, tzinfo=UTC)
        simulator.set_clock(morning)
        clock.set(morning)

        async def is_complete() -> bool:
            return await wait_until_idle(gateway, point) == "2026-11-03"

        await wait_until(is_complete)


@pytest.mark.parametrize("fault", [{"status": 503}, {"name": "900804"}], ids=["down", "quota"])
async def test_a_pause_written_by_a_clock_that_was_ahead_is_not_believed(
    gateway: Gateway, clock: SetClock, simulator: Simulator, fault: dict[str, Any]
) -> None:
    point = await gateway.add_meter(HOME)
    await wait_until_idle(gateway, point)

    async def request_week() -> int:
        who = await gateway.sign_in()
        week = {"start": "2026-06-01", "end": "2026-06-08"}
        return (await gateway.http.get(f"/v1/usage-points/{point}/load-curve", headers=who, params=week)).status_code

    ahead = NOW + timedelta(days=2)
    clock.set(ahead)
    simulator.set_clock(ahead)
    simulator.order("POST", "faults", api="mesure_synchrone_auto", **fault)
    assert await request_week() in {429, 503}
    simulator.order("DELETE", "faults")
    assert await request_week() in {429, 503}, "the pause lasts"
    right = NOW + timedelta(minutes=1)
    simulator.set_clock(right)
    clock.set(right)
    assert await request_week() == 200


async def test_a_clock_three_days_behind_does_not_fail_the_archives_job(
    settings: Settings, simulator: Simulator, caplog: pytest.LogCaptureFixture
) -> None:
    clock = SetClock()
    async with run_gateway(settings, clock) as gateway:
        point = await gateway.add_meter(HOME)
        assert await wait_until_idle(gateway, point) == "2026-11-03"
    caplog.set_level(logging.WARNING)
    # a small board without a battery starts with an old time of day: all that is wanted lies in the future
    clock.set(NOW - timedelta(days=3))
    async with run_gateway(settings, clock) as gateway:
        async with gateway.runtime.database.write() as session:
            row = await session.get_one(UsagePoint, point)
            row.wanted_from = paris.day_of(NOW)
            row.next_work_at = clock.now()

        async def is_visited() -> bool:
            async with gateway.runtime.database.read() as session:
                return (await session.get_one(UsagePoint, point)).next_work_at > clock.now()

        await wait_until(is_visited)
        assert "job_failed" not in caplog.text
        simulator.forget_calls()
        morning = datetime(2026, 11, 4, 10, 30, tzinfo=UTC)
        simulator.set_clock(morning)
        clock.set(morning)

        async def has_arrived() -> bool:
            return await wait_until_idle(gateway, point) == "2026-11-04"

        await wait_until(has_arrived)
        assert "job_failed" not in caplog.text
