"""Every page of the front end in a real browser: axe objects to nothing, no policy is violated."""

import asyncio
import re

import pytest
from playwright.async_api import Route, expect

from scripts.lib.front_end import GUEST_PAGES, OWNER_PAGES
from scripts.lib.stack import Stack
from tests.e2e.accessibility import list_violations
from tests.e2e.conftest import OWNER
from tests.e2e.visitor import Visitor, open_visitor

NARROWEST = 360
LOOKS = [
    pytest.param("en", 1440, id="english-wide"),
    pytest.param("fr", 390, id="french-phone"),
    pytest.param("en", 390, id="english-phone", marks=pytest.mark.long),
    pytest.param("fr", 1440, id="french-wide", marks=pytest.mark.long),
]


async def check_page(person: Visitor, page: str) -> dict[str, list[str]]:
    """What is wrong with a page, by kind."""
    person.wrong.clear()
    person.refused.clear()
    await person.visit(page)
    objections = await list_violations(person)
    too_wide = await find_too_wide(person)
    if page == "docs":
        # read as it stands in the page: what is far below is not drawn yet
        await expect(person.page.locator("#reference")).to_contain_text("/v1/usage-points/{point_id}/series")
        await person.page.locator("main button").click()
        await person.page.locator(".opblock-tag").first.wait_for()
        # the order of Swagger UI's headings is its own
        objections += await list_violations(person, best_practice=False)
        too_wide += await find_too_wide(person)
    found = {"axe": objections, "browser": person.wrong + person.refused, "width": too_wide}
    return {kind: what for kind, what in found.items() if what}


async def find_too_wide(person: Visitor) -> list[str]:
    """By how much the page is wider than its window, and than the narrowest phone's where it is a phone's."""
    size = person.page.viewport_size
    assert size is not None
    too_wide = []
    for width in (size["width"], NARROWEST) if size["width"] < 500 else (size["width"],):
        await person.page.set_viewport_size({**size, "width": width})
        overflow: int = await person.page.evaluate("document.documentElement.scrollWidth - innerWidth")
        too_wide += [f"{overflow} pixels too wide at {width}"] if overflow > 0 else []
    await person.page.set_viewport_size(size)
    return too_wide


@pytest.mark.parametrize(("language", "width"), LOOKS)
async def test_every_page_is_accessible_in_both_themes_and_keeps_to_its_policy(
    pages: Stack, language: str, width: int
) -> None:
    async with open_visitor(pages.gateway_url, language=language, width=width) as person:
        wrong = {page: await check_page(person, page) for page in GUEST_PAGES}
        await person.log_in_by_form(OWNER)
        wrong |= {page: await check_page(person, page) for page in OWNER_PAGES}
    assert {page: what for page, what in wrong.items() if what} == {}


async def add_user(route: Route) -> None:
    """Answer with one user more, who has a long address and every button."""
    answer = await route.fetch()
    users = await answer.json()
    users["items"].append({**users["items"][0], "id": "another", "email": f"{'a.long.name' * 5}@mail.example.org"})
    await route.fulfill(response=answer, json=users)


@pytest.mark.parametrize(
    ("language", "page", "column"),
    [
        ("en", "compare", "Bill"),
        ("fr", "compare", "Facture"),
        ("en", "administration", "API clients"),
        ("fr", "administration", "Clients d’API"),
    ],
)
async def test_wide_tables_never_scroll_sideways_and_are_lists_with_named_values_on_a_phone(
    pages: Stack, language: str, page: str, column: str
) -> None:
    async with open_visitor(pages.gateway_url, language=language, width=390) as person:
        await person.page.route("**/v1/admin/users*", add_user)
        await person.log_in(OWNER)
        await person.wait_for_days()
        await person.visit(page)
        region = person.page.locator("[role=group]:has(> table.stacks)").first
        cell = region.get_by_role("cell", name=re.compile(rf"^{column} .*\S"))
        await expect(cell.first).to_be_visible()
        if page == "administration":
            await expect(region).to_contain_text("a.long.name")
        for width in (390, 820, 1280, 1440):
            await person.page.set_viewport_size({"width": width, "height": 900})
            assert await region.evaluate("region => region.scrollWidth - region.clientWidth") == 0, width


_MOVES = "document.getAnimations().length"
_SHIFTS = """() => new Promise(done => {
    let sum = 0;
    const observer = new PerformanceObserver(list => list.getEntries().forEach(({ value }) => (sum += value)));
    observer.observe({ type: "layout-shift", buffered: true });
    requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(() => done(sum), 50)));
})"""


async def hold_requests(person: Visitor, pattern: str) -> asyncio.Event:
    """Hold requests to addresses of a pattern until the event that is returned is set."""
    answer = asyncio.Event()

    async def hold(route: Route) -> None:
        await answer.wait()
        await route.continue_()

    await person.page.route(pattern, hold)
    return answer


async def test_nothing_moves_for_whoever_wants_no_motion(pages: Stack) -> None:
    async with open_visitor(pages.gateway_url, width=390) as person:
        await person.log_in(OWNER)
        answer = await hold_requests(person, "**/v1/usage-points/*/totals")
        await person.open("overview")
        await person.page.locator(".skeleton").first.wait_for()
        assert await person.page.evaluate(_MOVES) > 0
        await person.page.emulate_media(reduced_motion="reduce")
        await expect(person.page.locator(".skeleton").first).to_have_css("animation-name", "none")
        assert await person.page.evaluate(_MOVES) == 0
        answer.set()
        await person.until_loaded()


@pytest.mark.parametrize("page", ["overview", "tempo"])
async def test_who_is_logged_in_moves_nothing_when_it_comes_late(pages: Stack, page: str) -> None:
    async with open_visitor(pages.gateway_url) as person:
        await person.log_in(OWNER)
        answer = await hold_requests(person, "**/v1/session")
        async with person.page.expect_response("**/v1/site") as site:
            await person.open(page)
        await site.value
        await person.page.locator("header").first.wait_for()
        assert await person.page.locator("h1").count() == 0
        answer.set()
        await person.page.locator("h1").first.wait_for()
        await person.until_loaded()
        assert await person.page.evaluate(_SHIFTS) < 0.01


@pytest.mark.parametrize("page", ["docs", "tempo"])
async def test_the_banner_does_not_push_the_page_down(pages: Stack, page: str) -> None:
    async with open_visitor(pages.gateway_url) as person:
        await person.log_in(OWNER)
        # what brings the banner comes long after who is logged in
        answer = await hold_requests(person, "**/v1/site")
        async with person.page.expect_response("**/v1/usage-points") as meters:
            await person.open(page)
        await meters.value
        await person.page.locator("nav").first.wait_for()
        answer.set()
        await person.wait_for_text("Simulated homes: no figure here is real.")
        await person.page.locator("h1").first.wait_for()
        await person.until_loaded()
        assert await person.page.evaluate(_SHIFTS) < 0.01


_FETCH = """address => new Promise(done => {
    addEventListener("securitypolicyviolation", ({ blockedURI }) => done(`blocked: ${blockedURI}`));
    fetch(address).then(({ status }) => done(status), () => {});
})"""


async def test_the_gateways_own_page_of_its_api_may_be_asked_for_robots_txt_and_for_no_other_site(
    pages: Stack,
) -> None:
    """Lighthouse asks from within a page, and finds fault with one whose policy does not let it."""
    async with open_visitor(pages.gateway_url) as person:
        await person.open("api/docs")
        assert await person.page.evaluate(_FETCH, "/robots.txt") == 404, "search engines may read everything"
        assert await person.page.evaluate(_FETCH, "https://example.org/") == "blocked: https://example.org/"
        person.forget_failed_requests()
