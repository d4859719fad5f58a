"""Every figure on Overview and Consumption is the API's: none is added up, left out or made of nothing on its way."""

from typing import Any

import pytest

from scripts.lib.stack import Stack
from tests.e2e.conftest import OWNER
from tests.e2e.figures import UNKNOWN, Writer, read_table
from tests.e2e.visitor import Visitor, open_visitor

type Answer = dict[str, Any]


async def read_rows(person: Visitor, table: int) -> list[list[str]]:
    """The rows of a table of the page."""
    return await read_table(person.page.locator("main table").nth(table))


def figures_of_total(write: Writer, now: Answer, before: Answer | None, known_from: str) -> list[str]:
    """What a card of Overview has to show beside its buckets, in this order."""
    shown = []
    if used := now["consumption"]:
        # a subscription of the whole span and energy of its end are no bill
        shown += [write.energy(used["wh"]), write.money(now["bill" if known_from <= now["start"] else "cost"])]
        shown += [write.money(now["subscription"])]
    if now["production"] is not None:
        shown += [write.energy(now["production"]), write.money(now["revenue"])]
    # what is known in part only is not compared
    if known_from <= now["start"] and before is not None:
        shown += [write.energy(before["consumption"] and before["consumption"]["wh"]), write.money(before["bill"])]
        shown += [write.energy(before["production"])] if before["production"] else []
    return [figure for figure in shown if figure != UNKNOWN]


def rows_of_buckets(write: Writer, now: Answer) -> list[list[str]]:
    """The lines of a card's buckets: name, energy, cost."""
    by_bucket: dict[str, float] = (now["consumption"] or {"by_bucket": {}})["by_bucket"]
    return [
        [write.bucket(name), write.energy(wh), write.money(now["cost_by_bucket"].get(name))]
        for name, wh in by_bucket.items()
        if len(by_bucket) > 1
    ]


TEXTS = {
    "en": ["Last day", "This week", "This month", "This year", "price not known yet"],
    "fr": ["Dernier jour", "Cette semaine", "Ce mois", "Cette année", "prix pas encore connu"],
}
_SPANS = "lines => lines.map(line => [...line.querySelectorAll('span:not(:has(span))')].map(span => span.textContent))"
COLORS = {
    "en": {"blue": "Blue day", "white": "White day", "red": "Red day"},
    "fr": {"blue": "Jour bleu", "white": "Jour blanc", "red": "Jour rouge"},
}


@pytest.mark.parametrize(("name", "language"), [("tempo", "fr"), ("roof", "en")])
async def test_the_overview_shows_the_figures_of_the_api(pages: Stack, name: str, language: str) -> None:
    write = Writer(language)
    *spans, no_price = TEXTS[language]
    async with open_visitor(pages.gateway_url, language=language, stops_clock=True) as person:
        await person.log_in(OWNER)
        meter = (await person.wait_for_days())[name]
        totals, periods, today = await person.visit_and_stop_clock(
            f"overview?meter={meter}", "totals", "periods", "today"
        )
        known_from = totals["known_since"]
        totals_shown = [
            (totals["day"]["last"], totals["day"]["year_ago"]),
            *((totals[span]["running"], totals[span]["running_year_ago"]) for span in ("week", "month", "year")),
        ]
        for title, (now, before) in zip(spans, totals_shown, strict=True):
            card = person.page.locator("section", has=person.page.get_by_role("heading", name=title, exact=True))
            lines = await card.locator("li").evaluate_all(_SPANS)
            assert sorted(lines) == sorted(rows_of_buckets(write, now)), title
            shown = write.figure.findall(" ".join(await card.locator("p").all_inner_texts()))
            assert shown == figures_of_total(write, now, before, known_from), title
            assert len(shown) >= 2, title
        coming = [item for item in periods["items"] if item["end"] > "2026-11-03T10:05"]
        prices = [no_price if one["price"] is None else write.price(one["price"]) for one in coming]
        assert [price for _, price, _ in (await read_rows(person, 0))[1:]] == prices
        assert await person.page.locator(".prices .figure").inner_text() == prices[0]
        badges = await person.page.locator("main .badge").all_inner_texts()
        for badge, one in zip(badges, (today["tempo"]["today"], today["tempo"]["tomorrow"]), strict=False):
            assert badge == COLORS[language].get(one["color"], badge)


def columns_of_buckets(write: Writer, chart: Answer, side: str, unit: str) -> dict[str, list[float | None]]:
    """The amounts that Consumption's table has to show of the buckets, by the head of their column."""
    if side == "production":
        return {write.bucket("production"): chart["revenue" if unit == "euros" else "production"]}
    amounts = chart["cost_by_bucket" if unit == "euros" else "consumption_by_bucket"]
    columns = {write.bucket(name): amounts[name] for name, used in chart["consumption_by_bucket"].items() if any(used)}
    return columns | ({write.bucket("subscription"): chart["subscription"]} if unit == "euros" else {})


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
    ("tempo", "consumption", "month", "energy", "", "en"),
    ("tempo", "consumption", "month", "euros", "", "fr"),
    ("tempo", "consumption", "day", "energy", "2026-10-25", "fr"),
    ("tempo", "consumption", "week", "euros", "2026-10-25", "en"),
    ("tempo", "consumption", "year", "euros", "", "fr"),
    ("off_peak", "consumption", "all", "energy", "", "fr"),
    ("base", "consumption", "day", "euros", "", "en"),
    ("roof", "consumption", "month", "euros", "", "en"),
    ("roof", "production", "month", "energy", "", "fr"),
    ("roof", "production", "week", "energy", "2026-10-25", "en"),
]
ADDS = {
    "en": "The subscription, due for every day, adds",
    "fr": "L’abonnement, dû pour chaque jour, ajoute",
}


async def test_consumption_and_production_show_the_figures_of_the_api(pages: Stack) -> None:
    async with open_visitor(pages.gateway_url, stops_clock=True) as person:
        await person.log_in(OWNER)
        meters = await person.wait_for_days()
        for name, side, span, unit, on, language in VIEWS:
            write = Writer(language)
            await person.choose_language(language)
            view = f"{name} {side} {span} {unit} {on}"
            path = f"consumption?meter={meters[name]}&side={side}&span={span}&unit={unit}" + (on and f"&on={on}")
            calls = ["series"] + (["load-curve"] if span in {"day", "week"} else [])
            series, *curve = await person.visit_and_stop_clock(path, *calls)
            await check_rows(person, write, series, side, unit, view)
            if curve:
                _, *shown = [figure for _, figure in await read_rows(person, 1)]
                assert shown == [write.power(reading["watts"], "W") for reading in curve[0]["readings"]], view
                assert shown, view
            if on == "2026-10-25" and span == "day":
                assert len(await read_rows(person, 0)) == 1 + 25
        # energy without a price is no energy of nothing
        await person.visit_and_stop_clock(f"consumption?meter={meters['roof']}&side=production&span=month&unit=euros")
        await person.wait_for_text("The revenue is not known")
        [peaks] = await person.visit_and_stop_clock(
            f"consumption?meter={meters['tempo']}&span=month&on=2026-10-01", "max-power"
        )
        assert [figure for _, figure in (await read_rows(person, -1))[1:]] == [
            Writer("en").power(one["va"], "VA") for one in peaks["readings"]
        ]


async def check_rows(person: Visitor, write: Writer, series: Answer, side: str, unit: str, view: str) -> None:
    """Compare the table with the series, cell by cell, and the totals above it."""
    current, before = series["current"], series["year_ago"]
    format_amount = write.money if unit == "euros" else write.energy
    head, *rows = await read_rows(person, 0)
    totals, earlier = read_column(current, side, unit), read_column(before, side, unit)
    assert any(total is not None for total in totals), f"{view}: nothing to compare"
    wanted = {
        name: [None if total is None else amount for total, amount in zip(totals, amounts, strict=True)]
        for name, amounts in columns_of_buckets(write, current, side, unit).items()
    }
    has_earlier = any(amount is not None for amount in earlier)
    names = head[1 : -2 if has_earlier else -1]
    assert sorted(names) == (sorted(wanted) if len(wanted) > 1 else []), view
    columns = [*(wanted[name] for name in names), totals, *([earlier] if has_earlier else [])]
    assert [cells for _, *cells in rows] == [
        [format_amount(amount) for amount in row] for row in zip(*columns, strict=True)
    ], view
    is_whole = series["known"]["start"] <= series["start"]
    figures = person.page.locator("main dl dd")
    for place, total in enumerate((current["total"], before["total"])):
        energy_of, money_of = (
            (total["production"], total["revenue"])
            if side == "production"
            else (total["consumption"] and total["consumption"]["wh"], total["bill" if is_whole else "cost"])
        )
        shown_total = await figures.nth(place).inner_text()
        if energy_of is None:
            assert not write.figure.search(shown_total), view
        else:
            parts = [write.energy(energy_of), *([] if money_of is None else [write.money(money_of)])]
            assert shown_total == " · ".join(parts), view
    if not is_whole and side == "consumption":
        await person.wait_for_text(f"{ADDS[write.language]} {write.money(current['total']['subscription'])}.")
