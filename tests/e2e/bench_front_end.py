"""What the front end costs a browser: Lighthouse's scores of each page, and how long a year's carpet takes to draw.

`scripts/bench front_end [ROUNDS] [phone|desktop] [PAGE...]`: the site runs as in containers, Caddy before nginx and the
gateway, on a simulated home. Every page is measured in both forms unless some are named; `landing` is the first, and
`api/docs` is the gateway's own page of its API. Of each page's rounds the one in the middle by its performance counts:
Lighthouse computes a slow phone, or a desktop computer, from what this machine needed, so whatever else runs here
lowers it. At the end the table stands as docs/web.md and docs/web.fr.md have it.
"""

import asyncio
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections import defaultdict
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit
from zoneinfo import ZoneInfo

import aiohttp
from playwright.async_api import Route, async_playwright

from scripts.lib.browser import ARGUMENTS, PATIENCE, find_chromium
from scripts.lib.freshness import has_newest_days
from scripts.lib.front_end import GUEST_PAGES, OWNER_PAGES
from scripts.lib.home_assistant import ROOT
from scripts.lib.stack import USAGE_POINTS
from tests.e2e.polling import wait_until
from tests.e2e.site import PASSWORD, Site, run_site

LIGHTHOUSE = ROOT / "tests/e2e/lighthouse"
OWNER = "owner@example.org"
FORMS = ("phone", "desktop")
CATEGORIES = ("performance", "accessibility", "best-practices", "seo")
METRICS = ("largest-contentful-paint", "total-blocking-time", "cumulative-layout-shift")
HEADS = {
    "en": "page, form, performance, accessibility, best practices, SEO, largest paint, blocked, layout shift",
    "fr": "page, forme, performance, accessibilité, bonnes pratiques, SEO, plus grand élément, bloqué, décalage",
}
FORM_NAMES = {"en": {"phone": "phone", "desktop": "desktop"}, "fr": {"phone": "téléphone", "desktop": "ordinateur"}}
ALSO = ("consent", "api/docs")
PAGES = (*GUEST_PAGES, *OWNER_PAGES, *ALSO)
LEAST = 95
LONGEST_DRAWING = 100  # milliseconds
ATTEMPTS = 9
FLAGS = "--headless=new --ignore-certificate-errors " + " ".join(ARGUMENTS)


def install_lighthouse() -> None:
    """Install the locked Lighthouse, apart from the front end's own packages."""
    lock, done = LIGHTHOUSE / "package-lock.json", LIGHTHOUSE / "node_modules/.installed-lock"
    if not done.exists() or done.read_bytes() != lock.read_bytes():
        npm = shutil.which("npm") or "npm"
        subprocess.run([npm, "ci", "--no-audit", "--no-fund", "--loglevel=error"], cwd=LIGHTHOUSE, check=True)
        shutil.copy(lock, done)


async def run_lighthouse(url: str, cookie: str, *, as_desktop: bool) -> dict[str, Any] | None:
    """Have Lighthouse look at a page; its report, or None where it failed each time."""
    command = ["node", str(LIGHTHOUSE / "node_modules/lighthouse/cli/index.js"), url, "--quiet"]
    command += ["--output=json", f"--chrome-flags={FLAGS}"]
    command += [f"--only-categories={','.join(CATEGORIES)}"]
    command += ["--preset=desktop"] if as_desktop else []
    command += ["--extra-headers", json.dumps({"Cookie": cookie})] if cookie else []
    for _ in range(ATTEMPTS):
        # into a file: Lighthouse may end before all of a report has gone through a pipe
        with tempfile.NamedTemporaryFile() as report:
            process = await asyncio.create_subprocess_exec(
                *command, "--output-path", report.name, env=os.environ | {"CHROME_PATH": find_chromium(whole=True)}
            )
            await process.wait()
            text = report.read()
        # no report where it did not reach its browser, and one of an error where Chromium's trace lacks its beginning
        found: dict[str, Any] = json.loads(text or '{"runtimeError": "no report"}')
        if "runtimeError" not in found:
            return found
        print(f"again, after {found['runtimeError']}: {url}", file=sys.stderr)
    return None


def read_score(report: dict[str, Any], category: str) -> int:
    """A category's score, of 100; 0 where there is none."""
    return round(100 * (report["categories"][category]["score"] or 0))


def list_faults(report: dict[str, Any], category: str) -> list[str]:
    """What lowers a category's score."""
    audits = [(one["weight"], report["audits"][one["id"]]) for one in report["categories"][category]["auditRefs"]]
    return [
        f"{audit['title']} ({audit.get('displayValue', 'fails')})"
        for weight, audit in audits
        if weight and audit["score"] is not None and audit["score"] < 0.9
    ]


def list_low_scores(report: dict[str, Any]) -> list[str]:
    """The categories below the least score, each with what lowers it."""
    return [
        f"{category}: {fault}"
        for category in CATEGORIES
        if read_score(report, category) < LEAST
        for fault in list_faults(report, category) or ["no single fault"]
    ]


async def log_in(site: Site, email: str) -> str:
    """Log in and wait for the newest sixty days; the cookie."""
    async with aiohttp.ClientSession(site.stack.gateway_url) as client:
        async with client.post("/v1/session", json={"email": email, "password": PASSWORD}) as answer:
            answer.raise_for_status()
            cookie = answer.headers["Set-Cookie"].partition(";")[0]

        async def has_readings() -> bool:
            async with client.get("/v1/usage-points", headers={"Cookie": cookie}) as listed:
                return has_newest_days((await listed.json())["items"][0])

        await wait_until(has_readings, "the newest sixty days")
    return cookie


_MARKS = """
window.marks = {};
for (const name of ["json", "text"]) {
    const read = Response.prototype[name];
    Response.prototype[name] = async function () {
        const body = await read.call(this);
        if (this.url.includes("step=hour")) marks.answered = performance.now();
        return body;
    };
}
const { createImageData, putImageData } = CanvasRenderingContext2D.prototype;
CanvasRenderingContext2D.prototype.createImageData = function (...all) {
    marks.begun = performance.now();
    return createImageData.apply(this, all);
};
CanvasRenderingContext2D.prototype.putImageData = function (...all) {
    putImageData.apply(this, all);
    marks.drawn = performance.now();
    requestAnimationFrame(() => setTimeout(() => (marks.shown = performance.now())));
};
"""


PARIS = ZoneInfo("Europe/Paris")
START_FORMATS = {"hour": (UTC, "%Y-%m-%dT%H:%M:%SZ"), "day": (PARIS, "%Y-%m-%d")}
"""How the gateway writes when a row starts, by step."""


def invent_amounts(step: str, start: str, end: str) -> dict[str, float]:
    """The Wh of each row of the days `[start, end[`, by its start: invented hours, or their sums by day."""
    begin, until = (datetime.combine(date.fromisoformat(day), time(), PARIS).astimezone(UTC) for day in (start, end))
    zone, form = START_FORMATS[step]
    rows: dict[str, float] = defaultdict(float)
    for hour in range((until - begin) // timedelta(hours=1)):
        rows[(begin + timedelta(hours=hour)).astimezone(zone).strftime(form)] += hour * 37 % 2300
    return rows


async def draw_carpet(site: Site, cookie: str, rounds: int) -> list[str]:
    """Draw a year's hours in a browser; print how long that takes, and return what is above the limit."""
    name, _, value = cookie.partition("=")
    drawn, shown, hours = [], [], 0

    async def fulfil_with_year(route: Route) -> None:
        nonlocal hours
        answer = await (await route.fetch()).json()
        asked = parse_qs(urlsplit(route.request.url).query)
        [step], [start], [end] = (asked[name] for name in ("step", "start", "end"))
        chart, amounts = answer["current"], invent_amounts(step, start, end)
        chart["consumption"] = [amounts[row] for row in chart["start"]]
        chart["quality"]["consumption"] = ["measured"] * len(amounts)
        chart["complete"]["consumption"] = [True] * len(amounts)
        if step == "hour":
            hours = len(amounts)
        await route.fulfill(json=answer)

    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=find_chromium(whole=True), args=ARGUMENTS)
        context = await browser.new_context(
            ignore_https_errors=True, bypass_csp=True, viewport={"width": 1440, "height": 900}
        )
        context.set_default_timeout(PATIENCE)
        await context.add_cookies([{"name": name, "value": value, "url": site.url, "secure": True}])
        await context.add_init_script(_MARKS)
        for _ in range(rounds):
            page = await context.new_page()
            await page.route("**/series?**", fulfil_with_year)
            await page.goto(f"{site.url}/habits")
            await page.wait_for_function("window.marks?.shown")
            marks = await page.evaluate("marks")
            drawn.append(marks["drawn"] - marks["begun"])
            shown.append(marks["shown"] - marks["answered"])
            await page.unroute_all(behavior="wait")  # of two series, the carpet shows one
            await page.close()
        await browser.close()
    took = statistics.median(drawn)
    print(f"a year's carpet, {hours} hours, median of {rounds}:")
    print(f"  drawn in {took:.1f} ms (limit {LONGEST_DRAWING} ms)")
    print(f"  from the answer to the picture {statistics.median(shown):.0f} ms")
    return [f"carpet: drawn in {took:.0f} ms, limit {LONGEST_DRAWING} ms"] if took > LONGEST_DRAWING else []


async def measure_page(url: str, cookie: str, rounds: int, form: str) -> dict[str, Any] | None:
    """Have Lighthouse look at a page so many times; the report in the middle by its performance, if there is any."""
    every = [await run_lighthouse(url, cookie, as_desktop=form == "desktop") for _ in range(rounds)]
    reports = sorted(filter(None, every), key=lambda one: read_score(one, "performance"))
    return reports[len(reports) // 2] if reports else None


def read_figures(report: dict[str, Any] | None) -> list[str]:
    """A page's scores and metrics, as the table has them; dashes where there is no report."""
    if report is None:
        return ["–"] * (len(CATEGORIES) + len(METRICS))
    metrics = [report["audits"][audit].get("displayValue", "–") for audit in METRICS]
    return [*(str(read_score(report, category)) for category in CATEGORIES), *metrics]


def format_table(rows: list[tuple[str, str, list[str]]], language: str) -> str:
    """The table of all pages, ready for the documentation in a language."""
    head = HEADS[language].split(", ")
    lines = [[f"`/{page}`", FORM_NAMES[language][form], *figures] for page, form, figures in rows]
    ruled = [head, ["---"] * len(head), *lines]
    table = "\n".join(f"| {' | '.join(line)} |" for line in ruled)
    return table if language == "en" else table.replace(".", ",")


async def main(rounds: int, forms: tuple[str, ...], pages: tuple[str, ...]) -> bool:
    """Print the table, what is below the least score, and a carpet that takes too long. Returns whether nothing is."""
    install_lighthouse()
    low: list[str] = []
    rows: list[tuple[str, str, list[str]]] = []
    with tempfile.TemporaryDirectory() as folder:
        async with run_site(Path(folder), admin=OWNER, at=None) as site:
            await site.stack.add_usage_point(USAGE_POINTS["tempo"], "Home", email=OWNER)
            cookie = await log_in(site, OWNER)
            for page in pages:
                name, who = page or "landing", "" if page in GUEST_PAGES else cookie
                for form in forms:
                    report = await measure_page(f"{site.url}/{page}", who, rounds, form)
                    rows.append((page, form, read_figures(report)))
                    print(name, form, *rows[-1][2], flush=True)
                    if report is None:
                        low.append(f"{name}, {form}: Lighthouse failed {ATTEMPTS} times")
                        continue
                    low += [f"{name}, {form}, {fault}" for fault in list_low_scores(report)]
            low += await draw_carpet(site, cookie, 2 * rounds + 1)
    print("", *(f"{format_table(rows, language)}\n" for language in HEADS), *low, sep="\n")
    return not low


def read_arguments(arguments: list[str]) -> tuple[int, tuple[str, ...], tuple[str, ...]]:
    """Rounds, forms and pages of a command line."""
    rounds = next((int(one) for one in arguments if one.isdigit()), 3)
    forms = tuple(form for form in FORMS if form in arguments) or FORMS
    pages = tuple(page for page in PAGES if (page or "landing") in arguments) or PAGES
    known = {*FORMS, *(page or "landing" for page in PAGES)}
    if unknown := [one for one in arguments if not one.isdigit() and one not in known]:
        sys.exit(f"Unknown: {', '.join(unknown)}. Known: {', '.join(sorted(known))}.")
    return rounds, forms, pages


if __name__ == "__main__":
    sys.exit(0 if asyncio.run(main(*read_arguments(sys.argv[1:]))) else 1)
