"""The cards in a real browser: on a phone, in French, in the ready dashboard."""

import re
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from datetime import datetime
from typing import Any

import pytest
from playwright.async_api import Error as PlaywrightError
from playwright.async_api import Page, Route, WebSocket, expect

from scripts.lib import dashboard
from scripts.lib.browser import open_page
from scripts.lib.home_assistant_client import HomeAssistantClient
from scripts.lib.stack import DOMAIN, USAGE_POINTS, Stack
from tests.e2e.polling import wait_until
from tests.e2e.site import NOW

WIDTH, HEIGHT = 390, 844
"""A phone."""
CARDS = ["day", "ecowatt", "hours", "options", "tempo"]
RUN_CARDS = f"""async () => {{
    // the browser requests scripts before it has read the whole page: look for at least half a minute
    for (let look = 0; look < 3000; look++) {{
        const address = document.documentElement.innerHTML.match(/\\/{DOMAIN}\\/cards-\\w+\\.js/);
        if (address) {{
            await import(address[0]);
            window.cardsRanFirst = true;
            return;
        }}
        await new Promise(done => setTimeout(done, 10));
    }}
}}"""


@asynccontextmanager
async def open_dashboard(address: str, *, at: datetime = NOW, language: str = "fr") -> AsyncGenerator[Page]:
    """The ready dashboard on a phone."""
    async with open_page(address, language=language, at=at, width=WIDTH, height=HEIGHT) as page:
        await wait_for_cards(page)
        yield page


async def wait_for_cards(page: Page) -> None:
    """Wait for the ready dashboard.

    Home Assistant waits five seconds for a strategy's script and then says that it has none: on a busy machine the page
    is loaded again, as a person would.
    """
    tempo = page.locator("my-electrical-data-tempo ha-card").first
    too_late = page.get_by_text("Timeout waiting for strategy element").first
    for _ in range(5):
        await expect(tempo.or_(too_late).first, "the dashboard, or why there is none").to_be_visible()
        if await tempo.is_visible():
            return
        await page.reload()
    raise AssertionError("Home Assistant was too late for the dashboard's script five times")


def note_series_requests(page: Page) -> list[str]:
    """Return a list that gets each request of a card for figures since the page was last loaded."""
    asked: list[str] = []

    def note_frame(frame: str | bytes) -> None:
        asked.extend(re.findall(rf'"{DOMAIN}/series"', str(frame)))

    def follow_socket(socket: WebSocket) -> None:
        asked.clear()
        socket.on("framesent", note_frame)

    page.on("websocket", follow_socket)
    return asked


@pytest.fixture(scope="module")
async def dashboard_url(stack: Stack, home_assistant: HomeAssistantClient) -> str:
    """Where the ready dashboard is, once its offer was accepted."""
    await dashboard.show_dashboard(home_assistant)
    return f"{stack.home_assistant.url}/{dashboard.URL_PATH}"


async def test_a_phone_shows_the_first_chart_without_scrolling_and_speaks_french(dashboard_url: str) -> None:
    async with open_dashboard(dashboard_url) as page:
        season = page.locator("my-electrical-data-tempo figure").first
        await expect(season).to_be_in_viewport(ratio=1)
        await page.wait_for_function("width => document.documentElement.scrollWidth <= width", arg=WIDTH)
        for name in CARDS:
            card = page.locator(f"my-electrical-data-{name} ha-card").first
            await card.wait_for()
            text = await card.inner_text()
            assert not {"Today", "Tomorrow", "Peak", "Off-peak", "Known", "Bill", "Now", "Loading…"} & set(text.split())


async def test_the_cards_are_shown_though_their_script_runs_before_home_assistants_own(dashboard_url: str) -> None:
    """Home Assistant's page loads both side by side; its own script replaces the browser's registry of elements."""
    async with open_page("about:blank", language="fr", at=NOW, width=WIDTH, height=HEIGHT) as page:

        async def run_cards_first(route: Route) -> None:
            with suppress(PlaywrightError):  # the first page is left for the log-in
                await page.evaluate(RUN_CARDS)
            await route.continue_()

        await page.route("**/frontend_latest/app.*.js", run_cards_first)
        await page.goto(dashboard_url)
        title = page.locator("my-electrical-data-tempo h2").first
        await expect(title, "the page names the cards' script, and shows a card").not_to_be_empty()
        ran_first = await page.evaluate("window.cardsRanFirst")
        assert ran_first, "the page names the cards' script before Home Assistant's own runs"


async def test_the_day_is_stepped_through_from_the_last_that_is_available(dashboard_url: str) -> None:
    async with open_page("about:blank", language="fr", at=NOW, width=WIDTH, height=HEIGHT) as page:
        asked = note_series_requests(page)
        await page.goto(dashboard_url)
        await wait_for_cards(page)
        card = page.locator("my-electrical-data-day").first
        day = card.locator("strong[aria-live]")
        await expect(day).to_have_text("lundi 2 novembre 2026")
        await expect(card.get_by_role("button", name="Après")).to_be_disabled()
        await card.get_by_role("button", name="Avant").click()
        await expect(day).to_have_text("dimanche 1er novembre 2026")
        await card.get_by_text("Mois", exact=True).click()
        await expect(day).to_have_text("novembre 2026")
        chart = card.get_by_role("slider")
        await chart.press("Home")
        await expect(chart).to_have_attribute("aria-valuetext", re.compile("1er novembre"))
        # Each home's card asks for yesterday, then for the last day that is available; one of them was stepped twice.
        assert 0 < len(asked) <= 2 * len(USAGE_POINTS) + 2, "nothing is asked over and over"


async def test_cards_and_dashboard_are_offered_with_a_form(dashboard_url: str) -> None:
    async with open_dashboard(dashboard_url) as page:
        offered = await page.evaluate("window.customCards.map(({ type, name, preview }) => [type, name, preview])")
        assert sorted(kind for kind, _, _ in offered) == [f"my-electrical-data-{name}" for name in CARDS]
        assert "Ma journée" in {name for _, name, _ in offered}
        assert {preview for _, _, preview in offered} == {True}
        strategies = await page.evaluate(
            "window.customStrategies.map(({ type, strategyType }) => [type, strategyType])"
        )
        assert ["my-electrical-data", "dashboard"] in strategies
        form = await page.evaluate(
            "customElements.get('my-electrical-data-hours').getConfigForm()"
            ".then(({ schema, computeLabel }) => schema.map((field) => [computeLabel(field), field.selector]))"
        )
        labels = [label for label, _ in form]
        assert labels == ["Titre", "Compteur", "Durée du créneau le moins cher"]
        assert len(form[1][1]["select"]["options"]) == 3


async def test_each_card_is_picked_from_its_preview_and_changed_by_its_form(
    dashboard_url: str, stack: Stack, home_assistant: HomeAssistantClient
) -> None:
    """As somebody does who makes a dashboard of their own, on a phone."""
    await home_assistant.command("lovelace/dashboards/create", url_path="own-one", title="Essai", mode="storage")
    empty = {"views": [{"type": "sections", "sections": [{"type": "grid", "cards": []}]}]}
    await home_assistant.command("lovelace/config/save", url_path="own-one", config=empty)
    address = dashboard_url.replace(dashboard.URL_PATH, "own-one/0?edit=1")
    async with open_page(address, language="fr", at=NOW, width=WIDTH, height=HEIGHT) as page:
        await page.wait_for_function("() => window.customCards?.length")
        await page.locator("hui-grid-section .add").first.click()
        await page.locator("hui-dialog-create-card ha-tab-group-tab").last.click()
        await page.locator("hui-card-picker .card").first.wait_for()  # what is typed earlier may be lost
        await page.locator("hui-card-picker input").first.fill("my-electrical-data")
        for name in CARDS:
            preview = page.locator(f"hui-card-picker my-electrical-data-{name} ha-card h2")
            await preview.scroll_into_view_if_needed()
            await expect(preview).not_to_be_empty()
        await page.locator("hui-card-picker .card", has_text="Les heures à venir").first.click()
        # each kind of field is loaded by itself: a field after the title may be there before it
        title = page.locator("hui-dialog-edit-card ha-form input:not([type=number])").first
        await title.fill("Quand lancer ?")
        await title.press("Tab")
        shown = page.locator("hui-dialog-edit-card my-electrical-data-hours h2")
        await expect(shown).to_have_text("Quand lancer ?")
        await page.get_by_role("button", name="Enregistrer").last.click()

        async def list_saved() -> list[dict[str, Any]]:
            saved = await home_assistant.command("lovelace/config", url_path="own-one")
            return [card for section in saved["views"][0]["sections"] for card in section["cards"]]

        saved = await wait_until(list_saved, "the card in the dashboard")
    assert saved == [{"type": "custom:my-electrical-data-hours", "title": "Quand lancer ?"}]
