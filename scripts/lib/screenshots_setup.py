"""`python -m scripts.lib.screenshots_setup`: the pictures of docs/installation.

A newcomer's way through Home Assistant's own pages; the dialog is taken where they stop to read.
"""

import asyncio
import io
import tempfile
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import aiohttp
from PIL import Image
from playwright.async_api import Page

from scripts.lib.browser import open_page
from scripts.lib.demo import NEW_METER
from scripts.lib.faketime import clock_set_to
from scripts.lib.home_assistant import ROOT
from scripts.lib.home_assistant_client import HomeAssistantClient
from scripts.lib.program import free_port
from scripts.lib.stack import DOMAIN, Ports, Stack

IMAGES = ROOT / "docs" / "images"
NOW = datetime(2026, 11, 12, 11, 0, tzinfo=ZoneInfo("Europe/Paris"))
PRM = NEW_METER
EMAIL, PASSWORD = "somebody@example.org", "seven green turtles in summer"
NAMES = {"en": "Home", "fr": "Maison"}
COLORS = 128
PATIENCE = 120_000  # milliseconds: a first page is slow where much else runs


async def main() -> None:
    """Set up a gateway and a meter in each language."""
    for language in NAMES:
        with tempfile.TemporaryDirectory() as folder:
            ports = Ports(free_port(), free_port(), free_port())
            async with Stack(Path(folder), ports, language=language, env=clock_set_to(NOW)) as stack:
                await stack.start_simulator()
                await stack.start_gateway()
                await _agree_at_once(stack)
                async with await stack.start_home_assistant() as client:
                    await _set_up_gateway(stack, client, language)
                    await _add_meter(stack, client, language)
                    await _offer_energy(stack, client, language)


async def _agree_at_once(stack: Stack) -> None:
    """Have Enedis' page share the meter without a question."""
    order = {"mode": "accept", "prm": PRM, "redirect_uri": f"{stack.gateway_url}/oauth/callback"}
    async with (
        aiohttp.ClientSession(stack.simulator_url) as session,
        session.patch("/control/authorize", json=order) as answer,
    ):
        answer.raise_for_status()


async def _set_up_gateway(stack: Stack, client: HomeAssistantClient, language: str) -> None:
    add = f"{stack.home_assistant.url}/config/integrations/dashboard/add?domain={DOMAIN}"
    async with open_page(add, language=language, at=NOW) as page:
        page.set_default_timeout(PATIENCE)
        await page.locator("dialog-box ha-dialog-footer ha-button").last.click()
        await page.locator("step-flow-form input").first.fill(stack.gateway_url)
        await _submit_form(page)
        await page.locator("step-flow-menu ha-list-item-button, step-flow-menu ha-list-item").first.wait_for()
        await _take_picture(page, f"setup-account.{language}")
    account = {"email": EMAIL, "password": PASSWORD}
    await client.add_integration(DOMAIN, [{"url": stack.gateway_url}, {"next_step_id": "sign_up"}, account])


async def _add_meter(stack: Stack, client: HomeAssistantClient, language: str) -> None:
    words = await client.command(
        "frontend/get_translations", language=language, category="config_subentries", integration=[DOMAIN]
    )
    add = words["resources"][f"component.{DOMAIN}.config_subentries.meter.initiate_flow.user"]
    ours = f"{stack.home_assistant.url}/config/integrations/integration/{DOMAIN}"
    async with open_page(ours, language=language, at=NOW) as page:
        page.set_default_timeout(PATIENCE)
        await page.get_by_text(add, exact=True).first.click()
        await page.locator("step-flow-form input").first.fill(PRM)
        async with page.expect_popup() as opened:
            await _submit_form(page)
        consent = await opened.value
        await consent.get_by_role("link").first.click()
        await page.bring_to_front()
        name = page.locator("step-flow-form input").first
        await page.locator("step-flow-form ha-selector-select").first.wait_for()
        await name.fill(NAMES[language])
        await _take_picture(page, f"setup-tariff.{language}")
        await _submit_form(page)
        await page.locator("step-flow-create-entry").wait_for()


async def _offer_energy(stack: Stack, client: HomeAssistantClient, language: str) -> None:
    async with asyncio.timeout(300):
        while True:
            if await _is_offered(client):
                break
            await asyncio.sleep(1)
    async with open_page(f"{stack.home_assistant.url}/config/repairs", language=language, at=NOW) as page:
        page.set_default_timeout(PATIENCE)
        await page.locator("ha-config-repairs").get_by_text(NAMES[language]).first.click()
        await page.locator("step-flow-menu ha-list-item-button, step-flow-menu ha-list-item").last.click()
        await page.locator("step-flow-form").wait_for()
        await _take_picture(page, f"setup-energy.{language}")


async def _is_offered(client: HomeAssistantClient) -> bool:
    listed = await client.command("repairs/list_issues")
    return any(issue["translation_key"] == "energy_dashboard" for issue in listed["issues"])


async def _submit_form(page: Page) -> None:
    await page.locator("dialog-data-entry-flow ha-dialog-footer ha-button").last.click()


async def _take_picture(page: Page, name: str) -> None:
    """A picture of the dialog once it has come to rest: the same twice in a row."""
    await page.mouse.move(0, 0)
    dialog = page.locator("dialog-data-entry-flow dialog").first
    now, before = b"", b"-"
    async with asyncio.timeout(PATIENCE / 1000):
        while now != before:
            await asyncio.sleep(1)
            before, now = now, await dialog.screenshot(animations="disabled", caret="hide")
    IMAGES.mkdir(parents=True, exist_ok=True)
    with Image.open(io.BytesIO(now)) as image:
        image.convert("RGB").quantize(COLORS).save(IMAGES / f"{name}.png", optimize=True)
    print(f"Written: docs/images/{name}.png", flush=True)


if __name__ == "__main__":
    asyncio.run(main())
