"""Every page of the front end in a real browser: axe objects to nothing, no policy is violated."""

import subprocess
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from playwright.async_api import Page, expect

from scripts.lib.browser import open_page
from scripts.lib.faketime import clock_set_to
from scripts.lib.home_assistant import ROOT
from scripts.lib.program import free_port
from scripts.lib.stack import HOMES, Ports, Stack

NOW = datetime(2026, 11, 3, 11, 0, tzinfo=ZoneInfo("Europe/Paris"))
EMAIL, PASSWORD = "owner@example.org", "ochre-violin-under-nine-lanterns"
AXE = ROOT / "web" / "node_modules" / "axe-core" / "axe.min.js"

FOR_GUESTS = ("", "sign-up", "log-in", "forgotten-password", "resend-mail", "reset-password", "verify-email", "docs")
FOR_OWNERS = (
    "overview",
    "consumption",
    "habits",
    "tempo",
    "ecowatt",
    "compare",
    "meter",
    "add-meter",
    "account",
    "administration",
)
LOOKS = [
    pytest.param("en", 1440, False, id="english-wide-light"),
    pytest.param("fr", 390, True, id="french-phone-dark"),
    pytest.param("en", 390, True, id="english-phone-dark", marks=pytest.mark.long),
    pytest.param("fr", 1440, False, id="french-wide-light", marks=pytest.mark.long),
]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The front end's files."""
    folder = tmp_path_factory.mktemp("web")
    build = ["npx", "vite", "build", "--outDir", str(folder), "--emptyOutDir", "--logLevel", "error"]
    subprocess.run(build, cwd=ROOT / "web", check=True)
    return folder


@pytest.fixture(scope="module")
async def site(built: Path, tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[Stack]:
    """A gateway that serves the front end; its administrator owns the three homes."""
    folder: Path = tmp_path_factory.mktemp("site")
    ports = Ports(home_assistant=free_port(), gateway=free_port(), simulator=free_port())
    env = clock_set_to(NOW) | {"ADMIN_EMAILS": EMAIL}
    async with Stack(folder, ports, language="en", env=env, web=built) as stack:
        await stack.start_simulator()
        await stack.start_gateway()
        await stack.command("init", "--email", EMAIL, given=PASSWORD)
        for name, home in HOMES.items():
            await stack.add_home(home, name, email=EMAIL)
        yield stack


class Visitor:
    """A person at a browser, and what the browser complained about."""

    def __init__(self, page: Page, site: str) -> None:
        self.page = page
        self.complaints: list[str] = []
        self._site = site
        page.on(
            "console", lambda line: self.complaints.append(line.text) if line.type in {"error", "warning"} else None
        )
        page.on("pageerror", lambda error: self.complaints.append(str(error)))

    async def log_in(self) -> None:
        """Log in through the form."""
        await self.page.goto(f"{self._site}/log-in")
        await self.page.locator("input[type=email]").fill(EMAIL)
        await self.page.locator("input[type=password]").fill(PASSWORD)
        await self.page.locator("form button.primary").click()
        await self.page.wait_for_url("**/overview*")

    async def visit(self, page: str) -> None:
        """Open a page and wait until all of it is loaded."""
        await self.page.goto(f"{self._site}/{page}")
        await self.page.locator("h1").first.wait_for()
        loading = self.page.locator("[aria-busy=true], .skeleton")
        await expect(loading, f"/{page} is loaded").to_have_count(0, timeout=60_000)

    async def fetch(self, path: str) -> Any:
        """What the API answers to this person."""
        return await self.page.evaluate("path => fetch(path).then(answer => answer.json())", f"{self._site}/api{path}")

    async def audit(self, *, best_practice: bool) -> list[str]:
        """What axe objects to on the present page: all of WCAG 2.2 AA, and what it calls best practice."""
        await self.page.evaluate(AXE.read_text())
        tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", *(["best-practice"] if best_practice else [])]
        found = await self.page.evaluate("tags => axe.run({ runOnly: tags })", tags)
        return [
            f"{violation['id']}: {node['html'][:160]}"
            for violation in found["violations"]
            for node in violation["nodes"]
        ]

    async def overflow(self) -> int:
        """By how many pixels the page is wider than the window."""
        width: int = await self.page.evaluate("document.documentElement.scrollWidth - innerWidth")
        return width


@asynccontextmanager
async def visitor(
    site: Stack, language: str = "en", width: int = 1440, *, dark: bool = False
) -> AsyncGenerator[Visitor]:
    async with open_page("about:blank", language=language, width=width, dark=dark, at=NOW) as page:
        yield Visitor(page, site.gateway_url)


async def check(person: Visitor, page: str) -> dict[str, list[str]]:
    """What is wrong with a page, by kind."""
    person.complaints.clear()
    await person.visit(page)
    if is_swagger := page == "docs":
        await person.page.locator(".opblock-tag").first.wait_for()
    # the order of Swagger UI's headings is its own
    found = {"axe": await person.audit(best_practice=not is_swagger), "browser": list(person.complaints)}
    if (overflow := await person.overflow()) > 0:
        found["width"] = [f"{overflow} pixels too wide"]
    return {kind: what for kind, what in found.items() if what}


@pytest.mark.parametrize(("language", "width", "dark"), LOOKS)
async def test_every_page_is_accessible_and_keeps_to_its_policy(
    site: Stack, language: str, width: int, dark: bool
) -> None:
    async with visitor(site, language, width, dark=dark) as person:
        wrong = {page: await check(person, page) for page in FOR_GUESTS}
        await person.log_in()
        wrong |= {page: await check(person, page) for page in FOR_OWNERS}
    assert {page: what for page, what in wrong.items() if what} == {}


async def test_the_comparison_shows_the_bills_of_the_api(site: Stack) -> None:
    async with visitor(site) as person:
        await person.log_in()
        await person.visit("compare")
        meter = (await person.fetch("/v1/usage-points"))["items"][0]["id"]
        compared = await person.fetch(f"/v1/usage-points/{meter}/comparison?months=12")
        shown = await person.page.locator("table").first.inner_text()
    bills = [f"{cost['total']:.2f}" for cost in compared["total"].values() if cost["total"] is not None]
    assert bills
    assert [bill for bill in bills if bill not in shown.replace(",", ".")] == []
