"""With 10,000 homes in the database, no job, start, listing, purge or scrape reads them all.

Each statement that they make is run again: on SQLite its steps are counted, on PostgreSQL EXPLAIN ANALYZE tells the
rows that its plan has read. Nothing is due but a few of everything.
"""

import json
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from sqlalchemy import event, insert, text
from sqlalchemy.engine import Connection

from gateway.accounts.models import Account, BrowserSession, FamiliarOrigin
from gateway.admin import repository as admin
from gateway.consents.models import Consent, ConsentStatus
from gateway.counters.models import Counter
from gateway.kit import paris
from gateway.kit.database import Database
from gateway.metering.models import DayRecord
from gateway.metrics.gauges import Gauges
from gateway.migrations import upgrade_database
from gateway.runtime import open_runtime
from gateway.settings import Settings
from gateway.usage_points.contract import Contract
from gateway.usage_points.models import PointStatus, UsagePoint
from gateway.wiring import list_jobs
from tests.server.conftest import SetClock

HOMES = 10_000
MOST_STEPS = HOMES
"""Of SQLite's machine: reading a row takes at least three."""
MOST_ROWS = HOMES // 10
DAILY = {"counts", "purge_counters"}
"""Once an hour and once a day, and so they may read everything."""

type Statement = tuple[str, Any]


async def add_homes(database: Database, clock: SetClock) -> None:
    """Add homes with an account, a consent, a session, calls of today and a day each; one in ten has ended."""
    now = clock.now()
    long_ago, later = now - timedelta(days=200), now + timedelta(hours=12)
    numbers = [f"{number:016}" for number in range(HOMES)]
    tables: dict[Any, Sequence[dict[str, Any]]] = {
        Account: [
            {
                "id": one,
                "email": f"{one}@example.org",
                "created_at": long_ago,
                "token_version": 0,
                "data_key": b"",
                "activated_at": long_ago,
            }
            for one in numbers
        ],
        BrowserSession: [
            {"token_hash": one.encode() * 2, "account_id": one, "created_at": now, "token_version": 0}
            for one in numbers
        ],
        FamiliarOrigin: [{"account_id": one, "origin_hash": one, "first_seen_at": now} for one in numbers],
        UsagePoint: [
            {
                "id": one,
                "account_id": one,
                "prm_sealed": b"",
                "prm_hash": one.encode() * 2,
                "name": "Home",
                "created_at": long_ago,
                "status": PointStatus.ENDED if number % 10 == 0 else PointStatus.GRANTED,
                "ended_at": now if number % 10 == 0 else None,
                "consent_expires_on": paris.day_of(now) + timedelta(days=300),
                "services": [],
                "contract": Contract(),
                # what was due when they ended stays due
                "details_at": long_ago if number % 10 == 0 else later,
                "next_work_at": long_ago if number % 10 == 0 else later,
                "history_at": long_ago if number % 10 == 0 else None,
                "tariffs": [],
                "off_peak": [],
                "wanted_from": paris.day_of(now),
                "wants": {},
                "epoch": one,
            }
            for number, one in enumerate(numbers)
        ],
        Consent: [
            {
                "id": one,
                "account_id": one,
                "point_id": one,
                "prm_sealed": b"",
                "prm_hash": one.encode() * 2,
                "created_at": long_ago,
                "expires_at": long_ago,
                "status": ConsentStatus.GRANTED,
            }
            for one in numbers
        ],
        Counter: [{"name": f"user:{one}", "window": paris.day_of(now).isoformat(), "used": 1} for one in numbers],
        DayRecord: [
            {
                "usage_point_id": one,
                "kind": "curve",
                "direction": "consumption",
                "day": paris.day_of(now),
                "state": "complete",
                "asked_at": now,
            }
            for one in numbers
        ],
    }
    async with database.write() as session:
        for table, rows in tables.items():
            await session.execute(insert(table), rows)
    async with database.write() as session:
        await session.execute(text("ANALYZE"))


@contextmanager
def recording(database: Database) -> Iterator[list[Statement]]:
    """Record what is asked of the database."""
    said: list[Statement] = []

    def record(_: Connection, __: Any, statement: str, parameters: Any, ___: Any, many: bool) -> None:
        if statement.startswith(("SELECT", "UPDATE", "DELETE", "WITH")):
            said.append((statement, parameters[0] if many else parameters))

    event.listen(database.engine.sync_engine, "before_cursor_execute", record)
    yield said
    event.remove(database.engine.sync_engine, "before_cursor_execute", record)


def count_steps(file: str, statement: Statement) -> tuple[int, str]:
    """Return how many steps SQLite takes, in thousands, and its plan."""
    steps = 0

    def count() -> None:
        nonlocal steps
        steps += 1000

    connection = sqlite3.connect(file, isolation_level=None)
    connection.execute("BEGIN")
    plan = "; ".join(row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {statement[0]}", statement[1]))
    connection.set_progress_handler(count, 1000)
    connection.execute(*statement).fetchall()
    connection.set_progress_handler(None, 0)
    connection.execute("ROLLBACK")
    connection.close()
    return steps, plan


async def count_rows(database: Database, statement: Statement) -> tuple[int, str]:
    """Return how many rows PostgreSQL's plan reads, and that plan."""

    def sum_rows(node: dict[str, Any]) -> int:
        own = node["Actual Rows"] + node.get("Rows Removed by Filter", 0) + node.get("Rows Removed by Index Recheck", 0)
        return int(own * node["Actual Loops"]) + sum(sum_rows(child) for child in node.get("Plans", []))

    async with database.engine.connect() as connection:
        explained = await connection.exec_driver_sql(f"EXPLAIN (ANALYZE, FORMAT JSON) {statement[0]}", statement[1])
        [found] = json.loads(raw) if isinstance(raw := explained.scalar_one(), str) else raw
        await connection.rollback()
    return sum_rows(found["Plan"]), json.dumps(found["Plan"])


async def test_nothing_that_is_done_often_reads_all_homes(settings: Settings, clock: SetClock) -> None:
    await upgrade_database(settings.database_url)
    database = Database(settings.database_url)
    await add_homes(database, clock)
    await database.close()
    async with open_runtime(settings, clock) as runtime:
        with recording(runtime.database) as said:
            for name, job in list_jobs(runtime).items():
                if name not in DAILY:
                    await job()  # the first time, which is a start
            await Gauges(runtime.database, clock, runtime.store).gather_gauges()
            async with runtime.database.read() as session:
                accounts = await admin.find_accounts(session, "", None, 50)
                await admin.find_accounts(session, "", accounts[-1].id, 50)
                consents = await admin.find_consents(session, None, None, 50)
                await admin.find_consents(
                    session, ConsentStatus.GRANTED, (consents[-1].created_at, consents[-1].point_id), 50
                )
        assert len(said) > 20
        slow = []
        for statement in said:
            if settings.sqlite_file:
                cost, plan = count_steps(str(settings.sqlite_file), statement)
                most = MOST_STEPS
            else:
                cost, plan = await count_rows(runtime.database, statement)
                most = MOST_ROWS
            if cost > most:
                slow.append(f"{cost}: {statement[0]}\n{plan}")
        assert slow == [], "\n\n".join(slow)
