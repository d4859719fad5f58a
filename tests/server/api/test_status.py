"""What Enedis and RTE do now, told to everybody: from earlier calls, and with nothing that is secret."""

from contextlib import suppress
from datetime import timedelta
from typing import Any

from gateway.counters import service as counters
from gateway.ecowatt.service import FEED as ECOWATT
from gateway.enedis.client import Api
from gateway.enedis.errors import EnedisError
from gateway.quotas import budgets
from gateway.rte.errors import RteError, RteErrorReason
from gateway.rte.feeds import record_failure, record_response, record_stand_in
from gateway.settings import Settings
from gateway.tempo.service import CURRENT as TEMPO
from tests.server.conftest import NOW, Gateway, SetClock, Simulator, run_gateway, wait_until

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


async def test_rte_is_down_and_the_open_calendar_stands_in(gateway: Gateway) -> None:
    database, error = gateway.runtime.database, RteError(RteErrorReason.DOWN, "503")

    async def have_answered() -> bool:
        feeds = await gateway.get("/v1/today", {})
        return feeds["tempo"]["today"]["color"] != "unknown" and feeds["ecowatt"]["now"] is not None

    await wait_until(have_answered)
    before = NOW + timedelta(minutes=1)
    await record_failure(database, ECOWATT, before, error)
    assert (await wait_for_condition(gateway, "ecowatt", "unstable"))["since"] == "2026-11-03T09:31:00Z"
    await record_failure(database, ECOWATT, before + timedelta(hours=1), error)
    found = await wait_for_condition(gateway, "ecowatt", "down")
    assert found["since"] == "2026-11-03T09:31:00Z"
    async with database.write() as session:
        await record_response(session, ECOWATT, before + timedelta(hours=2), before + timedelta(hours=3))
    assert (await wait_for_condition(gateway, "ecowatt", "working"))["since"] is None

    for minutes in (1, 2):
        await record_failure(database, TEMPO, NOW + timedelta(minutes=minutes), error)
    await wait_for_condition(gateway, "tempo", "down")
    async with database.write() as session:
        await record_stand_in(session, TEMPO, NOW + timedelta(minutes=2))
    await wait_for_condition(gateway, "tempo", "unstable")


async def test_what_is_not_set_up_is_not_listed(settings: Settings, clock: SetClock) -> None:
    bare = {"enedis_client_id": "", "rte_client_id": ""}
    async with run_gateway(settings.model_copy(update=bare), clock) as gateway:
        found = (await gateway.http.get("/v1/status")).json()["services"]
    assert [one["service"] for one in found] == ["tempo"]
