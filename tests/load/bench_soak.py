"""Whether many requests leave memory, the store, the database and the log flat.

scripts/bench soak [REQUESTS]: a million unless given. A gateway with SQLite and Valkey is asked by 32 clients for known
days, in ranges that change, for hours of which nothing is new, and for signals. After each twentieth, a line says what
is used, and what `/ping` takes at that time. Ends with an error if the last twentieth uses more than the fourth: those
before are to warm up.
"""

import asyncio
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import cycle
from pathlib import Path
from statistics import median

import httpx2
from redis.asyncio import Redis

from gateway.kit.crypto import Keyring
from scripts.lib.program import free_port
from tests.load import http, running
from tests.load.bench_readings import fill_home
from tests.server.valkey_server import Valkey

CLIENTS = 32
SLICE = 0.5
"""Seconds for which one path is asked."""
STEPS, WARM = 20, 3
"""After so many parts of the requests a line is printed; the first are to warm up."""
MOST_MIB, MOST_KEYS, MOST_LOG = 8.0, 20, 1.1
"""How much more the last part may use: memory and database, keys of the store, and log for each request (a factor)."""


@dataclass(frozen=True)
class _Use:
    """What is used after some requests: MiB of memory and database, keys in the store, bytes of log a request."""

    memory: float
    database: float
    keys: int
    log: float


def _list_paths(point: str, today: datetime, cursor: str) -> Iterator[str]:
    """Yield paths without end; ranges come again after 300 of them."""
    for number in cycle(range(3, 303)):
        start, end = (f"{today - timedelta(days=number + days):%Y-%m-%d}" for days in (7, 0))
        yield f"{point}/load-curve?start={start}&end={end}"
        yield f"{point}/daily?start={start}&end={end}"
        yield f"{point}/hours?cursor={cursor}"
        yield "/v1/tempo"


async def _authorize(port: int, credentials: Mapping[str, str]) -> dict[str, str]:
    """Return the headers of the clients: a token is good for less time than a million requests take."""
    return await asyncio.to_thread(running.request_token, port, credentials) | {"Accept-Encoding": "gzip"}


async def _ask_part(port: int, who: dict[str, str], paths: Iterator[str], wanted: int) -> int:
    done = 0
    while done < wanted:
        done += len(await http.keep_asking(port, next(paths), who, CLIENTS, SLICE))
    return done


async def _soak(folder: Path, valkey: Valkey, requests: int) -> bool:
    keyring, log = Keyring.generate_key(), folder / "log"
    env = running.build_environment(folder, "http://127.0.0.1:9") | {
        "ENCRYPTION_KEYS": keyring,
        "REDIS_URL": valkey.url,
        "USER_DAILY_LIMIT_WITH_CACHE": "1000000000",
    }
    uses: list[_Use] = []
    with running.run_gateway(env, log) as port:
        credentials = await asyncio.to_thread(running.make_api_client, env)
        who = await _authorize(port, credentials)
        home, _ = await fill_home(env["DATABASE_URL"], Keyring.parse_keyring(keyring), datetime.now(UTC))
        point = f"/v1/usage-points/{home.point_id}"
        async with httpx2.AsyncClient(base_url=f"http://127.0.0.1:{port}", headers=who, timeout=60) as client:
            cursor = (await client.get(f"{point}/hours")).raise_for_status().json()["cursor"]
        paths, total, asking = _list_paths(point, datetime.now(UTC), cursor), 0, 0.0
        store = Redis.from_url(valkey.url)
        print(
            f"{'requests':>10}{'a second':>10}{'memory MiB':>12}{'database MiB':>14}{'keys':>7}{'log B each':>12}"
            f"{'/ping ms':>10}{'/ping/s':>9}"
        )
        for _ in range(STEPS):
            size = log.stat().st_size
            who = await _authorize(port, credentials)
            begun = time.monotonic()
            done = await _ask_part(port, who, paths, requests // STEPS)
            total, asking = total + done, asking + time.monotonic() - begun
            use = _Use(
                running.read_memory("VmRSS"),
                _measure_database(folder),
                await store.dbsize(),
                (log.stat().st_size - size) / done,
            )
            uses.append(use)
            ping = await http.keep_asking(port, "/ping", who, 1, SLICE)
            pings = await http.keep_asking(port, "/ping", who, CLIENTS, SLICE)
            print(
                f"{total:>10}{total / asking:>10.0f}{use.memory:>12.1f}{use.database:>14.1f}"
                f"{use.keys:>7}{use.log:>12.0f}{median(ping) * 1000:>10.2f}{len(pings) / SLICE:>9.0f}",
                flush=True,
            )
        await store.aclose()
        await home.database.close()
    return _is_flat(uses[WARM], uses[-1])


def _measure_database(folder: Path) -> float:
    return sum(file.stat().st_size for file in folder.glob("gateway.db*")) / 2**20


def _is_flat(early: _Use, late: _Use) -> bool:
    return (
        late.memory - early.memory <= MOST_MIB
        and late.database - early.database <= MOST_MIB
        and late.keys - early.keys <= MOST_KEYS
        and late.log <= early.log * MOST_LOG
    )


class _Running(Valkey):
    """A Valkey that runs until it is closed."""

    def close(self) -> None:
        self.stop()


def main(requests: int) -> None:
    """Start a gateway and Valkey, and ask."""
    with tempfile.TemporaryDirectory() as folder, closing(_Running(free_port())) as valkey:
        valkey.start()
        is_flat = asyncio.run(_soak(Path(folder), valkey, requests))
    print("flat" if is_flat else "NOT flat")
    sys.exit(not is_flat)


if __name__ == "__main__":
    running.use_bytecode_of_image()
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)
