"""What reading a full archive costs: rows, bytes, and milliseconds for a day, a month and two years of half-hours."""

import asyncio
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import httpx2
from sqlalchemy import text

from gateway.accounts import service as accounts
from gateway.domain.readings import Reading
from gateway.kit import paris
from gateway.kit.crypto import Keyring
from gateway.kit.database import Database
from gateway.metering import repository
from gateway.metering.packing import pack_readings
from gateway.metering.repository import Fact
from gateway.metering.schedule import Feed, Kind, State
from gateway.runtime import open_runtime
from gateway.settings import Settings
from gateway.usage_points import service as points
from gateway.usage_points.models import UsagePoint
from scripts.lib.program import free_port
from tests.load import http, running
from tests.server import postgresql

HOMES = (1, 100, 1_000)
DAYS = 731
RANGES = {"a day": 1, "a month": 31, "two years": DAYS}
SECONDS = 4.0


async def _fill_archives(settings: Settings, homes: int) -> str:
    """Write full archives until there are so many homes; return the id of one."""
    now = datetime.now(UTC)
    end = paris.day_of(now)
    packed = {day: _pack_day(day) for day in paris.iterate_days(end - timedelta(days=DAYS), end)}
    async with open_runtime(settings) as runtime:
        point_id = ""
        for number in range(homes):
            async with runtime.database.write() as session:
                email = "owner@localhost" if number == 0 else f"home{number}@example.org"
                account = await accounts.find_or_create_account(session, runtime.keyring, email, now)
                prm = f"30009{number:09}"
                point = await points.add_usage_point(
                    session, account, prm, name=None, keyring=runtime.keyring, instance=runtime.instance, now=now
                )
                await session.flush()
                _at_rest(point, now)
                secrets = await points.open_secrets(session, point, runtime.keyring)
                feed = Feed(point.id, Kind.CURVE)
                facts = [Fact(day, State.COMPLETE, content) for day, content in packed.items()]
                await repository.save_facts(session, feed, secrets, facts, now)
                point_id = point_id or point.id
        return point_id


def _at_rest(point: UsagePoint, now: datetime) -> None:
    """Have nothing asked of Enedis meanwhile; not so far ahead that it is taken for the work of a wrong clock."""
    point.next_work_at, point.details_at = now + timedelta(hours=6), now + timedelta(days=300)
    point.history_at = None


def _pack_day(day: date) -> bytes:
    start, end = paris.day_bounds(day)
    halves = (end - start) // timedelta(minutes=30)
    readings = [
        Reading(start + timedelta(minutes=30 * n), 30, 90 + (n * 37 + day.day * 11) % 4000) for n in range(halves)
    ]
    return pack_readings(readings, start)


async def _measure_size(url: str) -> tuple[int, int]:
    """Return the rows of the days, and what they take in bytes."""
    database = Database(url)
    async with database.read() as session:
        rows = await session.scalar(text("SELECT count(*) FROM days"))
        if database.is_sqlite:
            size = await session.scalar(text("SELECT page_count * page_size FROM pragma_page_count, pragma_page_size"))
        else:
            size = await session.scalar(text("SELECT pg_total_relation_size('days')"))
    await database.close()
    return rows or 0, size or 0


def _measure_archive(url: str, homes: int, simulator: str) -> None:
    env = {**running.build_environment(Path(tempfile.gettempdir()), simulator), "DATABASE_URL": url}
    env["ENCRYPTION_KEYS"], env["USER_DAILY_LIMIT_WITH_CACHE"] = Keyring.generate_key(), "100000000"
    os.environ.update(env)
    running.migrate_database(env)
    point = asyncio.run(_fill_archives(Settings(), homes))
    rows, size = asyncio.run(_measure_size(url))
    with running.run_gateway(env) as port:
        who = running.make_bearer(env, port)
        today = paris.day_of(datetime.now(UTC))
        paths = {"/ping": "/ping"}
        for name, days in RANGES.items():
            paths[name] = f"/v1/usage-points/{point}/load-curve?start={today - timedelta(days=days)}&end={today}"
        two_years = httpx2.get(f"http://127.0.0.1:{port}{paths['two years']}", headers=who).raise_for_status().json()
        assert len(two_years["readings"]) >= 48 * (DAYS - 3), two_years["missing"]
        times = {name: asyncio.run(http.measure_p50(port, path, who, 1, SECONDS)) for name, path in paths.items()}
    figures = "".join(f"{times[name]:11.2f}" for name in paths)
    print(f"{url.split('+', maxsplit=1)[0]:<11}{homes:>6}{rows:>9}{size / 2**20:>8.1f} MiB{figures}", flush=True)


@contextmanager
def _iterate_databases() -> Iterator[list[str]]:
    with tempfile.TemporaryDirectory() as folder, postgresql.run_postgresql(free_port()) as server:
        urls = [f"sqlite+aiosqlite:///{folder}/{homes}.db" for homes in HOMES]
        for homes in HOMES:
            asyncio.run(_create_database(server, f"archive_{homes}"))
            urls.append(f"{server}/archive_{homes}")
        yield urls


async def _create_database(server: str, name: str) -> None:
    database = Database(f"{server}/postgres")
    async with database.engine.connect() as connection:
        await (await connection.execution_options(isolation_level="AUTOCOMMIT")).execute(
            text(f"CREATE DATABASE {name}")
        )
    await database.close()


def main() -> None:
    """Print the table."""
    most = int(sys.argv[1]) if len(sys.argv) > 1 else HOMES[-1]
    print(
        f"{'':<11}{'homes':>6}{'rows':>9}{'size':>12}"
        + "".join(f"{name:>11}" for name in ("/ping", *RANGES))
        + "   (p50, ms)"
    )
    with running.run_simulator() as simulator, _iterate_databases() as urls:
        for url, homes in zip(urls, [*HOMES, *HOMES], strict=True):
            if homes <= most:
                _measure_archive(url, homes, simulator)


if __name__ == "__main__":
    main()
