"""The ready dashboard on a phone in French: a tense hour on a red day, a home that produces, the first day, no gateway.

The gateway and Home Assistant are of this file alone, because its gateway is stopped at the end.
"""

import os
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import aiohttp
import pytest
from playwright.async_api import Locator, Page, expect

from scripts.lib import dashboard
from scripts.lib.faketime import clock_set_to
from scripts.lib.home_assistant import ROOT
from scripts.lib.program import free_port
from scripts.lib.stack import Ports, Stack, UsagePoint
from tests.e2e.conftest import ROOF
from tests.e2e.test_cards import HEIGHT, LONG, WIDTH, open_dashboard

NOW = datetime(2026, 11, 10, 18, 20, tzinfo=ZoneInfo("Europe/Paris"))
CALM, VERY_TENSE = 1, 3
NEW = UsagePoint("30001000000012", "base", 6)
"""Enedis does not answer for this home."""
AXE = (ROOT / "web/node_modules/axe-core/axe.min.js").read_text()
LOOK = os.environ.get("LOOK_AT_CARDS")
"""A folder for pictures, to look at."""


@pytest.fixture(scope="module")
async def programs(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[Stack]:
    """A red day, a tense hour, one home with a roof that produces, one of which nothing is known."""
    folder: Path = tmp_path_factory.mktemp("states")
    ports = Ports(home_assistant=free_port(), gateway=free_port(), simulator=free_port())
    async with Stack(folder, ports, language="fr", env=clock_set_to(NOW)) as stack:
        await stack.start_simulator()
        levels = [VERY_TENSE if hour == NOW.hour else CALM for hour in range(24)]
        async with aiohttp.ClientSession(stack.simulator_url, raise_for_status=True) as simulator:
            orders: list[tuple[str, dict[str, Any]]] = [
                ("/control/ecowatt", {"date": f"{NOW:%Y-%m-%d}", "levels": levels}),
                ("/control/tempo", {"date": f"{NOW:%Y-%m-%d}", "colour": "RED"}),
            ]
            for path, order in orders:
                await (await simulator.post(path, json=order)).read()
        await stack.start_gateway()
        await stack.add_usage_point(ROOF, "Toit")
        await stack.add_usage_point(NEW, "Nouvelle")
        yield stack


@pytest.fixture(scope="module")
async def address(programs: Stack) -> AsyncGenerator[str]:
    async with await programs.start_home_assistant() as client:
        await programs.set_up_integration(client)
        await dashboard.show_dashboard(client)
        yield f"{programs.home_assistant.url}/{dashboard.URL_PATH}"


@asynccontextmanager
async def looking(address: str, name: str, *, dark: bool = False) -> AsyncGenerator[Page]:
    """The dashboard; what it looked like at the end is kept, for whoever wants to see it."""
    async with open_dashboard(address, at=NOW, dark=dark) as page:
        yield page
        if LOOK:
            await page.screenshot(path=Path(LOOK) / f"{name}.png", full_page=True)


def card(page: Page, name: str, place: int = 0) -> Locator:
    return page.locator(f"my-electrical-data-{name} ha-card").nth(place)


async def find_barriers(page: Page) -> list[str]:
    """What axe finds in the cards."""
    await page.evaluate(AXE)
    found: list[str] = await page.evaluate(
        """async () => {
            const cards = [];
            const search = root => root.querySelectorAll("*").forEach(element => {
                if (element.localName.startsWith("my-electrical-data-")) cards.push(element)
                else if (element.shadowRoot) search(element.shadowRoot)
            });
            search(document);
            const violations = [];
            for (const card of cards) {
                const { violations: found } = await axe.run(card, { rules: { region: { enabled: false } } });
                violations.push(...found.flatMap(({ id, nodes }) => nodes.map(node => `${id}: ${node.html}`)));
            }
            return violations;
        }"""
    )
    return found


@pytest.mark.parametrize("dark", [False, True])
async def test_a_red_day_and_a_tense_hour_cannot_be_missed(address: str, dark: bool) -> None:
    async with looking(address, f"red-{'dark' if dark else 'light'}", dark=dark) as page:
        await expect(card(page, "tempo")).to_contain_text("Rouge", timeout=LONG)
        await expect(card(page, "ecowatt")).to_contain_text("Très tendu, jusqu’au mar. 10 nov., 19:00", timeout=LONG)
        await card(page, "day").locator("figure").first.wait_for(timeout=LONG)
        assert await page.evaluate("document.documentElement.scrollWidth") <= WIDTH
        assert await find_barriers(page) == []


async def test_a_home_that_produces_sees_it_beside_its_consumption(address: str) -> None:
    async with looking(address, "solar") as page:
        day = card(page, "day")
        await expect(day).to_contain_text("Production", timeout=LONG)
        await expect(day.get_by_text("kWh").nth(2)).to_be_visible(timeout=LONG)
        box = await day.bounding_box()
        assert box
        assert box["y"] < HEIGHT, "it is seen without scrolling"


async def test_the_first_day_shows_no_zero(address: str) -> None:
    """What is not known is said; what is known of the grid and of prices is there."""
    async with looking(address, "first-day") as page:
        await expect(card(page, "day", 1)).to_contain_text("Il n’y a pas encore de données", timeout=LONG)
        await expect(card(page, "options", 1)).to_contain_text("Aucun mois n’est encore complet", timeout=LONG)
        await expect(card(page, "hours", 1)).to_contain_text("Maintenant : Base", timeout=LONG)
        assert "jusqu" not in await card(page, "hours", 1).inner_text(), "a price of which no end is known has none"
        for name in ("day", "options"):
            assert "0 kWh" not in await card(page, name, 1).inner_text()


async def test_without_a_gateway_what_is_still_true_is_shown_and_since_when(programs: Stack, address: str) -> None:
    async with looking(address, "gateway-down") as page:
        banner = page.locator("my-electrical-data-banner")
        await expect(card(page, "tempo")).to_contain_text("Rouge", timeout=LONG)
        await expect(banner).to_be_hidden()
        await programs.stop_gateway()
        await card(page, "day").get_by_role("button", name="Avant").click()
        await expect(banner).to_contain_text("La passerelle ne répond plus depuis le mar. 10 nov.", timeout=LONG)
        await expect(card(page, "tempo")).to_contain_text("Rouge")
        await expect(card(page, "ecowatt")).to_contain_text("Très tendu")
    async with looking(address, "gateway-down-again") as page:
        await expect(page.locator("my-electrical-data-banner")).to_contain_text("depuis le mar. 10 nov.", timeout=LONG)
        await expect(card(page, "tempo")).to_contain_text("Rouge", timeout=LONG)
        assert await find_barriers(page) == []
