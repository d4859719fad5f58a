"""`python -m scripts.lib.screenshots`: the README's pictures, taken of the demo on a red Tempo day."""

import asyncio
import tempfile
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from playwright.async_api import Locator, Page

from scripts.lib import dashboard
from scripts.lib.browser import open_page
from scripts.lib.demo import arrange
from scripts.lib.faketime import clock_set_to
from scripts.lib.home_assistant import ROOT
from scripts.lib.program import free_port
from scripts.lib.stack import HOMES, Ports, Stack
from scripts.lib.words import WORDS

IMAGES = ROOT / "docs" / "images"
NOW = datetime(2026, 1, 28, 11, 30, tzinfo=ZoneInfo("Europe/Paris"))
PREVIOUS = {"en": "Previous", "fr": "Précédent"}


async def main() -> None:
    """Start the demo's programs in each language and take their pictures."""
    for language, words in WORDS.items():
        with tempfile.TemporaryDirectory() as folder:
            ports = Ports(free_port(), free_port(), free_port())
            async with Stack(Path(folder), ports, language=language, env=clock_set_to(NOW)) as stack:
                await stack.start_simulator()
                await stack.start_gateway()
                for key, home in HOMES.items():
                    await stack.add_home(home, words[key])
                async with await stack.start_home_assistant() as client:
                    await arrange(stack, client, words, now=NOW)
                await _take_all(stack.home_assistant.url, language)


async def _take_all(url: str, language: str) -> None:
    async with open_page(f"{url}/{dashboard.URL_PATH}", language=language, width=1440, height=900, at=NOW) as page:
        chart = page.locator("hui-statistics-graph-card canvas").nth(1)
        await _take(page, f"dashboard.{language}.png", once_at_rest=chart)
    async with open_page(f"{url}/energy", language=language, width=1440, height=900, at=NOW) as page:
        await page.get_by_label(PREVIOUS[language]).click(timeout=60_000)
        chart = page.locator("hui-energy-usage-graph-card canvas").first
        await _take(page, f"energy.{language}.png", once_at_rest=chart)


async def _take(page: Page, name: str, *, once_at_rest: Locator) -> None:
    """A picture of the page once a chart has come to rest: the same twice in a row."""
    before = b""
    async with asyncio.timeout(120):
        while (now := await once_at_rest.screenshot(timeout=60_000)) != before:
            before = now
            await asyncio.sleep(2)
    IMAGES.mkdir(parents=True, exist_ok=True)
    await page.screenshot(path=IMAGES / name)
    print(f"Written: {(IMAGES / name).relative_to(ROOT)}")


if __name__ == "__main__":
    asyncio.run(main())
