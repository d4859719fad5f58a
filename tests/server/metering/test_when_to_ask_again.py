"""Whoever asks for figures before the worker has fetched the morning's day is told when to ask again."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from gateway.metering.freshness import find_next_change, find_next_change_by_date
from gateway.usage_points import repository as points
from gateway.usage_points.models import PointStatus, UsagePoint
from tests.server.conftest import Gateway, SetClock, Simulator

BASE = "30001000000001"
PRODUCING = "30001000000005"
MORNING = datetime(2026, 11, 4, 10, 30, tzinfo=UTC)
NEXT_MORNING = datetime(2026, 11, 5, 8, 30, tzinfo=UTC)
DUE = datetime(2026, 11, 4, 8, 40, tzinfo=UTC)


def parse_instant(text: str) -> datetime:
    return datetime.fromisoformat(text)


async def hours_of_yesterday(gateway: Gateway, point: str) -> tuple[dict[str, str], dict[str, Any]]:
    """Sign in, and return all hours once every live day is there; leave the older history alone."""
    who = await gateway.sign_in()
    await gateway.at_rest(who, point)
    await gateway.wait_for_history_pause()
    async with gateway.runtime.database.write() as session:
        await session.execute(text("UPDATE usage_points SET history_at = NULL"))
    return who, await gateway.get(f"/v1/usage-points/{point}/hours", who)


async def test_asking_before_the_worker(gateway: Gateway, simulator: Simulator, clock: SetClock) -> None:
    point = await gateway.add_meter(BASE)
    _, held = await hours_of_yesterday(gateway, point)
    path = f"/v1/usage-points/{point}"
    async with gateway.runtime.store.lease(f"archive:{point}:load_curve:consumption"):  # the worker waits for it
        simulator.set_clock(MORNING)
        clock.set(MORNING)
        who = await gateway.sign_in()
        hours = await gateway.http.get(f"{path}/hours", headers=who, params={"cursor": held["cursor"]})
        days = "start=2026-10-20&end=2026-11-04"
        figures = [
            await gateway.http.get(f"{path}/{of}", headers=who)
            for of in ("totals", f"series?{days}", f"habits?{days}", "comparison")
        ]
    asked = hours.json()
    assert asked["from"] is None
    come_back = parse_instant(asked["next_change"])
    assert come_back - MORNING == timedelta(minutes=1)
    assert {parse_instant(answer.json()["next_change"]) for answer in figures} == {come_back}
    assert {answer.headers["cache-control"] for answer in (hours, *figures)} == {"private, max-age=60"}
    await gateway.at_rest(who, point)
    clock.set(come_back)
    asked = await gateway.get(f"{path}/hours", who, cursor=asked["cursor"])
    assert (asked["from"], len(asked["start"])) == ("2026-11-02T23:00:00Z", 24)
    assert parse_instant(asked["next_change"]) > NEXT_MORNING


async def test_asking_after_the_worker(gateway: Gateway, simulator: Simulator, clock: SetClock) -> None:
    point = await gateway.add_meter(BASE)
    _, held = await hours_of_yesterday(gateway, point)
    simulator.set_clock(MORNING)
    clock.set(MORNING)
    who = await gateway.sign_in()
    await gateway.at_rest(who, point)
    asked = await gateway.get(f"/v1/usage-points/{point}/hours", who, cursor=held["cursor"])
    assert (asked["from"], len(asked["start"])) == ("2026-11-02T23:00:00Z", 24)
    assert parse_instant(asked["next_change"]) > NEXT_MORNING


async def test_a_contract_that_is_on_its_way(gateway: Gateway) -> None:
    async with gateway.runtime.store.lease("job:usage_points"):  # what fetches contracts waits for it
        point = await gateway.add_meter(PRODUCING)
        who = await gateway.sign_in()
        before = await gateway.http.get("/v1/usage-points", headers=who)
    assert before.json()["items"][0]["contract"]["produces"] is None
    pause = parse_instant(before.json()["next_change"]) - gateway.runtime.clock.now()
    assert pause == timedelta(seconds=10)
    assert before.headers["cache-control"] == "private, max-age=10"
    await gateway.at_rest(who, point)
    after = await gateway.get("/v1/usage-points", who)
    assert after["items"][0]["contract"]["produces"] is True
    assert parse_instant(after["next_change"]) - gateway.runtime.clock.now() == timedelta(minutes=30)


@pytest.mark.parametrize("what", ["daily", "load-curve"])
async def test_readings_are_good_until_more_is_expected(gateway: Gateway, clock: SetClock, what: str) -> None:
    point = await gateway.add_meter(BASE)
    who, _ = await hours_of_yesterday(gateway, point)
    path, days = f"/v1/usage-points/{point}/{what}", {"start": "2026-10-20", "end": "2026-11-03"}
    whole = await gateway.http.get(path, headers=who, params=days)
    assert (whole.json()["missing"], whole.json()["next_change"]) == ([], None)
    assert whole.headers["cache-control"] == "private, max-age=3600"
    days["end"] = "2026-11-04"
    expected = parse_instant((await gateway.get(path, who, **days))["next_change"])
    clock.set(expected - timedelta(minutes=5))
    soon = await gateway.http.get(path, headers=await gateway.sign_in(), params=days)
    assert soon.headers["cache-control"] == "private, max-age=300"


@pytest.mark.parametrize(
    ("asked_at", "told"),
    [
        ("08:30:00", "08:40:10"),
        ("08:40:03", "08:40:13"),
        ("08:42:00", "08:42:40"),
        ("20:40:00", "20:41:00"),
    ],
)
def test_the_longer_a_visit_is_overdue_the_longer_is_the_pause(asked_at: str, told: str) -> None:
    point = UsagePoint(status=PointStatus.GRANTED, next_work_at=DUE, history_at=None)
    now, expected = (datetime.fromisoformat(f"2026-11-04T{time}Z") for time in (asked_at, told))
    assert find_next_change(point, now) == expected


def test_figures_by_date_change_at_midnight_in_paris_if_nothing_changes_before() -> None:
    point = UsagePoint(status=PointStatus.GRANTED, next_work_at=NEXT_MORNING, history_at=None)
    assert find_next_change_by_date(point, MORNING) == datetime(2026, 11, 4, 23, tzinfo=UTC)
    point.next_work_at = DUE
    assert find_next_change_by_date(point, MORNING) == find_next_change(point, MORNING)


def test_nobody_asks_every_ten_seconds_once_the_consent_has_ended() -> None:
    point = UsagePoint(status=PointStatus.ENDED, next_work_at=DUE, history_at=None)
    assert find_next_change(point, MORNING) == MORNING + timedelta(hours=1)


def test_while_the_history_is_fetched_a_client_comes_back_for_it() -> None:
    point = UsagePoint(status=PointStatus.GRANTED, next_work_at=NEXT_MORNING, history_at=MORNING)
    assert find_next_change(point, MORNING) == MORNING + timedelta(minutes=15)


async def test_while_enedis_is_away_everybody_is_told_when_it_is_asked_again(
    gateway: Gateway, simulator: Simulator, clock: SetClock
) -> None:
    point = await gateway.add_meter(BASE)
    await hours_of_yesterday(gateway, point)
    simulator.order("POST", "faults", name="900804", api="mesure_synchrone_auto")
    simulator.set_clock(MORNING)
    clock.set(MORNING)
    who = await gateway.sign_in()
    seen = await gateway.at_rest(who, point)
    told = parse_instant(seen["freshness"]["next_expected_at"])
    assert told > MORNING
    asked = await gateway.get(f"/v1/usage-points/{point}/hours", who)
    assert parse_instant(asked["next_change"]) == told + timedelta(seconds=10)


async def test_a_refresh_during_a_visit_is_not_lost(gateway: Gateway, simulator: Simulator, clock: SetClock) -> None:
    point_id = await gateway.add_meter(BASE)
    await hours_of_yesterday(gateway, point_id)
    async with gateway.runtime.database.read() as session:
        visited = await session.get_one(UsagePoint, point_id)
    now = clock.now() + timedelta(minutes=1)
    async with gateway.runtime.database.write() as session:
        await points.schedule_refresh(session, point_id, now.date(), now)
        await points.schedule_work(session, visited, NEXT_MORNING)  # as the visit ends
    async with gateway.runtime.database.read() as session:
        assert (await session.get_one(UsagePoint, point_id)).next_work_at == now
