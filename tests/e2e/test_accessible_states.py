"""axe finds nothing in the states that a page has beside its usual one: loading, failed, empty, partial, and opened."""

import asyncio
import re
from dataclasses import dataclass, field

from playwright.async_api import Locator, Route, expect

from scripts.lib.front_end import LANDING, OWNER_PAGES
from scripts.lib.stack import Stack, UsagePoint
from tests.e2e.accessibility import inspect
from tests.e2e.conftest import OWNER
from tests.e2e.figures import unfold_details
from tests.e2e.polling import wait_until
from tests.e2e.site import PASSWORD
from tests.e2e.visitor import Visitor, open_visitor

NEWCOMER, LEAVER = "newcomer@example.org", "leaver@example.org"
HOLES = UsagePoint("30001000000006", "base", 6)
WITH_DATA = [page for page in OWNER_PAGES if page != "add-meter"]
PHONE = 390
IMPORTED = """debut;fin;kW
2021-12-13T00:00;2021-12-13T00:30;0,696
2026-10-20T00:00;2026-10-20T00:30;20
2026-10-20T00:30;2026-10-20T01:00;20
2026-10-20T01:00;2026-10-20T01:30;one
"""
"""A day that is new, one that differs from what Enedis gave, and a row that is no reading."""
LOADED_FIRST = re.compile(r"/v1/(session|site|usage-points)$")
"""What says who is there: without it there is no page yet."""


@dataclass
class Answers:
    """The gateway's answers about data, which a test holds back, and then lets through or turns into failures."""

    status: int | None = None
    """The error that is answered instead."""
    released: asyncio.Event = field(default_factory=asyncio.Event)

    async def pass_on(self, route: Route) -> None:
        """Answer a request as the test wants it."""
        if LOADED_FIRST.search(route.request.url):
            await route.continue_()
            return
        await self.released.wait()
        if self.status is None:
            await route.continue_()
        else:
            body = {"title": "Failed", "status": self.status, "code": "internal_error", "detail": "It failed."}
            await route.fulfill(status=self.status, json=body)


async def inspect_loading_and_failed(person: Visitor, answers: Answers, page: str, status: int) -> None:
    """Look at a page while its answers are held back, and once they have failed; then try again."""
    name = page or "landing"
    answers.released.clear()
    answers.status = status
    await person.open(page)
    await person.page.locator("main [aria-busy=true]").first.wait_for()
    await inspect(person, f"{name}, loading")
    answers.released.set()
    await expect(person.page.get_by_role("alert").first).to_be_visible()
    await person.until_loaded()
    await inspect(person, f"{name}, answered with {status}")
    answers.status = None
    await person.try_again()
    await expect(person.page.get_by_role("alert")).to_have_count(0)
    await person.until_loaded()


async def test_pages_are_accessible_while_they_load_and_when_that_fails(pages: Stack) -> None:
    answers = Answers()
    async with open_visitor(pages.gateway_url, width=PHONE) as person:
        await person.page.route(re.compile(r"/api/(v1/|docs$)"), answers.pass_on)
        for page, status in ((LANDING, 503), ("status", 500), ("docs", 503)):
            await inspect_loading_and_failed(person, answers, page, status)
        answers.released.set()
        await person.log_in(OWNER)
        for place, page in enumerate(WITH_DATA):
            await inspect_loading_and_failed(person, answers, page, (500, 503)[place % 2])


async def sign_up(person: Visitor, email: str) -> None:
    made = await person.page.request.post(f"{person.url}/v1/accounts", data={"email": email, "password": PASSWORD})
    assert made.status == 201, await made.text()


async def test_pages_are_accessible_without_a_meter_and_with_holes(pages: Stack) -> None:
    async with open_visitor(pages.gateway_url, width=PHONE) as person:
        await sign_up(person, NEWCOMER)
        for page in ("nowhere", "consent?id=nothing"):
            await person.visit(page)
            await inspect(person, f"{page}, for a guest")
        await person.log_in(NEWCOMER)
        for page in ("overview", "consumption", "account", "administration", "consent?id=nothing"):
            await person.visit(page)
            await inspect(person, f"{page}, without a meter")

        await pages.add_usage_point(HOLES, "Holes", email=NEWCOMER)

        async def has_holes() -> bool:
            [meter] = (await person.fetch_json("/v1/usage-points"))["items"]
            return bool(meter["holes"])

        await wait_until(has_holes, "days that Enedis does not have")
        for page in ("overview", "consumption", "consumption?span=year&unit=euros", "habits", "compare", "meter"):
            await person.visit(page)
            await unfold_details(person.page)
            await inspect(person, f"{page}, with holes")


async def test_what_opens_is_accessible(pages: Stack) -> None:
    async with open_visitor(pages.gateway_url, width=PHONE) as person:
        await inspect_errors_of_guests(person)
        await sign_up(person, LEAVER)
        await person.log_in(OWNER)
        await person.visit("overview")
        await person.press_button("More")
        await expect(person.page.locator("#more-pages")).to_be_visible()
        await inspect(person, "the menu")
        for page in ("overview", "consumption", "habits", "tempo", "compare", "account", "administration"):
            await person.visit(page)
            await unfold_details(person.page)
            await inspect(person, f"{page}, unfolded")
        await inspect_add_meter(person)
        await inspect_account(person)
        await inspect_credentials(person)
        await inspect_meter(person)
        await inspect_import(person)
        await inspect_administration(person)
        await person.visit("compare?hours=whenever")
        await inspect(person, "hours that cannot be read")


async def inspect_errors_of_guests(person: Visitor) -> None:
    await person.visit("sign-up")
    await person.fill_field("E-mail address", "weak@example.org")
    await person.fill_field("Password", "aaaaaaaaaaaa")
    await person.press_button("Create an account")
    await expect(person.page.get_by_role("alert")).to_be_visible()
    await inspect(person, "a weak password")
    await person.visit("log-in?ended=1")
    await person.fill_field("E-mail address", "nobody@example.org")
    await person.fill_field("Password", PASSWORD)
    await person.press_button("Log in")
    await expect(person.page.get_by_role("alert")).to_be_visible()
    await inspect(person, "a session that ended, and a wrong password")
    await person.visit("verify-email#code=wrong")
    await person.fill_field("Password", PASSWORD)
    await person.press_button("Confirm")
    await expect(person.page.get_by_role("alert")).to_be_visible()
    await inspect(person, "a wrong code")


async def inspect_add_meter(person: Visitor) -> None:
    await person.visit("add-meter")
    await person.fill_field("Number of the meter (PRM or PDL)", "123")
    await person.press_button("Go to Enedis")
    await person.wait_for_text("The number has 14 digits.")
    await inspect(person, "a number that is too short")


async def inspect_account(person: Visitor) -> None:
    await person.visit("account")
    dialog = person.page.get_by_role("dialog")
    await person.page.get_by_text("Change the password", exact=True).first.click()
    form = person.page.locator("form", has=person.page.get_by_label("New password", exact=True))
    await form.get_by_label("Current password", exact=True).fill("not the password at all")
    await form.get_by_label("New password", exact=True).fill("eight blue whales below a roof")
    await form.get_by_role("button", name="Change the password").click()
    await expect(form.get_by_role("alert")).to_be_visible()
    await inspect(person, "a password that is not changed")
    await person.press_button("Delete the account")
    await inspect(person, "the dialog that deletes the account")
    await dialog.get_by_label("Current password", exact=True).fill("not the password at all")
    await dialog.get_by_role("button", name="Delete everything permanently", exact=True).click()
    await expect(dialog.get_by_role("alert")).to_be_visible()
    await inspect(person, "the dialog that deletes the account, with a wrong password")
    await close(dialog)


async def inspect_credentials(person: Visitor) -> None:
    dialog = person.page.get_by_role("dialog")
    for title, action in (("API clients", "Create an API client"), ("Reading tokens", "Create a token")):
        card = person.card(title)
        await card.get_by_label("Name", exact=True).fill("A script")
        await card.get_by_role("button", name=action, exact=True).click()
        await expect(dialog.get_by_role("textbox").first).to_have_value(re.compile("."))
        await inspect(person, f"{title}: a secret that is shown once")
        await close(dialog)
        made = card.get_by_role("listitem").filter(has_text="A script")
        await made.get_by_role("button", name="Revoke", exact=True).click()
        await inspect(person, f"{title}: the dialog that revokes one")
        await dialog.get_by_role("button", name="Revoke", exact=True).click()
        await expect(made).to_have_count(0)


async def inspect_meter(person: Visitor) -> None:
    await person.visit("meter")
    dialog = person.page.get_by_role("dialog")
    await person.press_button("Add")
    await dialog.get_by_label(re.compile("^Option")).select_option("tempo")
    await dialog.get_by_label("Your own prices", exact=True).check()
    await inspect(person, "a tariff with prices for each bucket")
    await dialog.get_by_label(re.compile("^Option")).select_option("custom")
    await dialog.get_by_role("button", name="Add hours").first.click()
    await dialog.get_by_label("€/kWh", exact=True).first.fill("dear")
    await expect(dialog.get_by_text("This is not a number.")).to_be_visible()
    await inspect(person, "a tariff of one's own, with a price that is no number")
    await close(dialog)

    off_peak = person.page.locator("section", has=person.page.get_by_role("heading", name="Off-peak hours", exact=True))
    await off_peak.get_by_role("button", name="Change", exact=True).click()
    await dialog.get_by_role("button", name="Add a season or weekdays").click()
    await dialog.get_by_label("As on the bill", exact=True).fill("whenever")
    await dialog.get_by_role("button", name="Fill in", exact=True).click()
    await expect(dialog.get_by_role("alert")).to_be_visible()
    await inspect(person, "the dialog of off-peak hours, with some that cannot be read")
    await close(dialog)

    await person.press_button("Delete this meter")
    await inspect(person, "the dialog that deletes a meter")
    await close(dialog)


async def inspect_import(person: Visitor) -> None:
    await person.wait_for_days()
    field = person.page.get_by_label("Drop a file here")
    await field.set_input_files({"name": "load_curve.csv", "mimeType": "text/csv", "buffer": IMPORTED.encode()})
    await person.wait_for_text("new days: 1; in agreement: 0; different: 1")
    await person.wait_for_text("Rows not used: 1,")
    await inspect(person, "the preview of an import")
    await person.press_button("Discard this file")
    await expect(person.page.get_by_role("button", name="Discard this file")).to_have_count(0)


async def inspect_administration(person: Visitor) -> None:
    await person.visit("administration")
    await person.page.get_by_role("row", name=re.compile(LEAVER)).get_by_role("button", name="Delete").click()
    dialog = person.page.get_by_role("dialog")
    await inspect(person, "the dialog that deletes somebody's account")
    await dialog.get_by_label("Your password", exact=True).fill("not the password at all")
    await dialog.get_by_role("button", name="Delete permanently", exact=True).click()
    await expect(dialog.get_by_role("alert")).to_be_visible()
    await inspect(person, "the dialog that deletes somebody's account, with a wrong password")
    await close(dialog)
    await person.fill_field("Search by part of the address", "nobody is called so")
    await person.press_button("Search")
    await person.wait_for_text("Nothing found.")
    await inspect(person, "a search that finds nobody")


async def close(dialog: Locator) -> None:
    await dialog.get_by_role("button", name="Close", exact=True).click()
    await expect(dialog).to_have_count(0)
