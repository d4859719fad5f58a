"""What a replica brings and costs: reading a known day through Caddy, for 1, 2 and 3 of them, and for SQLite alone.

Beside the rate of the known day stands that of `/ping` of the same gateways through Caddy. A second table says how
much of a core each program took meanwhile, and what was the limit. Where all of them share two cores, the cores are:
then more replicas cannot be faster. The processor time of a read says what they would serve with a core for each
replica and enough for the others.

The client is `wrk`, if it is installed (apt-get install wrk), else one of our own, which takes as much as a gateway.
"""

import asyncio
import os
import resource
import tempfile
import time
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from statistics import quantiles

import httpx2

from tests.e2e.stack.parts import Memory, Stack, run_stack, wait_until
from tests.load import running, wrk
from tests.load.http import keep_asking

PRM = "30001000000001"
READERS = 32
SECONDS = float(os.environ.get("BENCH_SECONDS", "10"))
SETTLED = 5.0
"""Seconds after which a replica's jobs have done what a start gives them to do."""
PROGRAMS = ("client", "Caddy", "gateways", "PostgreSQL", "Valkey")
BUSY = 0.9
"""Of what it can have, a program or a machine that takes more is the limit."""


@dataclass(frozen=True)
class _Measured:
    """What was served, and the share of a core that each of PROGRAMS took; `machine` is the share of all cores."""

    name: str
    replicas: int
    rate: float
    p99: float
    ping: float
    shares: tuple[float, ...]
    machine: float
    rest: Memory
    busy: Memory

    @property
    def gateway_ms(self) -> float:
        """The processor time of the gateways for each read, in milliseconds."""
        return self.shares[PROGRAMS.index("gateways")] * 1000 / self.rate

    @property
    def rate_with_cores(self) -> float:
        """The reads a second with a core for each replica."""
        return self.replicas * 1000 / self.gateway_ms

    def find_limit(self) -> str:
        """Say what kept them from serving more."""
        client, _, gateways, _, valkey = self.shares
        if gateways > BUSY * self.replicas:
            return "the gateways: each takes its core"
        if client > BUSY:
            return "the client"
        if valkey > BUSY:
            return "Valkey"
        if self.machine > BUSY:
            return f"the machine: all of its {os.cpu_count()} cores are taken"
        return "waiting: no program takes what it could have"


async def _is_known(http: httpx2.AsyncClient, path: str, headers: dict[str, str]) -> bool:
    answer = await http.get(path, headers=headers)
    return answer.is_success and len(answer.json()["readings"]) == 48


async def _keep_asking(stack: Stack, path: str, headers: dict[str, str], seconds: float) -> wrk.Served:
    if wrk.is_installed():
        return await wrk.keep_asking(f"{stack.site}/api{path}", headers, READERS, seconds)
    port = int(stack.site.rpartition(":")[2])
    times = await keep_asking(port, f"/api{path}", headers, READERS, seconds, host="localhost", tls=stack.tls)
    return wrk.Served(len(times), quantiles(times, n=100)[98] * 1000)


async def _measure_path(stack: Stack, name: str, path: str, headers: dict[str, str]) -> _Measured:
    await asyncio.sleep(SETTLED)
    rest = max(replica.memory for replica in stack.replicas)
    async with stack.new_client() as http:
        await wait_until(partial(_is_known, http, path, headers))
    ping_seconds = max(1, SECONDS // 3)
    ping = await _keep_asking(stack, "/ping", headers, ping_seconds)
    before, idle, begun = _read_processor_seconds(stack), _read_idle_seconds(), time.monotonic()
    served = await _keep_asking(stack, path, headers, SECONDS)
    took = time.monotonic() - begun
    after = _read_processor_seconds(stack)
    return _Measured(
        name=name,
        replicas=len(stack.replicas),
        rate=served.count / took,
        p99=served.p99,
        ping=ping.count / ping_seconds,
        shares=tuple((late - early) / took for early, late in zip(before, after, strict=True)),
        machine=1 - (_read_idle_seconds() - idle) / took / (os.cpu_count() or 1),
        rest=rest,
        busy=max(replica.memory for replica in stack.replicas),
    )


def _read_processor_seconds(stack: Stack) -> tuple[float, ...]:
    """Return the processor time that each of PROGRAMS has used."""
    wrks = resource.getrusage(resource.RUSAGE_CHILDREN)
    return (
        wrks.ru_utime + wrks.ru_stime if wrk.is_installed() else time.process_time(),
        stack.caddy.processor_seconds,
        sum(replica.processor_seconds for replica in stack.replicas),
        stack.postgres.processor_seconds if stack.postgres else 0,
        stack.valkey.processor_seconds if stack.valkey else 0,
    )


def _read_idle_seconds() -> float:
    """Return how long the machine's cores have had nothing to do, added up."""
    idle, waiting = Path("/proc/stat").read_text().split("\n", 1)[0].split()[4:6]
    return (int(idle) + int(waiting)) / os.sysconf("SC_CLK_TCK")


def _print_measured(measured: list[_Measured]) -> None:
    memory = f"{'at rest':>12}{'own':>10}{'under load':>14}{'own':>10}"
    print(f"\n{'':<24}{'reads':>8}{'p99':>11}{'/ping':>10}{memory}")
    for each in measured:
        print(
            f"{each.name:<24}{each.rate:>6.0f}/s{each.p99:>8.0f} ms{each.ping:>8.0f}/s"
            f"{each.rest.resident:>8.0f} MiB{each.rest.own:>6.0f} MiB"
            f"{each.busy.resident:>10.0f} MiB{each.busy.own:>6.0f} MiB"
        )
    print(f"\n{'of a core':<24}" + "".join(f"{name:>12}" for name in PROGRAMS) + f"{'machine':>10}   the limit")
    for each in measured:
        shares = "".join(f"{share:>12.0%}" for share in each.shares)
        print(f"{each.name:<24}{shares}{each.machine:>10.0%}   {each.find_limit()}")


def _print_ratios(one: _Measured, more: list[_Measured]) -> None:
    print(f"\n{'':<24}{'a read':>12}{'a core each':>16}{'as measured':>14}{'a core each':>14}")
    for each in (one, *more):
        print(
            f"{each.name:<24}{each.gateway_ms:>9.2f} ms{each.rate_with_cores:>14.0f}/s"
            f"{each.rate / one.rate:>12.2f} x{each.rate_with_cores / one.rate_with_cores:>12.2f} x"
        )


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
    client = "wrk" if wrk.is_installed() else "our own client"
    print(f"a known day through Caddy, {READERS} readers ({client}) for {SECONDS:.0f} s; the most memory of a replica,")
    print("and how much of it is its own: the rest are pages of files, which replicas on one machine share", flush=True)
    starts, measured = [], []
    with tempfile.TemporaryDirectory() as folder:
        async with run_stack(Path(folder), 0, shared=False) as stack:
            starts.append(await _add_replica(stack))
            measured.append(await _measure_path(stack, "SQLite, memory", *await _prepare_home(stack)))
    with tempfile.TemporaryDirectory() as folder:
        async with run_stack(Path(folder), 0) as stack:
            asks: tuple[str, dict[str, str]] | None = None
            for number in (1, 2, 3):
                starts.append(await _add_replica(stack))
                asks = asks or await _prepare_home(stack)
                measured.append(await _measure_path(stack, f"PostgreSQL, Valkey: {number}", *asks))
    _print_measured(measured)
    _print_ratios(measured[1], measured[2:])
    print("\ncold start to the first answer: " + ", ".join(f"{seconds:.1f} s" for seconds in starts))


if __name__ == "__main__":
    running.use_bytecode_of_image()
    asyncio.run(_main())
