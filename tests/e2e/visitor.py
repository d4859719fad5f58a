"""A person in a browser on the site. What its policy blocks, and what is asked of another site, is counted."""

import re
from collections.abc import AsyncGenerator, Awaitable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from playwright.async_api import ConsoleMessage, Locator, Page, Request, expect

from scripts.lib.browser import PATIENCE, borrow_browser, shift_clock, start_browser, tell_what_was_shown
from scripts.lib.freshness import has_newest_days
from tests.e2e.polling import wait_until
from tests.e2e.site import NOW, PASSWORD

_LOADING = "[aria-busy=true], .skeleton"
_HERE = frozenset({"localhost", "127.0.0.1"})


@dataclass
class Visitor:
    """A browser on a site at `url`, and what went wrong in it."""

    url: str
    page: Page
    language: str = "en"
    wrong: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    """Answers that were errors, which a test may be about."""
    hosts: frozenset[str] = _HERE
    """Those that may be asked."""

    def watch_page(self) -> None:
        """Note what the policy blocks, what fails in a script, and what is asked of another site."""
        self.page.on("console", self._note_console)
        self.page.on("pageerror", lambda error: self.wrong.append(f"script: {error}"))
        self.page.on("request", self._note_request)

    def _note_console(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            is_refusal = "responded with a status of" in message.text
            (self.refused if is_refusal else self.wrong).append(f"console: {message.text}")

    def _note_request(self, request: Request) -> None:
        if urlsplit(request.url).hostname not in self.hosts:
            self.wrong.append(f"another site: {request.url}")

    def forget_failed_requests(self) -> None:
        """Count no more what the console says of requests that met nobody, as the test wanted."""
        self.wrong = [line for line in self.wrong if not line.startswith("console: ")]

    async def open(self, path: str) -> None:
        """Go to a page of the site by its address."""
        await self.page.goto(f"{self.url}/{path}")

    async def visit(self, path: str) -> None:
        """Open a page and wait until all of it is loaded."""
        await self.open(path)
        await self.page.locator("h1").first.wait_for()
        await self.until_loaded()

    async def read_answer(self, path: str, action: Awaitable[None]) -> Any:
        """Do something, and return what the page is told of a path then: what it shows is from that moment."""
        async with self.page.expect_response(lambda response: path in response.url and response.ok) as told:
            await action
        return await (await told.value).json()

    async def visit_and_stop_clock(self, path: str, *calls: str) -> list[Any]:
        """Open a page, and stop its clock once all is loaded: it loads nothing again.

        Returns what the API has answered to the newest of these calls, named by the ends of their paths: the page shows
        that.
        """
        made: dict[str, Request] = {}

        def note_request(request: Request) -> None:
            made[urlsplit(request.url).path.rpartition("/")[2]] = request

        async def are_made() -> bool:
            # those of the page that was left may have been given up
            return all(call in made and made[call].failure is None for call in calls)

        self.page.on("request", note_request)
        await self.page.clock.resume()
        await self.visit(path)
        await wait_until(are_made, f"requests of {calls}", pause=0.1)
        await self.until_loaded()
        # a minute ahead: until this is done the clock goes on, and it cannot be stopped in the past
        await self.page.clock.pause_at(await self.page.evaluate("Date.now() / 1000") + 60)
        await self.until_loaded()
        self.page.remove_listener("request", note_request)
        responses = [await made[call].response() for call in calls]
        return [await response.json() for response in responses if response]

    async def until_loaded(self) -> None:
        """Wait until nothing is being loaded."""
        await expect(self.page.locator(_LOADING), "everything is loaded").to_have_count(0)

    def card(self, title: str) -> Locator:
        """A card of the page by its title."""
        return self.page.locator("section", has=self.page.get_by_role("heading", name=title, exact=True))

    async def press_button(self, name: str | re.Pattern[str]) -> None:
        """Press a button."""
        await self.page.get_by_role("button", name=name, exact=True).click()

    async def try_again(self) -> None:
        """Press “Try again” where it is still shown: after a while, pages ask again by themselves."""
        await (
            self.page.get_by_role("alert")
            .get_by_role("button", name="Try again")
            .evaluate_all("buttons => buttons.forEach(button => button.click())")
        )

    async def fill_field(self, label: str, text: str) -> None:
        """Fill a field."""
        await self.page.get_by_label(label, exact=True).fill(text)

    async def log_in(self, email: str, password: str = PASSWORD) -> None:
        """Log in as the form does, without drawing it; the next page that is opened is the account's."""
        opened = await self.page.request.post(f"{self.url}/api/v1/session", data={"email": email, "password": password})
        assert opened.status == 204, await opened.text()
        await self.choose_language(self.language)

    async def log_in_by_form(self, email: str, password: str = PASSWORD) -> None:
        """Log in through the form; the next page that is opened has this visitor's language."""
        await self.open("log-in")
        await self.page.locator("input[type=email]").fill(email)
        await self.page.locator("input[type=password]").fill(password)
        await self.page.locator("form button.primary").click()
        await self.page.wait_for_url(lambda url: not urlsplit(url).path.endswith("/log-in"))
        await self.choose_language(self.language)

    async def choose_language(self, language: str) -> None:
        """Set the account's language, which the next page that is opened has."""
        changed = await self.page.request.patch(f"{self.url}/api/v1/accounts/me", data={"language": language})
        assert changed.status == 200, await changed.text()

    async def wait_for_text(self, text: str | re.Pattern[str]) -> None:
        """Wait until a text is shown."""
        await self.page.get_by_text(text).first.wait_for()

    async def read(self) -> str:
        """All text that the page's own part shows."""
        return await self.page.locator("main").inner_text()

    async def wait_for_days(self) -> dict[str, str]:
        """Wait until every meter of the account has its newest sixty days; the meters' ids by name.

        Until then, pages reload by themselves.
        """

        async def list_complete_meters() -> dict[str, str] | None:
            meters = (await self.fetch_json("/v1/usage-points"))["items"]
            return {meter["name"]: meter["id"] for meter in meters} if all(map(has_newest_days, meters)) else None

        # each look uses one of the account's daily answers
        return await wait_until(list_complete_meters, "the newest sixty days of every meter", pause=3)

    async def fetch_json(self, path: str) -> Any:
        """What the API answers to this person."""
        answer = await self.page.request.get(f"{self.url}/api{path}")
        return await answer.json()


@asynccontextmanager
async def open_visitor(
    url: str,
    *,
    language: str = "en",
    width: int = 1280,
    dark: bool = False,
    bfcache: bool = False,
    stops_clock: bool = False,
) -> AsyncGenerator[Visitor]:
    """A browser with a fresh profile, whose clock shows the gateway's time; `bfcache` as of `start_browser`.

    Only with `stops_clock` can its clock be stopped.
    """
    async with (
        start_browser(bfcache=True) if bfcache else borrow_browser() as browser,
        await browser.new_context(
            locale={"fr": "fr-FR"}.get(language, "en-GB"),
            timezone_id="Europe/Paris",
            viewport={"width": width, "height": 900},
            color_scheme="dark" if dark else "light",
            ignore_https_errors=True,  # Caddy's authority is its own
            accept_downloads=True,
        ) as context,
    ):
        context.set_default_timeout(PATIENCE)
        await (context.clock.install(time=NOW) if stops_clock else shift_clock(context, NOW))
        page = await context.new_page()
        visitor = Visitor(url, page, language)
        visitor.watch_page()
        try:
            async with tell_what_was_shown(page):
                yield visitor
        except Exception as error:
            error.add_note(f"wrong: {visitor.wrong}")
            raise
    assert visitor.wrong == [], "\n".join(visitor.wrong)
