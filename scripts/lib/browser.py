"""Chromium, driven without a screen."""

import asyncio
import shutil
import time
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from datetime import datetime

from playwright.async_api import Browser, BrowserContext, Page, async_playwright, expect
from playwright.async_api import Error as PlaywrightError

HEADLESS = ["chromium-headless-shell"]
"""What draws pages without a window around them, with a third of the processor time."""
WHOLE = ["chromium", "chromium-browser", "google-chrome"]
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars"]
PATIENCE = 200_000
"""Milliseconds that a page is waited for: they load slowly on a machine where much else runs."""
expect.set_options(timeout=PATIENCE)
_SHIFT_DATE = """(shift => {
    globalThis.Date = new Proxy(Date, {
        construct: (date, given, made) => Reflect.construct(date, given.length ? given : [date.now() + shift], made),
        apply: (date) => new date(date.now() + shift).toString(),
        get: (date, name) => (name === "now" ? () => date.now() + shift : Reflect.get(date, name)),
    });
})"""


def find_chromium(*, whole: bool = False) -> str:
    """Return the path of Chromium: its headless shell if there is one, unless it has to be the `whole` browser."""
    executable = next(filter(None, map(shutil.which, [*([] if whole else HEADLESS), *WHOLE])), None)
    if executable is None:
        raise FileNotFoundError("Chromium is not installed: apt-get install chromium")
    return executable


class Browsers(AsyncExitStack):
    """Keeps a browser for the pages to come, once the first one is opened: to start one takes a second of CPU."""

    def __init__(self) -> None:
        super().__init__()
        self._kept: Browser | None = None
        self._starting = asyncio.Lock()

    async def get_browser(self) -> Browser:
        """Return the browser that is kept, or start it."""
        async with self._starting:
            if self._kept is None or not self._kept.is_connected():
                self._kept = await self.enter_async_context(start_browser())
            return self._kept


_shared: list[Browsers] = []


@asynccontextmanager
async def share_browser() -> AsyncGenerator[None]:
    """Have all pages that are opened within the block share one browser, each with a profile of its own."""
    async with Browsers() as browsers:
        _shared.append(browsers)
        try:
            yield
        finally:
            _shared.remove(browsers)


@asynccontextmanager
async def start_browser(*, bfcache: bool = False) -> AsyncGenerator[Browser]:
    """Start a browser.

    With `bfcache` it keeps the pages that it leaves, as people's browsers do: Playwright's keeps none, nor does the
    headless shell.
    """
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=find_chromium(whole=bfcache),
            args=ARGUMENTS,
            ignore_default_args=["--disable-back-forward-cache"] if bfcache else [],
        )
        try:
            yield browser
        finally:
            await browser.close()


@asynccontextmanager
async def borrow_browser() -> AsyncGenerator[Browser]:
    """The shared browser; a new one where none is shared."""
    if _shared:
        yield await _shared[-1].get_browser()
    else:
        async with start_browser() as browser:
            yield browser


async def shift_clock(context: BrowserContext, at: datetime) -> None:
    """Set the clock of the pages that a profile opens to `at`; their timers are left alone.

    Playwright's clock runs two timers without a delay in either order, and then Home Assistant's front end loses
    translations. It also calls what waits for the next frame before the browser has drawn one.
    """
    await context.add_init_script(f"{_SHIFT_DATE}({(at.timestamp() - time.time()) * 1000:.0f})")


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
    """A page of a fresh profile at `url`, in a language (`en`, `fr`), in a window of so many pixels.

    Its clock begins at `at`, if given.
    """
    async with (
        borrow_browser() as browser,
        await browser.new_context(
            locale={"fr": "fr-FR"}.get(language, "en-GB"),
            timezone_id="Europe/Paris",
            viewport={"width": width, "height": height},
            color_scheme="dark" if dark else "light",
        ) as context,
    ):
        context.set_default_timeout(PATIENCE)
        if at is not None:
            await shift_clock(context, at)
        page = await context.new_page()
        async with tell_what_was_shown(page):
            await page.goto(url)
            yield page


@asynccontextmanager
async def tell_what_was_shown(page: Page) -> AsyncGenerator[None]:
    """Add what the page shows to an error within the block."""
    try:
        yield
    except Exception as error:
        with suppress(PlaywrightError):  # the page may be gone
            error.add_note(f"{page.url}\n{await page.locator('body').aria_snapshot(timeout=10_000)}")
        raise
