"""The demo as a newcomer meets it: it starts, says where to look, stops wholly, and takes up where it was.

Its clock shows a November morning, so that what it promises of tomorrow does not depend on the date of the test.
"""

import asyncio
import os
import shlex
import signal
import socket
import sys
from asyncio.subprocess import PIPE, STDOUT, Process
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from playwright.async_api import expect

from scripts.lib.browser import open_page
from scripts.lib.faketime import clock_set_to
from scripts.lib.home_assistant import ROOT, HomeAssistant
from scripts.lib.home_assistant_client import HomeAssistantClient
from scripts.lib.program import free_port, is_free
from scripts.lib.weather import VERY_TENSE, find_next_change, find_next_red_day, find_tempo_day
from tests.e2e.polling import wait_until
from tests.e2e.site import NOW
from tests.e2e.test_red_day import entity_of, until_known


class Demo:
    """A demo in a folder of its own, at ports of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.ports = [free_port() for _ in range(4)]
        self.clock = clock_set_to(NOW)

    async def start(self) -> Process:
        home_assistant, gateway, simulator, front_end = map(str, self.ports)
        return await asyncio.create_subprocess_exec(
            sys.executable,
            *("-m", "scripts.lib.demo", "--folder", self.folder, "--no-browser"),
            *("--port", home_assistant, "--gateway-port", gateway, "--simulator-port", simulator),
            *("--front-end-port", front_end),
            cwd=ROOT,
            env=os.environ | self.clock | {"LC_ALL": "C.UTF-8"},
            stdout=PIPE,
            stderr=STDOUT,
        )

    async def until_it_says(self, process: Process, words: str) -> str:
        """What it has said up to these words."""
        assert process.stdout is not None
        said = b""
        while words.encode() not in said:
            more = await process.stdout.read(1024)
            assert more, f"it ended without saying {words!r}:\n{said.decode()}"
            said += more
        return said.decode()

    def connect_to_home_assistant(self) -> HomeAssistantClient:
        home_assistant = HomeAssistant(self.folder / "home-assistant", self.ports[0], "en")
        return HomeAssistantClient(home_assistant.url, home_assistant.create_token())

    async def nothing_listens(self) -> bool:
        return all(map(is_free, self.ports))


async def opens_without_login(url: str) -> bool:
    """Whether Home Assistant lets whoever asks from this machine in."""
    async with aiohttp.ClientSession(url) as session:
        flow = {"client_id": f"{url}/", "handler": ["trusted_networks", None], "redirect_uri": f"{url}/"}
        async with session.post("/auth/login_flow", json=flow) as answer:
            return bool((await answer.json())["type"] == "create_entry")


async def logs_in_to_the_front_end(url: str, accepted: str) -> str:
    """Open the overview, as somebody who is logged in and has the three homes; return the language of its pages."""
    headers = {"Accept-Language": accepted}
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True), headers=headers) as session:
        async with session.get(url) as page:
            assert page.url.path == "/overview"
            assert "<title>" in await page.text()
            gateway = page.url.origin()
        async with session.get(gateway / "api/v1/usage-points") as answer:
            assert len((await answer.json())["items"]) == 3
        async with session.get(gateway / "api/v1/accounts/me") as answer:
            return str((await answer.json())["language"])


async def sees_bars_in_french(url: str) -> None:
    """A browser in French opens Energy: the pages follow it, and there are bars, whatever the terminal's language."""
    async with open_page(url, language="fr", at=NOW) as page:
        await page.locator("html[data-follows=fr]").wait_for(state="attached")
        chart = page.locator("hui-energy-usage-graph-card ha-chart-base")
        await chart.wait_for()

        async def has_bars() -> bool:
            return bool(await chart.evaluate("chart => chart.data?.some(({ data }) => data.length > 0)"))

        await wait_until(has_bars, "bars of the last days")
        await page.goto(url.removesuffix("energy") + "calendar")
        await expect(page.get_by_text("Jours rouges Tempo").first).to_be_visible()


async def sees_a_red_day_and_a_tense_hour_ahead(client: HomeAssistantClient) -> None:
    await until_known(client, "tempo_tomorrow", "red")
    entity = await entity_of(client, "ecowatt")

    async def find_hours() -> list[dict[str, Any]] | None:
        hours: list[dict[str, Any]] | None = (await client.get(f"/api/states/{entity}"))["attributes"].get("hours")
        return hours

    hours = await wait_until(find_hours, "what RTE says of the grid")
    levels = {datetime.fromisoformat(hour["start"]): hour["level"] for hour in hours}
    evening = [levels[NOW.replace(hour=hour)] for hour in (17, 18, 19, 20)]
    assert evening == ["normal", "tense", "very_tense", "normal"]


async def changes_the_weather(demo: Demo, said: str) -> None:
    """Send what the printed line sends: an hour later, RTE tells of a very tense grid all day."""
    (line,) = [line.strip() for line in said.splitlines() if line.strip().startswith("curl ")]
    _, _, weather, _, header, url = shlex.split(line)
    simulator = f"http://127.0.0.1:{demo.ports[2]}"
    assert url.startswith(simulator)
    async with aiohttp.ClientSession(raise_for_status=True) as session:
        await session.post(url, data=weather, headers=dict([header.split(": ")]))
        await session.post(f"{simulator}/control/clock", json={"now": (NOW + timedelta(hours=1)).isoformat()})
        rte = aiohttp.encode_basic_auth("simulator-rte", "simulator-rte-secret")
        async with session.post(f"{simulator}/token/oauth/", headers={"Authorization": rte}) as answer:
            bearer = {"Authorization": f"Bearer {(await answer.json())['access_token']}"}
        async with session.get(f"{simulator}/open_api/ecowatt/v5/signals", headers=bearer) as answer:
            days = {day["jour"][:10]: day["values"] for day in (await answer.json())["signals"]}
    assert {hour["hvalue"] for hour in days[f"{NOW:%Y-%m-%d}"]} == {VERY_TENSE}


async def test_it_starts_stops_and_starts_again(tmp_path: Path) -> None:
    demo = Demo(tmp_path)
    process = await demo.start()
    said = await demo.until_it_says(process, "starts from the beginning")
    assert "Three homes" in said
    url = f"http://127.0.0.1:{demo.ports[0]}"
    assert f"{url}/my-electricity" in said
    assert f"{url}/energy" in said
    assert await opens_without_login(url)
    await sees_bars_in_french(f"{url}/energy")
    for accepted, shown in {"en-GB,en;q=0.9,fr;q=0.8": "en", "de, fr-FR;q=0.8, en;q=0.5": "fr", "de": "fr"}.items():
        assert await logs_in_to_the_front_end(f"http://127.0.0.1:{demo.ports[3]}/compare", accepted) == shown

    async with demo.connect_to_home_assistant() as client:
        await sees_a_red_day_and_a_tense_hour_ahead(client)
    await changes_the_weather(demo, said)

    process.send_signal(signal.SIGINT)
    assert "continues from there" in await demo.until_it_says(process, "continues from there")
    assert await process.wait() == 0
    assert await demo.nothing_listens()

    process = await demo.start()
    said = await demo.until_it_says(process, "starts from the beginning")
    assert "Three homes" not in said
    process.kill()
    await process.wait()
    await wait_until(demo.nothing_listens, "every program gone after the demo was killed", seconds=300)


async def test_a_busy_port_is_said_with_the_way_out(tmp_path: Path) -> None:
    demo = Demo(tmp_path)
    with socket.create_server(("127.0.0.1", demo.ports[1])):
        process = await demo.start()
        output, _ = await process.communicate()
    assert process.returncode == 1
    assert f"Port {demo.ports[1]} is in use. Choose another with --gateway-port " in output.decode()


@pytest.mark.parametrize(
    ("today", "red"),
    [
        (date(2026, 11, 26), date(2026, 11, 27)),
        (date(2026, 11, 27), date(2026, 11, 30)),
        (date(2027, 3, 31), None),
        (date(2026, 10, 31), date(2026, 11, 2)),
        (date(2027, 7, 14), None),
    ],
)
def test_the_next_day_that_may_be_red(today: date, red: date | None) -> None:
    assert find_next_red_day(today) == red


@pytest.mark.parametrize(("hour", "day"), [(5, 2), (6, 3), (23, 3)])
def test_the_tempo_day_before_the_red_one_begins_at_six(hour: int, day: int) -> None:
    assert find_tempo_day(NOW.replace(hour=hour, minute=59)) == date(2026, 11, day)


@pytest.mark.parametrize(
    ("today", "change"),
    [
        (date(2026, 11, 1), date(2027, 1, 1)),
        (date(2026, 11, 29), date(2027, 1, 1)),
        (date(2026, 12, 2), date(2027, 2, 1)),
        (date(2027, 1, 31), date(2027, 4, 1)),
    ],
)
def test_other_off_peak_hours_come_with_a_months_notice(today: date, change: date) -> None:
    assert find_next_change(today) == change
