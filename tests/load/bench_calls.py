"""What homes cost Enedis: 200 of them with their Home Assistants, for sixty days that pass in minutes.

Half of the clients want the energy alone, half the maximum power and the index too. Some homes publish late, some have
holes, no curve, or feed in; for some hours Enedis is down, for some it refuses, and once the gateway is restarted.
"""

import asyncio
import logging
import sys
import tempfile
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import pairwise
from pathlib import Path
from random import Random
from statistics import mean
from typing import Any, override
from unittest import mock
from urllib.parse import parse_qs

import httpx2
import structlog
from fastapi import FastAPI
from pydantic import SecretStr
from sqlalchemy import func, select

from gateway.app import create_app
from gateway.kit import paris
from gateway.kit.crypto import Keyring
from gateway.kit.http import Upstream
from gateway.settings import EnedisEnvironment, Settings
from gateway.simulator.app import create_app as create_simulator
from gateway.usage_points.models import UsagePoint
from scripts.lib.program import free_port
from tests.load import leaping
from tests.server.conftest import NOW, Gateway, SetClock, Simulator, run_gateway, run_simulator
from tests.server.valkey_server import Valkey

HOMES, DAYS = 200, 60
BEGUN = datetime(2026, 9, 28, 4, 0, tzinfo=UTC)
"""The autumn's odd day, late in October, is among the sixty."""
HISTORY_DAYS = 6
"""Days in which the history comes in; the others are counted for what a home costs each day."""
NEWEST_HOURS = 3
"""Two hours of Enedis' quota is what the newest sixty days of 200 homes take; histories come behind them."""
DISTANCE = 0.3
"""Seconds that Enedis takes to answer."""
LONGEST_LOOK = timedelta(hours=12)
STORIES: dict[int, dict[str, bool]] = {
    3: {"late": True},
    24: {"late": True},
    11: {"holes": True},
    32: {"holes": True},
    15: {"curve": False},
    36: {"curve": False},
}
"""What is changed of every fortieth home, counted from there."""
PRODUCERS = {17: "30001000000005", 37: "30001000000004"}
FAULTS = {
    20: {"api": "mesure_synchrone_auto", "status": 503, "body": "<html>down</html>"},
    27: {"api": "mesure_synchrone_auto", "status": 500, "body": {"error": "500"}, "times": 40},
    34: {"api": "mesure_synchrone_auto", "name": "ADAM-ERR0123", "times": 40},
}
FAULT_HOURS = 3


@dataclass
class Home:
    """A home, its Home Assistant, and what it cost."""

    prm: str
    greedy: bool
    email: str
    point: str = ""
    token: dict[str, str] = field(default_factory=dict)
    token_day: str = ""


class Distant(httpx2.ASGITransport):
    """A simulator in this process, as far away as Enedis."""

    @override
    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        await asyncio.sleep(DISTANCE)
        return await super().handle_async_request(request)


def _make_settings(folder: str) -> Settings:
    return Settings(
        database_url=f"sqlite+aiosqlite:///{folder}/gateway.db",
        encryption_keys=Keyring.generate_key(),
        secret_key="bench" * 8,
        enedis_environment=EnedisEnvironment.SIMULATOR,
        enedis_base_url="http://simulator",
        enedis_client_id="simulator-enedis",
        enedis_client_secret="simulator-enedis-secret",
        user_daily_limit_with_cache=100_000,
    )


class Street:
    """The simulator, its control panel, and what it was asked."""

    def __init__(self, app: FastAPI) -> None:
        self.app = app
        self.control = httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="http://simulator/control")

    async def send_order(self, method: str, path: str, **body: Any) -> None:
        """Change something."""
        (await self.control.request(method, path, json=body or None)).raise_for_status()

    @property
    def measure_calls(self) -> list[Any]:
        """The calls for measures, but for those that found their token at its end."""
        calls = self.app.state.world.calls
        return [call for call in calls if call.api == "mesure_synchrone_auto" and call.status != 401]


@asynccontextmanager
async def _run_gateway(settings: Settings, clock: leaping.LeapingClock, simulator: FastAPI) -> AsyncIterator[Gateway]:
    upstream = partial(Upstream, transport=Distant(simulator))
    with mock.patch("gateway.runtime.Upstream", upstream):
        app = create_app(settings, clock)

        def new_client() -> httpx2.AsyncClient:
            return httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="http://gateway")

        async with app.router.lifespan_context(app), new_client() as http:
            yield Gateway(app.state.runtime, http, new_client, app)


async def _get_token(gateway: Gateway, home: Home, clock: leaping.LeapingClock) -> dict[str, str]:
    today = str(clock.now())[:13]
    if home.token_day != today:
        home.token, home.token_day = await gateway.sign_in(home.email), today
    return home.token


async def _home_assistant(gateway: Gateway, home: Home, clock: leaping.LeapingClock) -> None:
    """Look when the gateway said that there would be news, and twice a day anyhow."""
    chance = Random(home.prm)
    while True:
        who, today = await _get_token(gateway, home, clock), paris.day_of(clock.now())
        days = {"start": str(today - timedelta(days=7)), "end": str(today)}
        feeds = ("daily", "max-power", "index") if home.greedy else ("daily",)
        told: list[datetime] = []
        for feed in feeds:
            answer = await gateway.http.get(f"/v1/usage-points/{home.point}/{feed}", headers=who, params=days)
            if answer.status_code == 200 and answer.json()["next_change"]:
                told.append(datetime.fromisoformat(answer.json()["next_change"]))
        now = clock.now()
        wait = min([LONGEST_LOOK, *(at - now for at in told)])
        await clock.sleep(max(wait, timedelta(minutes=10)).total_seconds() + chance.uniform(0, 300))


@contextmanager
def _run_home_assistants(
    gateway: Gateway, homes: Sequence[Home], clock: leaping.LeapingClock
) -> Iterator[list[asyncio.Task[None]]]:
    tasks = [asyncio.create_task(_home_assistant(gateway, home, clock)) for home in homes]
    try:
        yield tasks
    finally:
        for task in tasks:
            task.cancel()


async def _count_due_histories(gateway: Gateway) -> int:
    """Return how many histories could have a call now."""
    async with gateway.runtime.database.read() as session:
        due = UsagePoint.history_at <= gateway.runtime.clock.now()
        return await session.scalar(select(func.count()).select_from(UsagePoint).where(due)) or 0


async def _add_homes(gateway: Gateway, street: Street, homes: Sequence[Home]) -> None:
    for number, home in enumerate(homes):
        if story := STORIES.get(number % 40):
            await street.send_order("PATCH", f"/homes/{home.prm}", **story)
        home.point = await gateway.add_meter(home.prm, home.email)


async def _time_live_request(gateway: Gateway, home: Home, clock: leaping.LeapingClock) -> float:
    """Ask for a week long past while histories wait; return the seconds that it took."""
    who = await _get_token(gateway, home, clock)
    start = paris.day_of(clock.now()) - timedelta(days=690)
    begun = clock.monotonic()
    days = {"start": str(start), "end": str(start + timedelta(days=7))}
    await gateway.get(f"/v1/usage-points/{home.point}/load-curve", who, **days)
    return clock.monotonic() - begun


async def _fetch_histories(
    gateway: Gateway, street: Street, homes: Sequence[Home], clock: leaping.LeapingClock
) -> None:
    """Let the histories come in, with a live request now and then."""
    hours: list[int] = []
    live: list[float] = []
    waits = await _count_due_histories(gateway)
    for hour in range(24 * HISTORY_DAYS):
        before = len(street.measure_calls)
        next_hour = (clock.now() + timedelta(hours=1)).replace(minute=0, second=0, microsecond=0)
        if waits and NEWEST_HOURS <= hour < NEWEST_HOURS + 20:
            await clock.sleep(600)
            live.append(await _time_live_request(gateway, homes[(9 * hour + 1) % len(homes)], clock))
        await clock.sleep((next_hour - clock.now()).total_seconds())
        still = await _count_due_histories(gateway)
        if waits and still:
            hours.append(len(street.measure_calls) - before)
        waits = still
    costs = _history_calls(street)
    print(f"history   calls a direction: {max(costs)} at most, {mean(costs):.1f} on average    (to reach: 115)")
    least, most = min(hours, default=0), max(hours, default=0)
    print(f"          calls in the {len(hours)} hours with a backlog: {least} to {most}    (to reach: 700)")
    print(f"          a live request then took {max(live, default=0):.2f} s at most of {len(live)}    (to reach: 2 s)")


def _history_calls(street: Street) -> list[int]:
    """Return what the days before the first one cost, by home and direction."""
    begun = str(paris.day_of(BEGUN))
    calls: Counter[tuple[str, str]] = Counter()
    for call in street.measure_calls:
        asked = parse_qs(call.query)
        if "puissance" not in call.path and "index" not in call.path and asked["dateFin"][0] <= begun:
            calls[call.prm, "production" if "production" in call.path else "consommation"] += 1
    return list(calls.values())


async def _every_day(gateway: Gateway, street: Street, days: range, clock: leaping.LeapingClock) -> None:
    for day in days:
        if fault := FAULTS.get(day):
            await clock.sleep(6 * 3600)
            await street.send_order("POST", "/faults", **fault)
            await clock.sleep(FAULT_HOURS * 3600)
            await street.send_order("DELETE", "/faults")
        tomorrow = BEGUN + timedelta(days=day + 1)
        await clock.sleep((tomorrow - clock.now()).total_seconds())
        print(f"\r{tomorrow:%d %B}: {len(street.measure_calls)} calls", end="", file=sys.stderr, flush=True)


async def _sixty_days(homes: Sequence[Home], folder: str) -> None:
    clock = leaping.LeapingClock(BEGUN)
    simulator = create_simulator(timer=clock.monotonic)
    simulator.state.world.clock = clock
    simulator.state.world.begin_again()
    settings, street = _make_settings(folder), Street(simulator)
    async with _run_gateway(settings, clock, simulator) as gateway:
        await _add_homes(gateway, street, homes)
        with _run_home_assistants(gateway, homes, clock) as tasks:
            await _fetch_histories(gateway, street, homes, clock)
            await _every_day(gateway, street, range(HISTORY_DAYS, DAYS // 2), clock)
        await asyncio.gather(*tasks, return_exceptions=True)
    async with _run_gateway(settings, clock, simulator) as gateway:
        with _run_home_assistants(gateway, homes, clock) as tasks:
            await _every_day(gateway, street, range(DAYS // 2, DAYS), clock)
            assert not any(task.done() for task in tasks), "a Home Assistant gave up"
        await asyncio.gather(*tasks, return_exceptions=True)
    print(file=sys.stderr)
    _print_report(street, homes)


def _print_report(street: Street, homes: Sequence[Home]) -> None:
    since = BEGUN + timedelta(days=HISTORY_DAYS)
    daily = Counter(call.prm for call in street.measure_calls if call.time >= since)
    groups: dict[str, list[float]] = defaultdict(list)
    for home in homes:
        kind = "with maximum power and index" if home.greedy else "the curve alone"
        groups[kind].append(daily[home.prm] / (DAYS - HISTORY_DAYS))
    for kind, limit in (("the curve alone", 1.2), ("with maximum power and index", 2.4)):
        found = groups[kind]
        print(f"each day  {kind}: {mean(found):.2f} calls a home, {max(found):.2f} at most    (to reach: {limit})")
    arrived = sorted(call.arrived for call in street.measure_calls)
    a_second = max(sum(later - at < 1 for later in arrived[number : number + 12]) for number, at in enumerate(arrived))
    an_hour = max(
        Counter(call.time.replace(minute=0, second=0, microsecond=0) for call in street.measure_calls).values()
    )
    closest = min(later - at for at, later in pairwise(arrived))
    print(
        f"pace      {a_second} calls in a second at most, {closest * 1000:.0f} ms apart; {an_hour} in an hour", end=""
    )
    print(f"; refused by Enedis for its quota: {street.app.state.world.quotas.refused}")
    statuses = Counter((call.api, call.status) for call in street.app.state.world.calls)
    print("calls     " + ", ".join(f"{api} {status}: {count}" for (api, status), count in sorted(statuses.items())))


async def _fifty_at_once(simulator: Simulator, folder: str, redis_url: str, replicas: int) -> int:
    """Send fifty requests for one week at once to so many gateways; return the calls that Enedis got for it."""
    settings = _make_settings(folder).model_copy(
        update={"enedis_base_url": simulator.url, "redis_url": SecretStr(redis_url if replicas > 1 else "")}
    )
    clock = SetClock(NOW)
    async with run_gateway(settings, clock) as one, run_gateway(settings, clock) as other:
        who, point = await one.sign_in(), await one.add_meter("30001000000001")
        gateways = (one, other)[:replicas]
        path, days = f"/v1/usage-points/{point}/load-curve", {"start": "2026-06-01", "end": "2026-06-08"}
        asking = [gateways[number % replicas].get(path, who, **days) for number in range(50)]
        assert all(answer["readings"] for answer in await asyncio.gather(*asking))
        return sum("dateDebut=2026-06-01" in call["query"] for call in simulator.calls("courbe_de_charge"))


def _at_once() -> None:
    valkey = Valkey(free_port())
    valkey.start()
    try:
        for replicas in (1, 2):
            with tempfile.TemporaryDirectory() as folder, run_simulator() as simulator:
                calls = asyncio.run(_fifty_at_once(simulator, folder, valkey.url, replicas))
            print(f"at once   50 identical requests to {replicas} replica(s): {calls} call(s)    (to reach: 1)")
    finally:
        valkey.stop()


def _make_street(count: int) -> list[Home]:
    return [
        Home(PRODUCERS.get(number, f"30009{number:09}"), bool(number % 2), f"home{number}@example.org")
        for number in range(count)
    ]


def main() -> None:
    """Print the table."""
    logging.disable()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    count = int(sys.argv[1]) if len(sys.argv) > 1 else HOMES
    print(f"{count} homes and their Home Assistants, {DAYS} days\n")
    _at_once()
    with (
        tempfile.TemporaryDirectory(dir="/dev/shm" if Path("/dev/shm").is_dir() else None) as folder,  # noqa: S108 - in memory
        # the jobs of a gateway look every few seconds for what another process may have done: here there is none
        mock.patch("gateway.jobs.worker.LONGEST_SLEEP", timedelta(minutes=15)),
    ):
        leaping.run_leaping(_sixty_days(_make_street(count), folder))


if __name__ == "__main__":
    main()
