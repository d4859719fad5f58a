"""A usage point whose row is damaged holds nobody else up."""

from datetime import timedelta

import pytest

from gateway.usage_points.models import UsagePoint
from tests.server.conftest import NOW, Gateway, SetClock, Simulator, wait_until

BASE, OTHER = "30001000000001", "30009000000001"


async def test_others_are_read_and_looked_after(
    gateway: Gateway, clock: SetClock, simulator: Simulator, caplog: pytest.LogCaptureFixture
) -> None:
    who = {prm: await gateway.sign_in(f"{prm}@example.org") for prm in (BASE, OTHER)}
    damaged, whole = [await gateway.add_meter(prm, f"{prm}@example.org") for prm in (BASE, OTHER)]
    for prm, point in ((BASE, damaged), (OTHER, whole)):
        await gateway.at_rest(who[prm], point)
    async with gateway.runtime.database.write() as session:
        row = await session.get_one(UsagePoint, damaged)
        row.prm_sealed = bytes(reversed(row.prm_sealed))
    simulator.forget_calls()
    simulator.set_clock(NOW + timedelta(days=8))
    clock.set(NOW + timedelta(days=8))

    async def has_been_asked() -> bool:
        asked = simulator.calls()
        return all(any(part in call["path"] for call in asked) for part in ("subscribed_services", "courbe_de_charge"))

    await wait_until(has_been_asked)
    who_else = await gateway.sign_in(f"{OTHER}@example.org")
    seen = await gateway.at_rest(who_else, whole)
    assert seen["freshness"]["complete_until"] == "2026-11-11"
    assert "undecipherable" in caplog.text
    assert "job_failed" not in caplog.text
    assert BASE not in caplog.text
