"""`python -m scripts.lib.screenshots`: the README's pictures, taken of the running demo."""

import argparse
import asyncio
from pathlib import Path

from playwright.async_api import Page

from scripts.lib import dashboard
from scripts.lib.browser import open_page
from scripts.lib.home_assistant import ROOT

IMAGES = ROOT / "docs" / "images"
PREVIOUS = {"en": "Previous", "fr": "Précédent"}


async def main(url: str, language: str) -> None:
    """Take every picture in a language."""
    async with open_page(f"{url}/{dashboard.URL_PATH}", language=language, width=1440, height=900) as page:
        await page.locator("hui-statistics-graph-card canvas").nth(1).wait_for(timeout=60_000)
        await _take(page, f"dashboard.{language}.png")
    async with open_page(f"{url}/energy", language=language, width=1440, height=900) as page:
        await page.get_by_label(PREVIOUS[language]).click(timeout=60_000)
        await page.locator("hui-energy-usage-graph-card canvas").first.wait_for()
        await _take(page, f"energy.{language}.png")


async def _take(page: Page, name: str) -> None:
    """A picture once the page has come to rest: two in a row that are the same."""
    before = b""
    while (now := await page.screenshot()) != before:
        before = now
        await page.wait_for_timeout(1500)
    IMAGES.mkdir(parents=True, exist_ok=True)
    file: Path = IMAGES / name
    await asyncio.to_thread(file.write_bytes, now)
    print(f"Written: {file.relative_to(ROOT)}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Take the README's pictures of the running demo.")
    parser.add_argument("--url", default="http://127.0.0.1:8123", help="where the demo's Home Assistant is")
    parser.add_argument("--language", choices=PREVIOUS, default="en", help="the language the demo was started in")
    arguments = parser.parse_args()
    asyncio.run(main(arguments.url, arguments.language))
