"""The ready dashboard on a phone, in both languages, light and dark: a red day with a tense hour, a home that produces,
the first day of another, no gateway.

The gateway and Home Assistant are of this file alone, because its gateway is stopped at the end.
"""

import os
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Literal

import pytest
from playwright.async_api import Locator, Page, expect

from scripts.lib import card_states, dashboard
from scripts.lib.faketime import clock_set_to
from scripts.lib.home_assistant_client import HomeAssistantClient
from scripts.lib.program import free_port
from scripts.lib.stack import Ports, Stack
from tests.e2e.accessibility import AXE, BY_COLOR
from tests.e2e.polling import wait_until
from tests.e2e.shown_texts import find_foreign, list_texts
from tests.e2e.test_cards import CARDS, HEIGHT, WIDTH, open_dashboard

ALL_CARDS = ", ".join(f"my-electrical-data-{name}" for name in (*CARDS, "banner"))
PICTURES = os.environ.get("LOOK_AT_CARDS")
"""A folder for pictures of each card, to look at."""
WIDE = 1600
SCHEMES: dict[Literal["light", "dark"], list[str] | None] = {"light": None, "dark": BY_COLOR}
"""The rules that axe looks at in each: in light all, in dark those that only another colour can break."""


@dataclass(frozen=True)
class Words:
    """What is read on that day, in a language."""

    red: str
    very_tense: str
    production: str
    no_data: str
    no_month: str
    price: str
    until: str
    earlier: str
    silent: str


WORDS = {
    "en": Words(
        "Red",
        "Very tense, until Tue 10 Nov, 19:00",
        "Production",
        "There is no data for this meter yet",
        "No month is complete yet",
        "Now: Base",
        "until",
        "Earlier",
        "The gateway has not answered since Tue 10 Nov",
    ),
    "fr": Words(
        "Rouge",
        "Très tendu, jusqu’au mar. 10 nov., 19:00",
        "Production",
        "Il n’y a pas encore de données",
        "Aucun mois n’est encore complet",
        "Maintenant : Base",
        "jusqu",
        "Avant",
        "La passerelle ne répond plus depuis le mar. 10 nov.",
    ),
}
LANGUAGES = sorted(WORDS)


@pytest.fixture(scope="module")
async def programs(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[Stack]:
    folder: Path = tmp_path_factory.mktemp("states")
    ports = Ports(home_assistant=free_port(), gateway=free_port(), simulator=free_port())
    async with Stack(folder, ports, language="fr", env=clock_set_to(card_states.NOW)) as stack:
        # Home Assistant, and whoever opens the dashboard, are there before Enedis has told anything
        await card_states.start_day(stack, producing="Solar", unknown="Studio", slow_by=15)
        yield stack


@pytest.fixture(scope="module")
async def client(programs: Stack) -> AsyncGenerator[HomeAssistantClient]:
    async with await programs.start_home_assistant() as client:
        await programs.set_up_integration(client)
        await dashboard.show_dashboard(client)
        yield client


@asynccontextmanager
async def open_in(programs: Stack, client: HomeAssistantClient, language: str) -> AsyncGenerator[Page]:
    """The dashboard, in a language that the user has chosen in their profile."""
    await client.command("frontend/set_user_data", key="language", value={"language": language})
    address = f"{programs.home_assistant.url}/{dashboard.URL_PATH}"
    async with open_dashboard(address, language=language, at=card_states.NOW) as page:
        yield page


def card(page: Page, name: str, place: int = 0) -> Locator:
    return page.locator(f"my-electrical-data-{name} ha-card").nth(place)


async def check_looks(page: Page, language: str, state: str) -> None:
    """In light and in dark: one language, nothing cut, nothing that axe objects to; pictures for whoever wants them."""
    cards = page.locator(ALL_CARDS)
    assert find_foreign(await list_texts(cards), language) == []
    await expect_none(lambda: cards.evaluate_all(FIND_TOO_WIDE), "nothing is too wide")
    await page.wait_for_function("width => document.documentElement.scrollWidth <= width", arg=WIDTH)
    await page.evaluate(AXE)
    for scheme, rules in SCHEMES.items():
        await page.emulate_media(color_scheme=scheme)
        await expect(cards.first).to_have_css("color-scheme", scheme)
        await expect_none(partial(find_barriers, cards, rules), f"no barriers, {scheme}")
        if PICTURES:
            await take_pictures(page, Path(PICTURES), f"{state}-{language}-{scheme}")


async def take_pictures(page: Page, folder: Path, name: str) -> None:
    for place, shown in enumerate(await page.locator("my-electrical-data-banner:visible, ha-card:visible").all()):
        await shown.screenshot(path=folder / f"{name}-{place}.png")
    await page.set_viewport_size({"width": WIDE, "height": 1500})
    await page.screenshot(path=folder / f"{name}-wide.png")
    await page.set_viewport_size({"width": WIDTH, "height": HEIGHT})


# What stands out of a card at its left or right, or has its own text cut; what can be scrolled sideways may be wider.
FIND_TOO_WIDE = """cards => cards.flatMap(card => {
    const frame = card.getBoundingClientRect(), found = [];
    const search = element => {
        const { left, right, width } = element.getBoundingClientRect(), { overflowX } = getComputedStyle(element);
        if (width <= 1 || overflowX === "auto" || overflowX === "scroll") return;
        const isCut = overflowX !== "visible" && element.scrollWidth > element.clientWidth + 1;
        if (isCut || left < frame.left - 1 || right > frame.right + 1)
            found.push(`${card.localName}: ${element.localName} ${element.textContent.trim().slice(0, 60)}`);
        for (const child of (element.shadowRoot ?? element).children) search(child);
    };
    search(card);
    return found;
})"""


async def expect_none(find: Callable[[], Awaitable[list[str]]], what: str) -> None:
    """Wait until nothing is found: Home Assistant draws its parts and changes its colours little by little."""
    found: list[str] = []

    async def is_none_left() -> bool:
        found[:] = await find()
        return not found

    with suppress(AssertionError):
        await wait_until(is_none_left, what, seconds=200)
    assert found == [], what


async def find_barriers(cards: Locator, rules: list[str] | None) -> list[str]:
    """What axe finds in the cards, by some of its rules or by all."""
    found: list[str] = await cards.evaluate_all(
        """async (cards, runOnly) => {
            const options = runOnly ? { runOnly } : { rules: { region: { enabled: false } } };
            const { violations } = await axe.run(cards, { ...options, resultTypes: ["violations"] });
            return violations.flatMap(({ id, nodes }) => nodes.map(node => `${id}: ${node.html}`));
        }""",
        rules,
    )
    return found


@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_red_day_a_tense_hour_a_roof_and_a_first_day(
    programs: Stack, client: HomeAssistantClient, language: str
) -> None:
    words = WORDS[language]
    async with open_in(programs, client, language) as page:
        await expect(card(page, "tempo")).to_contain_text(words.red)
        await expect(card(page, "ecowatt")).to_contain_text(words.very_tense)

        solar = card(page, "day")
        await expect(solar).to_contain_text(words.production)
        await expect(solar.get_by_text("kWh").nth(2)).to_be_visible()
        await solar.locator("figure").first.wait_for()
        await expect(solar, "it is seen without scrolling").to_be_in_viewport()
        await expect(card(page, "hours")).to_contain_text("kWh")
        await expect(card(page, "options").locator("figure")).to_be_visible()

        # of the other home nothing is known, and nothing is told as zero
        await expect(card(page, "day", 1)).to_contain_text(words.no_data)
        await expect(card(page, "options", 1)).to_contain_text(words.no_month)
        await expect(card(page, "hours", 1)).to_contain_text(words.price)
        price = await card(page, "hours", 1).inner_text()
        assert words.until not in price, "a price of which no end is known has none"
        for name in ("day", "options"):
            assert "0 kWh" not in await card(page, name, 1).inner_text()
        await check_looks(page, language, "up")


async def test_without_a_gateway_what_is_still_true_is_shown_and_since_when(
    programs: Stack, client: HomeAssistantClient
) -> None:
    async with open_in(programs, client, "fr") as page:
        words, banner = WORDS["fr"], page.locator("my-electrical-data-banner")
        await expect(card(page, "tempo")).to_contain_text(words.red)
        await expect(banner).to_be_hidden()
        await programs.stop_gateway()
        await card(page, "day").get_by_role("button", name=words.earlier).click()
        await expect(banner).to_contain_text(words.silent)
        await expect(card(page, "tempo")).to_contain_text(words.red)
        await expect(card(page, "ecowatt")).to_contain_text(words.very_tense)
    for language, words in WORDS.items():
        async with open_in(programs, client, language) as page:
            await expect(page.locator("my-electrical-data-banner")).to_contain_text(words.silent)
            await expect(card(page, "tempo")).to_contain_text(words.red)
            await expect(card(page, "ecowatt")).to_contain_text(words.very_tense)
            await check_looks(page, language, "down")
