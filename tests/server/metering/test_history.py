"""Older history fills itself behind live requests: newest first, within the day's budget, and nothing twice."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any
from urllib.parse import parse_qs

import pytest

from gateway.settings import Settings
from tests.server.conftest import NOW, Gateway, SetClock, Simulator, wait_until
from tests.server.metering.ticking_clock import TickingClock

BASE, HOLES, NEW_METER, OTHER = "30001000000001", "30001000000006", "30001000000008", "30009000000001"
MEASURES = "mesure_synchrone"
LAST_HOUR = NOW + timedelta(hours=13)
"""23:30 in Paris, when history may use all calls that the newest days leave."""


@pytest.fixture
async def clock() -> SetClock:
    return TickingClock()


@pytest.fixture
def settings(settings: Settings) -> Settings:
    # a twentieth of the pace: the simulator counts the calls of a real second
    return settings.model_copy(update={"user_daily_limit_no_cache": 30, "enedis_rate_limit": 0.25})


def list_windows(simulator: Simulator, resource: str) -> list[tuple[str, str]]:
    calls = [call for call in simulator.calls(resource) if call["status"] == 200]
    return [(query["dateDebut"][0], query["dateFin"][0]) for call in calls for query in [parse_qs(call["query"])]]


async def find_at_rest(gateway: Gateway, point: str) -> dict[str, Any] | None:
    """Return the usage point once it waits for another day, or for nothing."""
    who = await gateway.sign_in()
    seen: dict[str, Any] = await gateway.get(f"/v1/usage-points/{point}", who)
    due = [seen["history"]["next_call"], seen["freshness"]["next_expected_at"]]
    now = gateway.runtime.clock.now()
    return seen if all(at is None or datetime.fromisoformat(at) > now for at in due) else None


async def fill_history(start: Any, clock: SetClock, simulator: Simulator, prm: str) -> dict[str, Any]:
    """Return a history that was filled by a new process each day."""
    point = ""
    for day in range(9):
        clock.set(LAST_HOUR + timedelta(days=day))
        simulator.set_clock(LAST_HOUR + timedelta(days=day))
        async with start() as gateway:
            point = point or await gateway.add_meter(prm)
            seen: dict[str, Any] = (await wait_until(partial(find_at_rest, gateway, point)))["history"]
            who = await gateway.sign_in()
            used = (await gateway.get("/v1/quota", who))["enedis"]
            assert used["used"] <= 30 - 6 or day == 0, "the live day's reserve"
            assert seen["known_from"] >= seen["oldest"]
        if seen["finished"]:
            return seen
    raise AssertionError("it takes too long")


@pytest.mark.long
async def test_a_history_is_filled_over_the_days_across_restarts_and_asks_nothing_twice(
    start_gateway: Any, clock: SetClock, simulator: Simulator
) -> None:
    seen = await fill_history(start_gateway, clock, simulator, BASE)
    assert seen["known_from"] == seen["oldest"] == "2024-10-23"
    curves = list_windows(simulator, "courbe_de_charge")
    assert len(curves) <= 9 + 100 + 5, "nine live ones, a history, and new days"
    days = Counter(
        first + timedelta(days=number)
        for start_, end in curves
        for first in [datetime.fromisoformat(start_)]
        for number in range((datetime.fromisoformat(end) - first).days)
    )
    assert max(days.values()) == 1, "a day was asked twice"
    history_calls = [window for window in curves if window[1] <= "2026-09-04"]
    assert history_calls == sorted(history_calls, reverse=True), "newest first"
    assert len(list_windows(simulator, "consommation_quotidienne")) == 1, "the year before the curve's"


@pytest.mark.long
async def test_the_values_of_old_days_with_holes_are_asked_together(
    start_gateway: Any, clock: SetClock, simulator: Simulator
) -> None:
    await fill_history(start_gateway, clock, simulator, HOLES)
    values = list_windows(simulator, "consommation_quotidienne")
    assert len(values) <= 5, "the live days', the year's before the curve, the history's in two years, and a new one"


async def test_accounts_take_turns(gateway: Gateway, clock: SetClock, simulator: Simulator) -> None:
    simulator.set_clock(LAST_HOUR)
    clock.set(LAST_HOUR)
    for prm, owner in ((BASE, "somebody@example.org"), (OTHER, "other@example.org")):
        await gateway.add_meter(prm, owner)

    async def find_second_home() -> list[str] | None:
        calls = [parse_qs(call["query"]) for call in simulator.calls("courbe_de_charge") if call["status"] == 200]
        old = [query["pointId"][0] for query in calls if query["dateFin"][0] <= "2026-09-04"]
        return old if len(old) >= 10 else None

    shares = Counter((await wait_until(find_second_home))[:10])
    assert abs(shares[BASE] - shares[OTHER]) <= 2, shares


async def test_a_meter_just_installed_has_no_history_to_ask(gateway: Gateway, simulator: Simulator) -> None:
    point = await gateway.add_meter(NEW_METER)
    seen = (await wait_until(lambda: find_at_rest(gateway, point)))["history"]
    assert seen["finished"]
    assert seen["known_from"] == seen["oldest"] == "2026-10-22"
    assert len(simulator.calls(MEASURES)) <= 3


async def test_a_usage_point_lists_its_holes_why_and_what_is_planned(gateway: Gateway) -> None:
    """Its Tuesdays: those known in part are filled from the day's value once nothing more will come."""
    who = await gateway.sign_in()
    point = await gateway.add_meter(HOLES)
    holes = (await gateway.at_rest(who, point))["holes"]
    recent = [hole for hole in holes if hole["start"] >= "2026-09-04"]
    assert [(hole["start"], hole["end"], hole["reason"]) for hole in recent] == [
        ("2026-10-27", "2026-10-28", "not_published"),
        ("2026-10-20", "2026-10-21", "not_published"),
        ("2026-10-06", "2026-10-07", "absent"),
        ("2026-09-22", "2026-09-23", "absent"),
        ("2026-09-08", "2026-09-09", "absent"),
    ]
    tries = [hole["next_try"] for hole in recent]
    assert tries[2:] == [None] * 3, "the days beside them came: such an old hole is not asked for again"
    assert NOW < datetime.fromisoformat(tries[1]) < datetime.fromisoformat(tries[0]) < NOW + timedelta(days=15)


async def test_what_was_read_can_be_asked_again_deleted_and_told_of(
    gateway: Gateway, clock: SetClock, simulator: Simulator
) -> None:
    who = await gateway.sign_in()
    point = await gateway.add_meter(NEW_METER)
    path = f"/v1/usage-points/{point}"
    await wait_until(lambda: find_at_rest(gateway, point))
    simulator.forget_calls()
    refresh = await gateway.http.post(f"{path}/refresh", headers=who, json={"start": "2026-10-28", "end": "2026-10-31"})
    assert refresh.status_code == 202
    assert (refresh.json()["days"], refresh.json()["calls"]) == (3, 1)

    async def find_windows() -> list[tuple[str, str]] | None:
        return list_windows(simulator, "courbe_de_charge") or None

    assert await wait_until(find_windows) == [("2026-10-28", "2026-10-31")]
    for body in ({"start": "2026-10-31", "end": "2026-10-28"}, {"start": "2026-11-01", "end": "2026-11-09"}):
        refused = await gateway.http.post(f"{path}/refresh", headers=who, json=body)
        assert (refused.status_code, refused.json()["code"]) == (400, "invalid_range")

    contract = await gateway.get(f"{path}/contract", who)
    assert contract["power_kva"] == 6
    assert contract["as_of"].startswith("2026-11-03T09:3")
    address = await gateway.get(f"{path}/address", who)
    assert address["city"]
    simulator.forget_calls()
    assert await gateway.get(f"{path}/address", who) == address
    assert simulator.calls("donnees_generales") == [], "kept for a day"

    assert (await gateway.http.delete(path, headers=who)).status_code == 204
    assert (await gateway.http.get(path, headers=who)).status_code == 404
    assert (await gateway.get("/v1/usage-points", who))["items"] == []


async def test_maximum_power_and_index_are_asked_when_a_client_wants_them(
    gateway: Gateway, clock: SetClock, simulator: Simulator
) -> None:
    who = await gateway.sign_in()
    point = await gateway.add_meter(NEW_METER)
    path = f"/v1/usage-points/{point}"
    await wait_until(lambda: find_at_rest(gateway, point))
    assert simulator.calls("puissance") == simulator.calls("index") == []
    powers = await gateway.get(f"{path}/max-power", who, start="2026-10-30", end="2026-11-02")
    assert [reading["date"] for reading in powers["readings"]] == [f"2026-1{day}" for day in ("0-30", "0-31", "1-01")]
    kva = (await gateway.get(path, who))["contract"]["power_kva"]
    assert [one["share"] for one in powers["readings"]] == [
        pytest.approx(one["va"] / 1000 / kva, abs=1e-4) for one in powers["readings"]
    ]
    assert all(reading["va"] > 0 and reading["at"].endswith("Z") for reading in powers["readings"])
    registers = await gateway.get(f"{path}/index", who, start="2026-10-26", end="2026-11-03")
    shown = [reading["registers"]["total"] for reading in registers["readings"]]
    assert shown == sorted(shown)
    assert len(shown) >= 1
    for reading in registers["readings"]:
        assert reading["registers"]["base"] == reading["registers"]["total"]
    before = len(simulator.calls("puissance")) + len(simulator.calls("index"))
    await gateway.get(f"{path}/max-power", who, start="2026-10-30", end="2026-11-03")
    await gateway.get(f"{path}/index", who, start="2026-10-26", end="2026-11-03")
    assert len(simulator.calls("puissance")) + len(simulator.calls("index")) <= before + 2

    tomorrow = datetime(2026, 11, 4, 11, 45, tzinfo=UTC)
    clock.set(tomorrow)
    simulator.set_clock(tomorrow)

    async def has_fetched_yesterday() -> bool:
        return any("dateFin=2026-11-04" in call["query"] for call in simulator.calls("puissance"))

    await wait_until(has_fetched_yesterday)
