"""A question about hours of which nothing changed reads little, counts nothing and writes nothing."""

import asyncio
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from gateway.billing.days import counting
from gateway.billing.hours import changes
from gateway.billing.hours.service import HoursService
from gateway.domain.tempo_days import Color
from gateway.kit.database import Base
from gateway.metering.schedule import Kind
from gateway.tariffs.models import RegulatedGrid, StoredOffers
from gateway.tariffs.repository import replace_offers
from gateway.tempo.models import ColorSource, TempoDay
from tests.server.billing.homes import BASE, NIGHT, TEMPO, TODAY, StoredHome, list_past_days, whole_curve
from tests.server.conftest import NOW

OFFERS = Path(__file__).parents[3] / "docs" / "offers" / "week-end.json"


@pytest.fixture
def statements(home: StoredHome) -> Iterator[Counter[str]]:
    """The statements that are sent to the home's database, counted by their first word."""
    counted: Counter[str] = Counter()

    def count_statement(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        counted[statement.split(maxsplit=1)[0]] += 1

    engine = home.database.engine.sync_engine
    event.listen(engine, "before_cursor_execute", count_statement)
    yield counted
    event.remove(engine, "before_cursor_execute", count_statement)


async def test_a_known_cursor_costs_one_statement_no_count_and_no_write(
    home: StoredHome, statements: Counter[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    await home.write_days(Kind.CURVE, {day: whole_curve(day, [600]) for day in list_past_days(60)})
    service = HoursService(home.database, home.clock, home.publisher)
    held = await service.load_rows_since(home.account_id, home.point_id, None)
    await service.load_rows_since(home.account_id, home.point_id, held.cursor)  # looks once for other writes
    counted = 0

    def count_seen(*arguments: Any, **options: Any) -> Any:
        nonlocal counted
        counted += 1
        return counting.count_day(*arguments, **options)

    monkeypatch.setattr(changes, "count_day", count_seen)
    statements.clear()
    again = await service.load_rows_since(home.account_id, home.point_id, held.cursor)
    assert (again.start, again.cursor, counted) == ([], held.cursor, 0)
    assert statements == {"SELECT": 1}


async def test_who_has_everything_shares_the_check_with_others(home: StoredHome, statements: Counter[str]) -> None:
    await home.write_days(Kind.CURVE, {day: whole_curve(day, [600]) for day in list_past_days(3)})
    service = HoursService(home.database, home.clock, home.publisher)
    held = await service.load_rows_since(home.account_id, home.point_id, None)
    await service.load_rows_since(home.account_id, home.point_id, held.cursor)
    statements.clear()
    answers = await asyncio.gather(
        *(service.load_rows_since(home.account_id, home.point_id, held.cursor) for _ in range(20))
    )
    assert {answer.cursor for answer in answers} == {held.cursor}
    assert statements == {"SELECT": 2}  # one for the first, one for all who came while it ran


BY_OFFER = [{"option": "custom", "offer": "example-week-end", "power_kva": 6}]


@pytest.mark.parametrize(("tariffs", "days"), [(BASE, 0), (BY_OFFER, 61)])
async def test_a_file_of_offers_has_only_those_counted_again_who_chose_one(
    home: StoredHome, monkeypatch: pytest.MonkeyPatch, tariffs: list[dict[str, Any]], days: int
) -> None:
    await home.change_point(tariffs=tariffs)
    await home.write_days(Kind.CURVE, {day: whole_curve(day, [600]) for day in list_past_days(60)})
    await home.load_hours()
    counted = set()

    def count_seen(day: date, *arguments: Any, **options: Any) -> Any:
        counted.add(day)
        return counting.count_day(day, *arguments, **options)

    monkeypatch.setattr(changes, "count_day", count_seen)
    async with home.database.write() as session:
        await replace_offers(session, OFFERS.read_text(), NOW + timedelta(days=30))
    await home.load_hours()
    assert len(counted) == days


async def test_a_day_that_ends_during_the_check_makes_hours_be_looked_at_again(home: StoredHome) -> None:
    await home.write_days(Kind.CURVE, {day: whole_curve(day, [600]) for day in list_past_days(3)})
    publisher = home.publisher
    for _ in range(2):
        await publisher.publish_hours(home.account_id, home.point_id)
    assert await publisher.find_up_to_date_hours(home.account_id, home.point_id)

    def end_day(*_: object) -> None:
        home.clock.set(NOW + timedelta(days=1))

    event.listen(home.database.engine.sync_engine, "before_cursor_execute", end_day)
    assert not await publisher.find_up_to_date_hours(home.account_id, home.point_id)


def build_tempo_day(day: date, color: Color, told_at: datetime) -> TempoDay:
    return TempoDay(day=day, color=color, confirmed=True, source=ColorSource.RTE, told_at=told_at)


WRITES: dict[str, Callable[[], Base]] = {
    "regulated_grids": lambda: RegulatedGrid(
        option="base",
        power_kva=6,
        valid_from=TODAY,
        prices={"base": "0.5"},
        subscription_month="12.5",
        added_at=NOW - timedelta(days=1),
    ),
    "offer_files": lambda: StoredOffers(id=1, digest="new", published_at=NOW, text="", added_at=NOW),
    "tempo_days": lambda: build_tempo_day(TODAY, Color.RED, NOW - timedelta(days=1)),
}
"""What hours are made of that is no account's, stamped by a clock that is late."""
NOT_THEIRS = {
    "shared_data",
    "instance",
    "audit_events",
    "claimed_services",
    "counters",
    "ecowatt_days",
    "feeds",
    "tempo_forecasts",
}


def test_every_table_of_everybody_is_known_to_make_hours_or_not() -> None:
    nobodys = {table.name for table in Base.metadata.tables.values() if not table.foreign_keys} - {"accounts"}
    assert nobodys == WRITES.keys() | NOT_THEIRS, "say of a new table whether hours are made of it"


@pytest.mark.parametrize("table", WRITES)
async def test_hours_are_looked_at_again_when_what_they_are_made_of_is_written(home: StoredHome, table: str) -> None:
    await home.write_days(Kind.CURVE, {day: whole_curve(day, [600]) for day in list_past_days(60)})
    async with home.database.write() as session:
        session.add(build_tempo_day(TODAY - timedelta(days=1), Color.BLUE, NOW))
        session.add(
            RegulatedGrid(option="base", power_kva=9, valid_from=TODAY, prices={}, subscription_month="1", added_at=NOW)
        )
    publisher = home.publisher
    for _ in range(2):
        await publisher.publish_hours(home.account_id, home.point_id)
    assert await publisher.find_up_to_date_hours(home.account_id, home.point_id)
    async with home.database.write() as session:
        session.add(WRITES[table]())
    assert not await publisher.find_up_to_date_hours(home.account_id, home.point_id)


async def test_a_color_is_counted_whenever_its_answer_was_requested(home: StoredHome) -> None:
    """A replica whose clock is hours late stores a colour that others would take for an old one."""
    await home.change_point(tariffs=TEMPO, off_peak=NIGHT)
    yesterday = TODAY - timedelta(days=1)
    await home.write_days(Kind.CURVE, {day: whole_curve(day, [600]) for day in list_past_days(60)})
    before = await home.load_hours()
    assert not (await home.load_hours(before["cursor"]))["start"]
    async with home.database.write() as session:
        session.add(build_tempo_day(yesterday, Color.WHITE, NOW - timedelta(hours=9)))
    after = await home.load_hours(before["cursor"])
    assert after["start"]
    assert after["cursor"] != before["cursor"]
