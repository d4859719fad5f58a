"""What is answered of a home that is filled by hand, as the API shows it."""

import json
from datetime import date, timedelta
from typing import Any

from gateway.billing.comparison.schemas import ComparisonView
from gateway.billing.comparison.service import ComparisonService
from gateway.billing.index_check.schemas import IndexCheckView
from gateway.billing.index_check.service import IndexCheckService
from gateway.billing.periods.schemas import PeriodsView
from gateway.billing.periods.service import PeriodsService
from gateway.billing.totals.schemas import TotalsView
from gateway.billing.totals.service import TotalsService
from gateway.metering.schedule import Kind
from tests.server.billing.homes import TODAY, StoredHome, whole_curve


def to_json(view: Any) -> Any:
    return json.loads(view.model_dump_json())


async def load_periods(home: StoredHome, start: date | None = None, end: date | None = None) -> Any:
    service = PeriodsService(home.database, home.clock, home.keyring)
    return to_json(PeriodsView.of(await service.find_periods(home.account_id, home.point_id, start, end)))


async def load_totals(home: StoredHome) -> Any:
    service = TotalsService(home.database, home.clock, home.publisher)
    return to_json(TotalsView.of(await service.add_up(home.account_id, home.point_id)))


async def load_comparison(home: StoredHome, months: int = 1, changed_hours: str | None = None) -> Any:
    service = ComparisonService(home.database, home.clock, home.publisher)
    found = await service.compare_options(home.account_id, home.point_id, months, changed_hours)
    return to_json(ComparisonView.of(found))


async def check_index(home: StoredHome, start: date, end: date) -> Any:
    service = IndexCheckService(home.database, home.clock, home.publisher)
    return to_json(IndexCheckView.of(await service.check_index(home.account_id, home.point_id, start, end)))


async def write_curve(home: StoredHome, start: date, watts: int = 1000, end: date = TODAY) -> None:
    days = [start + timedelta(days=number) for number in range((end - start).days)]
    await home.write_days(Kind.CURVE, {day: whole_curve(day, [watts]) for day in days})
