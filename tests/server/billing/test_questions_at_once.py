"""Several processes ask for the hours of one usage point while its prices change."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.util import await_only

from gateway.billing.hours.publishing import Publisher
from gateway.billing.hours.service import HoursService
from gateway.kit.database import Database
from gateway.metering.schedule import Kind
from tests.server.billing.homes import BASE, StoredHome, list_past_days, sqlite_url, whole_curve

DEARER = [{"option": "base", "power_kva": 9}]


class PausedDatabase(Database):
    """A database whose writers wait until they are let go."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self.wants_to_write = asyncio.Event()
        self.may_write = asyncio.Event()

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncSession]:
        self.wants_to_write.set()
        await self.may_write.wait()
        async with super().write() as session:
            yield session


async def test_who_found_nothing_new_does_not_keep_prices_that_were_taken_back(
    home: StoredHome, tmp_path: Path
) -> None:
    await home.write_days(Kind.CURVE, {day: whole_curve(day, [600]) for day in list_past_days(60)})
    before = await home.load_hours()
    async with PausedDatabase(sqlite_url(tmp_path)) as slow, PausedDatabase(sqlite_url(tmp_path)) as slower:

        async def start_question(database: PausedDatabase) -> asyncio.Task[object]:
            publisher = Publisher(database, home.clock, home.keyring)
            question = asyncio.create_task(publisher.publish_hours(home.account_id, home.point_id))
            await database.wants_to_write.wait()
            return question

        await home.change_point(tariffs=DEARER)
        with_dearer = await start_question(slow)
        await home.change_point(tariffs=BASE)
        nothing_new = await start_question(slower)
        slow.may_write.set()
        await with_dearer
        slower.may_write.set()
        await nothing_new
    after = await home.load_hours()
    assert (after["start"], after["sum"]) == (before["start"], before["sum"])


async def test_who_asks_while_another_publishes_gets_what_that_one_published(home: StoredHome, tmp_path: Path) -> None:
    days = list_past_days(60)
    await home.write_days(Kind.CURVE, {day: whole_curve(day, [600]) for day in days})
    cursor = (await home.load_hours())["cursor"]
    await home.write_days(Kind.CURVE, {max(days): whole_curve(max(days), [900])})
    published = False

    def publish_meanwhile(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        nonlocal published
        if "FROM publications" in statement and not published:
            published = True
            await_only(home.load_hours(cursor))

    async with Database(sqlite_url(tmp_path)) as database:
        event.listen(database.engine.sync_engine, "before_cursor_execute", publish_meanwhile)
        service = HoursService(database, home.clock, Publisher(database, home.clock, home.keyring))
        rows = await service.load_rows_since(home.account_id, home.point_id, cursor)
    assert published
    assert len(rows.start) == 24
