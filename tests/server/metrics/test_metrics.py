"""Prometheus sees what is asked, what is left and what waits, and nobody's name."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import httpx2
import pytest
from prometheus_client.parser import text_string_to_metric_families

from gateway.settings import Settings
from tests.server.conftest import Gateway, SetClock, Simulator, free_port, started

PRM = "30001000000001"


@pytest.fixture
async def watched(settings: Settings, clock: SetClock) -> AsyncIterator[tuple[Gateway, str]]:
    port = free_port()
    async with started(settings.model_copy(update={"metrics_port": port}), clock) as gateway:
        yield gateway, f"http://127.0.0.1:{port}/metrics"


async def scrape(url: str) -> dict[tuple[str, ...], float]:
    async with httpx2.AsyncClient() as http:
        text = (await http.get(url)).raise_for_status().text
    return {
        (sample.name.removeprefix("gateway_"), *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


async def test_requests_are_counted_by_their_routes_template(watched: tuple[Gateway, str]) -> None:
    gateway, url = watched
    who = await gateway.sign_in()
    point = await gateway.add_meter(PRM)
    for _ in range(3):
        await gateway.get(f"/v1/usage-points/{point}", who)
    await gateway.http.get("/no/such/place")
    seen = await scrape(url)
    assert seen["requests_total", "GET", "/v1/usage-points/{point_id}", "200"] == 3
    assert seen["request_seconds_count", "GET", "/v1/usage-points/{point_id}"] == 3
    assert seen["requests_total", "GET", "none", "404"] == 1
    labels = " ".join(label for name, *labels in seen for label in labels)
    for personal in (PRM, point, "example.org"):
        assert personal not in labels


async def test_calls_and_what_is_left_of_the_hour(watched: tuple[Gateway, str], simulator: Simulator) -> None:
    gateway, url = watched
    who = await gateway.sign_in()
    point = await gateway.add_meter(PRM)
    await gateway.get(f"/v1/usage-points/{point}/load-curve", who, start="2026-10-27", end="2026-11-03")
    async with asyncio.timeout(30):
        while True:
            calls = [call for call in simulator.calls("load_curve") if call["status"] == 200]
            seen = await scrape(url)
            used = seen["enedis_hour_used", "measures"]
            if used and used == len(calls) and seen["usage_points", "granted"] == 1:
                break
    assert seen["enedis_hour_left", "measures"] == 1000 - used
    assert seen["quota_used",] == used
    assert seen["quota_accounts",] == 1
    assert seen["upstream_calls_total", "enedis", "200"] > used, "its token and its customer data are calls too"
    assert seen["archive_days", "load_curve", "complete"] >= 0


async def test_work_that_waits_has_an_age(watched: tuple[Gateway, str], clock: SetClock, simulator: Simulator) -> None:
    gateway, url = watched
    await gateway.add_meter(PRM)
    simulator.order("PUT", "faults", kind="down")
    clock.set(clock.now() + timedelta(hours=2))
    seen = await scrape(url)
    assert seen["work_waiting", "archive"] >= 0
    assert seen["work_oldest_seconds", "archive"] >= 0
    assert seen["database_answers",] == 1


async def test_without_a_port_nothing_listens(gateway: Gateway) -> None:
    answer = await gateway.http.get("/metrics")
    assert answer.status_code == 404
