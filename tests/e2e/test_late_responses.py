"""On a slow line, responses come after what a person has done meanwhile: the page shows what was done last."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

from playwright.async_api import Error as PlaywrightError
from playwright.async_api import Page, Route, expect

from scripts.lib.stack import Stack
from tests.e2e.conftest import OWNER
from tests.e2e.polling import wait_until
from tests.e2e.visitor import Visitor, open_visitor


@dataclass
class HeldResponse:
    """The next response to a request of a method: the gateway has sent it, and it comes to the page when released."""

    method: str
    sent: asyncio.Event = field(default_factory=asyncio.Event)
    released: asyncio.Event = field(default_factory=asyncio.Event)

    async def hold(self, route: Route) -> None:
        """Hold the first response, and let others through."""
        if self.sent.is_set() or route.request.method != self.method:
            await route.continue_()
            return
        response = await route.fetch()
        self.sent.set()
        await self.released.wait()
        with suppress(PlaywrightError):  # the page may not wait for it any more
            await route.fulfill(response=response)


@asynccontextmanager
async def hold_next_response(page: Page, method: str, path: str) -> AsyncGenerator[HeldResponse]:
    held = HeldResponse(method)
    await page.route(path, held.hold)
    yield held
    await page.unroute(path)


async def test_a_credential_that_was_revoked_is_not_listed_by_a_late_response(pages: Stack) -> None:
    async with open_visitor(pages.gateway_url) as person:
        await person.log_in(OWNER)
        await person.visit("account")
        card, dialog = person.card("API clients"), person.page.get_by_role("dialog")
        made = card.get_by_role("listitem").filter(has_text="Late")
        await card.get_by_label("Name", exact=True).fill("Late")
        await card.get_by_role("button", name="Create an API client").click()
        await dialog.get_by_role("button", name="Close", exact=True).click()
        async with hold_next_response(person.page, "GET", "**/v1/api-clients") as held:
            await made.get_by_role("button", name="New secret", exact=True).click()
            await dialog.get_by_role("button", name="New secret", exact=True).click()
            await expect(dialog.get_by_label("Client secret", exact=True)).to_be_visible()
            await dialog.get_by_role("button", name="Close", exact=True).click()
            await held.sent.wait()
            await made.get_by_role("button", name="Revoke", exact=True).click()
            await dialog.get_by_role("button", name="Revoke", exact=True).click()
            await expect(made).to_have_count(0)
            held.released.set()
            await person.until_loaded()
            await expect(made).to_have_count(0)


@asynccontextmanager
async def choose_french(person: Visitor) -> AsyncGenerator[HeldResponse]:
    """Choose another language of the account; the response is held."""
    await person.log_in(OWNER)
    await person.visit("account")
    async with hold_next_response(person.page, "PATCH", "**/v1/accounts/me") as held:
        await person.page.get_by_label("Language of the site").select_option("fr")
        await held.sent.wait()
        yield held


async def test_the_language_that_was_chosen_last_is_kept(pages: Stack) -> None:
    async with open_visitor(pages.gateway_url) as person:
        async with (
            choose_french(person) as held,
            person.page.expect_request(
                lambda request: request.method == "PATCH" and request.post_data_json == {"language": "en"}
            ),
        ):
            await person.page.get_by_label("Langue du site").select_option("en")
            held.released.set()

        async def is_kept() -> bool:
            return bool((await person.fetch_json("/v1/accounts/me"))["language"] == "en")

        await wait_until(is_kept, "the account has the language that was chosen last", pause=0.1)
        await expect(person.page.get_by_role("heading", level=1)).to_have_text("Account")


async def test_a_late_response_to_a_change_of_the_account_does_not_log_in_again(pages: Stack) -> None:
    async with open_visitor(pages.gateway_url) as person:
        async with choose_french(person) as held:
            await person.page.context.clear_cookies()
            await person.page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
            log_in = person.page.get_by_role("heading", level=1, name="Se connecter")
            await expect(log_in).to_be_visible()
            opened: list[str] = []
            person.page.on("framenavigated", lambda frame: opened.append(frame.url))
            async with person.page.expect_response(lambda response: response.request.method == "PATCH"):
                held.released.set()
        # what the page is answered after that response is read after it
        await person.page.evaluate("path => fetch(path).then(answer => answer.text())", "/api/v1/session")
        await person.until_loaded()
        await expect(log_in).to_be_visible()
        assert opened == [], "the log-in page stays"


_CLOSE_AND_OPEN = """async ([close, opener]) => {
    close.click();
    await Promise.resolve();
    opener.click();
    await new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)));
}"""


async def test_a_dialog_that_is_opened_again_at_once_stays_open(pages: Stack) -> None:
    """The browser tells of the end of a dialog later than it ends."""
    async with open_visitor(pages.gateway_url) as person:
        await person.log_in(OWNER)
        await person.visit("account")
        opener = person.page.get_by_role("button", name="Delete the account", exact=True)
        await opener.click()
        dialog = person.page.get_by_role("dialog")
        close = dialog.get_by_role("button", name="Close", exact=True)
        await person.page.evaluate(_CLOSE_AND_OPEN, [await close.element_handle(), await opener.element_handle()])
        await expect(dialog.get_by_label("Current password", exact=True)).to_be_visible()
