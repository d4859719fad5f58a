"""The archive asks Enedis as little as can be."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs

import pytest

from gateway.counters.models import Counter
from tests.server.conftest import NOW, Gateway, SetClock, Simulator, wait_until

BASE, HOLES, LATE = "30001000000001", "30001000000006", "30001000000014"
CURVES = "courbe_de_charge"
LIVE_FROM = "2026-09-04"
"""Sixty days before NOW; what is older fills itself meanwhile."""


def list_live_calls(simulator: Simulator) -> list[dict[str, Any]]:
    """The calls for the live days' curve that were no token's end."""
    calls = [call for call in simulator.calls(CURVES) if call["status"] != 401]
    return [call for call in calls if parse_qs(call["query"])["dateFin"][0] > LIVE_FROM]


async def test_sixty_days_cost_nine_calls_and_are_never_asked_again(
    start_gateway: Any, clock: SetClock, simulator: Simulator
) -> None:
    async with start_gateway() as gateway:
        who = await gateway.sign_in()
        point = await gateway.add_meter(BASE)
        assert (await gateway.at_rest(who, point))["freshness"]["complete_until"] == "2026-11-03"
        assert len(list_live_calls(simulator)) == 9
    async with start_gateway() as gateway:  # a restart remembers
        who = await gateway.sign_in()
        await gateway.get(f"/v1/usage-points/{point}/load-curve", who, start="2026-09-10", end="2026-11-03")
        await gateway.get(f"/v1/usage-points/{point}/daily", who, start="2026-09-10", end="2026-11-03")
        assert len(list_live_calls(simulator)) == 9
        assert simulator.calls("quotidienne") == []


async def test_a_new_day_costs_one_call_and_only_after_it_is_published(
    gateway: Gateway, clock: SetClock, simulator: Simulator
) -> None:
    who = await gateway.sign_in()
    point = await gateway.add_meter(BASE)
    await gateway.at_rest(who, point)
    simulator.forget_calls()
    for now in (datetime(2026, 11, 4, 0, 30, tzinfo=UTC), datetime(2026, 11, 4, 7, 29, tzinfo=UTC)):
        simulator.set_clock(now)
        clock.set(now)
        who = await gateway.sign_in()
        await gateway.get(f"/v1/usage-points/{point}/load-curve", who, start="2026-10-20", end="2026-11-05")
        assert list_live_calls(simulator) == []
    morning = datetime(2026, 11, 4, 10, 30, tzinfo=UTC)
    simulator.set_clock(morning)
    clock.set(morning)
    who = await gateway.sign_in()

    async def is_complete() -> bool:
        # a call of the history whose token ended at each of two jumps pauses the curve for half a minute
        clock.set(clock.now() + timedelta(seconds=5))
        seen = await gateway.get(f"/v1/usage-points/{point}", who)
        return seen["freshness"]["complete_until"] == "2026-11-04"

    await wait_until(is_complete)
    seen = await gateway.get(f"/v1/usage-points/{point}", who)
    assert seen["freshness"]["late_at"] == "2026-11-06T11:00:00Z", "two mornings after the day that comes next"
    asked = [call["query"].partition("&")[2] for call in list_live_calls(simulator)]
    assert asked == ["dateDebut=2026-11-03&dateFin=2026-11-04"]


@pytest.mark.usefixtures("patient_readers")
async def test_fifty_at_once_cause_one_call(gateway: Gateway, simulator: Simulator) -> None:
    who = await gateway.sign_in()
    point = await gateway.add_meter(BASE)
    await gateway.at_rest(who, point)
    simulator.forget_calls()
    path = f"/v1/usage-points/{point}/load-curve"
    answers = await asyncio.gather(*(gateway.get(path, who, start="2026-06-01", end="2026-06-08") for _ in range(50)))
    assert len([call for call in simulator.calls(CURVES) if "dateDebut=2026-06-01" in call["query"]]) == 1
    assert all(answer["readings"] == answers[0]["readings"] for answer in answers)


@pytest.mark.usefixtures("patient_readers")
async def test_a_long_range_waits_for_five_calls_and_says_the_rest_is_scheduled(
    gateway: Gateway, simulator: Simulator
) -> None:
    who = await gateway.sign_in()
    point = await gateway.add_meter(BASE)
    await gateway.at_rest(who, point)
    simulator.forget_calls()
    answer = await gateway.get(f"/v1/usage-points/{point}/load-curve", who, start="2026-01-01", end="2026-04-01")
    asked = [parse_qs(call["query"])["dateDebut"][0] for call in simulator.calls(CURVES)]
    assert len([start for start in asked if "2026-01-01" <= start < "2026-04"]) == 5
    assert len(answer["readings"]) == 35 * 48 - 2  # newest first: 25 February to 31 March, one odd day
    assert [gap["reason"] for gap in answer["missing"]] == ["scheduled"]


async def test_a_partial_day_is_asked_along_with_the_new_ones(
    gateway: Gateway, clock: SetClock, simulator: Simulator
) -> None:
    who = await gateway.sign_in()
    point = await gateway.add_meter(HOLES)
    await gateway.at_rest(who, point)
    simulator.forget_calls()
    for now in (NOW + timedelta(days=day, hours=hours) for day in (1, 2, 3) for hours in (-2, 0, 1, 2.5, 4, 12)):
        simulator.set_clock(now)
        # the minute ends the pause of a feed that was in a call, with a token that ended, at this jump
        for at in (now, now + timedelta(minutes=1)):
            clock.set(at)
            who = await gateway.sign_in()
            await gateway.at_rest(who, point)
    asked = [(call["time"][8:13], call["query"].partition("&")[2]) for call in list_live_calls(simulator)]
    assert asked == [
        ("04T09", "dateDebut=2026-11-03&dateFin=2026-11-04"),
        ("04T12", "dateDebut=2026-11-03&dateFin=2026-11-04"),  # a Tuesday: nothing came, and nothing does
        ("05T09", "dateDebut=2026-11-03&dateFin=2026-11-05"),
        ("05T09", "dateDebut=2026-10-20&dateFin=2026-10-21"),  # a last time after fifteen days
        ("06T09", "dateDebut=2026-11-03&dateFin=2026-11-06"),
    ]


async def test_the_last_calls_of_an_hour_are_for_people(
    gateway: Gateway, clock: SetClock, simulator: Simulator
) -> None:
    async with gateway.runtime.database.write() as session:
        session.add(Counter(name="enedis:measures", window="2026-11-03T09", used=950))
    who = await gateway.sign_in()
    point = await gateway.add_meter(BASE)
    path = f"/v1/usage-points/{point}"

    async def has_contract() -> bool:
        return (await gateway.get(path, who))["contract"]["power_kva"] is not None

    await wait_until(has_contract)
    for month in range(1, 7):
        week = await gateway.get(f"{path}/load-curve", who, start=f"2026-0{month}-01", end=f"2026-0{month}-08")
        assert len(week["readings"]) == 7 * 48
    assert list_live_calls(simulator) == [], "whoever waits goes before the newest days"
    next_hour = datetime(2026, 11, 3, 10, tzinfo=UTC)
    simulator.set_clock(next_hour)
    clock.set(next_hour)
    await gateway.at_rest(await gateway.sign_in(), point)
    assert len(list_live_calls(simulator)) == 9


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
