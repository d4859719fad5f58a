"""`python -m scripts.lib.screenshots_web`: the pictures of docs/web, of the front end on simulated homes."""

import asyncio
import io
import tempfile
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from PIL import Image
from playwright.async_api import Page

from scripts.lib import front_end
from scripts.lib.browser import open_page
from scripts.lib.card_states import PRODUCING
from scripts.lib.demo import NEW_METER
from scripts.lib.faketime import clock_set_to
from scripts.lib.freshness import has_newest_days
from scripts.lib.home_assistant import ROOT
from scripts.lib.program import free_port
from scripts.lib.stack import USAGE_POINTS, Ports, Stack

IMAGES = ROOT / "docs" / "images"
NOW = datetime(2026, 2, 11, 11, 0, tzinfo=ZoneInfo("Europe/Paris"))
NAMES = {"en": "Home", "fr": "Maison"}
ROOF_NAMES = {"en": "Solar roof", "fr": "Toit solaire"}
PAGES = (*front_end.OWNER_PAGES, "status")
FOR_GUESTS = (front_end.LANDING, "sign-up", "log-in")
ON_A_PHONE = ("overview", "tempo")
COLORS = 256
PATIENCE = 120_000  # milliseconds


async def main() -> None:
    """Take each page in each language, on a wide screen; some on a phone in the dark."""
    for language, name in NAMES.items():
        with tempfile.TemporaryDirectory() as folder:
            ports = Ports(free_port(), free_port(), free_port())
            web = await front_end.build_front_end(Path(folder) / "web")
            env = clock_set_to(NOW) | {"ADMIN_EMAILS": front_end.OWNER}
            async with Stack(Path(folder), ports, language=language, env=env, web=web) as stack:
                await stack.start_simulator()
                await stack.start_gateway()
                await stack.add_usage_point(USAGE_POINTS["tempo"], name, email=front_end.OWNER)
                password = await front_end.set_password(stack)
                async with front_end.serve_login(stack, free_port(), password) as login:
                    await _take_all(stack, login, language, PAGES, width=1280, suffix="", dark=False)
                    await _take_all(stack, login, language, ON_A_PHONE, width=390, suffix="-phone", dark=True)
                    await _take_consent(stack, login, language)
                    await _take_production(stack, login, language)
                async with open_page(f"{stack.gateway_url}/", language=language, width=1280, at=NOW) as page:
                    for page_name in FOR_GUESTS:
                        await _take(stack, page, page_name, language)
                    await _take(stack, page, "docs", language, is_whole=False)


async def _take_all(
    stack: Stack, login: str, language: str, pages: tuple[str, ...], *, width: int, suffix: str, dark: bool
) -> None:
    async with open_page(login, language=language, width=width, dark=dark, at=NOW) as page:
        page.set_default_timeout(PATIENCE)
        await _until_loaded(page)
        await page.evaluate(
            "language => fetch('api/v1/accounts/me', {method: 'PATCH', headers: {'content-type': 'application/json'},"
            " body: JSON.stringify({language})})",
            language,
        )
        await _until_history(page)
        for name in pages:
            await _take(stack, page, name, language, suffix)


async def _take_consent(stack: Stack, login: str, language: str) -> None:
    """Take the gateway's page that a person sees before Enedis' own."""
    async with open_page(login, language=language, width=1280, at=NOW) as page:
        await _until_loaded(page)
        address = await page.evaluate(
            "prm => fetch('api/v1/consents', {method: 'POST', headers: {'content-type': 'application/json'},"
            " body: JSON.stringify({prm})}).then(answer => answer.json()).then(asked => asked.authorize_url)",
            NEW_METER,
        )
        await _take(stack, page, "consent", language, path=address.removeprefix(f"{stack.gateway_url}/"))


async def _take_production(stack: Stack, login: str, language: str) -> None:
    """Take a meter that also feeds in; last, because the other pictures are of one home."""
    await stack.add_usage_point(PRODUCING, ROOF_NAMES[language], email=front_end.OWNER)
    async with open_page(login, language=language, width=1280, at=NOW) as page:
        await _until_loaded(page)
        await _until_history(page)
        meter = await page.evaluate(
            "name => fetch('api/v1/usage-points').then(answer => answer.json())"
            ".then(({items}) => items.find(item => item.name === name).id)",
            ROOF_NAMES[language],
        )
        path = f"consumption?side=production&meter={meter}"
        async with asyncio.timeout(PATIENCE / 1000):
            while True:  # what is fed in arrives after what is used
                await _take(stack, page, "production", language, path=path)
                if await page.locator("main dl .figure").count():
                    return


async def _take(
    stack: Stack,
    page: Page,
    name: str,
    language: str,
    suffix: str = "",
    *,
    path: str | None = None,
    is_whole: bool = True,
) -> None:
    """Take all of a page, whose address is its name unless given; or, as on a phone, what its screen shows."""
    await page.goto(f"{stack.gateway_url}/{name if path is None else path}")
    await _until_loaded(page)
    picture = Image.open(io.BytesIO(await page.screenshot(full_page=is_whole and not suffix)))
    file = IMAGES / f"web-{name or 'landing'}{suffix}.{language}.png"
    picture.convert("RGB").quantize(COLORS, Image.Quantize.MAXCOVERAGE).save(file, optimize=True)
    print(file.relative_to(ROOT))


async def _until_loaded(page: Page) -> None:
    await page.locator("h1").first.wait_for()
    await page.locator("[aria-busy=true], .skeleton").first.wait_for(state="detached")


async def _until_history(page: Page) -> None:
    """Wait until the newest sixty days of every meter are there."""
    async with asyncio.timeout(PATIENCE / 1000):
        while True:
            meters = await page.evaluate("fetch('api/v1/usage-points').then(answer => answer.json())")
            if all(map(has_newest_days, meters["items"])):
                return
            await asyncio.sleep(1)


if __name__ == "__main__":
    asyncio.run(main())
