"""A person and an administrator use the site in a browser, from the first page to the deletion of the account.

The policy of the pages is enforced all along: whatever it blocks, and whatever is asked of another site, is counted.
"""

import re
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import aiohttp
import pytest
from playwright.async_api import ConsoleMessage, Page, Request, async_playwright, expect

from scripts.lib.browser import ARGUMENTS, chromium
from scripts.lib.faketime import clock_set_to
from scripts.lib.program import free_port
from tests.e2e.conftest import NOW
from tests.e2e.polling import until
from tests.e2e.site import Mailbox, SiteStack, build_pages, mailbox, serving

PERSON, ADMIN = "person@example.org", "admin@example.org"
PASSWORD = "seven green turtles on a roof"
METER = "30001000000015"


@dataclass
class Site:
    """The site, and the mails that it sends."""

    url: str
    mail: Mailbox
    stack: SiteStack


@dataclass
class Visitor:
    """A browser on the site, and what went wrong in it."""

    site: Site
    page: Page
    wrong: list[str] = field(default_factory=list)

    def watch(self) -> None:
        """Note what the policy blocks, what fails in a script, and what is asked of another site."""
        self.page.on("console", self._note_console)
        self.page.on("pageerror", lambda error: self.wrong.append(f"script: {error}"))
        self.page.on("request", self._note_request)

    def _note_console(self, message: ConsoleMessage) -> None:
        if message.type == "error" and "status of 4" not in message.text:
            self.wrong.append(f"console: {message.text}")

    def _note_request(self, request: Request) -> None:
        if urlsplit(request.url).hostname not in {"localhost", "127.0.0.1"}:
            self.wrong.append(f"another site: {request.url}")

    async def open(self, path: str) -> None:
        """Go to a page of the site by its address."""
        await self.page.goto(f"{self.site.url}/{path}")

    async def press(self, name: str) -> None:
        """Press a button."""
        await self.page.get_by_role("button", name=name, exact=True).click()

    async def fill(self, label: str, text: str) -> None:
        """Fill a field."""
        await self.page.get_by_label(label, exact=True).fill(text)

    async def log_in(self, email: str) -> None:
        """Log in."""
        await self.open("log-in")
        await self.fill("E-mail address", email)
        await self.fill("Password", PASSWORD)
        await self.press("Log in")
        await expect(self.page.get_by_role("button", name="Log out", exact=True)).to_be_visible()

    async def sees(self, text: str | re.Pattern[str]) -> None:
        """Wait until a text is shown."""
        await self.page.get_by_text(text).first.wait_for()


@pytest.fixture(scope="module")
async def site(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[Site]:
    folder: Path = tmp_path_factory.mktemp("site")
    pages, port = build_pages(folder / "pages"), free_port()
    url = f"https://localhost:{port}"
    async with (
        mailbox() as mail,
        SiteStack(folder, env=clock_set_to(NOW), site=url, mail=mail, admin=ADMIN) as stack,
    ):
        await stack.start_simulator()
        await stack.command("init", "--email", ADMIN, given=PASSWORD)
        await stack.start_gateway()
        async with aiohttp.ClientSession(stack.simulator_url) as simulator:
            order = {"mode": "ask", "redirect_uri": f"{url}/oauth/callback"}
            async with simulator.patch("/control/authorize", json=order) as answer:
                assert answer.status == 200
        async with serving(folder, pages, stack, port):
            yield Site(url, mail, stack)


@asynccontextmanager
async def visiting(site: Site) -> AsyncGenerator[Visitor]:
    """A fresh browser, whose clock shows the gateway's time."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium(), args=ARGUMENTS)
        # Caddy's authority is its own
        context = await browser.new_context(
            locale="en-GB", timezone_id="Europe/Paris", ignore_https_errors=True, accept_downloads=True
        )
        context.set_default_timeout(30_000)
        page = await context.new_page()
        await page.clock.install(time=NOW)
        visitor = Visitor(site, page)
        visitor.watch()
        try:
            yield visitor
        except Exception as error:
            error.add_note(f"{page.url}\n{await page.locator('body').inner_text()}\n{visitor.wrong}")
            raise
        finally:
            await browser.close()
        assert visitor.wrong == []


async def test_a_person_from_the_first_page_to_the_last(site: Site) -> None:
    async with visiting(site) as person:
        await sign_up(person)
        await add_meter(person)
        await change_tariff(person)
        await wait_for_readings(person)
        await look_around(person)
        await take_away(person)
        await log_out_everywhere(person)
        await delete_account(person)


async def sign_up(person: Visitor) -> None:
    await person.open("")
    await person.page.get_by_role("link", name="Create an account").first.click()
    await person.fill("E-mail address", PERSON)
    await person.fill("Password", PASSWORD)
    await person.press("Create an account")
    await person.sees("Look at your mail")
    link = await person.site.mail.link(PERSON)
    assert link.startswith(f"{person.site.url}/verify-email#code=")
    await person.page.goto(link)
    await person.fill("Password", PASSWORD)
    await person.press("Confirm")
    await person.sees("Your address is confirmed.")
    await person.log_in(PERSON)


async def add_meter(person: Visitor) -> None:
    await person.open("add-meter")
    await person.fill("Number of the meter (PRM or PDL)", METER)
    await person.press("Go to Enedis")
    await person.page.get_by_role("link", name=re.compile("Enedis")).click()
    await person.page.get_by_label("Compteur").select_option(METER)
    await person.page.get_by_role("button", name="Accepter").click()
    await person.sees("Done: Enedis shares the meter’s data.")
    assert METER not in person.page.url


async def change_tariff(person: Visitor) -> None:
    await person.page.get_by_role("link", name="Choose the tariff").click()
    card = person.page.get_by_role("heading", name=re.compile("Tariff")).first.locator("xpath=ancestor::section[1]")
    await card.get_by_role("button", name="Add", exact=True).click()
    dialog = person.page.get_by_role("dialog")
    await dialog.get_by_label(re.compile("^Option")).select_option("hp_hc")
    await dialog.get_by_label(re.compile("^Subscribed power")).select_option("9")
    await dialog.get_by_role("button", name="Save", exact=True).click()
    await expect(dialog).to_be_hidden()
    await person.sees(re.compile(r"9 kVA"))


async def wait_for_readings(person: Visitor) -> None:
    async def came() -> bool:
        listed = await person.page.request.get(f"{person.site.url}/api/v1/usage-points")
        return (await listed.json())["items"][0]["freshness"]["complete_until"] is not None

    await until(came, "the first readings")


async def look_around(person: Visitor) -> None:
    page = person.page

    async def shows_hours() -> bool:
        async with page.expect_response(re.compile("/series")) as answered:
            await person.open("consumption")
        answer = await (await answered.value).json()
        return any(answer["current"]["consumption"])

    await until(shows_hours, "hours of the newest month")
    await expect(page.locator("main svg").first).to_be_visible(timeout=30_000)
    async with page.expect_response(re.compile("/comparison")) as answered:
        await person.open("compare")
    assert (await (await answered.value).json())["open_to_new"]["base"] is False, "9 kVA"
    for name in ("overview", "habits", "tempo", "ecowatt", "docs"):
        await person.open(name)
        await expect(page.get_by_role("heading", level=1).first).to_be_visible()
        await page.wait_for_load_state("networkidle")


async def take_away(person: Visitor) -> None:
    await person.open("meter")
    async with person.page.expect_download() as downloading:
        await person.page.get_by_role("link", name="Download as CSV").click()
    file = await (await downloading.value).path()
    lines = file.read_text("utf-8-sig").splitlines()
    assert lines[0].startswith("start,utc_offset,consumption_wh")
    assert len(lines) > 24


async def log_out_everywhere(person: Visitor) -> None:
    await person.open("account")
    await person.press("Log out everywhere")
    await person.page.wait_for_url(f"{person.site.url}/")
    state = await person.page.request.get(f"{person.site.url}/api/v1/session")
    assert await state.json() == {"account": None}


async def delete_account(person: Visitor) -> None:
    await person.log_in(PERSON)
    await person.open("account")
    await person.press("Delete the account")
    dialog = person.page.get_by_role("dialog")
    await dialog.get_by_label("Present password", exact=True).fill(PASSWORD)
    await dialog.get_by_role("button", name="Delete everything for good", exact=True).click()
    await person.page.wait_for_url(f"{person.site.url}/")
    again = {"email": PERSON, "password": PASSWORD}
    answer = await person.page.request.post(f"{person.site.url}/api/v1/session", data=again)
    assert answer.status == 401


async def test_an_administrator_at_work(site: Site) -> None:
    async with visiting(site) as admin:
        somebody = {"email": "somebody@example.org", "password": PASSWORD}
        made = await admin.page.request.post(f"{site.url}/api/v1/accounts", data=somebody)
        assert made.status == 201
        own = {"email": ADMIN, "password": PASSWORD}
        assert (await admin.page.request.post(f"{site.url}/api/v1/session", data=own)).status == 204
        english = await admin.page.request.patch(f"{site.url}/api/v1/accounts/me", data={"language": "en"})
        assert english.status == 200
        await admin.open("administration")
        await admin.fill("Find by a part of the address", "somebody")
        await admin.press("Find")
        row = admin.page.get_by_role("row", name=re.compile("somebody@example.org"))
        await row.get_by_role("button", name="Deactivate", exact=True).click()
        await expect(row.get_by_text("deactivated", exact=True)).to_be_visible()
        await row.get_by_role("button", name="Delete", exact=True).click()
        dialog = admin.page.get_by_role("dialog")
        await dialog.get_by_label("Your password", exact=True).fill(PASSWORD)
        await dialog.get_by_role("button", name="Delete for good", exact=True).click()
        await expect(row).to_have_count(0)
        for address in (await (await admin.page.request.get(f"{site.url}/api/v1/admin/users")).json())["items"]:
            assert address["email"] != "somebody@example.org"
