"""Prometheus sees what is asked, what is left and what waits, and nobody's name."""

import re
import shutil
import subprocess
from collections.abc import AsyncIterator
from datetime import date, timedelta
from pathlib import Path

import httpx2
import pytest
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import event, update

from gateway import __version__
from gateway.domain.tempo_days import Color
from gateway.kit.database import Database
from gateway.metrics.counts import count_everything
from gateway.metrics.gauges import Gauges
from gateway.settings import Settings
from gateway.store import StoreError
from gateway.store.memory import MemoryStore
from gateway.tempo.models import ColorSource, TempoDay, TempoForecast
from gateway.usage_points.models import UsagePoint
from gateway.wiring import list_jobs
from scripts.lib.program import free_port
from tests.server.conftest import Gateway, SetClock, Simulator, run_gateway, wait_until

DEPLOY = Path(__file__).parents[3] / "deploy"
PRM = "30001000000001"


@pytest.fixture
async def gateway_and_metrics(settings: Settings, clock: SetClock) -> AsyncIterator[tuple[Gateway, str]]:
    port = free_port()
    async with run_gateway(settings.model_copy(update={"metrics_port": port}), clock) as gateway:
        yield gateway, f"http://127.0.0.1:{port}/metrics"


async def scrape_metrics(url: str) -> dict[tuple[str, ...], float]:
    async with httpx2.AsyncClient(timeout=200) as http:
        text = (await http.get(url)).raise_for_status().text
    return {
        (sample.name.removeprefix("gateway_"), *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


async def test_requests_are_counted_by_their_routes_template(gateway_and_metrics: tuple[Gateway, str]) -> None:
    gateway, url = gateway_and_metrics
    who = await gateway.sign_in()
    point = await gateway.add_meter(PRM)
    for _ in range(3):
        await gateway.get(f"/v1/usage-points/{point}", who)
    await gateway.http.get("/no/such/place")
    seen = await scrape_metrics(url)
    assert seen["requests_total", "GET", "/v1/usage-points/{point_id}", "200"] == 3
    assert seen["request_seconds_count", "GET", "/v1/usage-points/{point_id}"] == 3
    assert seen["requests_total", "GET", "none", "404"] == 1
    labels = " ".join(label for name, *labels in seen for label in labels)
    for personal in (PRM, point, "example.org"):
        assert personal not in labels


async def test_calls_and_what_is_left_of_the_hour(
    gateway_and_metrics: tuple[Gateway, str], simulator: Simulator
) -> None:
    gateway, url = gateway_and_metrics
    who = await gateway.sign_in()
    point = await gateway.add_meter(PRM)
    await gateway.get(f"/v1/usage-points/{point}/load-curve", who, start="2026-10-27", end="2026-11-03")

    async def find_agreement() -> dict[tuple[str, ...], float] | None:
        await count_everything(gateway.runtime.database, gateway.runtime.store, gateway.runtime.clock)
        seen = await scrape_metrics(url)
        used = seen["enedis_hour_used", "measures"]
        # the quota is counted a moment before the scrape reads the calls
        return seen if used and used == len(simulator.calls("mesure_synchrone")) == seen["quota_used",] else None

    seen = await wait_until(find_agreement)
    used = seen["enedis_hour_used", "measures"]
    assert seen["enedis_hour_left", "measures"] == 1000 - used
    assert seen["quota_accounts",] == 1
    assert seen["upstream_calls_total", "200", "enedis"] >= used, "its token is a call too"
    for feed, allowed in {"tempo": 20, "ecowatt": 60}.items():
        assert 0 <= seen["rte_day_left", feed] <= allowed
    assert seen["rte_day_left", "ecowatt"] == 60 - len(simulator.calls("ecowatt"))
    assert seen["usage_points", "granted"] == 1
    assert seen["database_answers",] == 1


async def test_work_that_waits_has_an_age(settings: Settings, clock: SetClock) -> None:
    """A gateway that falls behind shows by how much."""
    async with run_gateway(settings, clock) as gateway:
        await gateway.add_meter(PRM)
    # nobody works any more
    database = Database(settings.database_url)
    async with database.write() as session:
        await session.execute(update(UsagePoint).values(next_work_at=clock.now() - timedelta(hours=2)))
    figures = {
        (family.name, *sample.labels.values()): sample.value
        for family in await Gauges(database, clock).gather_gauges()
        for sample in family.samples
    }
    await database.close()
    assert figures["gateway_work_waiting", "archive"] == 1
    assert figures["gateway_work_oldest_seconds", "archive"] == 7200


async def test_a_scrape_reads_no_forecast_that_was_scored_before(settings: Settings, clock: SetClock) -> None:
    """They are a thousand for each winter."""
    async with run_gateway(settings, clock):
        pass
    # nobody works any more
    database, store = Database(settings.database_url), MemoryStore(clock.monotonic)
    made_on, day = date(2025, 1, 6), date(2025, 1, 8)
    forecast = {"white": 0.25, "red": 0.6, "deduced_white": 0.5, "deduced_red": 0.2}
    async with database.write() as session:
        await session.merge(
            TempoDay(day=day, color=Color.WHITE, confirmed=True, source=ColorSource.RTE, told_at=clock.now())
        )
        session.add(TempoForecast(made_on=made_on, day=day, made_at=clock.now(), **forecast))
    await count_everything(database, store, clock)
    statements: list[str] = []
    event.listen(database.engine.sync_engine, "before_cursor_execute", lambda *parts: statements.append(parts[2]))
    figures = {
        (family.name, *sample.labels.values()): sample.value
        for family in await Gauges(database, clock, store).gather_gauges()
        for sample in family.samples
    }
    await database.close()
    assert figures["gateway_tempo_forecast_scored_days", "2", "red"] == 1
    assert statements
    assert not [one for one in statements if TempoForecast.__tablename__ in one]


class StoppedStore(MemoryStore):
    async def get(self, key: str) -> str | None:
        raise StoreError(key)


@pytest.mark.parametrize(("store", "is_up"), [(MemoryStore, 1), (StoppedStore, 0)])
async def test_what_nobody_counted_is_no_zero(
    settings: Settings, clock: SetClock, store: type[MemoryStore], is_up: int
) -> None:
    """Before the first count, and while the store does not answer."""
    async with run_gateway(settings, clock):
        pass
    database = Database(settings.database_url)
    families = await Gauges(database, clock, store(clock.monotonic)).gather_gauges()
    await database.close()
    figures = {sample.name: sample.value for family in families for sample in family.samples}
    assert figures["gateway_store_up"] == is_up
    assert not [name for name in figures if name.startswith("gateway_quota")]


async def test_alerts_and_dashboard_ask_for_what_there_is(gateway_and_metrics: tuple[Gateway, str]) -> None:
    gateway, url = gateway_and_metrics
    await gateway.http.get("/ping")
    await count_everything(gateway.runtime.database, gateway.runtime.store, gateway.runtime.clock)
    async with httpx2.AsyncClient(timeout=200) as http:
        text = (await http.get(url)).raise_for_status().text
    families = {family.name for family in text_string_to_metric_families(text)}
    told = {f"{name}{end}" for name in families for end in ("", "_total", "_bucket", "_info")}
    asked = (DEPLOY / "prometheus/alerts.yml").read_text() + (DEPLOY / "grafana/dashboard.json").read_text()
    assert set(re.findall(r"\bgateway_\w+", asked)) <= told
    assert f'gateway_build_info{{version="{__version__}"}} 1.0' in text
    assert "_created" not in text


@pytest.mark.parametrize("file", ["alerts.yml", "alerts.test.yml"])
async def test_alerts_name_only_jobs_that_exist(gateway: Gateway, file: str) -> None:
    rules = (DEPLOY / "prometheus" / file).read_text()
    named = {task for tasks in re.findall(r'\btask=~?"([^"]*)"', rules) for task in tasks.split("|")}
    assert named
    assert named <= list_jobs(gateway.runtime).keys()


@pytest.mark.long
def test_each_alert_fires_and_is_silent_while_all_is_well() -> None:
    promtool = shutil.which("promtool")
    assert promtool, "promtool is not there: scripts/test --all installs Debian's package prometheus"
    checked = subprocess.run([promtool, "test", "rules", str(DEPLOY / "prometheus/alerts.test.yml")], check=False)
    assert checked.returncode == 0
    alerts = set(re.findall(r"alert: (\w+)", (DEPLOY / "prometheus/alerts.yml").read_text()))
    tried = (DEPLOY / "prometheus/alerts.test.yml").read_text()
    assert set(re.findall(r"alertname: (\w+)\n", tried)) == alerts, "each fires"
    assert set(re.findall(r"alertname: (\w+), eval_time: \w+, exp_alerts: \[\]", tried)) == alerts, "each is silent"


async def test_without_a_port_nothing_listens(gateway: Gateway) -> None:
    answer = await gateway.http.get("/metrics")
    assert answer.status_code == 404
