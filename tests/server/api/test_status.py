"""What Enedis and RTE do now, told to everybody: from earlier calls, and with nothing that is secret."""

from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any, override

import pytest

from gateway.counters import service as counters
from gateway.ecowatt.service import FEED as ECOWATT
from gateway.enedis.client import Api
from gateway.enedis.errors import EnedisError
from gateway.kit.database import Database
from gateway.quotas import budgets
from gateway.rte.client import Rte
from gateway.rte.errors import RteError, RteErrorReason
from gateway.rte.feeds import record_failure, record_response, take_call
from gateway.settings import Settings
from gateway.site.schemas import Condition, ServiceStatus, UpstreamService
from gateway.site.status import StatusService
from gateway.store.memory import MemoryStore
from gateway.tempo.service import refresh_tempo
from tests.server.conftest import NOW, Gateway, SetClock, Simulator, run_gateway, wait_until
from tests.server.signals import Clock, House, parse_paris
from tests.server.signals import settled_house as house  # noqa: F401 - a fixture

METER = "30001000000001"


async def find_status(gateway: Gateway, name: str) -> dict[str, Any]:
    answer = await gateway.http.get("/v1/status")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = next(one for one in answer.json()["services"] if one["service"] == name)
    return found


async def wait_for_condition(gateway: Gateway, name: str, condition: str) -> dict[str, Any]:
    """The answer is kept for some seconds, for all who ask."""

    async def look() -> dict[str, Any] | None:
        found = await find_status(gateway, name)
        return found if found["condition"] == condition else None

    return await wait_until(look)


async def test_everybody_is_told_without_a_call_to_anybody(gateway: Gateway, simulator: Simulator) -> None:
    answer = await gateway.http.get("/v1/status")
    found = answer.json()
    assert [one["service"] for one in found["services"]] == ["readings", "contracts", "tempo", "ecowatt"]
    assert {one["condition"] for one in found["services"]} == {"working"}
    assert found["next_change"] == "2026-11-03T09:31:00Z"
    assert answer.headers["cache-control"] == "max-age=60"
    tag = {"If-None-Match": answer.headers["etag"]}
    assert (await gateway.http.get("/v1/status", headers=tag)).status_code == 304
    assert simulator.calls("donnees_generales_auto") == []


async def test_enedis_is_unstable_then_down_and_works_again(
    gateway: Gateway, simulator: Simulator, clock: SetClock
) -> None:
    async def fetch_address() -> None:
        with suppress(EnedisError):
            await gateway.runtime.enedis.fetch_address("somebody", METER)

    simulator.order("POST", "faults", api="donnees_generales_auto", status=503, body="<html>down</html>")
    await fetch_address()
    found = await wait_for_condition(gateway, "contracts", "unstable")
    assert (found["since"], found["retry_at"]) == ("2026-11-03T09:30:00Z", None)
    clock.set(NOW + timedelta(minutes=2))
    for _ in range(4):
        await fetch_address()
    found = await wait_for_condition(gateway, "contracts", "down")
    assert found["since"] == "2026-11-03T09:30:00Z"
    assert found["retry_at"] > "2026-11-03T09:32:00Z"
    assert (await find_status(gateway, "readings"))["condition"] == "working"
    simulator.order("DELETE", "faults")
    clock.set(NOW + timedelta(minutes=10))
    await fetch_address()
    assert (await wait_for_condition(gateway, "contracts", "working"))["since"] is None


async def test_the_limit_of_the_hour(gateway: Gateway, clock: SetClock) -> None:
    async with gateway.runtime.database.write() as session:
        for _ in range(budgets.ENEDIS_HOUR):
            with suppress(counters.ExhaustedError):
                await counters.charge_budgets(session, [budgets.enedis_hour(Api.MEASURES, NOW)])
    found = await wait_for_condition(gateway, "readings", "limit_reached")
    assert found["retry_at"] == "2026-11-03T10:00:00Z"
    clock.set(NOW + timedelta(minutes=30))
    assert (await find_status(gateway, "readings"))["condition"] == "working"


async def describe_service(status: StatusService, name: UpstreamService, now: datetime) -> ServiceStatus:
    """Ask without a running gateway."""
    return next(one for one in (await status.describe_services(now)).services if one.service is name)


async def test_ecowatt_is_unstable_then_down_and_works_again(settings: Settings, clock: SetClock) -> None:
    async with run_gateway(settings, clock):
        pass
    # nobody works any more
    database, store = Database(settings.database_url), MemoryStore(clock.monotonic)
    service, error = StatusService(settings, clock, database, store), RteError(RteErrorReason.DOWN, "503")

    async def find_ecowatt() -> tuple[Condition, datetime | None]:
        found = {one.service: one for one in (await service.describe_services(clock.now())).services}[
            UpstreamService.ECOWATT
        ]
        return found.condition, found.since

    first, second, third = (NOW + timedelta(hours=hours) for hours in (4, 6, 8))
    for moment, condition in ((first, Condition.UNSTABLE), (second, Condition.DOWN)):
        clock.set(moment)
        assert await take_call(database, ECOWATT, clock) is None
        await record_failure(database, ECOWATT, moment, error)
        assert await find_ecowatt() == (condition, first)
    clock.set(third)
    async with database.write() as session:
        await record_response(session, ECOWATT, third, third + timedelta(hours=1))
    assert await find_ecowatt() == (Condition.WORKING, None)
    await database.close()


class TickingClock(Clock):
    """A clock that moves on by a millisecond each time it is read."""

    @override
    def now(self) -> datetime:
        self.time += timedelta(milliseconds=1)
        return self.time


@pytest.mark.parametrize(
    ("days", "open_calendar_fails", "condition"),
    [(0, False, Condition.UNSTABLE), (0, True, Condition.DOWN), (3, False, Condition.DOWN)],
)
async def test_tempo_is_down_only_without_the_open_calendar(
    house: House,  # noqa: F811 - the fixture
    settings: Settings,
    *,
    days: int,
    open_calendar_fails: bool,
    condition: Condition,
) -> None:
    """Days after the open calendar answered last, it stands in for RTE no more."""

    async def refresh(database: Database, rte: Rte | None, clock: Clock) -> datetime:
        return await refresh_tempo(database, rte, house.open_data, clock)

    house.clock = TickingClock(house.clock.time)
    await house.live(refresh, parse_paris("2026-01-20 10:15"))
    await house.set(parse_paris("2026-01-20 12:30"))  # at the first failure the open calendar has tomorrow's colour
    await house.world.fault(api="tempo_like_supply_contract", name="503")
    if open_calendar_fails:
        await house.world.fault(api="open_data", name="500")
    await house.live(refresh, parse_paris("2026-01-20 14:30"))
    house.clock.time += timedelta(days=days)
    service = StatusService(settings, house.clock, house.database, house.store)
    found = await describe_service(service, UpstreamService.TEMPO, house.clock.now())
    assert found.condition is condition


async def test_what_is_not_set_up_is_not_listed(settings: Settings, clock: SetClock) -> None:
    bare = {"enedis_client_id": "", "rte_client_id": ""}
    async with run_gateway(settings.model_copy(update=bare), clock) as gateway:
        found = (await gateway.http.get("/v1/status")).json()["services"]
    assert [one["service"] for one in found] == ["tempo"]
