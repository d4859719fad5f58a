"""A machine's clock that is set, however far and whichever way, is said, costs no call twice and leaves no hole."""

import logging
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs

import pytest

from tests.server.conftest import NOW, Gateway, SetClock, Simulator, until

HOME = "30001000000001"


async def idle(gateway: Gateway, point: str) -> str | None:
    """Wait until nothing is to be asked; return up to which day the curve is known."""
    return (await gateway.at_rest(await gateway.sign_in(), point))["freshness"]["complete_until"]


@pytest.mark.parametrize("jump", [timedelta(days=400), timedelta(days=-400)])
async def test_a_clock_that_was_wrong_for_a_while(
    gateway: Gateway, clock: SetClock, simulator: Simulator, caplog: pytest.LogCaptureFixture, jump: timedelta
) -> None:
    point = await gateway.add_meter(HOME)
    assert await idle(gateway, point) == "2026-11-03"
    caplog.set_level(logging.WARNING)

    async def said() -> bool:
        return any("clock_was_set" in record.getMessage() for record in caplog.records)

    clock.set(NOW + jump)
    await until(said)
    await idle(gateway, point)
    assert not [record for record in caplog.records if "job_failed" in record.getMessage()]
    caplog.clear()
    clock.set(NOW + timedelta(minutes=10))
    await until(said)
    simulator.forget_calls()
    morning = datetime(2026, 11, 4, 10, 30, tzinfo=UTC)
    simulator.set_clock(morning)
    clock.set(morning)

    async def arrived() -> bool:
        return await idle(gateway, point) == "2026-11-04"

    await until(arrived)
    # a token may have ended meanwhile
    calls = [call for call in simulator.calls("courbe_de_charge") if call["status"] != 401]
    asked = [parse_qs(call["query"])["dateDebut"][0] for call in calls]
    newest = [start for start in asked if start >= "2026-11"]
    assert newest == ["2026-11-03"], "the new day, once, on its morning"
    curve = await gateway.get(
        f"/v1/usage-points/{point}/load-curve", await gateway.sign_in(), start="2026-10-27", end="2026-11-04"
    )
    assert (len(curve["readings"]), curve["missing"]) == (8 * 48, [])
