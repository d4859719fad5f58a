"""`python -m scripts.lib.screenshots_setup`: the pictures of docs/installation.

A newcomer's way through Home Assistant's own pages, each picture taken where they stop to read.
"""

import asyncio
import io
import tempfile
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import aiohttp
from PIL import Image
from playwright.async_api import Locator, Page

from scripts.lib.browser import open_page
from scripts.lib.faketime import clock_set_to
from scripts.lib.home_assistant import ROOT
from scripts.lib.home_assistant_client import HomeAssistantClient
from scripts.lib.program import free_port
from scripts.lib.stack import DOMAIN, Ports, Stack

IMAGES = ROOT / "docs" / "images"
NOW = datetime(2026, 11, 12, 11, 0, tzinfo=ZoneInfo("Europe/Paris"))
PRM = "30001000000016"
EMAIL, PASSWORD = "somebody@example.org", "seven green turtles in summer"
WINDOW = (900, 820)
COLORS = 128
FLOWS = "/api/config/config_entries/flow"


async def main() -> None:
    """Set up a gateway and a meter in each language."""
    for language in ("en", "fr"):
        with tempfile.TemporaryDirectory() as folder:
            ports = Ports(free_port(), free_port(), free_port())
            async with Stack(Path(folder), ports, language=language, env=clock_set_to(NOW)) as stack:
                await stack.start_simulator()
                await stack.start_gateway()
                await _prepare_enedis(stack)
                async with await stack.start_home_assistant() as client:
                    await _take_all(stack, client, language)


async def _prepare_enedis(stack: Stack) -> None:
    order = {"mode": "accept", "prm": PRM, "redirect_uri": f"{stack.gateway_url}/oauth/callback"}
    async with (
        aiohttp.ClientSession(stack.simulator_url) as session,
        session.patch("/control/authorize", json=order) as answer,
    ):
        answer.raise_for_status()


async def _take_all(stack: Stack, client: HomeAssistantClient, language: str) -> None:
    url = stack.home_assistant.url
    start = f"{url}/_my_redirect/config_flow_start?domain={DOMAIN}"
    width, height = WINDOW
    async with open_page(start, language=language, width=width, height=height, at=NOW) as page:
        dialog = page.locator("dialog-data-entry-flow")
        await _agree(page)
        await dialog.locator("input").first.fill(stack.gateway_url)
        await _submit(dialog)
        await dialog.locator("step-flow-menu").wait_for()
        await _take(page, f"setup-account.{language}")

    step = await client.post(FLOWS, {"handler": DOMAIN})
    account = {"email": EMAIL, "password": PASSWORD}
    for answer in ({"url": stack.gateway_url}, {"next_step_id": "sign_up"}, account):
        step = await client.post(f"{FLOWS}/{step['flow_id']}", answer)

    page_of_ours = f"{url}/config/integrations/integration/{DOMAIN}"
    async with open_page(page_of_ours, language=language, width=width, height=height, at=NOW) as page:
        ours = await client.command(
            "frontend/get_translations", language=language, category="config_subentries", integration=[DOMAIN]
        )
        add = ours["resources"][f"component.{DOMAIN}.config_subentries.meter.initiate_flow.user"]
        await page.get_by_text(add, exact=True).first.click(timeout=60_000)
        dialog = page.locator("dialog-data-entry-flow")
        await dialog.locator("input").first.fill(PRM)
        async with page.expect_popup() as enedis:
            await _submit(dialog)
        shown = await enedis.value
        await shown.locator("a[href*=authorize], main a, a.button").first.click(timeout=60_000)
        await shown.wait_for_url("**/result**", timeout=60_000)
        await page.bring_to_front()
        await dialog.locator("step-flow-form ha-selector-select").first.wait_for(timeout=120_000)
        await _take(page, f"setup-tariff.{language}")
        await _submit(dialog)
        await dialog.locator("step-flow-create-entry").wait_for(timeout=60_000)
    await _until_offered(client)
    async with open_page(f"{url}/config/repairs", language=language, width=width, height=height, at=NOW) as page:
        await page.locator("ha-config-repairs ha-list-item, ha-config-repairs ha-md-list-item").first.click()
        dialog = page.locator("dialog-data-entry-flow")
        await dialog.locator("step-flow-menu, step-flow-form").first.wait_for(timeout=60_000)
        await _take(page, f"setup-energy.{language}")


async def _until_offered(client: HomeAssistantClient) -> None:
    async with asyncio.timeout(300):
        while True:
            listed = await client.command("repairs/list_issues")
            if any(issue["translation_key"] == "energy_dashboard" for issue in listed["issues"]):
                return
            await asyncio.sleep(1)


async def _agree(page: Page) -> None:
    """The link asks whether one means it."""
    await page.locator("dialog-box, ha-dialog").first.wait_for(timeout=60_000)
    form = page.locator("step-flow-form")
    if not await form.count():
        await page.locator("dialog-box ha-button").last.click()
    await form.first.wait_for(timeout=60_000)


async def _submit(dialog: Locator) -> None:
    await dialog.locator("step-flow-form ha-button").last.click()


async def _take(page: Page, name: str) -> None:
    """A picture of the page once it has come to rest: the same twice in a row."""
    before = b""
    async with asyncio.timeout(60):
        while (now := await page.screenshot(animations="disabled", caret="hide")) != before:
            before = now
            await asyncio.sleep(1)
    IMAGES.mkdir(parents=True, exist_ok=True)
    with Image.open(io.BytesIO(now)) as image:
        image.convert("RGB").quantize(COLORS).save(IMAGES / f"{name}.png", optimize=True)
    print(f"Written: docs/images/{name}.png")


if __name__ == "__main__":
    asyncio.run(main())
