"""What it costs to answer from what is known, beside `/ping` of the same run.

scripts/bench readings [METERS [DATABASE]]: METERS accounts with a meter each, one of them asked. With more than one,
that one is measured alone first, and the last table says how the rates changed. DATABASE is `sqlite` in a folder of its
own, unless it is `postgresql`, for a server of its own, or the URL of an empty database.

Each line has the median time at one client, how much that is above `/ping` at one client, the answers a second at one
and at 32 clients, the processor time of the gateway for each answer, and the bytes of an answer. The processor time
does not depend on what else the machine does. All clients are one account's, of which eight are answered at once.
"""

import asyncio
import os
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import batched
from pathlib import Path
from statistics import median
from typing import Any

import httpx2
from sqlalchemy import Select, insert, select, true
from sqlalchemy.ext.asyncio import AsyncSession

from gateway.accounts.models import Account
from gateway.cli.api_client import OWNER
from gateway.kit.crypto import Keyring
from gateway.metering import payloads
from gateway.metering import repository as metering
from gateway.metering.models import DayRecord
from gateway.metering.repository import Fact
from gateway.metering.schedule import Feed, Kind, State
from gateway.usage_points.contract import Contract
from gateway.usage_points.models import UsagePoint
from scripts.lib.program import free_port
from tests.load import http, running
from tests.server import postgresql
from tests.server.billing.homes import HP_HC, NIGHT, StoredHome, sqlite_url, whole_curve
from tests.server.conftest import SetClock
from tests.server.paris import PARIS

DAYS = 400
CLIENTS = (1, 32)
SECONDS = float(os.environ.get("BENCH_SECONDS", "1.5"))
ROUNDS = 3
ASKED_AGO = timedelta(hours=3)
"""Longer than what was asked counts as new to the hours."""


@dataclass
class _Measured:
    """What rounds of one question at so many clients gave."""

    p50: list[float] = field(default_factory=list)
    rate: list[float] = field(default_factory=list)
    processor: list[float] = field(default_factory=list)


type _Found = defaultdict[tuple[str, int], _Measured]
"""By the name of the question and the number of clients."""


async def fill_home(url: str, keyring: Keyring, now: datetime) -> tuple[StoredHome, date]:
    """Make a home of which so many days are known, and nothing is to be asked; return it and the day after the last."""
    home = await StoredHome.open(url, SetClock(now), keyring, tariffs=HP_HC, off_peak=NIGHT, email=OWNER)
    today = now.astimezone(PARIS).date()
    days = [today - timedelta(days=number) for number in range(DAYS, 0, -1)]
    later = now + timedelta(days=30)
    contract = Contract(consumption_activated_on=days[0], power_kva=6)
    await home.change_point(next_work_at=later, details_at=later, history_at=None, contract=contract)
    asked_at = now - ASKED_AGO
    curves = {day: whole_curve(day, [200 + (day.day * 97 + half * 37) % 3000 for half in range(48)]) for day in days}
    await home.write_days(Kind.CURVE, curves, asked_at=asked_at)
    daily = Feed(home.point_id, Kind.DAILY)
    facts = [Fact(day, State.COMPLETE, payloads.pack_value(9000 + day.day)) for day in days]
    async with home.database.write() as session:
        await metering.save_facts(session, daily, home.secrets, facts, asked_at)
    return home, today


async def _add_neighbours(home: StoredHome, count: int) -> None:
    """Add accounts with a meter each, and ten known days: copies of the home's, which nobody asks for."""
    async with home.database.write() as session:
        account = await _copy_row(session, select(Account.__table__))
        point = await _copy_row(session, select(UsagePoint.__table__))
        days, points = DayRecord.__table__, UsagePoint.__table__
        known = select(days).where(days.c.usage_point_id == home.point_id).limit(10).subquery()
        copied = [points.c.id if column.name == "usage_point_id" else known.c[column.name] for column in days.c]
        for some in batched(range(count), 1000, strict=False):
            names = [f"n{number:015}" for number in some]
            await session.execute(
                insert(Account), [{**account, "id": name, "email": name, "address": name} for name in names]
            )
            await session.execute(
                insert(UsagePoint),
                [{**point, "id": name, "account_id": name, "prm_hash": name.encode() * 2} for name in names],
            )
            copies = select(*copied).join_from(points, known, true()).where(points.c.id.in_(names))
            await session.execute(insert(DayRecord).from_select([column.name for column in days.c], copies))


async def _copy_row(session: AsyncSession, query: Select[Any]) -> dict[str, Any]:
    return dict((await session.execute(query.limit(1))).mappings().one())


async def _measure(port: int, who: dict[str, str], paths: dict[str, str]) -> _Found:
    """Measure each path, and print the table."""
    found: _Found = defaultdict(_Measured)
    for number in range(ROUNDS + 1):
        for name, path in paths.items():
            for clients in CLIENTS:
                before = running.read_processor_time()
                times = await http.keep_asking(port, path, who, clients, SECONDS)
                if number:  # the first round is to warm up
                    measured = found[name, clients]
                    measured.p50.append(median(times) * 1000)
                    measured.rate.append(len(times) / SECONDS)
                    measured.processor.append((running.read_processor_time() - before) / len(times))
    ping = median(found["/ping", 1].p50)
    columns = ("p50 ms", "- /ping", "1 client/s", "32 cl./s", "CPU ms at 1", "CPU ms at 32", "ratio")
    print(f"{'':<22}" + "".join(f"{column:>13}" for column in columns))
    for name in paths:
        one, many = (found[name, clients] for clients in CLIENTS)
        one_cpu, many_cpu = median(one.processor), median(many.processor)
        print(
            f"{name:<22}{median(one.p50):>13.2f}{median(one.p50) - ping:>+13.2f}{median(one.rate):>13.0f}"
            f"{median(many.rate):>13.0f}{one_cpu:>13.2f}{many_cpu:>13.2f}{many_cpu / one_cpu:>13.2f}",
            flush=True,
        )
    return found


def _print_change(names: Iterable[str], alone: _Found, among: _Found, meters: int) -> None:
    print(f"\n{meters} meters against one, flat is 1:")
    columns = [f"{what}, {clients} cl." for clients in CLIENTS for what in ("answers/s", "CPU each")]
    print(f"{'':<22}" + "".join(f"{column:>18}" for column in columns))
    for name in names:
        line = f"{name:<22}"
        for clients in CLIENTS:
            before, after = alone[name, clients], among[name, clients]
            line += f"{median(after.rate) / median(before.rate):>18.2f}"
            line += f"{median(after.processor) / median(before.processor):>18.2f}"
        print(line)


async def _bench(url: str, meters: int) -> None:
    keyring_text = Keyring.generate_key()
    env = running.build_environment(Path(tempfile.gettempdir()), "http://127.0.0.1:9") | {
        "DATABASE_URL": url,
        "ENCRYPTION_KEYS": keyring_text,
        "USER_DAILY_LIMIT_WITH_CACHE": "1000000000",
    }
    with running.run_gateway(env) as port:
        who = await asyncio.to_thread(running.make_bearer, env, port) | {"Accept-Encoding": "gzip"}
        home, today = await fill_home(url, Keyring.parse_keyring(keyring_text), datetime.now(UTC))
        point = f"/v1/usage-points/{home.point_id}"
        with httpx2.Client(base_url=f"http://127.0.0.1:{port}", headers=who, timeout=60) as client:
            client.get("/ping")
            resting = running.read_memory("VmRSS")
            before = running.read_processor_time()
            answer = client.get(f"{point}/hours").raise_for_status()
            used = running.read_processor_time() - before
            print(f"first /hours of {DAYS} days: {answer.elapsed.total_seconds() * 1000:.0f} ms, {used:.0f} of CPU")
            cursor = answer.json()["cursor"]
            day, week, year = (today - timedelta(days=count) for count in (3, 10, 367))
            end = today - timedelta(days=2)
            paths = {
                "/ping": "/ping",
                "/v1/tempo": "/v1/tempo",
                "a day of the curve": f"{point}/load-curve?start={day}&end={end}",
                "a daily value": f"{point}/daily?start={day}&end={end}",
                "a week of the curve": f"{point}/load-curve?start={week}&end={end}",
                "365 daily values": f"{point}/daily?start={year}&end={end}",
                "a year of the curve": f"{point}/load-curve?start={year}&end={end}",
                "/hours, nothing new": f"{point}/hours?cursor={cursor}",
            }
            for name, path in paths.items():
                answer = client.get(path).raise_for_status()
                sent, read = answer.headers["content-length"], len(answer.content)
                assert name.startswith("/") or answer.json()["missing"] == [], answer.json()["missing"]
                print(f"{name:<22}{sent:>10} bytes as sent, {read:>10} as read")
        alone = await _measure(port, who, paths)
        if meters > 1:
            begun = time.monotonic()
            await _add_neighbours(home, meters - 1)
            print(f"\n{meters - 1} more accounts with a meter and ten days each: {time.monotonic() - begun:.0f} s")
            _print_change(paths, alone, await _measure(port, who, paths), meters)
        print(f"memory: {resting:.0f} MiB at rest, {running.read_memory() - resting:.0f} more at most")
    await home.database.close()


@contextmanager
def _open_database(name: str, folder: Path) -> Iterator[str]:
    """Yield the URL of an empty database."""
    match name:
        case "sqlite":
            yield sqlite_url(folder)
        case "postgresql":
            with postgresql.run_postgresql(free_port()) as server:
                yield f"{server}/postgres"
        case url:
            yield url


if __name__ == "__main__":
    running.use_bytecode_of_image()
    with tempfile.TemporaryDirectory() as directory:
        count, database = (*sys.argv[1:], *("1", "sqlite")[len(sys.argv) - 1 :])
        with _open_database(database, Path(directory)) as address:
            asyncio.run(_bench(address, int(count)))
