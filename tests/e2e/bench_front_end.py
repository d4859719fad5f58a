"""What the front end costs a browser: Lighthouse's scores of each page, and how long a year's carpet takes to draw.

`scripts/bench front_end [ROUNDS] [phone|desktop] [PAGE...]`: the site runs as in containers, Caddy before nginx and the
gateway, on a simulated home. Every page is measured in both forms unless some are named; `landing` is the first. Of
each page's rounds the one in the middle by its performance counts: Lighthouse computes a slow phone, or a desktop
computer, from what this machine needed, so whatever else runs here lowers it.
"""

import asyncio
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit
from zoneinfo import ZoneInfo

import aiohttp
from playwright.async_api import Route, async_playwright

from scripts.lib.browser import ARGUMENTS, find_chromium
from scripts.lib.front_end import GUEST_PAGES, OWNER_PAGES
from scripts.lib.home_assistant import ROOT
from scripts.lib.stack import USAGE_POINTS
from tests.e2e.polling import wait_until
from tests.e2e.site import PASSWORD, Site, run_site

LIGHTHOUSE = ROOT / "tests/e2e/lighthouse"
OWNER = "owner@example.org"
FORMS = ("phone", "desktop")
CATEGORIES = ("performance", "accessibility", "best-practices", "seo")
METRICS = {
    "first paint": "first-contentful-paint",
    "largest paint": "largest-contentful-paint",
    "blocked": "total-blocking-time",
    "layout shift": "cumulative-layout-shift",
}
LEAST = 95
ATTEMPTS = 9
FLAGS = "--headless=new --ignore-certificate-errors " + " ".join(ARGUMENTS)


def install_lighthouse() -> None:
    """Install the locked Lighthouse, apart from the front end's own packages."""
    lock, done = LIGHTHOUSE / "package-lock.json", LIGHTHOUSE / "node_modules/.installed-lock"
    if not done.exists() or done.read_bytes() != lock.read_bytes():
        npm = shutil.which("npm") or "npm"
        subprocess.run([npm, "ci", "--no-audit", "--no-fund", "--loglevel=error"], cwd=LIGHTHOUSE, check=True)
        shutil.copy(lock, done)


async def run_lighthouse(url: str, cookie: str, report: Path, *, as_desktop: bool) -> dict[str, Any]:
    """Have Lighthouse look at a page; its report."""
    command = ["node", str(LIGHTHOUSE / "node_modules/lighthouse/cli/index.js"), url, "--quiet"]
    command += ["--output=json", f"--output-path={report}", f"--chrome-flags={FLAGS}"]
    command += [f"--only-categories={','.join(CATEGORIES)}"]
    command += ["--preset=desktop"] if as_desktop else []
    command += ["--extra-headers", json.dumps({"Cookie": cookie})] if cookie else []
    for _ in range(ATTEMPTS):
        process = await asyncio.create_subprocess_exec(*command, env=os.environ | {"CHROME_PATH": find_chromium()})
        await process.wait()
        found: dict[str, Any] = json.loads(await asyncio.to_thread(report.read_text))
        if "runtimeError" not in found:
            return found
        # Chromium's trace lacks its beginning now and then
        print(f"again, after {found['runtimeError']['code']}: {url}", file=sys.stderr)
    raise RuntimeError(f"Lighthouse failed {ATTEMPTS} times: {url}")


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


async def log_in(site: Site) -> str:
    """Log in and wait for the newest sixty days; the cookie."""
    await site.stack.add_usage_point(USAGE_POINTS["tempo"], "Home", email=OWNER)
    async with aiohttp.ClientSession(site.stack.gateway_url) as client:
        async with client.post("/v1/session", json={"email": OWNER, "password": PASSWORD}) as answer:
            answer.raise_for_status()
            cookie = answer.headers["Set-Cookie"].partition(";")[0]

        async def has_readings() -> bool:
            async with client.get("/v1/usage-points", headers={"Cookie": cookie}) as listed:
                return bool((await listed.json())["items"][0]["freshness"]["complete_until"])

        await wait_until(has_readings, "the newest sixty days")
    return cookie


_MARKS = """
window.marks = {};
for (const name of ["json", "text"]) {
    const read = Response.prototype[name];
    Response.prototype[name] = async function () {
        const body = await read.call(this);
        if (this.url.includes("/series")) marks.answered = performance.now();
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


def year_of_hours(query: dict[str, list[str]]) -> tuple[list[str], list[float]]:
    """Invented hours of the days that were asked for."""
    paris = ZoneInfo("Europe/Paris")
    begin, end = (
        datetime.combine(date.fromisoformat(query[edge][0]), time(), paris).astimezone(UTC) for edge in ("start", "end")
    )
    hours = int((end - begin) / timedelta(hours=1))
    starts = [f"{begin + timedelta(hours=hour):%Y-%m-%dT%H:%M:%SZ}" for hour in range(hours)]
    return starts, [float(hour * 37 % 2300) for hour in range(hours)]


async def draw_carpet(site: Site, cookie: str, rounds: int) -> None:
    """Draw a year's hours in a browser; print how long that takes."""
    name, _, value = cookie.partition("=")
    drawn, shown, cells = [], [], 0

    async def fulfil_with_year(route: Route) -> None:
        nonlocal cells
        answer = await (await route.fetch()).json()
        starts, values = year_of_hours(parse_qs(urlsplit(route.request.url).query))
        cells = len(values)
        answer["current"] |= {
            "start": starts,
            "consumption": values,
            "quality": {"consumption": ["measured"] * cells, "production": None},
        }
        await route.fulfill(json=answer)

    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=find_chromium(), args=ARGUMENTS)
        context = await browser.new_context(
            ignore_https_errors=True, bypass_csp=True, viewport={"width": 1440, "height": 900}
        )
        await context.add_cookies([{"name": name, "value": value, "url": site.url, "secure": True}])
        await context.add_init_script(_MARKS)
        for _ in range(rounds):
            page = await context.new_page()
            await page.route("**/series?**", fulfil_with_year)
            await page.goto(f"{site.url}/habits")
            await page.wait_for_function("window.marks?.shown", timeout=120_000)
            marks = await page.evaluate("marks")
            drawn.append(marks["drawn"] - marks["begun"])
            shown.append(marks["shown"] - marks["answered"])
            await page.close()
        await browser.close()
    print(f"a year's carpet, {cells} hours, median of {rounds}:")
    print(f"  drawn in {statistics.median(drawn):.1f} ms (limit 100 ms)")
    print(f"  from the answer to the picture {statistics.median(shown):.0f} ms")


async def measure_page(url: str, cookie: str, report: Path, rounds: int, form: str) -> dict[str, Any]:
    """Have Lighthouse look at a page so many times; the report in the middle by its performance."""
    reports = [await run_lighthouse(url, cookie, report, as_desktop=form == "desktop") for _ in range(rounds)]
    return sorted(reports, key=lambda one: read_score(one, "performance"))[len(reports) // 2]


def format_row(name: str, form: str, report: dict[str, Any]) -> str:
    """A page's row of the table."""
    scores = [str(read_score(report, category)) for category in CATEGORIES]
    metrics = [report["audits"][audit]["displayValue"] for audit in METRICS.values()]
    return f"| {' | '.join([name, form, *scores, *metrics])} |"


async def main(rounds: int, forms: tuple[str, ...], pages: tuple[str, ...]) -> bool:
    """Print the table, and what is below the least score. Returns whether nothing is."""
    install_lighthouse()
    low: list[str] = []
    with tempfile.TemporaryDirectory() as folder:
        async with run_site(Path(folder), admin=OWNER, at=None) as site:
            cookie = await log_in(site)
            columns = ["page", "form", *CATEGORIES, *METRICS]
            print(f"| {' | '.join(columns)} |\n|{'---|' * len(columns)}")
            for page in pages:
                name, who = page or "landing", cookie if page in OWNER_PAGES else ""
                for form in forms:
                    report = await measure_page(f"{site.url}/{page}", who, Path(folder, "report.json"), rounds, form)
                    print(format_row(name, form, report), flush=True)
                    low += [
                        f"{name}, {form}, {category}: {fault}"
                        for category in CATEGORIES
                        if read_score(report, category) < LEAST
                        for fault in list_faults(report, category) or ["no single fault"]
                    ]
            await draw_carpet(site, cookie, 2 * rounds + 1)
    print(*low, sep="\n")
    return not low


def read_arguments(arguments: list[str]) -> tuple[int, tuple[str, ...], tuple[str, ...]]:
    """Rounds, forms and pages of a command line."""
    every = (*GUEST_PAGES, *OWNER_PAGES)
    rounds = next((int(one) for one in arguments if one.isdigit()), 3)
    forms = tuple(form for form in FORMS if form in arguments) or FORMS
    pages = tuple(page for page in every if (page or "landing") in arguments) or every
    known = {*FORMS, *(page or "landing" for page in every)}
    if unknown := [one for one in arguments if not one.isdigit() and one not in known]:
        sys.exit(f"Unknown: {', '.join(unknown)}. Known: {', '.join(sorted(known))}.")
    return rounds, forms, pages


if __name__ == "__main__":
    sys.exit(0 if asyncio.run(main(*read_arguments(sys.argv[1:]))) else 1)
