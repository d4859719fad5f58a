"""`python -m scripts.lib.screenshots`: the README's pictures, taken of the demo on a red Tempo day."""

import asyncio
import tempfile
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from playwright.async_api import Page

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
        await page.locator("hui-statistics-graph-card canvas").nth(1).wait_for(timeout=60_000)
        await _take(page, f"dashboard.{language}.png")
    async with open_page(f"{url}/energy", language=language, width=1440, height=900, at=NOW) as page:
        await page.get_by_label(PREVIOUS[language]).click(timeout=60_000)
        await page.locator("hui-energy-usage-graph-card canvas").first.wait_for()
        await _take(page, f"energy.{language}.png")


async def _take(page: Page, name: str) -> None:
    """A picture once the page has come to rest: two in a row that are the same."""
    before = b""
    while (now := await page.screenshot(animations="disabled")) != before:
        before = now
        await asyncio.sleep(1.5)
    IMAGES.mkdir(parents=True, exist_ok=True)
    await asyncio.to_thread((IMAGES / name).write_bytes, now)
    print(f"Written: {(IMAGES / name).relative_to(ROOT)}")


if __name__ == "__main__":
    asyncio.run(main())
