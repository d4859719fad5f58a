"""Every figure on Overview and Consumption is the API's: none is added up, left out or made of nothing on its way."""

import re
from decimal import ROUND_HALF_UP, Decimal
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.async_api import Response

from scripts.lib.stack import Stack
from tests.e2e.conftest import OWNER
from tests.e2e.polling import wait_until
from tests.e2e.visitor import Visitor, open_visitor

UNKNOWN = "–"
FIGURE = re.compile(r"-?€[\d,]+\.\d+|-?[\d,]+(?:\.\d+)?\xa0(?:€/)?kWh")
"""As British English writes euros and energy."""

type Answer = dict[str, Any]


def format_number(value: float, digits: int) -> str:
    # as Intl does: of the shortest decimal that is this number
    return f"{Decimal(repr(value)).quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP):,}"


def format_energy(wh: float | None) -> str:
    if wh is None:
        return UNKNOWN
    kwh = wh / 1000
    return format_number(kwh, 2 if abs(kwh) < 10 else 1 if abs(kwh) < 100 else 0) + "\xa0kWh"


def format_money(euros: float | None) -> str:
    if euros is None:
        return UNKNOWN
    return f"{'-' if euros < 0 else ''}€{format_number(abs(euros), 2)}"


def format_power(value: float, unit: str) -> str:
    if abs(value) < 1000:
        return f"{format_number(value, 0)}\xa0{unit}"
    return f"{format_number(value / 1000, 2).rstrip('0').rstrip('.')}\xa0k{unit}"


async def log_in(person: Visitor) -> dict[str, str]:
    """Log in, and wait until every meter has its newest sixty days; the meters' ids by name."""
    await person.log_in(OWNER)

    async def find_complete_meters() -> list[Answer] | None:
        meters: list[Answer] = (await person.fetch_json("/v1/usage-points"))["items"]
        return meters if all(meter["freshness"]["complete_until"] for meter in meters) else None

    return {meter["name"]: meter["id"] for meter in await wait_until(find_complete_meters, "the newest sixty days")}


async def visit_page(person: Visitor, path: str, *calls: str) -> list[Answer]:
    """Open a page; what the API has answered to these calls of it."""
    heard: dict[str, Response] = {}

    def note_response(response: Response) -> None:
        heard[urlsplit(response.url).path.rpartition("/")[2]] = response

    person.page.on("response", note_response)
    await person.visit(path)
    await person.page.wait_for_load_state("networkidle")
    await person.until_loaded()
    person.page.remove_listener("response", note_response)
    return [await heard[call].json() for call in calls]


async def read_rows(person: Visitor, table: int) -> list[list[str]]:
    """The rows of a table of the page, whether or not it is unfolded."""
    found: list[list[str]] = (
        await person.page.locator("main table")
        .nth(table)
        .locator("tbody tr")
        .evaluate_all("rows => rows.map(row => [...row.cells].map(cell => cell.textContent.trim()))")
    )
    return found


def figures_of_total(now: Answer, before: Answer | None, known_from: str) -> list[str]:
    """What a card of Overview has to show, in no order."""
    shown = []
    if used := now["consumption"]:
        # a subscription of the whole span and energy of its end are no bill
        shown += [format_energy(used["wh"]), format_money(now["bill" if known_from <= now["start"] else "cost"])]
        shown += [format_money(now["subscription"])]
        if len(used["by_bucket"]) > 1:
            for bucket, wh in used["by_bucket"].items():
                shown += [format_energy(wh), format_money(now["cost_by_bucket"].get(bucket))]
    if now["production"] is not None:
        shown += [format_energy(now["production"]), format_money(now["revenue"])]
    # what is known in part only is not compared
    if known_from <= now["start"] and before is not None:
        shown += [format_energy(before["consumption"] and before["consumption"]["wh"]), format_money(before["bill"])]
        shown += [format_energy(before["production"])] if before["production"] else []
    return sorted(figure for figure in shown if figure != UNKNOWN)


@pytest.mark.parametrize("name", ["tempo", "roof"])
async def test_the_overview_shows_the_figures_of_the_api(pages: Stack, name: str) -> None:
    async with open_visitor(pages.gateway_url) as person:
        meter = (await log_in(person))[name]
        totals, periods, today = await visit_page(person, f"overview?meter={meter}", "totals", "periods", "today")
        day = f"/v1/usage-points/{meter}/series?start=2026-11-03&end=2026-11-04&step=day"
        known_from = (await person.fetch_json(day))["known"]["start"]
        cards = {
            "Last day": (totals["day"]["last"], totals["day"]["year_ago"]),
            "This week": (totals["week"]["running"], totals["week"]["running_year_ago"]),
            "This month": (totals["month"]["running"], totals["month"]["running_year_ago"]),
            "This year": (totals["year"]["running"], totals["year"]["running_year_ago"]),
        }
        for title, (now, before) in cards.items():
            card = person.page.locator("section", has=person.page.get_by_role("heading", name=title, exact=True))
            shown = sorted(FIGURE.findall(await card.inner_text()))
            assert shown == figures_of_total(now, before, known_from), title
            assert len(shown) >= 2, title
        coming = [item for item in periods["items"] if item["end"] > "2026-11-03T10:05"]
        prices = ["price not known yet" if one["price"] is None else f"{one['price']:.4f}\xa0€/kWh" for one in coming]
        assert [price for _, price in await read_rows(person, 0)] == prices
        assert await person.page.locator(".prices .figure").inner_text() == prices[0]
        text = await person.read()
        for one in (today["tempo"]["today"], today["tempo"]["tomorrow"]):
            assert one["color"] == "unknown" or one["color"] in text.lower()


def figures_of_row(chart: Answer, row: int, side: str, unit: str) -> list[str]:
    """What a row of Consumption's table has to show of its buckets, in no order."""
    if side == "production":
        return [format_money(chart["revenue"][row]) if unit == "euros" else format_energy(chart["production"][row])]
    by_bucket = {
        bucket: (chart["cost_by_bucket"] if unit == "euros" else chart["consumption_by_bucket"])[bucket][row]
        for bucket, amounts in chart["consumption_by_bucket"].items()
        if any(amounts)
    }
    write = format_money if unit == "euros" else format_energy
    parts = [write(value) for value in by_bucket.values()]
    return sorted([*parts, write(chart["subscription"][row])] if unit == "euros" else parts)


def read_column(chart: Answer, side: str, unit: str) -> list[float | None]:
    """The totals of the rows."""
    of = {
        ("consumption", "energy"): "consumption",
        ("consumption", "euros"): "bill",
        ("production", "energy"): "production",
        ("production", "euros"): "revenue",
    }
    found: list[float | None] = chart[of[side, unit]]
    return found


VIEWS = [
    ("tempo", "consumption", "month", "energy", ""),
    ("tempo", "consumption", "month", "euros", ""),
    ("tempo", "consumption", "day", "energy", "2026-10-25"),
    ("tempo", "consumption", "week", "euros", "2026-10-25"),
    ("tempo", "consumption", "year", "euros", ""),
    ("off_peak", "consumption", "all", "energy", ""),
    ("base", "consumption", "day", "euros", ""),
    ("roof", "consumption", "month", "euros", ""),
    ("roof", "production", "month", "energy", ""),
    ("roof", "production", "week", "energy", "2026-10-25"),
]


async def test_consumption_and_production_show_the_figures_of_the_api(pages: Stack) -> None:
    async with open_visitor(pages.gateway_url) as person:
        meters = await log_in(person)
        for name, side, span, unit, on in VIEWS:
            view = f"{name} {side} {span} {unit} {on}"
            path = f"consumption?meter={meters[name]}&side={side}&span={span}&unit={unit}" + (on and f"&on={on}")
            calls = ["series"] + (["load-curve"] if span in {"day", "week"} else [])
            series, *curve = await visit_page(person, path, *calls)
            await check_rows(person, series, side, unit, view)
            if curve:
                shown = [figure for _, figure in await read_rows(person, 1)]
                assert shown == [format_power(reading["watts"], "W") for reading in curve[0]["readings"]], view
                assert shown, view
            if on == "2026-10-25" and span == "day":
                assert len(await read_rows(person, 0)) == 25
        # energy without a price is no energy of nothing
        await visit_page(person, f"consumption?meter={meters['roof']}&side=production&span=month&unit=euros")
        await person.wait_for_text("The revenue is not known")
        [peaks] = await visit_page(person, f"consumption?meter={meters['tempo']}&span=month&on=2026-10-01", "max-power")
        assert [figure for _, figure in await read_rows(person, -1)] == [
            format_power(one["va"], "VA") for one in peaks["readings"]
        ]


async def check_rows(person: Visitor, series: Answer, side: str, unit: str, view: str) -> None:
    """Compare the table with the series: each row's buckets, its total, and the same a year before."""
    current, before, write = series["current"], series["year_ago"], format_money if unit == "euros" else format_energy
    shown = await read_rows(person, 0)
    totals, earlier = read_column(current, side, unit), read_column(before, side, unit)
    assert len(shown) == len(totals), view
    assert any(total is not None for total in totals), f"{view}: nothing to compare"
    for row, (_, *cells) in enumerate(shown):
        *buckets, total, year_ago = cells
        assert (total, year_ago) == (write(totals[row]), write(earlier[row])), f"{view}, row {row}"
        wanted = figures_of_row(current, row, side, unit)
        if totals[row] is None:
            wanted = [UNKNOWN] * len(wanted)
        assert sorted(buckets) == wanted, f"{view}, row {row}"
    figures = person.page.locator("main dl dd")
    for place, total in enumerate((current["total"], before["total"])):
        used = "bill" if series["known"]["start"] <= series["start"] else "cost"
        energy_of, money_of = (
            (total["production"], total["revenue"])
            if side == "production"
            else (total["consumption"] and total["consumption"]["wh"], total[used])
        )
        shown_total = await figures.nth(place).inner_text()
        if energy_of is None:
            assert not FIGURE.search(shown_total), view
        else:
            assert shown_total == format_energy(energy_of) + (
                "" if money_of is None else f" · {format_money(money_of)}"
            ), view
    if used == "cost" and side == "consumption":
        await person.wait_for_text(f"due for every day, adds {format_money(current['total']['subscription'])}.")
