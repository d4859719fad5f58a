"""What is answered of a home that is filled by hand, as the API shows it."""

import json
from datetime import date, timedelta
from typing import Any

from gateway.billing.answers import Answers
from gateway.billing.views import ComparisonView, IndexCheckView, PeriodsView, TotalsView
from gateway.metering.schedule import Kind
from tests.server.billing.homes import TODAY, ByHand, whole_curve


def answers(home: ByHand) -> Answers:
    return Answers(home.database, home.clock, home.keyring)


def shown(view: Any) -> Any:
    return json.loads(view.model_dump_json())


async def periods(home: ByHand, start: date | None = None, end: date | None = None) -> Any:
    return shown(PeriodsView.of(await answers(home).periods(home.account_id, home.point_id, start, end)))


async def totals(home: ByHand) -> Any:
    return shown(TotalsView.of(await answers(home).totals(home.account_id, home.point_id)))


async def compare(home: ByHand, months: int = 1) -> Any:
    return shown(ComparisonView.of(await answers(home).comparison(home.account_id, home.point_id, months)))


async def check_index(home: ByHand, start: date, end: date) -> Any:
    return shown(IndexCheckView.of(await answers(home).index_check(home.account_id, home.point_id, start, end)))


async def fill(home: ByHand, start: date, watts: int = 1000, end: date = TODAY) -> None:
    days = [start + timedelta(days=number) for number in range((end - start).days)]
    await home.write(Kind.CURVE, {day: whole_curve(day, [watts]) for day in days})
