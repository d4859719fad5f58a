"""What `/hours` costs over HTTP: two years of ten series, at first and again, a day that is new, and nothing new.

Times go from the request to the last byte of the compressed answer. Beside them stands the processor time that the
gateway took, which does not depend on what else the machine does. Memory is what the answers took at most, above what
the process holds at rest. All goals are said beside the median of `/ping` of the same run.
"""

import asyncio
import gzip
import random
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from typing import Any

import httpx2

from gateway.cli.api_client import OWNER
from gateway.domain.direction import Direction
from gateway.kit.crypto import Keyring
from gateway.metering.schedule import Kind
from gateway.usage_points.contract import Contract
from tests.load import running
from tests.server.billing.homes import StoredHome, sqlite_url, whole_curve
from tests.server.conftest import SetClock
from tests.server.paris import PARIS

TARIFF = {
    "option": "custom",
    "power_kva": 9,
    "prices": [
        {"bucket": "weekend", "eur_per_kwh": 0.17, "weekdays": [5, 6], "slots": [["00:00", "24:00"]]},
        {"bucket": "night", "eur_per_kwh": 0.15, "slots": [["22:30", "06:30"]]},
        {"bucket": "day", "eur_per_kwh": 0.24},
    ],
    "subscription_eur_per_month": 15.65,
}
TIMES = 15
DAYS = 731


async def _fill_home(url: str, keyring: Keyring, now: datetime) -> StoredHome:
    """Make a home of which two years are known, and nothing is to be asked."""
    home = await StoredHome.open(url, SetClock(now), keyring, tariffs=[TARIFF], email=OWNER)
    later = now + timedelta(days=30)
    since = now.date() - timedelta(days=DAYS)
    contract = Contract(consumption_activated_on=since, production_activated_on=since)
    await home.change_point(next_work_at=later, details_at=later, contract=contract)
    chance = random.Random(1)
    days = [since + timedelta(days=number) for number in range(DAYS)]
    for direction in Direction:
        curves = {day: whole_curve(day, [chance.randrange(6000) for _ in range(48)]) for day in days}
        await home.write_days(Kind.CURVE, curves, direction, asked_at=now - timedelta(days=1))
    return home


@contextmanager
def _print_median(name: str, target: str, ping: float) -> Iterator[list[float]]:
    """Print the median of the milliseconds that the block notes, how much is above `ping`, and the processor time."""
    times: list[float] = []
    begun = running.read_processor_time()
    yield times
    used = (running.read_processor_time() - begun) / len(times)
    above = median(times) - ping
    print(f"{name:<30}{median(times):8.2f} ms, {above:+8.2f} to /ping, {used:6.1f} of the processor's; to be {target}")


def _time_raw(http: httpx2.Client, path: str, **query: str) -> tuple[float, httpx2.Response, bytes]:
    """Return the milliseconds to the last byte, the answer, and its body as it came."""
    begun = time.perf_counter()
    with http.stream("GET", path, params=query) as answer:
        raw = b"".join(answer.iter_raw())
    return (time.perf_counter() - begun) * 1000, answer, raw


def _time_request(http: httpx2.Client, path: str, **query: str) -> tuple[float, dict[str, Any], int]:
    """Return the milliseconds to the last byte, the content, and its size as it came."""
    elapsed, answer, raw = _time_raw(http, path, **query)
    assert answer.status_code == 200, raw
    packed = answer.headers.get("content-encoding") == "gzip"
    content = httpx2.Response(200, content=gzip.decompress(raw) if packed else raw).json()
    return elapsed, content, len(raw)


async def _run_bench(folder: Path) -> None:
    keyring_text = Keyring.generate_key()
    env = running.build_environment(folder, "http://127.0.0.1:9") | {"ENCRYPTION_KEYS": keyring_text}
    now = datetime.now(UTC)
    with running.run_gateway(env) as port:
        who = await asyncio.to_thread(running.make_bearer, env, port)
        home = await _fill_home(sqlite_url(folder), Keyring.parse_keyring(keyring_text), now)
        path = f"/v1/usage-points/{home.point_id}/hours"
        with httpx2.Client(base_url=f"http://127.0.0.1:{port}", headers=who) as http:
            http.get("/ping")
            resting = running.read_memory()
            ping = median(_time_raw(http, "/ping")[0] for _ in range(20 * TIMES))
            print(f"{'/ping':<30}{ping:8.2f} ms")
            with _print_median("first question, counted anew", "under 300 ms", ping) as times:
                elapsed, answer, size = _time_request(http, path)
                times.append(elapsed)
            with _print_median("two years again", "under 300 ms", ping) as times:
                times += [_time_request(http, path)[0] for _ in range(TIMES)]
            print(f"{len(answer['start'])} rows of {len(answer['series'])} series, {size / 1024:.0f} KiB compressed")
            most = running.read_memory()
            print(f"memory, most                  {most - resting:8.0f} MiB above {resting:.0f} at rest; at most 30")
            cursor = answer["cursor"]
            with _print_median("nothing new", "/ping + 2 ms at most", ping) as times:
                times += [_time_request(http, path, cursor=cursor)[0] for _ in range(TIMES)]
            yesterday = now.astimezone(PARIS).date() - timedelta(days=1)
            with _print_median("a day that is new", "under 15 ms", ping) as times:
                for number in range(TIMES):
                    await home.write_days(Kind.CURVE, {yesterday: whole_curve(yesterday, [500 + number])})
                    elapsed, answer, _ = _time_request(http, path, cursor=cursor)
                    assert len(answer["start"]) == 24, len(answer["start"])
                    cursor = answer["cursor"]
                    times.append(elapsed)
        await home.database.close()


if __name__ == "__main__":
    running.use_bytecode_of_image()
    with tempfile.TemporaryDirectory() as directory:
        asyncio.run(_run_bench(Path(directory)))
