"""Checks every answer that has figures, over HTTP, against what a model counts minute by minute."""

import csv
import io
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from typing import Any

from tests.server.billing import expected
from tests.server.billing.expected import DAY, MINUTE, MONEY, WATT_MINUTES, Home, Sums, list_clocks, list_days
from tests.server.conftest import Gateway
from tests.server.paris import PARIS, midnight


@dataclass
class Asked:
    """A home, and the gateway that answers about it."""

    home: Home
    today: date
    gateway: Gateway
    who: dict[str, str]
    path: str

    async def get(self, what: str, **query: str) -> Any:
        return await self.gateway.get(f"{self.path}/{what}", self.who, **query)

    async def get_series(self, step: str, start: date, end: date) -> Any:
        include = ["buckets", "euros", "production", "quality", "year_ago"]
        query = {"step": step, "start": str(start), "end": str(end), "include": include}
        answer = await self.gateway.http.get(f"{self.path}/series", headers=self.who, params=query)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def list_rows(self) -> list[tuple[date, int, expected.Hour]]:
        return [(day, number, hour) for day, hours in self.home.own_hours.items() for number, hour in hours.items()]


@dataclass(slots=True, eq=False)
class Near:  # noqa: PLW1641 - nothing looks it up
    """Equal to what is near it. Tens of thousands are compared: `pytest.approx` would take half of the time."""

    value: float
    within: float

    def __eq__(self, other: object) -> bool:
        return isinstance(other, (int, float)) and abs(other - self.value) <= self.within


def to_wh(energy: int | None) -> Near | None:
    return None if energy is None else Near(energy / 60, 0.01)


def to_eur(amount: int | None) -> Near | None:
    return None if amount is None else Near(amount / MONEY, 1e-4)


def list_amounts(parts: Mapping[str, int]) -> set[str]:
    """The buckets with an amount that is not zero."""
    return {bucket for bucket, amount in parts.items() if amount}


def check_parts(
    told: Mapping[str, float | None], parts: Mapping[str, int], to_unit: Callable[[int], Near | None]
) -> None:
    """Each bucket with an amount is told, and what is told is that amount."""
    assert list_amounts(parts) <= told.keys()
    for bucket, value in told.items():
        assert (value or 0) == (to_unit(parts[bucket]) if bucket in parts else 0), bucket


def check_bill(told: Any, cost: float | None, subscription: float | None) -> None:
    assert told == (None if cost is None or subscription is None else Near(cost + subscription, 1e-4))


async def check_hours(asked: Asked) -> None:
    answer = await asked.get("hours")
    rows = asked.list_rows()
    assert answer["start"] == [expected.format_instant(day, number) for day, number, _ in rows]
    assert ("production" in answer["made_of"]) == ("production" in answer["sum"])
    sums, subscription = Sums(), 0
    for row, (day, number, hour) in enumerate(rows):
        one = Sums()
        for found in (sums, one):
            asked.home.add_hour(found, day, hour)
        subscription += asked.home.subscription_of(day) * hour.minutes // len(list_clocks(day))
        told = {key: column[row] for key, column in answer["sum"].items()}
        assert told["consumption"] == to_wh(sums.consumption)
        assert told.get("production", 0) == to_wh(sums.production or 0)
        assert told.get("cost", 0) == to_eur(sums.cost or 0)
        assert told.get("revenue", 0) == to_eur(sums.revenue or 0)
        assert told["subscription"] == to_eur(subscription)
        for key, value in told.items():
            kind, _, bucket = key.partition("_")
            if bucket and kind == "consumption":
                assert value == to_wh(sums.used[bucket]), key
            elif bucket:
                assert value == to_eur(sums.costs.get(bucket, 0)), key
        if "cost" in told:
            is_unpriced = "cost" in one.lacks and not one.cost
            assert answer["unpriced"].get("cost", [False] * len(rows))[row] == is_unpriced, (day, number)
        if "production" in answer["made_of"]:
            assert (answer["made_of"]["production"][row] == "unknown") == (hour.gave is None)
    used = list_amounts(sums.used)
    for kind, buckets in (("consumption", used), ("cost", list_amounts(sums.costs))):
        columns = {bucket for key in answer["sum"] for name, _, bucket in [key.partition("_")] if name == kind} - {""}
        assert buckets <= columns or (len(used) == 1 and not columns), "the only bucket is the whole"


async def check_export(asked: Asked) -> None:
    """Every row has what its hour comes to, and nothing where that is not known."""
    answer = await asked.gateway.http.get(f"{asked.path}/export.csv", headers=asked.who)
    told = list(csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff"))))
    rows = asked.list_rows()
    assert len(told) == len(rows)
    for row, (day, number, hour) in zip(told, rows, strict=True):
        start = datetime.fromisoformat(f"{row['start']}{row['utc_offset']}")
        assert start == midnight(day) + timedelta(hours=number)
        one = Sums()
        asked.home.add_hour(one, day, hour)
        assert read_cell(row, "consumption_wh") == to_wh(one.consumption)
        for kind in ("cost", "revenue"):
            check_money(read_cell(row, f"{kind}_eur"), one, kind)
        assert read_cell(row, "production_wh") == to_wh(one.production), row


def read_cell(row: Mapping[str, str], name: str) -> float | None:
    return float(row[name]) if row.get(name) else None


def check_money(told: float | None, sums: Sums, kind: str) -> None:
    """Money that is zero only because no price is known is not known; of no energy at all, it may be 0 or not told."""
    amount = sums.cost if kind == "cost" else sums.revenue
    if amount:
        assert told == to_eur(amount), kind
    else:
        assert told is None or (told == 0 and kind not in sums.lacks), kind


async def check_series(asked: Asked, step: str, start: date, end: date) -> None:
    home, days = asked.home, list_days(start, end)
    by_weeks = step == "week" or (start.weekday() == 0 and end - start == 7 * DAY)
    answer = await asked.get_series(step, start, end)
    spans = expected.split_days(step, days)
    before = [list_year_before(span, by_weeks=by_weeks) for span in spans]
    for chart, rows in ((answer["current"], spans), (answer["year_ago"], before)):
        assert chart["start"] == [str(span[0]) if span else None for span in rows]
        assert chart["complete_rows"] == {part: sum(column) for part, column in chart["complete"].items()}
        for number, span in enumerate(rows):
            check_row(asked, chart, number, home.add_up(span, asked.today) if span else Sums(), span)
    check_total(asked, answer["current"]["total"], days)
    known = [day for day in days if day in home.own_hours]
    if known:
        compared = list_year_before(list_days(start, known[-1] + DAY), by_weeks=by_weeks)
        check_total(asked, answer["year_ago"]["total"], compared)


def list_year_before(days: list[date], *, by_weeks: bool) -> list[date]:
    """The days that days are compared with: from the first date to the last a year before, or those 52 weeks before."""
    if by_weeks:
        return [day - timedelta(weeks=52) for day in days]
    if len(days) == 1:
        before = expected.find_year_before(days[0])
        return [before] if before else []
    return list_days(expected.step_back_a_year(days[0]), expected.step_back_a_year(days[-1] + DAY))


def check_row(asked: Asked, chart: Any, number: int, sums: Sums, span: list[date]) -> None:
    is_known = sums.consumption is not None
    assert chart["consumption"][number] == to_wh(sums.consumption), span
    assert chart["production"][number] == to_wh(sums.production), span
    check_money(chart["cost"][number], sums, "cost")
    check_money(chart["revenue"][number], sums, "revenue")
    known_days = [day for day in span if day in asked.home.own_hours]
    if is_known:
        subscription = sum(asked.home.subscription_of(day) for day in known_days)
        assert chart["subscription"][number] == to_eur(subscription), span
    check_bill(chart["bill"][number], chart["cost"][number], chart["subscription"][number])
    check_parts(get_row(chart["consumption_by_bucket"], number), sums.used, to_wh)
    check_parts(get_row(chart["cost_by_bucket"], number), sums.costs, to_eur)
    for direction in ("consumption", "production"):
        quality, amount = chart["quality"][direction][number], chart[direction][number]
        assert quality in ({None} if amount is None else {"measured", "estimated", "day"}), span
    lacks = sums.lacks if span else {"consumption", "production"}
    assert chart["complete"]["consumption"][number] == ("consumption" not in lacks), span
    assert chart["complete"]["cost"][number] == (not {"consumption", "cost"} & lacks), span
    if asked.home.produces:
        assert chart["complete"]["production"][number] == ("production" not in lacks), span
        assert chart["complete"]["revenue"][number] == (not {"production", "revenue"} & lacks), span


def get_row(columns: Mapping[str, list[float | None]], number: int) -> dict[str, float | None]:
    return {key: column[number] for key, column in columns.items()}


def check_total(asked: Asked, total: Any, days: list[date]) -> None:
    assert (total["start"], total["end"]) == (str(days[0]), str(days[-1] + DAY))
    sums = asked.home.add_up(days, asked.today)
    assert (total["consumption"] and total["consumption"]["wh"]) == to_wh(sums.consumption)
    check_parts(total["consumption"]["by_bucket"] if total["consumption"] else {}, sums.used, to_wh)
    check_parts(total["cost_by_bucket"], sums.costs, to_eur)
    assert total["production"] == to_wh(sums.production)
    check_money(total["cost"], sums, "cost")
    check_money(total["revenue"], sums, "revenue")
    check_bill(total["bill"], total["cost"], total["subscription"])
    if days[0] >= date(2025, 2, 1):
        owed = [asked.home.subscription_of(day) for day in days if asked.home.since <= day <= asked.today]
        assert total["subscription"] == to_eur(sum(owed) if owed else None)
    assert total["consumption_complete"] == ("consumption" not in sums.lacks)
    assert total["cost_complete"] == ("cost" not in sums.lacks)
    if asked.home.produces:
        assert total["production_complete"] == ("production" not in sums.lacks)
        assert total["complete"] == (not {"consumption", "production"} & sums.lacks)


async def check_hourly_series(asked: Asked, start: date, end: date) -> None:
    by_weeks = start.weekday() == 0 and end - start == 7 * DAY
    answer = await asked.get_series("hour", start, end)
    hours = [(day, number) for day in list_days(start, end) for number in range(len(list_clocks(day)) // 60)]
    starts = [midnight(day) + number * timedelta(hours=1) for day, number in hours]
    before = [expected.find_hour_before(begins, by_weeks=by_weeks) for begins in starts]
    for chart, rows in ((answer["current"], starts), (answer["year_ago"], before)):
        assert chart["start"] == [begins and begins.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") for begins in rows]
        for row, begins in enumerate(rows):
            sums = Sums()
            hour = find_hour(asked.home, begins) if begins else None
            if begins and hour:
                asked.home.add_hour(sums, begins.astimezone(PARIS).date(), hour)
            assert chart["consumption"][row] == to_wh(sums.consumption), begins
            assert chart["production"][row] == to_wh(sums.production), begins
            check_money(chart["cost"][row], sums, "cost")
            check_money(chart["revenue"][row], sums, "revenue")


def find_hour(home: Home, begins: datetime) -> expected.Hour | None:
    day = begins.astimezone(PARIS).date()
    return home.own_hours.get(day, {}).get(int((begins - midnight(day)) / timedelta(hours=1)))


async def check_habits(asked: Asked, start: date, end: date) -> None:
    answer = await asked.get("habits", start=str(start), end=str(end))
    slots: dict[tuple[str, int], list[Sums]] = defaultdict(list)
    for day, clock, hour in expected.iterate_clock_hours(asked.home, list_days(start, end)):
        for name in (str(day.weekday()), str(day.replace(day=1))):
            one = Sums()
            asked.home.add_hour(one, day, hour)
            slots[name, clock].append(one)
    told = {str(number): one for number, one in enumerate(answer["by_weekday"])}
    told |= {one["month"]: one for one in answer["by_month"]}
    assert {one["month"] for one in answer["by_month"]} == {name for name, _ in slots if len(name) > 1}
    for name, average in told.items():
        assert average["days"] == max(len(slots[name, clock]) for clock in range(24))
        for clock in range(24):
            known = slots[name, clock]
            mean = Fraction(sum(one.consumption or 0 for one in known), len(known)) if known else None
            assert average["wh"][clock] == (None if mean is None else Near(float(mean / 60), 0.01))
            priced = sum(one.used[bucket] for one in known for bucket in one.costs)
            cost = sum(one.cost or 0 for one in known)
            price = cost * WATT_MINUTES / (priced * MONEY) if priced else None
            assert average["eur_per_kwh"][clock] == (None if price is None else Near(price, 2e-5))


async def check_comparison(asked: Asked) -> None:
    answer = await asked.get("comparison", months="3")
    last, months = asked.today.replace(day=1), list[tuple[date, date]]()
    for _ in range(3):
        first = (last - DAY).replace(day=1)
        months.insert(0, (first, last))
        last = first
    bills = {first: expected.compare_month(asked.home, list_days(first, end)) for first, end in months}
    known = {first: found for first, found in bills.items() if found}
    assert [item["start"] for item in answer["items"]] == [str(first) for first in known]
    for item, found in zip(answer["items"], known.values(), strict=True):
        assert item["options"].keys() == found.keys()
        for name, bill in found.items():
            told = item["options"][name]
            assert told["energy"] == to_eur(bill.energy if bill else None), (item["start"], name)
            assert told["subscription"] == to_eur(bill.subscription if bill else None), (item["start"], name)
            assert told["known"] == Near(float(bill.share if bill else 0), 1e-4), (item["start"], name)
            assert sum(part["eur"] for part in told["buckets"].values()) == Near(told["energy"] or 0, 1e-4)
    often = [
        name
        for name in (*expected.REGULATED, "own")
        if 2 * sum(found[name] is not None for found in known.values()) >= len(known)
    ]
    shared = [found for found in known.values() if all(found[name] for name in often)]
    assert answer["total_months"] == len(shared)
    for name in often if shared else ():
        energy = sum(bill.energy for found in shared if (bill := found[name]))
        subscription = sum(bill.subscription for found in shared if (bill := found[name]))
        assert answer["total"][name]["total"] == to_eur(energy + subscription), name


async def check_periods(asked: Asked, start: date, end: date) -> None:
    """The periods of past days have no gap, and each minute its bucket and price."""
    items = (await asked.get("periods", start=str(start), end=str(end)))["items"]
    edges = [(datetime.fromisoformat(item["start"]), datetime.fromisoformat(item["end"])) for item in items]
    assert [begins for begins, _ in edges] == [midnight(start), *(ends for _, ends in edges[:-1])]
    assert edges[-1][1] == midnight(end)
    told = [item for item, (begins, ends) in zip(items, edges, strict=True) for _ in range((ends - begins) // MINUTE)]
    position = 0
    for day in list_days(start, end):
        contract = asked.home.find_contract(day)
        prices = expected.list_prices(contract.option, contract.kva, day)
        for clock, bucket in zip(list_clocks(day), asked.home.name_minutes(contract.option, day), strict=True):
            item = told[position]
            position += 1
            price = prices[bucket] * WATT_MINUTES / MONEY if bucket in prices else None
            assert (item["bucket"], item["price"]) == (bucket, price), (day, clock)
            assert item["certain"] == (bucket != "unknown")
            if contract.option == "tempo":
                assert item["off_peak"] == (not 6 * 60 <= clock < 22 * 60)
            else:
                assert item["off_peak"] == {"base": None, "unknown": None, "hp": False, "hc": True}[bucket]


async def check_totals(asked: Asked) -> None:
    answer = await asked.get("totals")
    for unit in ("day", "week", "month", "year"):
        for name in ("running", "last", "year_ago"):
            total = answer[unit][name]
            check_total(asked, total, list_days(date.fromisoformat(total["start"]), date.fromisoformat(total["end"])))
