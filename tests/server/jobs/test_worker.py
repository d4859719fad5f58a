"""The worker goes on whatever one of its jobs comes to."""

from datetime import datetime
from typing import Any

import pytest

from gateway.kit.database import Database
from tests.server.conftest import SetClock, wait_until


class CountingClock(SetClock):
    """Remembers how long it was asked to wait."""

    def __init__(self) -> None:
        super().__init__()
        self.waits: list[float] = []

    async def sleep(self, seconds: float) -> None:
        self.waits.append(seconds)
        await super().sleep(seconds)


@pytest.fixture
def clock() -> SetClock:
    return CountingClock()


async def test_a_job_that_fails_is_tried_again_a_minute_later_and_holds_no_other_up(
    start_gateway: Any, clock: CountingClock, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    tries: list[datetime] = []

    async def fail_once(_: Database, now: datetime, _retention_days: int) -> datetime:
        tries.append(now)
        raise ZeroDivisionError

    monkeypatch.setattr("gateway.wiring.purge_outdated", fail_once)
    async with start_gateway() as gateway:

        async def goes_on() -> bool:
            tempo = await gateway.get("/v1/tempo", await gateway.sign_in())
            return len(tries) > 1 and tempo["today"]["color"] != "unknown"

        await wait_until(goes_on)
    assert clock.waits.count(60.0) >= len(tries) - 1
    assert caplog.text.count("job_failed") == len(tries)
