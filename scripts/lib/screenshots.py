"""`python -m scripts.lib.screenshots`: the pictures of README and docs/cards, taken of the demo on a red Tempo day."""

import asyncio
import io
import re
import tempfile
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from PIL import Image
from playwright.async_api import Page
from playwright.async_api import TimeoutError as PlaywrightTimeoutError

from scripts.lib import dashboard
from scripts.lib.browser import open_page
from scripts.lib.demo import set_up_home_assistant
from scripts.lib.faketime import clock_set_to
from scripts.lib.home_assistant import ROOT
from scripts.lib.home_assistant_client import HomeAssistantClient
from scripts.lib.program import free_port
from scripts.lib.stack import DOMAIN, USAGE_POINTS, Ports, Stack
from scripts.lib.words import WORDS

IMAGES = ROOT / "docs" / "images"
NOW = datetime(2026, 1, 28, 11, 30, tzinfo=ZoneInfo("Europe/Paris"))
PREVIOUS = {"en": "Previous", "fr": "Précédent"}
OFF_PEAK = re.compile(r"Off-peak calendar|Agenda heures creuses")
"""Calendars with so many events that they would hide the others."""
TRANSLATED = re.compile(r"^(Settings|Paramètres)$")
"""Where there is a sidebar, its last words that come in the page's language."""
GRID = {"entity_id": "event.french_grid_tempo_colour"}
ALIASES = {"en": "Red tomorrow", "fr": "Rouge demain"}


def build_automation(language: str, meter: str) -> dict[str, Any]:
    """An automation with a trigger and a condition of ours; `meter` is the name of one."""
    red = {"trigger": "my_electrical_data.tempo_color_announced", "target": GRID, "options": {"colors": ["red"]}}
    consumption = {"entity_id": f"sensor.{meter.lower()}_energy_this_month"}
    return {
        "alias": ALIASES[language],
        "triggers": [red],
        "conditions": [{"condition": "my_electrical_data.off_peak_is", "target": consumption}],
        "actions": [{"action": "persistent_notification.create", "data": {"message": ALIASES[language]}}],
    }


# What is drawn moving, such as the dots of the Energy dashboard, is left out.
STILL = """() => {
    const still = root => root.querySelectorAll("*").forEach(element => {
        if (element.localName === "animateMotion") element.parentElement.remove()
        if (element.shadowRoot) still(element.shadowRoot)
    })
    still(document)
}"""
PHONE, TABLET, WHOLE, WIDE = (390, 844), (1280, 800), (1280, 1180), (1600, 1500)
LOW_COLORS = 256


async def main() -> None:
    """Start the demo's programs in each language and take their pictures."""
    for language, words in WORDS.items():
        with tempfile.TemporaryDirectory() as folder:
            ports = Ports(free_port(), free_port(), free_port())
            async with Stack(Path(folder), ports, language=language, env=clock_set_to(NOW)) as stack:
                await stack.start_simulator()
                await stack.start_gateway()
                for key, point in USAGE_POINTS.items():
                    await stack.add_usage_point(point, words[key])
                async with await stack.start_home_assistant() as client:
                    await set_up_home_assistant(stack, client, words, now=NOW)
                    await take_all(stack.home_assistant.url, client, language)


async def take_all(url: str, client: HomeAssistantClient, language: str) -> None:
    """Take the pictures of a demo that runs at `url`, once it has everything to show."""
    while True:
        if not await _is_missing(client):
            break
        await asyncio.sleep(2)

    async def take_in_language(path: str, name: str, size: tuple[int, int], once_there: str, **how: Any) -> None:
        await _take_picture(f"{url}{path}", f"{name}.{language}", size, once_there, **how)

    ours, season, day = f"/{dashboard.URL_PATH}", "my-electrical-data-tempo figure", "my-electrical-data-day figure"
    await take_in_language(ours, "dashboard", WHOLE, day)
    await take_in_language(ours, "cards", WIDE, "my-electrical-data-ecowatt figure")
    await take_in_language(ours, "dashboard-dark", TABLET, season, dark=True)
    await take_in_language(ours, "dashboard-phone", PHONE, season)
    await take_in_language(ours, "dashboard-phone-dark", PHONE, season, dark=True)
    await take_in_language("/calendar", "calendars", TABLET, "ha-full-calendar .fc-event", uncheck=OFF_PEAK)
    devices = await client.command("config/device_registry/list")
    meter = next(device["id"] for device in devices if device["name"] == WORDS[language]["tempo"])
    await take_in_language(f"/config/devices/device/{meter}", "meter", TABLET, "ha-config-device-page ha-card")
    await client.post(
        "/api/config/automation/config/red_tomorrow", build_automation(language, WORDS[language]["tempo"])
    )
    await take_in_language("/config/automation/edit/red_tomorrow", "editor", TABLET, "manual-automation-editor ha-card")
    await take_in_language("/energy", "energy", WHOLE, "hui-energy-usage-graph-card canvas", click=PREVIOUS[language])


async def _is_missing(client: HomeAssistantClient) -> bool:
    """Whether something of ours has not come yet."""
    registry = await client.command("config/entity_registry/list")
    ours = {entity["entity_id"] for entity in registry if entity["platform"] == DOMAIN}
    states = await client.get("/api/states")
    return any(state["state"] == "unavailable" for state in states if state["entity_id"] in ours)


async def _take_picture(
    url: str,
    name: str,
    size: tuple[int, int],
    once_there: str,
    *,
    dark: bool = False,
    click: str | None = None,
    uncheck: re.Pattern[str] | None = None,
) -> None:
    """A picture of a page once something is there and all has come to rest: the same three times in a row."""
    language, (width, height) = name.rpartition(".")[2], size
    async with open_page(url, language=language, width=width, height=height, dark=dark, at=NOW) as page:
        if click:
            await page.get_by_role("button", name=click, exact=True).last.click(timeout=180_000)
        await wait_for(page, once_there)
        if width > PHONE[0]:
            await page.get_by_text(TRANSLATED).first.wait_for(timeout=180_000)
        for listed in await page.get_by_text(uncheck).all() if uncheck else []:
            await listed.click()
        seen: list[bytes] = []
        async with asyncio.timeout(180):
            while len(seen) < 3 or len(set(seen[-3:])) > 1:
                await asyncio.sleep(2)
                await page.evaluate(STILL)
                seen.append(await page.screenshot())
    save_picture(name, seen[-1])


async def wait_for(page: Page, selector: str) -> None:
    """Wait until an element is there.

    A busy Home Assistant says after five seconds that the dashboard has no script; loaded again, it has it.
    """
    for _ in range(5):
        with suppress(PlaywrightTimeoutError):
            await page.locator(selector).first.wait_for(timeout=40_000)
            return
        await page.reload()


def save_picture(name: str, png: bytes) -> None:
    """Write a picture of docs/images in few colours."""
    IMAGES.mkdir(parents=True, exist_ok=True)
    with Image.open(io.BytesIO(png)) as picture:
        picture.convert("RGB").quantize(LOW_COLORS).save(IMAGES / f"{name}.png", optimize=True)
    print(f"Written: {(IMAGES / name).relative_to(ROOT)}.png", flush=True)


if __name__ == "__main__":
    asyncio.run(main())
