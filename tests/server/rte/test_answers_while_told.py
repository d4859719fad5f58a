"""What RTE tells is written while somebody reads: the answer has it, or says that it comes soon."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.util import await_only

from gateway.domain.tempo_days import Color, find_tempo_day
from gateway.ecowatt import outlook as ecowatt
from gateway.ecowatt.models import EcowattDay
from gateway.ecowatt.repository import to_stored_hours
from gateway.ecowatt.service import FEED as ECOWATT
from gateway.kit import paris
from gateway.kit.database import Database
from gateway.rte import feeds
from gateway.tempo import outlook as tempo
from gateway.tempo.models import ColorSource, TempoDay
from gateway.tempo.service import CURRENT, HISTORY
from tests.server.conftest import NOW, SetClock
from tests.server.tables import create_tables

TODAY = find_tempo_day(NOW)
TOMORROW = TODAY + paris.DAY
NEXT_CALL = NOW + timedelta(hours=3)
SOON = NOW + timedelta(minutes=1)

type Read = Callable[[AsyncSession], Awaitable[bool]]
"""Reads an answer; returns whether nobody misses anything who asks again when it says."""


async def read_tempo(session: AsyncSession) -> bool:
    answer = await tempo.load_outlook(session, NOW)
    return answer.tomorrow.color is Color.RED or answer.next_change <= SOON


async def read_tempo_days(session: AsyncSession) -> bool:
    answer = await tempo.list_days(session, TODAY, TOMORROW + paris.DAY, NOW)
    return answer.days[-1].color is Color.RED or answer.next_change <= SOON


async def read_ecowatt(session: AsyncSession) -> bool:
    answer = await ecowatt.load_outlook(session, NOW, asked=True)
    return bool(answer.tense) or answer.next_change <= SOON


async def write_what_rte_tells(database: Database) -> None:
    async with database.write() as session:
        session.add(TempoDay(day=TOMORROW, color=Color.RED, confirmed=True, source=ColorSource.RTE, told_at=NOW))
        session.add(
            EcowattDay(
                day=TOMORROW,
                hours=to_stored_hours({paris.midnight(TOMORROW): 3}),
                message="",
                worst=3,
                generated_at=NOW,
            )
        )
        for feed in (CURRENT, HISTORY, ECOWATT):
            await feeds.record_response(session, feed, NOW, NEXT_CALL)


async def tell_before(statement: int, read: Read, folder: Path) -> bool:
    """Have RTE's answer written just before a statement of a reader; return whether the reader has so many."""
    url = f"sqlite+aiosqlite:///{folder / f'{statement}.db'}"
    await create_tables(url)
    async with Database(url) as reader, Database(url) as writer:
        for feed in (CURRENT, HISTORY, ECOWATT):
            assert await feeds.take_call(writer, feed, SetClock(NOW)) is None
        statements = 0

        def count_statement(*_: object) -> None:
            nonlocal statements
            statements += 1
            if statements == statement:
                await_only(write_what_rte_tells(writer))

        event.listen(reader.engine.sync_engine, "before_cursor_execute", count_statement)
        async with reader.read() as session:
            assert await read(session), f"written before statement {statement}"
    return statements >= statement


@pytest.mark.parametrize("read", [read_tempo, read_tempo_days, read_ecowatt])
async def test_what_is_written_between_two_statements_is_not_missed(tmp_path: Path, read: Read) -> None:
    statement = 1
    while await tell_before(statement, read, tmp_path):
        statement += 1
    assert statement > 2, "an answer takes several statements"
