"""Every page of the front end in a real browser: axe objects to nothing, no policy is violated."""

import pytest

from scripts.lib.home_assistant import ROOT
from scripts.lib.stack import Stack
from tests.e2e.conftest import OWNER
from tests.e2e.visitor import Visitor, open_visitor

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


async def list_violations(person: Visitor, *, best_practice: bool) -> list[str]:
    """What axe objects to on the present page: all of WCAG 2.2 AA, and what it calls best practice."""
    await person.page.evaluate(AXE.read_text())
    tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", *(["best-practice"] if best_practice else [])]
    found = await person.page.evaluate("tags => axe.run({ runOnly: tags })", tags)
    return [
        f"{violation['id']}: {node['html'][:160]}" for violation in found["violations"] for node in violation["nodes"]
    ]


async def check_page(person: Visitor, page: str) -> dict[str, list[str]]:
    """What is wrong with a page, by kind."""
    person.wrong.clear()
    person.refused.clear()
    await person.visit(page)
    if is_swagger := page == "docs":
        await person.page.locator(".opblock-tag").first.wait_for()
    # the order of Swagger UI's headings is its own
    found = {
        "axe": await list_violations(person, best_practice=not is_swagger),
        "browser": person.wrong + person.refused,
    }
    overflow: int = await person.page.evaluate("document.documentElement.scrollWidth - innerWidth")
    if overflow > 0:
        found["width"] = [f"{overflow} pixels too wide"]
    return {kind: what for kind, what in found.items() if what}


@pytest.mark.parametrize(("language", "width", "dark"), LOOKS)
async def test_every_page_is_accessible_and_keeps_to_its_policy(
    pages: Stack, language: str, width: int, dark: bool
) -> None:
    async with open_visitor(pages.gateway_url, language=language, width=width, dark=dark) as person:
        wrong = {page: await check_page(person, page) for page in FOR_GUESTS}
        await person.log_in(OWNER)
        wrong |= {page: await check_page(person, page) for page in FOR_OWNERS}
    assert {page: what for page, what in wrong.items() if what} == {}


async def test_the_comparison_shows_the_bills_of_the_api(pages: Stack) -> None:
    async with open_visitor(pages.gateway_url) as person:
        await person.log_in(OWNER)
        compared = await person.read_answer("/comparison", person.visit("compare"))
        shown = await person.page.locator("table").first.inner_text()
    bills = [f"{cost['total']:.2f}" for cost in compared["total"].values() if cost["total"] is not None]
    assert bills
    assert [bill for bill in bills if bill not in shown.replace(",", ".")] == []
