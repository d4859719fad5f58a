"""Debian's Chromium, driven without a screen."""

import shutil
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import datetime

from playwright.async_api import Page, async_playwright, expect

ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars"]
PATIENCE = 200_000
"""Milliseconds that a page is waited for: they load slowly on a machine where much else runs."""
expect.set_options(timeout=PATIENCE)


def find_chromium() -> str:
    """Return the path of Chromium."""
    executable = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if executable is None:
        raise FileNotFoundError("Chromium is not installed: apt-get install chromium")
    return executable


@asynccontextmanager
async def open_page(
    url: str,
    *,
    language: str,
    width: int = 1280,
    height: int = 900,
    dark: bool = False,
    at: datetime | None = None,
) -> AsyncGenerator[Page]:
    """A page of a fresh browser at `url`, in a language (`en`, `fr`), in a window of so many pixels.

    Its clock begins at `at`, if given.
    """
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=find_chromium(), args=ARGUMENTS)
        page = await browser.new_page(
            locale={"fr": "fr-FR"}.get(language, "en-GB"),
            timezone_id="Europe/Paris",
            viewport={"width": width, "height": height},
            color_scheme="dark" if dark else "light",
        )
        page.context.set_default_timeout(PATIENCE)
        if at is not None:
            await page.clock.install(time=at)
        try:
            await page.goto(url)
            yield page
        finally:
            await browser.close()
