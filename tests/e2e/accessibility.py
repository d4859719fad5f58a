"""What axe objects to on a page, in a state that a test has brought it to."""

from typing import Literal

from playwright.async_api import Page

from scripts.lib.home_assistant import ROOT
from tests.e2e.visitor import Visitor

AXE = (ROOT / "web/node_modules/axe-core/axe.min.js").read_text()
_WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
BY_COLOR = ["color-contrast", "link-in-text-block"]
"""The rules that another theme can break: it changes colours, and nothing else."""
_THEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
_RUN = """async ([runOnly, without]) => {
    const rules = Object.fromEntries(without.map(rule => [rule, { enabled: false }]));
    const { violations } = await axe.run({ runOnly, rules, resultTypes: ["violations"] });
    return violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html.slice(0, 160)}`));
}"""
# Where only the texts of a table's rows differ, their colours do not: axe sees one of these rows, and one at an even
# place. It looks at no text of a single character, which therefore does not stand for others.
_SHOW_SAMPLES = """() => [...document.querySelectorAll("tbody:not(:has(button, dialog))")].map(body => {
    const seen = new Set(), sample = body.cloneNode();
    [...body.rows].forEach((row, place) => {
        const markup = `${place % 2} ${row.outerHTML.replace(/>[^<]{2,}</g, ">text<")}`;
        if (seen.size < seen.add(markup).size) sample.append(row.cloneNode(true));
    });
    body.replaceWith(sample);
    return [body, sample];
})"""
_SHOW_TABLES = "tables => tables.forEach(([body, sample]) => sample.replaceWith(body))"
_UNTIL_REPAINTED = """async () => {
    // what listens to the theme is told with the next frame; some colours then change gradually, and after those
    // the ones that elements within take from them
    for (let round = 0; round < 50; round++) {
        await new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)));
        const changes = document.getAnimations().filter(animation => animation instanceof CSSTransition);
        if (!changes.length) return;
        await Promise.allSettled(changes.map(({ finished }) => finished));
    }
    throw new Error("colours change without end");
}"""


async def list_violations(person: Visitor, *, best_practice: bool = True) -> list[str]:
    """What axe objects to: all of WCAG 2.2 AA, and what it calls best practice; colours in both themes.

    The page is light before and after.
    """
    page = person.page
    if not await page.evaluate("'axe' in window"):
        await page.evaluate(AXE)
    tags = [*_WCAG, *(["best-practice"] if best_practice else [])]
    found: list[str] = await page.evaluate(_RUN, [tags, BY_COLOR])
    tables = await page.evaluate_handle(_SHOW_SAMPLES)
    for theme in _THEMES:
        await _show_theme(page, theme)
        found += [f"{theme}: {violation}" for violation in await page.evaluate(_RUN, [BY_COLOR, []])]
    await _show_theme(page, "light")
    await tables.evaluate(_SHOW_TABLES)
    return found


async def inspect(person: Visitor, state: str) -> None:
    """Have axe look at a state of a page; what it objects to is noted as wrong."""
    person.wrong += [f"axe: {state}: {violation}" for violation in await list_violations(person)]


async def _show_theme(page: Page, theme: Literal["dark", "light"]) -> None:
    await page.emulate_media(color_scheme=theme)
    await page.evaluate(_UNTIL_REPAINTED)
