"""What axe objects to on a page, in a state that a test has brought it to."""

from typing import Literal

from scripts.lib.home_assistant import ROOT
from tests.e2e.visitor import Visitor

_AXE = (ROOT / "web/node_modules/axe-core/axe.min.js").read_text()
_WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
_BY_COLOR = ["color-contrast", "link-in-text-block"]
"""The rules that another theme can break: it changes colours, and nothing else."""
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
    """What axe objects to in the present theme: all of WCAG 2.2 AA, and what it calls best practice."""
    return await _run(person, [*_WCAG, *(["best-practice"] if best_practice else [])])


async def list_violations_of_dark(person: Visitor) -> list[str]:
    """What axe objects to in the colours of the dark theme. The page is light before and after."""
    await _show_theme(person, "dark")
    found = await _run(person, _BY_COLOR)
    await _show_theme(person, "light")
    return [f"dark: {violation}" for violation in found]


async def inspect(person: Visitor, state: str) -> None:
    """Have axe look at a state of a page, in both themes; what it objects to is noted as wrong."""
    found = [*await list_violations(person), *await list_violations_of_dark(person)]
    person.wrong += [f"axe: {state}: {violation}" for violation in found]


async def _show_theme(person: Visitor, theme: Literal["dark", "light"]) -> None:
    await person.page.emulate_media(color_scheme=theme)
    await person.page.evaluate(_UNTIL_REPAINTED)


async def _run(person: Visitor, rules_or_tags: list[str]) -> list[str]:
    if not await person.page.evaluate("'axe' in window"):
        await person.page.evaluate(_AXE)
    found = await person.page.evaluate("run => axe.run({ runOnly: run, resultTypes: ['violations'] })", rules_or_tags)
    return [
        f"{violation['id']}: {node['html'][:160]}" for violation in found["violations"] for node in violation["nodes"]
    ]
