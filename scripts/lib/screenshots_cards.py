"""`python -m scripts.lib.screenshots_cards`: pictures of docs/cards, of a phone that shows a home with solar panels, a
very tense hour, a home of which nothing is known yet, and no gateway.
"""

import asyncio
import tempfile
from pathlib import Path

from playwright.async_api import Locator, Page, expect

from scripts.lib import card_states, dashboard
from scripts.lib.browser import open_page
from scripts.lib.faketime import clock_set_to
from scripts.lib.program import free_port
from scripts.lib.screenshots import PHONE, save_picture, wait_for
from scripts.lib.stack import Ports, Stack

NAMES = {"en": ("Farmhouse", "Studio"), "fr": ("Ferme", "Studio")}
DRAWN = "my-electrical-data-options figure"
PATIENCE = 180_000  # milliseconds


async def main() -> None:
    """Start that day's programs in each language and take their pictures."""
    for language, (producing, unknown) in NAMES.items():
        with tempfile.TemporaryDirectory() as folder:
            ports = Ports(free_port(), free_port(), free_port())
            env = clock_set_to(card_states.NOW)
            async with Stack(Path(folder), ports, language=language, env=env) as stack:
                await card_states.start_day(stack, producing=producing, unknown=unknown)
                async with await stack.start_home_assistant() as client:
                    await stack.set_up_integration(client)
                    await dashboard.show_dashboard(client)
                    await _take_all(stack, language)


async def _take_all(stack: Stack, language: str) -> None:
    width, height = PHONE
    url = f"{stack.home_assistant.url}/{dashboard.URL_PATH}"
    async with open_page(url, language=language, at=card_states.NOW, width=width, height=height) as page:
        page.set_default_timeout(PATIENCE)
        await wait_for(page, DRAWN)
        await _take(page.locator("my-electrical-data-day ha-card").first, f"card-solar.{language}")
        await _take(page.locator("my-electrical-data-ecowatt ha-card"), f"card-tense.{language}")
        await _take(_section(page, 1), f"card-first-day.{language}")
        await stack.stop_gateway()
        await page.reload()
        await wait_for(page, "my-electrical-data-banner")
        await expect(page.locator("my-electrical-data-banner")).to_be_visible(timeout=PATIENCE)
        await page.locator("my-electrical-data-tempo figure").wait_for()
        await _take(page.locator("my-electrical-data-banner"), f"card-no-gateway.{language}")


def _section(page: Page, place: int) -> Locator:
    """All cards of a home."""
    return page.locator("hui-grid-section").filter(has=page.locator("my-electrical-data-day")).nth(place)


async def _take(element: Locator, name: str) -> None:
    save_picture(name, await element.screenshot(animations="disabled"))


if __name__ == "__main__":
    asyncio.run(main())
