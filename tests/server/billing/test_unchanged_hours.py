"""A question about hours of which nothing changed reads little, counts nothing and writes nothing."""

from collections import Counter
from typing import Any

import pytest
from sqlalchemy import event

from gateway.billing.days import counting
from gateway.billing.hours import changes
from gateway.billing.hours.service import HoursService
from gateway.metering.schedule import Kind
from tests.server.billing.homes import StoredHome, list_past_days, whole_curve


async def test_a_known_cursor_costs_one_statement_no_count_and_no_write(
    home: StoredHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    await home.write_days(Kind.CURVE, {day: whole_curve(day, [600]) for day in list_past_days(60)})
    service = HoursService(home.database, home.clock, home.publisher)
    held = await service.load_rows_since(home.account_id, home.point_id, None)
    await service.load_rows_since(home.account_id, home.point_id, held.cursor)  # looks once for other writes
    statements: Counter[str] = Counter()
    counted = 0

    def count_statement(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        statements[statement.split(maxsplit=1)[0]] += 1

    def count_seen(*arguments: Any, **options: Any) -> Any:
        nonlocal counted
        counted += 1
        return counting.count_day(*arguments, **options)

    monkeypatch.setattr(changes, "count_day", count_seen)
    engine = home.database.engine.sync_engine
    event.listen(engine, "before_cursor_execute", count_statement)
    again = await service.load_rows_since(home.account_id, home.point_id, held.cursor)
    event.remove(engine, "before_cursor_execute", count_statement)
    assert (again.start, again.cursor, counted) == ([], held.cursor, 0)
    assert statements == {"SELECT": 1}
