"""What Tempo and Ecowatt cost: calls to RTE a day, whoever asks, and the time of an answer beside that of /ping."""

import asyncio
import logging
import tempfile
from datetime import datetime, timedelta
from pathlib import Path
from statistics import median
from unittest import mock

import httpx2

from gateway.settings import EnedisEnvironment, Settings
from tests.load import http, running
from tests.server.conftest import NOW, Gateway, SetClock, Simulator, run_gateway, wait_until

CLIENTS = (1, 1_000, 10_000)
CONNECTIONS = 32
SECONDS = 1.0
ROUNDS = 15
STEP = timedelta(minutes=10)
PATHS = ("/v1/tempo", "/v1/ecowatt")


async def _live_day(simulator: Simulator, folder: Path, clients: int) -> dict[str, int]:
    """Live a day on which every client asks for both signals; return the calls that RTE got, by API."""
    settings = Settings(
        database_url=f"sqlite+aiosqlite:///{folder}/{clients}.db",
        secret_key="bench" * 8,
        enedis_environment=EnedisEnvironment.SIMULATOR,
        rte_base_url=simulator.url,
        rte_open_data_url=simulator.url,
        rte_client_id="simulator-rte",
        rte_client_secret="simulator-rte-secret",
    )
    midnight = datetime(NOW.year, NOW.month, NOW.day, tzinfo=NOW.tzinfo) - timedelta(hours=1)
    clock = SetClock(midnight)
    simulator.set_clock(midnight)
    simulator.order("POST", "reset")
    async with run_gateway(settings, clock) as gateway:
        await wait_until(lambda: _is_history_known(gateway))
        simulator.forget_calls()
        steps = timedelta(days=1) // STEP
        for step in range(steps):
            now = midnight + STEP * (step + 1)
            simulator.set_clock(now)
            clock.set(now)
            simulator.order("DELETE", "tokens")
            who = await gateway.sign_in()
            for _ in range(clients * (step + 1) // steps - clients * step // steps):
                for path in PATHS:
                    await gateway.get(path, who)
            await asyncio.sleep(0.3)  # the worker looks four times a second at this clock
        calls = [call["api"] for call in simulator.calls("open_api") if call["status"] != 401]
        return {api: calls.count(api) for api in sorted(set(calls))}


async def _is_history_known(gateway: Gateway) -> bool:
    """Tell whether the history since 2014 is known."""
    who = await gateway.sign_in()
    oldest = await gateway.get("/v1/tempo/days", who, start="2014-09-01", end="2014-09-02")
    return bool(oldest["days"][0]["color"] != "unknown")


def _bench_calls() -> None:
    print("calls to RTE in a day, history known\n")
    with (
        running.run_simulator("--now", NOW.isoformat(), "--frozen") as url,
        httpx2.Client(base_url=url) as control,
        tempfile.TemporaryDirectory() as folder,
        # a day passes in a minute here: only the quarter of an hour that is written down can count, and RTE's own
        mock.patch("gateway.rte.client.BETWEEN_ECOWATTS", 0),
    ):
        for clients in CLIENTS:
            calls = asyncio.run(_live_day(Simulator(url, control), Path(folder), clients))
            told = "   ".join(f"{api}: {calls.get(api, 0)}" for api in ("tempo_like_supply_contract", "ecowatt"))
            print(f"{clients:>7} clients   {told}")


def _bench_latency() -> None:
    """Ask for each path in turn, many short rounds: what else the machine does then weighs on all alike."""
    rounds: dict[str, list[float]] = {path: [] for path in ("/ping", *PATHS)}
    with tempfile.TemporaryDirectory() as folder, running.run_simulator() as url:
        env = running.build_environment(Path(folder), url)
        with running.run_gateway(env) as port:
            who = running.make_bearer(env, port)
            for number in range(ROUNDS + 1):
                for path, medians in rounds.items():
                    milliseconds = asyncio.run(http.measure_p50(port, path, who, CONNECTIONS, SECONDS))
                    if number:  # the first is to warm up
                        medians.append(milliseconds)
    print(f"\np50 over {CONNECTIONS} connections, the median of {ROUNDS} rounds of {SECONDS:.0f} s, path by path\n")
    for path, medians in rounds.items():
        more = median(here - ping for here, ping in zip(medians, rounds["/ping"], strict=True))
        print(f"{path:<14}{median(medians):8.2f} ms   {more:+6.2f} ms beside /ping in the same round")


if __name__ == "__main__":
    logging.disable()  # a simulated day is full of tokens that end
    _bench_calls()
    _bench_latency()
