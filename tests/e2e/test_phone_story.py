"""The whole story on a phone in French, from the gateway's address to an automation, without one English word."""

from collections.abc import AsyncGenerator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp
import pytest
from playwright.async_api import Locator, Page, expect

from scripts.lib import dashboard
from scripts.lib.browser import open_page
from scripts.lib.faketime import clock_set_to
from scripts.lib.home_assistant_client import HomeAssistantClient
from scripts.lib.program import free_port
from scripts.lib.screenshots import build_automation
from scripts.lib.stack import DOMAIN, Ports, Stack
from tests.e2e.polling import wait_until
from tests.e2e.shown_texts import find_foreign, list_texts, load_texts
from tests.e2e.site import NOW
from tests.e2e.test_cards import HEIGHT, WIDTH, wait_for_cards

EMAIL, PASSWORD = "quelquun@example.org", "sept tortues vertes sur un toit"
PRM = "30001000000015"
HOME = "Maison"
"""What a meter is called whose owner keeps the name that is proposed."""
SECONDS_TO_TRANSLATE = 200
"""Home Assistant shows some words in English until it has loaded them in another language."""

TEXTS = load_texts("fr")


def test_another_language_is_noticed() -> None:
    french = ["Coût de la semaine", "Rouge"]
    seen = ["Bill this week", "Choose", *french, "Home Assistant", "Ecowatt"]
    assert find_foreign(seen, "fr") == ["Bill this week", "Choose"]
    assert find_foreign(seen, "en") == french


@dataclass
class Phone:
    """A page of the phone, and what was wrong with it in each step: what was not French, or a page too wide for it."""

    page: Page
    url: str
    wrong: dict[str, list[str]] = field(default_factory=dict)

    async def visit(self, path: str) -> None:
        await self.page.goto(f"{self.url}{path}")

    async def read(self, step: str, sign: Locator | str, page: Page | None = None) -> None:
        """Wait for a text or element, then until all that is shown is right."""
        shown = page or self.page
        awaited = shown.get_by_text(sign).first if isinstance(sign, str) else sign
        await expect(awaited).to_be_visible()
        with suppress(AssertionError):  # what was still wrong is told at the end, of all steps
            await wait_until(
                lambda: self._is_right(step, shown), "French alone, on a phone", seconds=SECONDS_TO_TRANSLATE
            )

    async def _is_right(self, step: str, shown: Page) -> bool:
        lines = await list_texts(shown.locator("body"))
        width: int = await shown.evaluate("document.documentElement.scrollWidth")
        self.wrong[step] = find_foreign(lines, "fr") + [f"{width} pixels wide"] * (width > WIDTH)
        return len(lines) > 1 and not self.wrong[step]

    async def press(self, text: str) -> None:
        await self.page.get_by_text(text).first.click()

    async def fill_field(self, kind: str, text: str) -> None:
        """Fill in the first field of a dialog whose input is of this kind."""
        box = self.page.locator(f"step-flow-form input{kind}").first
        await box.fill(text)
        await box.press("Tab")

    async def submit(self) -> None:
        await self.page.locator("dialog-data-entry-flow ha-dialog-footer ha-button").last.click()


@pytest.fixture(scope="module")
async def programs(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[Stack]:
    """A gateway with an account and no meter, whose Enedis asks on its page."""
    folder: Path = tmp_path_factory.mktemp("phone")
    ports = Ports(home_assistant=free_port(), gateway=free_port(), simulator=free_port())
    async with Stack(folder, ports, language="fr", env=clock_set_to(NOW) | {"ADMIN_EMAILS": EMAIL}) as stack:
        await stack.start_simulator()
        await stack.start_gateway()
        await stack.command("init", "--email", EMAIL, given=PASSWORD)
        order = {"mode": "ask", "redirect_uri": f"{stack.gateway_url}/oauth/callback"}
        async with (
            aiohttp.ClientSession(stack.simulator_url, raise_for_status=True) as simulator,
            simulator.patch("/control/authorize", json=order),
        ):
            pass
        yield stack


async def test_the_whole_story(programs: Stack) -> None:
    async with await programs.start_home_assistant() as client:
        url = programs.home_assistant.url
        add = f"{url}/config/integrations/dashboard/add?domain={DOMAIN}"
        async with open_page(add, language="fr", at=NOW, width=WIDTH, height=HEIGHT) as page:
            phone = Phone(page, url)
            await set_up(phone, programs.gateway_url)
            await add_meter(phone)
            await accept_dashboard(phone, client)
            await show_in_energy(phone, client)
            await look_at_dashboard(phone)
            await look_at_devices(phone, client)
            await make_automation(phone, client)
        assert {step: lines for step, lines in phone.wrong.items() if lines} == {}


async def set_up(phone: Phone, gateway: str) -> None:
    await phone.page.locator("dialog-box ha-dialog-footer ha-button").last.click()
    await phone.read("address", TEXTS["config.step.user.title"])
    await phone.fill_field("", gateway)
    await phone.submit()
    log_in = TEXTS["config.step.account.menu_options.log_in"]
    await phone.read("menu", log_in)
    await phone.press(log_in)
    await phone.read("log in", phone.page.locator("step-flow-form input[type=password]"))
    await phone.fill_field("[type=email]", EMAIL)
    await phone.fill_field("[type=password]", PASSWORD)
    await phone.submit()
    await phone.read("set up", "choisir un blueprint")


async def add_meter(phone: Phone) -> None:
    meter = "config_subentries.meter"
    await phone.visit(f"/config/integrations/integration/{DOMAIN}")
    await phone.read("integration", TEXTS[f"{meter}.initiate_flow.user"])
    await phone.press(TEXTS[f"{meter}.initiate_flow.user"])
    await phone.read("number", TEXTS[f"{meter}.step.number.title"])
    await phone.fill_field("", PRM)
    async with phone.page.expect_popup() as opened:
        await phone.submit()
    enedis = await opened.value
    await phone.read("consent", enedis.get_by_role("link", name="Enedis"), enedis)
    await enedis.get_by_role("link", name="Enedis").click()
    await enedis.get_by_label("Compteur").select_option(PRM)
    await enedis.get_by_role("button", name="Accepter").click()
    await phone.read("consent given", enedis.get_by_role("heading", name="C’est fait"), enedis)
    await enedis.close()
    await phone.read("tariff", TEXTS[f"{meter}.step.tariff.data.option"])
    await expect(phone.page.locator("step-flow-form input").first).to_have_value(HOME)
    await phone.submit()
    await phone.read("meter added", phone.page.locator("step-flow-create-entry"))


async def open_repair(phone: Phone, client: HomeAssistantClient, issue: str, title: str) -> None:
    """Wait until a repair is offered, and open it."""

    async def is_offered() -> bool:
        listed = await client.command("repairs/list_issues")
        return any(each["translation_key"] == issue for each in listed["issues"])

    await wait_until(is_offered, f"the repair {issue}")
    await phone.visit("/config/repairs")
    await phone.read("repairs", title)
    await phone.press(title)


async def accept_dashboard(phone: Phone, client: HomeAssistantClient) -> None:
    await open_repair(phone, client, "dashboard", TEXTS["issues.dashboard.title"])
    show = TEXTS["issues.dashboard.fix_flow.step.init.menu_options.show"]
    await phone.read("a dashboard is offered", show)
    await phone.press(show)
    await phone.read("the offer is accepted", phone.page.locator("step-flow-create-entry"))

    async def is_there() -> bool:
        return dashboard.URL_PATH in await client.command("get_panels")

    await wait_until(is_there, "the dashboard in the sidebar")


async def look_at_dashboard(phone: Phone) -> None:
    await phone.visit(f"/{dashboard.URL_PATH}")
    await wait_for_cards(phone.page)
    await phone.page.locator("my-electrical-data-tempo figure").first.wait_for()
    await phone.read("dashboard", phone.page.locator("my-electrical-data-day figure").first)


async def show_in_energy(phone: Phone, client: HomeAssistantClient) -> None:
    repair = "issues.energy_dashboard"
    await open_repair(phone, client, "energy_dashboard", TEXTS[f"{repair}.title"].format(meter=HOME))
    await phone.read("what Energy will show", TEXTS[f"{repair}.fix_flow.step.total.title"])
    await phone.submit()
    await phone.read("Energy has it", phone.page.locator("step-flow-create-entry"))
    await phone.visit("/energy")
    await phone.page.get_by_label("Précédent").click()
    await phone.read("Energy", phone.page.locator("hui-energy-usage-graph-card canvas").first)


async def look_at_devices(phone: Phone, client: HomeAssistantClient) -> None:
    entities = await client.command("config/entity_registry/list")
    for device in {entity["device_id"] for entity in entities if entity["platform"] == DOMAIN}:
        await phone.visit(f"/config/devices/device/{device}")
        await phone.read(f"device {device}", phone.page.locator("ha-device-entities-card").first)


async def make_automation(phone: Phone, client: HomeAssistantClient) -> None:
    await client.post("/api/config/automation/config/red_tomorrow", build_automation("fr", HOME))
    await phone.visit("/config/automation/edit/red_tomorrow")
    await phone.read("automation", TEXTS["triggers.tempo_color_announced.name"])
