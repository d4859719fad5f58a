"""What a person reads when something does not work; no state shows a zero that nobody has measured.

The site is built with every build argument set, and shows a captcha.
"""

import re
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from aiohttp import web
from playwright.async_api import Route, expect

from scripts.lib.stack import USAGE_POINTS, UsagePoint
from scripts.lib.web_server import serve_routes
from tests.e2e.accessibility import inspect
from tests.e2e.figures import unfold_tables
from tests.e2e.site import PASSWORD, Site, run_site
from tests.e2e.visitor import Visitor, open_visitor

ADMIN, DOWN, EAGER, GONE, LEAVER = (f"{name}@example.org" for name in ("admin", "down", "eager", "gone", "leaver"))
NO_ANSWER = "The gateway does not answer. Check your connection; it may also be restarting."
ZERO = re.compile(r"(?<![\d.,])(?:€0(?:\.0+)?|0(?:\.0+)?\xa0(?:€/)?k?(?:Wh|VA|W))(?![\d.,\w])")
ANSWERS = 250
CLOUDFLARE = "challenges.cloudflare.com"
SITE_KEY = "0x4AAA-of-the-stand-in"


@dataclass
class Turnstile:
    """A stand-in for Cloudflare: its script, which solves by itself, and the service that checks what was solved."""

    url: str = ""
    checked: list[str] = field(default_factory=list)
    solves: bool = True

    async def verify_token(self, request: web.Request) -> web.Response:
        """Say whether a token is good."""
        form = await request.post()
        self.checked.append(str(form["response"]))
        action = self.checked[-1].partition(":")[2]
        return web.json_response({"success": True, "hostname": "localhost", "action": action})

    async def serve_script(self, route: Route) -> None:
        """Answer in the place of Cloudflare's host."""
        solve = "options.callback(`solved:${options.action}`);" if self.solves else ""
        draw = "element.textContent = `robot check ${options.sitekey}`;"
        script = f"window.turnstile = {{ render(element, options) {{ {draw} {solve} return '1'; }}, remove() {{}} }};"
        await route.fulfill(body=script, content_type="text/javascript")


@asynccontextmanager
async def run_turnstile() -> AsyncGenerator[Turnstile]:
    """Run the service that checks."""
    turnstile = Turnstile()
    async with serve_routes(web.post("/turnstile/v0/siteverify", turnstile.verify_token)) as turnstile.url:
        yield turnstile


@pytest.fixture(scope="module")
async def turnstile() -> AsyncGenerator[Turnstile]:
    async with run_turnstile() as running:
        yield running


@pytest.fixture(scope="module")
async def site(turnstile: Turnstile, tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[Site]:
    folder: Path = tmp_path_factory.mktemp("site")
    settings = {
        "TURNSTILE_SECRET_KEY": "secret-of-the-stand-in",
        "TURNSTILE_BASE_URL": turnstile.url,
        "REQUIRE_CAPTCHA": "true",
        "USER_DAILY_LIMIT_WITH_CACHE": str(ANSWERS),
    }
    build = {
        "VITE_API_BASE_URL": "/api/",
        "VITE_APP_NAME": "Chez nous",
        "VITE_TURNSTILE_SITE_KEY": SITE_KEY,
        "VITE_DEBUG": "true",
    }
    async with run_site(folder, admin=ADMIN, settings=settings, build=build) as site:
        yield site


async def add_owner(site: Site, email: str, point: UsagePoint) -> None:
    """Make an account with a password and a meter."""
    await site.stack.add_usage_point(point, "Home", email=email)
    await site.stack.command("reset-password", "--email", email, given=PASSWORD)


_TEXT = """main => {
    const copy = main.cloneNode(true);
    copy.querySelectorAll("svg").forEach(picture => picture.remove());
    const texts = document.createTreeWalker(copy, NodeFilter.SHOW_TEXT);
    const lines = [];
    while (texts.nextNode()) lines.push(texts.currentNode.data.trim());
    return lines.filter(Boolean).join("\\n");
}"""
"""All text but that of axes, which begin at zero."""


async def reads_no_zero(person: Visitor) -> str:
    """What the page shows, in which nothing is said to be zero."""
    await unfold_tables(person.page)
    text: str = await person.page.locator("main").evaluate(_TEXT)
    assert ZERO.findall(text) == [], text
    return text


async def wait_for_days(site: Site, email: str) -> None:
    """Wait, in another browser, until the newest sixty days are there; it costs the account few answers."""
    async with open_visitor(site.url) as other:
        await other.log_in(email)
        await other.wait_for_days()


async def test_a_session_that_was_ended_elsewhere(site: Site) -> None:
    await add_owner(site, GONE, USAGE_POINTS["base"])
    async with open_visitor(site.url) as person:
        await person.log_in(GONE)
        await person.visit("overview")
        async with open_visitor(site.url) as other:
            await other.log_in(GONE)
            ended = await other.page.request.delete(f"{site.url}/api/v1/sessions")
            assert ended.status == 204
        await person.page.get_by_role("link", name="Consumption").first.click()
        await person.wait_for_text("Your session has ended. Log in to continue.")
        await inspect(person, "a session that has ended")
        assert GONE not in await person.page.locator("body").inner_text()
        assert "Home" not in await person.page.locator("header").first.inner_text()
        await person.page.locator("input[type=email]").fill(GONE)
        await person.page.locator("input[type=password]").fill(PASSWORD)
        await person.page.locator("form button.primary").click()
        await expect(person.page.get_by_role("heading", level=1)).to_have_text("Consumption")
        # VITE_APP_NAME
        assert (await person.page.title()).endswith(" · Chez nous")


async def test_the_gateway_is_down(site: Site) -> None:
    async with open_visitor(site.url) as person:
        await person.log_in(GONE)
        await person.visit("tempo")
        await site.stack.stop_gateway()
        try:
            await person.page.get_by_role("link", name="Ecowatt").first.click()
            await expect(person.page.get_by_role("alert")).to_contain_text(NO_ANSWER)
            await reads_no_zero(person)
            await inspect(person, "a page that gets no answer")
            await person.open("overview")
            await expect(person.page.get_by_role("alert")).to_contain_text(NO_ANSWER)
            await inspect(person, "a gateway that is down")
            assert (await reads_no_zero(person)).split("\n") == ["Overview", NO_ANSWER, "Try again"]
        finally:
            await site.stack.start_gateway()
        await person.try_again()
        await expect(person.page.get_by_role("heading", level=1)).to_have_text("Overview")
        person.forget_failed_requests()


async def test_a_log_out_that_fails_is_told_and_tried_again(site: Site) -> None:
    async with open_visitor(site.url) as person:
        await person.log_in(GONE)
        await person.visit("tempo")
        await person.page.route("**/api/v1/session", lambda route: route.abort())
        await person.press_button("Log out")
        await expect(person.page.get_by_role("alert")).to_contain_text("this browser is still logged in")
        await inspect(person, "a log-out that fails")
        assert GONE not in await person.page.locator("body").inner_text()
        assert "Home" not in await person.page.locator("header").first.inner_text()
        assert await person.page.context.cookies() != []
        await person.page.unroute("**/api/v1/session")
        await person.press_button("Try again")
        await person.page.wait_for_url(f"{site.url}/")
        await expect(person.page.get_by_role("heading", level=1)).to_be_visible()
        assert await person.page.context.cookies() == []
        person.forget_failed_requests()


async def test_enedis_is_down_from_the_first_day(site: Site) -> None:
    await add_owner(site, DOWN, UsagePoint("30001000000012", "base", 6))
    async with open_visitor(site.url) as person:
        await person.log_in(DOWN)
        await person.visit("overview")
        await person.wait_for_text("No data has arrived from Enedis yet.")
        text = await reads_no_zero(person)
        assert text.count("No data yet.") == 4
        await inspect(person, "overview, without readings")
        await person.visit("consumption")
        await person.wait_for_text("No data for this period")
        await expect(person.page.locator("main")).to_contain_text("Enedis or RTE does not answer at the moment.")
        await reads_no_zero(person)
        await inspect(person, "consumption, without readings")
        for page in ("habits", "compare", "meter"):
            await person.visit(page)
            await reads_no_zero(person)
            await inspect(person, f"{page}, without readings")

        # one meter's errors say nothing of Enedis as a whole: here the gateway says that all fail
        await person.page.route("**/v1/status", say_that_readings_are_down)
        await person.visit("overview")
        await person.wait_for_text(re.compile(r"Enedis: readings.*All requests fail\."))
        await person.page.get_by_role("link", name="What this means for your data").click()
        await person.wait_for_text(re.compile("^Since 3 Nov 2026, 08:00 "))
        await person.wait_for_text(re.compile("Nothing is lost: Enedis keeps them"))
        await inspect(person, "status, while Enedis is down")


async def say_that_readings_are_down(route: Route) -> None:
    """Alter the answer about Enedis and RTE."""
    answer = await (await route.fetch()).json()
    answer["services"][0] |= {"condition": "down", "since": "2026-11-03T07:00:00Z"}
    await route.fulfill(json=answer)


async def test_the_quota_is_reached(site: Site) -> None:
    await add_owner(site, EAGER, USAGE_POINTS["base"])
    async with open_visitor(site.url) as person:
        console: list[str] = []
        person.page.on("console", lambda line: console.append(line.text))
        await person.log_in(EAGER)
        await person.open("tempo")
        meter = (await person.fetch_json("/v1/usage-points"))["items"][0]["id"]
        asked = [f"{site.url}/api/v1/usage-points/{meter}"] * ANSWERS
        await person.page.evaluate("paths => Promise.all(paths.map(path => fetch(path, { cache: 'no-store' })))", asked)
        # inside the page, whose list of meters was answered while there were answers left
        await person.page.get_by_role("link", name="Consumption").first.click()
        alert = person.page.get_by_role("alert").first
        # until midnight, from eleven and however long the tests before this one took
        await expect(alert).to_contain_text(
            re.compile(r"Your account’s daily quota is used up\.\s+Next try in 1[23] hours\.")
        )
        await reads_no_zero(person)
        await inspect(person, "a quota that is used up")
        # VITE_DEBUG
        assert any("too_many_answers" in line for line in console)
        await person.open("overview")
        await expect(person.page.get_by_role("alert").first).to_contain_text("quota is used up")
        await reads_no_zero(person)


async def test_the_captcha_is_loaded_and_checked_where_there_is_a_key(site: Site, turnstile: Turnstile) -> None:
    async with open_visitor(site.url) as person:
        person.hosts |= {CLOUDFLARE}
        await person.page.route(f"https://{CLOUDFLARE}/**", turnstile.serve_script)
        answer = await person.page.goto(f"{site.url}/sign-up")
        assert answer is not None
        assert f"script-src 'self' https://{CLOUDFLARE}" in answer.headers["content-security-policy"]
        await person.wait_for_text(f"robot check {SITE_KEY}")

        turnstile.solves = False
        await person.open("sign-up")
        await person.wait_for_text(f"robot check {SITE_KEY}")
        await person.fill_field("E-mail address", "new@example.org")
        await person.fill_field("Password", PASSWORD)
        await person.press_button("Create an account")
        await expect(person.page.get_by_role("alert")).to_have_text("Please complete the anti-robot check.")
        await inspect(person, "a captcha that is not solved")
        assert turnstile.checked == []

        turnstile.solves = True
        await person.open("sign-up")
        await person.wait_for_text(f"robot check {SITE_KEY}")
        await person.fill_field("E-mail address", "new@example.org")
        await person.fill_field("Password", PASSWORD)
        await person.press_button("Create an account")
        await person.wait_for_text("Check your e-mail")
        assert turnstile.checked == ["solved:sign_up"]


async def test_a_captcha_that_cannot_be_loaded_is_told(site: Site) -> None:
    async with open_visitor(site.url) as person:
        person.hosts |= {CLOUDFLARE}
        await person.page.route(f"https://{CLOUDFLARE}/**", lambda route: route.abort())
        await person.open("sign-up")
        await person.wait_for_text("The anti-robot check could not be loaded.")
        await inspect(person, "a captcha that cannot be loaded")
        person.forget_failed_requests()


async def test_nothing_personal_stays_after_the_log_out(site: Site) -> None:
    await add_owner(site, LEAVER, USAGE_POINTS["tempo"])
    await wait_for_days(site, LEAVER)
    async with open_visitor(site.url, bfcache=True) as person:
        await person.log_in(LEAVER)
        await person.visit("account")
        await person.visit("overview")
        assert "kWh" in await person.read()
        assert await list_stored_names(person) == []
        other_tab = await person.page.context.new_page()
        await other_tab.goto(f"{site.url}/account")
        await other_tab.get_by_text(LEAVER).wait_for()
        await person.page.bring_to_front()
        await person.page.get_by_role("button", name="Log out", exact=True).first.click()
        await person.page.wait_for_url(f"{site.url}/")
        await expect(person.page.get_by_role("heading", level=1)).to_be_visible()
        assert await list_stored_names(person) == []
        assert await person.page.context.cookies() == []
        await other_tab.wait_for_url(f"{site.url}/")
        # the browser's way back shows the form, not what was on the page
        await person.page.evaluate("history.back()")
        await expect(person.page.locator("input[type=password]")).to_be_visible()
        text = await person.page.locator("body").inner_text()
        assert "kWh" not in text
        assert LEAVER not in text


async def list_stored_names(person: Visitor) -> list[str]:
    """What scripts could find in the browser."""
    found: list[str] = await person.page.evaluate(
        """async () => [
            ...Object.keys(localStorage), ...Object.keys(sessionStorage), ...(await caches.keys()),
            ...(await indexedDB.databases()).map(({ name }) => name), document.cookie,
            ...(await navigator.serviceWorker.getRegistrations()).map(({ scope }) => scope),
        ].filter(Boolean)"""
    )
    return found
