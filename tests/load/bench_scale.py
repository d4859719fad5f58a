"""What a replica brings and costs: reading a known day through Caddy, for 1, 2 and 3 of them, and for SQLite alone.

The last columns say how much of a core the client, Caddy and the gateways took, and how many reads a gateway gives for
each second of its processor time. Where all of them and PostgreSQL share two cores, more replicas cannot be faster: the
cores are the limit, and the last column what a core for each replica would give. A replica that has one and does not
take it all waits for something else.
"""

import asyncio
import os
import subprocess
import sys
import sysconfig
import tempfile
import time
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from statistics import quantiles

import httpx2

from tests.e2e.stack.parts import ROOT, Stack, run_stack, wait_until
from tests.load.http import keep_asking

PRM = "30001000000001"
READERS = 32
SECONDS = float(os.environ.get("BENCH_SECONDS", "10"))
SETTLED = 5.0
"""Seconds after which a replica's jobs have done what a start gives them to do."""


async def _is_known(http: httpx2.AsyncClient, path: str, headers: dict[str, str]) -> bool:
    answer = await http.get(path, headers=headers)
    return answer.is_success and len(answer.json()["readings"]) == 48


async def _measure_path(stack: Stack, name: str, path: str, headers: dict[str, str]) -> float:
    """Measure and print a line; return the reads a second."""
    await asyncio.sleep(SETTLED)
    rest = max(replica.memory for replica in stack.replicas)
    async with stack.new_client() as http:
        await wait_until(partial(_is_known, http, path, headers))
    port = int(stack.site.rpartition(":")[2])
    before = _read_processor_seconds(stack)
    times = await keep_asking(port, f"/api{path}", headers, READERS, SECONDS, host="localhost", tls=stack.tls)
    after = _read_processor_seconds(stack)
    client, caddy, gateways = (late - early for early, late in zip(before, after, strict=True))
    busy = max(replica.memory for replica in stack.replicas)
    p99 = quantiles(times, n=100)[98] * 1000
    print(
        f"{name:<24}{len(times) / SECONDS:>6.0f}/s{p99:>8.0f} ms"
        f"{rest.resident:>8.0f} MiB{rest.own:>6.0f} MiB{busy.resident:>10.0f} MiB{busy.own:>6.0f} MiB"
        f"{client / SECONDS:>9.0%}{caddy / SECONDS:>8.0%}{gateways / SECONDS:>10.0%}{len(times) / gateways:>12.0f}",
        flush=True,
    )
    return len(times) / SECONDS


def _read_processor_seconds(stack: Stack) -> tuple[float, float, float]:
    """Return the processor time that the client, Caddy and all gateways have used."""
    gateways = sum(replica.processor_seconds for replica in stack.replicas)
    return time.process_time(), stack.caddy.processor_seconds, gateways


async def _add_replica(stack: Stack) -> float:
    """Add a replica that has nothing to migrate, as most starts have; return the seconds until its first answer."""
    await stack.add_replica()
    return await stack.restart_replica(len(stack.replicas) - 1)


async def _prepare_home(stack: Stack) -> tuple[str, dict[str, str]]:
    point, client = await stack.add_usage_point(PRM)
    async with stack.new_client() as http:
        answer = await http.post("/v1/oauth/token", data={"grant_type": "client_credentials", **client})
    day = date.today() - timedelta(days=5)  # noqa: DTZ011 - any published day will do
    path = f"/v1/usage-points/{point}/load-curve?start={day}&end={day + timedelta(days=1)}"
    token = answer.raise_for_status().json()["access_token"]
    return path, {"Authorization": f"Bearer {token}", "Accept-Encoding": "gzip"}


async def _main() -> None:
    print(f"a known day through Caddy, {READERS} readers for {SECONDS:.0f} s; the most memory of a replica, and how")
    print("much of it is its own: the rest are pages of files, which replicas on one machine share\n")
    memory = f"{'at rest':>12}{'own':>10}{'under load':>14}{'own':>10}"
    processor = f"{'client':>9}{'Caddy':>8}{'gateways':>10}{'reads/CPU s':>12}"
    print(f"{'':<24}{'reads':>8}{'p99':>11}{memory}{processor}")
    starts = []
    with tempfile.TemporaryDirectory() as folder:
        async with run_stack(Path(folder), 0, shared=False) as stack:
            starts.append(await _add_replica(stack))
            await _measure_path(stack, "SQLite, memory", *await _prepare_home(stack))
    with tempfile.TemporaryDirectory() as folder:
        async with run_stack(Path(folder), 0) as stack:
            asks: tuple[str, dict[str, str]] | None = None
            rates = []
            for number in (1, 2, 3):
                starts.append(await _add_replica(stack))
                asks = asks or await _prepare_home(stack)
                rates.append(await _measure_path(stack, f"PostgreSQL, Valkey: {number}", *asks))
    print(
        f"\ntwo replicas: {rates[1] / rates[0]:.2f} times one; three: {rates[2] / rates[0]:.2f}; {os.cpu_count()} cores"
    )
    print("\ncold start to the first answer: " + ", ".join(f"{seconds:.1f} s" for seconds in starts))


def _compile_as_in_the_image() -> None:
    libraries = (sysconfig.get_path("stdlib"), sysconfig.get_path("purelib"))
    subprocess.run([sys.executable, ROOT / "server/bytecode.py", *libraries], check=True)


if __name__ == "__main__":
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    with tempfile.TemporaryDirectory() as bytecode:
        os.environ["PYTHONPYCACHEPREFIX"] = bytecode
        _compile_as_in_the_image()
        asyncio.run(_main())
