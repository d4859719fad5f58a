"""Cards that stay open for hours, in a real browser whose clock a test moves, in a Home Assistant of a few lines."""

import json
from collections.abc import AsyncGenerator
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from playwright.async_api import Locator, Page, expect

from scripts.lib.browser import open_page
from scripts.lib.home_assistant import ROOT
from scripts.lib.stack import DOMAIN

SERIES = ROOT / "tests" / "integration" / "fixtures" / "series.json"
SCRIPT = ROOT / "custom_components" / DOMAIN / "frontend" / "cards.js"
EVENING = datetime(2026, 11, 23, 21, 40, tzinfo=ZoneInfo("Europe/Paris"))
METER = {"id": "a" * 16, "name": "Maison", "option": "hp_hc", "produces": False}
METERS = {"meters": {"data": {"meters": [METER]}}}
# Answers commands with `window.answers`, and sends `window.feeds` once, as long as nothing changes.
HOME_ASSISTANT = """async ({ card, answers, feeds }) => {
    for (const name of ["home-assistant", "ha-card"]) customElements.define(name, class extends HTMLElement {});
    await customElements.whenDefined(card);
    window.answers = answers;
    const element = document.createElement(card);
    element.setConfig({ type: card });
    element.hass = {
        language: "fr",
        themes: { darkMode: false },
        callWS: ({ type }) => Promise.resolve(structuredClone(window.answers[type.split("/")[1]])),
        connection: {
            subscribeMessage: (receive, { feed }) => {
                receive({ is_silent: false, silent_since: null, data: null, ...feeds[feed] });
                return Promise.resolve(() => Promise.resolve());
            },
        },
    };
    document.body.append(element);
}"""


@pytest.fixture
async def page() -> AsyncGenerator[Page]:
    async with open_page("about:blank", language="fr") as page:
        await page.clock.install(time=EVENING)
        await page.add_script_tag(content=SCRIPT.read_text(), type="module")
        yield page


async def show_card(page: Page, name: str, *, answers: dict[str, Any], feeds: dict[str, Any]) -> Locator:
    card = f"my-electrical-data-{name}"
    await page.evaluate(HOME_ASSISTANT, {"card": card, "answers": answers, "feeds": feeds})
    return page.locator(card)


def build_period(start: datetime, end: datetime, bucket: str) -> dict[str, Any]:
    price = {"hp": 0.2142, "hc": 0.1579}[bucket]
    times = {"start": start.isoformat(), "end": end.isoformat()}
    return {**times, "bucket": bucket, "price": price, "off_peak": bucket == "hc", "certain": True, "expected": False}


async def test_the_hours_to_come_move_on_by_themselves(page: Page) -> None:
    night, morning = EVENING.replace(hour=22, minute=0), EVENING.replace(hour=6, minute=0) + timedelta(days=1)
    items = [
        build_period(EVENING.replace(hour=6), night, "hp"),
        build_period(night, morning, "hc"),
        build_period(morning, morning.replace(hour=22), "hp"),
    ]
    until = (EVENING + timedelta(hours=36)).isoformat()
    feeds = METERS | {"periods": {"data": {"items": items, "until": until, "cheapest": None}}}
    card = await show_card(page, "hours", answers={}, feeds=feeds)
    await expect(card).to_contain_text("Maintenant : Heures pleines")
    await page.clock.fast_forward("30:00")
    await expect(card).to_contain_text("Maintenant : Heures creuses")
    await page.clock.fast_forward("08:00:00")
    await expect(card).to_contain_text("Maintenant : Heures pleines")


async def test_the_day_that_arrives_in_the_morning_is_shown(page: Page) -> None:
    series = json.loads(SERIES.read_text()) | {"known": {"start": "2026-11-01", "end": "2026-11-23"}}
    card = await show_card(page, "day", answers={"series": series}, feeds=METERS)
    day = card.locator("strong[aria-live]")
    await expect(day).to_have_text("dimanche 22 novembre 2026")
    await page.evaluate("window.answers.series.known.end = '2026-11-24'")
    await page.clock.fast_forward("12:30:00")
    await expect(day).to_have_text("lundi 23 novembre 2026")


async def test_the_first_day_of_a_new_meter_is_shown_when_the_gateway_expects_it(page: Page) -> None:
    series = json.loads(SERIES.read_text())
    known, soon = {"start": "2026-11-01", "end": "2026-11-23"}, EVENING + timedelta(seconds=30)
    unknown = series | {"known": None, "next_change": soon.isoformat()}
    card = await show_card(page, "day", answers={"series": unknown}, feeds=METERS)
    await expect(card).to_contain_text("Il n’y a pas encore de données")
    await page.evaluate("series => window.answers.series = series", series | {"known": known})
    await page.clock.fast_forward("00:40")
    await expect(card.locator("strong[aria-live]")).to_have_text("dimanche 22 novembre 2026")


async def test_a_card_says_briefly_that_the_gateway_is_silent(page: Page) -> None:
    """The banner above all cards says it in a sentence."""
    level = {"level": 3, "since": EVENING.isoformat(), "until": (EVENING + timedelta(hours=1)).isoformat()}
    days: list[dict[str, Any]] = [{"date": f"{EVENING:%Y-%m-%d}", "message": None, "hours": []}]
    data = {"now": level, "days": days, "as_of": None}
    silent = {"is_silent": True, "silent_since": EVENING.isoformat(), "data": data}
    card = await show_card(page, "ecowatt", answers={}, feeds={"ecowatt": silent})
    await expect(card).to_contain_text("Passerelle muette depuis le lun. 23 nov., 21:40")
    await expect(card).to_contain_text("Très tendu")
