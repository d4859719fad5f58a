"""Every write of what answers about a usage point are made of moves its revision, whatever statement makes it."""

from datetime import date

import pytest
from sqlalchemy import column, delete, select, table, text, update

import gateway.models
from gateway.kit.database import Base
from gateway.metering.imported import list_imported_since
from gateway.metering.models import DayRecord, Import, ImportedDay, ImportStatus
from gateway.metering.schedule import Kind, State
from gateway.usage_points import repository as points
from gateway.usage_points.models import UsagePoint
from tests.server.billing.homes import StoredHome
from tests.server.conftest import NOW, SetClock

DAY = date(2026, 11, 1)
MOVES = {
    "account_id",
    "status",
    "ended_at",
    "services",
    "contract",
    "tariffs",
    "off_peak",
    "wanted_from",
    "refusals",
}
MOVES_NOT = {
    "id": "never changes",
    "prm_sealed": "no answer shows it",
    "prm_hash": "no answer shows it",
    "name": "no answer about readings or hours shows it",
    "position": "only lists are in this order",
    "hidden": "only lists leave it out",
    "created_at": "never changes",
    "authorisation": "Enedis' number of a consent, which no answer shows",
    "opened_on": "the day of a consent, which no answer about readings or hours shows",
    "consent_expires_on": "no answer about readings or hours shows it",
    "doubted": "what it leads to is a change of `status`",
    "details_at": "when something is asked next",
    "off_peak_at": "when something is asked next",
    "next_work_at": "when something is asked next",
    "history_at": "when something is asked next",
    "wants": "what is asked from now on",
    "epoch": "part of the version itself",
    "revision": "counts what was published",
    "data_revision": "the revision itself",
    "data_version": "the version itself",
}
OTHER_TABLES = {
    "publications": "made of the usage point",
    "published_days": "made of the usage point",
    "published_series": "made of the usage point",
    "consent_reminders": "mails",
}


@pytest.fixture
async def home(database_url: str, clock: SetClock) -> StoredHome:
    home = await StoredHome.create(database_url, clock)
    await home.write_days(Kind.DAILY, {DAY: 9000})
    return home


async def read_revision(home: StoredHome) -> int:
    async with home.database.read() as session:
        return await session.scalar(select(UsagePoint.data_revision)) or 0


async def moves_with(home: StoredHome, table_name: str, column_name: str) -> bool:
    """Write a column of a table with what it holds; return whether that moved the revision."""
    before = await read_revision(home)
    changed = table(table_name, column(column_name))
    async with home.database.engine.connect() as connection:
        await connection.execution_options(write=True)
        async with connection.begin():
            await connection.execute(update(changed).values({column_name: changed.c[column_name]}))
    return await read_revision(home) > before


async def add_import(home: StoredHome) -> None:
    """Keep an accepted file that tells of the day after the one that is known."""
    async with home.database.write() as session:
        day = DAY.replace(day=2)
        known = {"created_at": NOW, "changed_at": NOW, "first_day": day, "last_day": day, "report": b""}
        session.add(Import(id="i", usage_point_id=home.point_id, status=ImportStatus.ACCEPTED, **known))
        await session.flush()
        session.add(ImportedDay(import_id="i", kind=Kind.DAILY, direction="consumption", day=day, payload=b""))


async def test_every_column_is_known_to_move_it_or_not(home: StoredHome) -> None:
    """Through every migration: SQLite drops the triggers of a table that is made anew, which must make them again."""
    async with home.database:
        columns = set(UsagePoint.__table__.columns.keys())
        assert columns == MOVES | MOVES_NOT.keys(), "say of a new column whether answers are made of it"
        assert {name for name in columns if await moves_with(home, "usage_points", name)} == MOVES
        await add_import(home)
        for written in (DayRecord, Import, ImportedDay):
            names = set(written.__table__.columns.keys()) - {"data_revision"}
            assert {name for name in names if await moves_with(home, written.__tablename__, name)} == names


async def test_every_table_of_a_usage_point_is_known_to_move_it_or_not() -> None:
    theirs = {
        table.name
        for table in Base.metadata.tables.values()
        if any(key.column.table.name == "usage_points" for key in table.foreign_keys)
    }
    assert theirs <= gateway.models.TABLES
    assert theirs == {"days", "imports"} | OTHER_TABLES.keys(), "say of a new table whether answers are made of it"


async def test_a_day_has_the_revision_that_wrote_it(home: StoredHome) -> None:
    async def read_days() -> dict[date, int]:
        async with home.database.read() as session:
            return dict(iter(await session.execute(select(DayRecord.day, DayRecord.data_revision))))

    async with home.database:
        other, first = DAY.replace(day=2), await read_revision(home)
        assert await read_days() == {DAY: first}
        await home.write_days(Kind.DAILY, {other: 8000})
        second = await read_revision(home)
        assert await read_days() == {DAY: first, other: second}
        await home.write_days(Kind.DAILY, {DAY: 7000})
        third = await read_revision(home)
        assert await read_days() == {DAY: third, other: second}
        assert first < second < third
        await home.write_days(Kind.CURVE, {DAY: None}, state=State.ABSENT)
        async with home.database.write() as session:
            await session.execute(delete(DayRecord).where(DayRecord.day == other))
        assert await read_revision(home) > third + 1


async def test_what_a_file_told_is_counted_again_when_it_goes(home: StoredHome) -> None:
    async with home.database:
        before = await read_revision(home)
        await add_import(home)
        added = await read_revision(home)
        async with home.database.write() as session:
            assert await list_imported_since(session, home.point_id, before) == {DAY.replace(day=2)}
            assert await list_imported_since(session, home.point_id, added) == set()
            await session.execute(delete(ImportedDay))
        async with home.database.read() as session:
            assert await list_imported_since(session, home.point_id, added) == {DAY.replace(day=2)}
        assert before < added < await read_revision(home)


async def test_what_is_taken_back_moves_nothing(home: StoredHome) -> None:
    async def fail() -> None:
        async with home.database.write() as session:
            await session.execute(delete(DayRecord))
            raise LookupError

    async with home.database:
        before = await read_revision(home)
        with pytest.raises(LookupError):
            await fail()
        assert await read_revision(home) == before


async def test_a_version_never_repeats_even_if_the_database_lost_writes(home: StoredHome) -> None:
    """As after a failover or a restore: the rows are as they were, and something else is written."""

    async def read_version() -> str | None:
        versions = await points.load_versions(home.database, {home.point_id})
        return versions.get((home.account_id, home.point_id))

    async with home.database:
        revision, version = await read_revision(home), await read_version()
        assert version
        await home.write_days(Kind.DAILY, {DAY: 7000})
        lost = await read_revision(home), await read_version()
        async with home.database.write() as session:
            values = {"revision": revision, "version": version.partition(".")[2]}
            await session.execute(
                text("UPDATE usage_points SET data_revision = :revision, data_version = :version"), values
            )
        assert (await read_revision(home), await read_version()) == (revision, version)
        await home.write_days(Kind.DAILY, {DAY: 8000})
        assert await read_revision(home) == lost[0]
        assert await read_version() not in {version, lost[1]}


@pytest.mark.parametrize("database_url", [pytest.param("postgresql", marks=pytest.mark.long)], indirect=True)
async def test_a_transaction_moves_it_once_however_many_days_it_writes(home: StoredHome) -> None:
    """Each move leaves a version of the row that the next has to skip: an import of years would be quadratic."""
    async with home.database:
        before = await read_revision(home)
        await home.write_days(Kind.DAILY, {date(2026, 9, day): day for day in range(1, 31)})
        assert await read_revision(home) == before + 1
        async with home.database.write() as session:
            known = {"created_at": NOW, "changed_at": NOW, "first_day": DAY, "last_day": DAY, "report": b""}
            session.add(Import(id="i", usage_point_id=home.point_id, status=ImportStatus.ACCEPTED, **known))
            await session.flush()
            days = [DAY.replace(day=day) for day in range(1, 31)]
            session.add_all(
                ImportedDay(import_id="i", kind=Kind.DAILY, direction="consumption", day=day, payload=b"")
                for day in days
            )
        assert await read_revision(home) == before + 2
        async with home.database.write() as session:
            await session.execute(delete(ImportedDay))
        assert await read_revision(home) == before + 3
        async with home.database.read() as session:
            assert await list_imported_since(session, home.point_id, before + 2) == {DAY}
