"""Prometheus itself scrapes a gateway to which faults happen: each alert fires, and none while all is well.

The rules are those of deploy/prometheus without their `for`, which promtool tests.
"""

import asyncio
import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import httpx2
import pytest
from sqlalchemy import make_url, select, text, update
from sqlalchemy.ext.asyncio import create_async_engine

from gateway.accounts.models import Account
from gateway.counters import repository as counters
from gateway.kit import paris
from gateway.mail.models import MailKind, OutboxMail
from gateway.quotas.budgets import enedis_hour
from gateway.rte.errors import RteError
from gateway.rte.feeds import budget_of
from gateway.settings import Settings
from gateway.tempo.service import CURRENT as TEMPO
from gateway.usage_points.models import UsagePoint
from scripts.lib.program import free_port
from tests.server.conftest import Gateway, SetClock, run_gateway, wait_until
from tests.server.metrics.test_metrics import DEPLOY, PRM
from tests.server.valkey_server import Valkey

pytestmark = pytest.mark.long


@contextmanager
def run_prometheus(folder: Path, gateway: int) -> Iterator[str]:
    """Run Prometheus with our rules; its address."""
    program, port = shutil.which("prometheus"), free_port()
    assert program, "prometheus is not there: scripts/test --all installs it"
    rules = re.sub(r"for: \w+", "for: 0s", (DEPLOY / "prometheus/alerts.yml").read_text())
    (folder / "alerts.yml").write_text(rules)
    (folder / "prometheus.yml").write_text(
        f"global: {{scrape_interval: 1s, evaluation_interval: 1s}}\nrule_files: [{folder}/alerts.yml]\n"
        f"scrape_configs: [{{job_name: gateway, static_configs: [{{targets: ['127.0.0.1:{gateway}']}}]}}]\n"
    )
    command = [program, f"--config.file={folder}/prometheus.yml", f"--storage.tsdb.path={folder}/data"]
    with subprocess.Popen([*command, f"--web.listen-address=127.0.0.1:{port}"], stderr=subprocess.DEVNULL) as process:
        try:
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()


class Alerts:
    """The alerts that Prometheus shows."""

    def __init__(self, url: str) -> None:
        self._url = url

    async def _read_json(self, path: str) -> dict[str, object] | None:
        async with httpx2.AsyncClient(timeout=200, trust_env=False) as http:
            try:
                found: dict[str, object] = (await http.get(f"{self._url}/api/v1/{path}")).raise_for_status().json()
            except httpx2.HTTPError:
                return None
            return found

    async def wait_for_scrape(self) -> None:
        """Wait until the gateway was scraped."""

        async def is_scraped() -> bool:
            return "'version'" in str(await self._read_json("query?query=gateway_build_info"))

        await wait_until(is_scraped)

    async def wait_for_calls(self, upstream: str) -> None:
        """Wait until calls to an upstream were scraped; what Prometheus sees first is no increase to it."""

        async def are_scraped() -> bool:
            return upstream in str(await self._read_json("query?query=gateway_upstream_calls_total"))

        await wait_until(are_scraped)

    async def list_firing(self) -> set[str] | None:
        """Return the names of those that fire; None if Prometheus does not answer."""
        found = await self._read_json("alerts")
        return None if found is None else set(re.findall(r"'alertname': '(\w+)'", str(found)))

    async def wait_until_firing(self, *names: str) -> None:
        """Wait until these fire, whatever others do."""

        async def are_firing() -> bool:
            return set(names) <= (await self.list_firing() or set())

        await wait_until(are_firing)

    async def wait_until_silent(self) -> None:
        """Wait until none fires."""

        async def are_silent() -> bool:
            return await self.list_firing() == set()

        await wait_until(are_silent)


async def break_everything(gateway: Gateway, valkey: Valkey, backups: Path) -> None:
    """Stop Valkey, so that no job repairs what follows; then make work, consents, quotas and backups bad."""
    valkey.stop()
    now = gateway.runtime.clock.now()
    async with gateway.runtime.database.write() as session:
        await session.execute(
            update(UsagePoint).values(
                next_work_at=now - timedelta(days=2), consent_expires_on=paris.day_of(now) + timedelta(days=10)
            )
        )
        for budget in (enedis_hour("measures", now), budget_of(TEMPO, now)):
            for _ in range(budget.limit):
                await counters.increment_counter(session, budget.name, budget.window, budget.limit)
    (backups / f"gateway-{now - timedelta(days=3):%Y-%m-%dT%H%M%SZ}.backup").touch()


async def test_faults_fire_the_alerts(settings: Settings, clock: SetClock, tmp_path: Path) -> None:
    port, valkey, backups = free_port(), Valkey(free_port()), tmp_path / "backups"
    backups.mkdir()
    valkey.start()
    changed = {
        "metrics_port": port,
        "redis_url": type(settings.redis_url)(valkey.url),
        "backup_folder": str(backups),
    }
    try:
        with run_prometheus(tmp_path, port) as url:
            alerts = Alerts(url)
            async with run_gateway(settings.model_copy(update=changed), clock) as gateway:
                who, point = await gateway.sign_in(), await gateway.add_meter(PRM)
                await gateway.at_rest(who, point)  # nobody writes what is broken next
                await alerts.wait_for_scrape()
                await alerts.wait_until_silent()
                await break_everything(gateway, valkey, backups)
                await alerts.wait_until_firing(
                    "GatewayStoreDown",
                    "GatewayArchiveFallsBehind",
                    "GatewayConsentsEnd",
                    "GatewayEnedisHourUsedUp",
                    "GatewayRteDayUsedUp",
                    "GatewayBackupTooOld",
                )
            await alerts.wait_until_firing("GatewayDown")
    finally:
        valkey.stop()


async def remove_database(settings: Settings, gateway: Gateway) -> None:
    """Take the gateway's database away, whose open connections would still reach it."""
    await gateway.runtime.database.engine.dispose()
    if settings.sqlite_file is not None:
        settings.sqlite_file.rename(settings.sqlite_file.with_suffix(".moved"))
        settings.sqlite_file.mkdir()
        return
    url = make_url(settings.database_url)
    engine = create_async_engine(url.set(database="postgres"), isolation_level="AUTOCOMMIT")
    async with engine.connect() as connection:
        await connection.execute(text(f"DROP DATABASE {url.database} WITH (FORCE)"))
    await engine.dispose()


async def break_mail_job(gateway: Gateway) -> None:
    """Queue a mail whose code cannot be stored: the job `mail` fails each time."""
    now = gateway.runtime.clock.now()
    async with gateway.runtime.database.write() as session:
        account_id = await session.scalar(select(Account.id))
        session.add(
            OutboxMail(account_id=account_id, kind=MailKind.VERIFY_EMAIL, details={}, created_at=now, next_at=now)
        )
        await session.execute(text("ALTER TABLE mail_codes RENAME TO lost"))


async def test_a_stopped_upstream_a_failing_job_and_a_lost_database_fire_theirs(
    settings: Settings, clock: SetClock, tmp_path: Path
) -> None:
    port, nobody = free_port(), f"http://127.0.0.1:{free_port()}"
    # no job calls RTE's open data by itself while RTE's API answers
    changed = {"metrics_port": port, "rte_open_data_url": nobody}
    with run_prometheus(tmp_path, port) as url:
        alerts = Alerts(url)
        async with run_gateway(settings.model_copy(update=changed), clock) as gateway:
            await gateway.at_rest(await gateway.sign_in(), await gateway.add_meter(PRM))
            today = paris.day_of(clock.now())
            for _ in range(2):
                with pytest.raises(RteError):
                    await gateway.runtime.open_data.fetch_tempo_calendar(today, today + timedelta(days=1))
                await alerts.wait_for_calls("rte_open_data")
            await alerts.wait_until_firing("GatewayUpstreamStopped")
            await break_mail_job(gateway)
            await alerts.wait_until_firing("GatewayJobFails")
            await remove_database(settings, gateway)
            await alerts.wait_until_firing("GatewayDatabaseDown")


async def test_names_follow_the_conventions_of_prometheus(settings: Settings, clock: SetClock) -> None:
    port = free_port()
    async with run_gateway(settings.model_copy(update={"metrics_port": port}), clock) as gateway:
        await gateway.http.get("/ping")
        async with httpx2.AsyncClient(timeout=200) as http:
            text = (await http.get(f"http://127.0.0.1:{port}/metrics")).text
    promtool = shutil.which("promtool")
    assert promtool, "promtool is not there: scripts/test --all installs Debian's package prometheus"
    command = [promtool, "check", "metrics"]
    checked = await asyncio.to_thread(
        subprocess.run, command, input=text, capture_output=True, text=True, check=False, timeout=200
    )
    assert (checked.returncode, checked.stdout + checked.stderr) == (0, "")
