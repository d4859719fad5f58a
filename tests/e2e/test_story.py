"""One home's story, from a gateway that is found to one that is removed: each test goes on where the one before ended.

Everything is done over HTTP, as the pages of Home Assistant, of the gateway and of Enedis would.
"""

import re
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from pathlib import Path
from time import monotonic
from typing import Any

import aiohttp
import pytest
from ifaddr import get_adapters

from scripts.lib import energy
from scripts.lib.browser import open_page
from scripts.lib.faketime import clock_set_to
from scripts.lib.home_assistant_client import HomeAssistantClient
from scripts.lib.program import free_port
from scripts.lib.stack import DOMAIN, USAGE_POINTS, Ports, Stack
from tests.e2e import bill
from tests.e2e.polling import wait_until

PRM = "30001000000015"
"""It shares nothing yet, and publishes late: on the first of these days half of yesterday only."""
FIRST = datetime(2026, 11, 10, 11, 0, tzinfo=bill.PARIS)
SECOND = FIRST + timedelta(days=1)
EVENING = time(18)
BEGIN = datetime.combine(FIRST.date() - timedelta(days=60), time(), bill.PARIS)
"""The first of the days that are fetched at once."""
NO_HISTORY = {"USER_DAILY_LIMIT_NO_CACHE": "36"}
"""Fewer calls than the gateway keeps for new meters: older hours do not come while imports are counted."""
DEAR, SINCE = 0.3, date(2026, 11, 1)
EMAIL, PASSWORD = "somebody@example.org", "seven green turtles in summer"

FLOWS = "/api/config/config_entries/flow"
METER_FLOWS = "/api/config/config_entries/subentries/flow"
REPAIRS = "/api/repairs/issues/fix"


@dataclass
class Story:
    """The three programs, each stopped and started by itself, over one folder."""

    folder: Path
    ports: Ports
    begun: float = field(init=False, default_factory=monotonic)
    simulator: Stack = field(init=False)
    gateway: Stack = field(init=False)
    home: Stack = field(init=False)
    client: HomeAssistantClient = field(init=False)

    def __post_init__(self) -> None:
        self.simulator, self.gateway, self.home = (self.stack(FIRST) for _ in range(3))

    async def aclose(self) -> None:
        """Stop whatever runs."""
        for stack in (self.home, self.gateway, self.simulator):
            await stack.aclose()

    def now(self, day: datetime) -> datetime:
        """What time it is on a day of the story: all clocks agree, whenever their program was started."""
        return day + timedelta(seconds=monotonic() - self.begun)

    def stack(self, day: datetime, *, folder: str = "stack", gateway: int | None = None) -> Stack:
        ports = Ports(self.ports.home_assistant, gateway or self.ports.gateway, self.ports.simulator)
        env = clock_set_to(self.now(day)) | NO_HISTORY
        return Stack(self.folder / folder, ports, language="en", env=env, announced=True)

    async def start_gateway(self, day: datetime, *, port: int | None = None) -> None:
        self.gateway = self.stack(day, gateway=port)
        await self.gateway.start_gateway()

    async def start_home_assistant(self, day: datetime) -> None:
        self.home = self.stack(day)
        self.client = await self.home.start_home_assistant()
        self.home.push_async_callback(self.client.close)

    async def at_simulator(self, method: str, path: str, **options: Any) -> Any:
        async with (
            aiohttp.ClientSession(self.simulator.simulator_url) as session,
            session.request(method, path, **options) as answer,
        ):
            assert answer.ok, await answer.text()
            return await answer.json() if answer.status != 204 else None

    async def agree_at_enedis(self, url: str) -> None:
        """Open the link that one is sent to, choose the meter, accept."""
        async with open_page(url, language="en") as page:
            await page.get_by_role("link", name="Continue to Enedis").click()
            await page.get_by_label("Compteur").select_option(PRM)
            await page.get_by_role("button", name="Accepter").click()
            await page.get_by_role("heading", name="Done").wait_for()

    # Home Assistant's pages

    async def answer_forms(self, flows: str, step: dict[str, Any], *answers: dict[str, Any]) -> dict[str, Any]:
        """Fill in the forms of a flow, one after the other: the step that comes then."""
        for each in answers:
            step = await self.client.post(f"{flows}/{step['flow_id']}", each)
        return step

    async def find_entry(self) -> dict[str, Any]:
        (entry,) = await self.client.list_entries(DOMAIN)
        return entry

    async def take_up_discovery(self) -> dict[str, Any]:
        """Take up the gateway that Home Assistant shows because it announced itself: the first step."""

        async with aiohttp.ClientSession(self.gateway.gateway_url) as session, session.get("/ping") as answer:
            ours = (await answer.json())["instance_id"]

        async def find_discovery() -> dict[str, Any] | None:
            flows = await self.client.command("config_entries/flow/progress")
            # other gateways of this network announce themselves too
            return next((flow for flow in flows if flow["context"].get("unique_id") == ours), None)

        flow = await wait_until(
            find_discovery, "a gateway discovered, as any network that lets multicast through has it"
        )
        own = {str(ip.ip) for adapter in get_adapters() for ip in adapter.ips if ip.is_IPv4}
        assert flow["context"]["source"] == "zeroconf"
        assert flow["context"]["title_placeholders"]["name"] in own - {"127.0.0.1"}
        step: dict[str, Any] = await self.client.get(f"{FLOWS}/{flow['flow_id']}")
        return step

    async def until_loaded(self) -> None:
        async def is_loaded() -> bool:
            return bool((await self.find_entry())["state"] == "loaded")

        await wait_until(is_loaded, "the gateway loaded in Home Assistant", seconds=300)

    async def reload_entry(self) -> None:
        await self.client.post(f"/api/config/config_entries/entry/{(await self.find_entry())['entry_id']}/reload", {})

    async def list_repairs(self) -> dict[str, str]:
        """The repairs that are shown: their ids by what they are about."""
        listed = await self.client.command("repairs/list_issues")
        return {issue["translation_key"]: issue["issue_id"] for issue in listed["issues"] if issue["domain"] == DOMAIN}

    async def open_repair(self, what: str) -> dict[str, Any]:
        """Open a repair: its first step."""
        issue = {"handler": DOMAIN, "issue_id": (await self.list_repairs())[what]}
        step: dict[str, Any] = await self.client.post(REPAIRS, issue)
        return step

    async def reconfigure(self, url: str) -> dict[str, Any]:
        """Type another address of the gateway."""
        step = await self.client.post(FLOWS, {"handler": DOMAIN, "entry_id": (await self.find_entry())["entry_id"]})
        return await self.answer_forms(FLOWS, step, {"url": url})

    async def fetch_series(self, name: str) -> dict[datetime, float]:
        ids = await energy.list_statistics(self.client, name)
        return await energy.load_hours(self.client, next(iter(ids)), BEGIN) if ids else {}

    async def list_imports(self) -> list[int]:
        """How many hours Home Assistant wrote each time since it was started, once it has asked for them."""
        log = self.home.log("home-assistant")

        async def has_fetched_hours() -> bool:
            return "Finished fetching hours data" in log.read_text()

        await wait_until(has_fetched_hours, "the hours asked for", seconds=300)
        return [int(hours) for hours in re.findall(r"Imported (\d+) hours", log.read_text())]

    async def wait_for_series(self, name: str, expected: dict[datetime, float], what: str) -> None:
        """Wait until a series is what it should be, hour by hour; on failure say where it is not."""
        found: dict[datetime, float] = {}

        async def is_as_expected() -> bool:
            found.clear()
            found.update(await self.fetch_series(name))
            return found == pytest.approx(expected, abs=5e-6)

        try:
            await wait_until(is_as_expected, what, seconds=300)
        except AssertionError:
            assert found == pytest.approx(expected, abs=5e-6), what
            raise

    # What is true

    async def fetch_truth(self, end: date) -> list[dict[str, Any]]:
        """The days that Home Assistant should hold: sixty days before the first one, and on."""
        query = {"prm": PRM, "direction": "consumption", "start": str(BEGIN.date()), "end": str(end)}
        days: list[dict[str, Any]] = await self.at_simulator("GET", "/control/truth", params=query)
        return days


def keep_published(hours: dict[datetime, float], until_moment: datetime) -> dict[datetime, float]:
    return {hour: value for hour, value in hours.items() if hour < until_moment}


@pytest.fixture(scope="module")
async def story(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[Story]:
    ports = Ports(home_assistant=free_port(), gateway=free_port(), simulator=free_port())
    story = Story(tmp_path_factory.mktemp("story"), ports)
    async with aclosing(story):
        await story.simulator.start_simulator()
        await story.start_gateway(FIRST)
        await story.start_home_assistant(FIRST)
        order = {"mode": "ask", "redirect_uri": f"{story.gateway.gateway_url}/oauth/callback"}
        await story.at_simulator("PATCH", "/control/authorize", json=order)
        await story.at_simulator("PATCH", f"/control/homes/{PRM}", json={"late": True})
        yield story


@pytest.fixture(scope="module")
async def owner(story: Story) -> AsyncGenerator[aiohttp.ClientSession]:
    """The account's owner, logged in at the gateway with a browser."""
    jar = aiohttp.CookieJar(unsafe=True)
    async with aiohttp.ClientSession(cookie_jar=jar) as browser:
        yield browser


async def log_in(story: Story, owner: aiohttp.ClientSession) -> None:
    credentials = {"email": EMAIL, "password": PASSWORD}
    async with owner.post(f"{story.gateway.gateway_url}/v1/session", json=credentials) as answer:
        assert answer.status == 204, await answer.text()


async def api_clients(story: Story, owner: aiohttp.ClientSession) -> list[str]:
    async with owner.get(f"{story.gateway.gateway_url}/v1/api-clients") as answer:
        return [client["name"] for client in (await answer.json())["items"]]


async def test_a_gateway_is_found_and_signed_up_to(story: Story, owner: aiohttp.ClientSession) -> None:
    step = await story.client.post(FLOWS, {"handler": DOMAIN})
    step = await story.answer_forms(FLOWS, step, {"url": story.simulator.simulator_url})
    assert step["errors"] == {"url": "not_a_gateway"}
    await story.client.delete(f"{FLOWS}/{step['flow_id']}")
    step = await story.take_up_discovery()
    assert step["step_id"] == "account"
    account = {"email": EMAIL, "password": PASSWORD}
    step = await story.answer_forms(FLOWS, step, {"next_step_id": "sign_up"}, account)
    assert step["type"] == "create_entry", step
    await story.until_loaded()
    await log_in(story, owner)
    assert await api_clients(story, owner) == ["Home Assistant Home"]


async def test_a_meter_is_shared_and_its_hours_are_the_meters(story: Story) -> None:
    step = await story.client.post(METER_FLOWS, {"handler": [(await story.find_entry())["entry_id"], "meter"]})
    assert step["step_id"] == "number", step
    step = await story.answer_forms(METER_FLOWS, step, {"number": PRM})
    assert step["type"] == "external", step
    assert PRM not in step["url"]
    await story.agree_at_enedis(step["url"])

    async def goes_on() -> dict[str, Any] | None:
        now: dict[str, Any] = await story.client.get(f"{METER_FLOWS}/{step['flow_id']}")
        return now if now["type"] != "external" else None

    step = await wait_until(goes_on, "the form that follows Enedis' page")
    assert step["step_id"] == "tariff", step
    assert step["description_placeholders"]["power"] == "6 kVA"
    tariff = {"name": "Flat", "option": "base", "power": "6", "own_prices": False}
    step = await story.answer_forms(METER_FLOWS, step, tariff)
    assert step["type"] == "create_entry", step

    evening = datetime.combine(FIRST.date() - timedelta(days=1), EVENING, bill.PARIS)
    days = await story.fetch_truth(FIRST.date())
    await story.wait_for_series(
        "consumption", keep_published(bill.compute_usage(days), evening), "sixty days, the last one up to its evening"
    )
    await story.wait_for_series(
        "cost", keep_published(bill.compute_cost(USAGE_POINTS["base"], days, {}), evening), "what they cost"
    )


async def test_a_restart_takes_up_where_it_was(story: Story) -> None:
    await story.gateway.command("backup", str(story.folder / "gateway.backup"))
    before = await story.fetch_series("consumption")
    level = {"integration": DOMAIN, "level": "DEBUG", "persistence": "permanent"}
    await story.client.command("logger/integration_log_level", **level)
    await story.home.aclose()
    await story.start_home_assistant(FIRST)
    assert sum(await story.list_imports()) < 100, "what is new, if anything"
    await story.wait_for_series("consumption", before, "every hour once")


async def test_the_other_half_of_a_late_day_is_filled_in(story: Story) -> None:
    await story.home.aclose()
    await story.gateway.aclose()
    await story.at_simulator("POST", "/control/clock", json={"now": story.now(SECOND).isoformat()})
    await story.start_gateway(SECOND)
    await story.start_home_assistant(SECOND)
    days = await story.fetch_truth(SECOND.date())
    await story.wait_for_series("consumption", bill.compute_usage(days), "yesterday, and the evening before it")
    await story.wait_for_series("cost", bill.compute_cost(USAGE_POINTS["base"], days, {}), "what they cost")
    assert 30 <= sum(await story.list_imports()) < 100, "those hours, and hardly more"


async def test_a_new_price_changes_what_came_after_it(story: Story) -> None:
    entry_id = (await story.find_entry())["entry_id"]
    (meter,) = await story.client.command("config_entries/subentries/list", entry_id=entry_id)
    begin = {"handler": [entry_id, "meter"], "subentry_id": meter["subentry_id"]}
    step = await story.client.post(METER_FLOWS, begin)
    tariff = {"name": "Flat", "option": "base", "power": "6", "own_prices": True, "valid_from": str(SINCE)}
    step = await story.answer_forms(
        METER_FLOWS, step, {"next_step_id": "change_tariff"}, tariff, {"base": DEAR, "subscription": 12}
    )
    assert step["reason"] == "reconfigure_successful", step
    days = await story.fetch_truth(SECOND.date())
    used, paid = bill.compute_usage(days), bill.compute_cost(USAGE_POINTS["base"], days, {})
    begins = datetime.combine(SINCE, time(), bill.PARIS)
    dear = {hour: used[hour] * DEAR if hour >= begins else cost for hour, cost in paid.items()}
    await story.wait_for_series("cost", dear, "the new price since its day, and the old one before")
    await story.wait_for_series("consumption", used, "the same hours")


async def test_a_restored_backup_of_the_gateway_heals(story: Story) -> None:
    await story.gateway.aclose()
    for file in (story.folder / "stack").glob("gateway.db*"):
        file.unlink()
    await story.gateway.command("restore", str(story.folder / "gateway.backup"))
    await story.start_gateway(SECOND)
    await story.reload_entry()
    days = await story.fetch_truth(SECOND.date())
    await story.wait_for_series(
        "cost", bill.compute_cost(USAGE_POINTS["base"], days, {}), "every price as the backup had it"
    )
    await story.wait_for_series("consumption", bill.compute_usage(days), "every hour, those after the backup too")


async def test_a_consent_that_was_withdrawn_is_renewed(story: Story, owner: aiohttp.ClientSession) -> None:
    await story.at_simulator("POST", "/control/consents", json={"prm": PRM, "shared": False})
    await log_in(story, owner)
    points = f"{story.gateway.gateway_url}/v1/usage-points"
    async with owner.get(points) as answer:
        (point,) = (await answer.json())["items"]
    days = {"start": str(FIRST.date() - timedelta(days=3)), "end": str(FIRST.date())}
    async with owner.post(f"{points}/{point['id']}/refresh", json=days) as answer:
        # 409: the gateway's own look found it out before
        assert answer.status in {202, 409}, await answer.text()

    async def has_ended() -> bool:
        async with owner.get(f"{points}/{point['id']}") as answer:
            return bool((await answer.json())["consent"]["status"] == "ended")

    await wait_until(has_ended, "the gateway told of the consent that ended", seconds=300)
    await story.reload_entry()

    async def has_repair() -> bool:
        return "consent_ended" in await story.list_repairs()

    await wait_until(has_repair, "the repair that says so")
    step = await story.open_repair("consent_ended")
    step = await story.answer_forms(REPAIRS, step, {"number": PRM})
    assert step["step_id"] == "link", step
    await story.agree_at_enedis(step["description_placeholders"]["url"])
    step = await story.answer_forms(REPAIRS, step, {})
    assert step["type"] == "create_entry", step
    assert "consent_ended" not in await story.list_repairs()
    await story.wait_for_series(
        "consumption", bill.compute_usage(await story.fetch_truth(SECOND.date())), "the same hours"
    )


async def test_another_gateway_is_refused_and_the_own_one_found_elsewhere(story: Story) -> None:
    async with story.stack(SECOND, folder="another", gateway=free_port()) as another:
        await another.start_gateway()
        step = await story.reconfigure(another.gateway_url)
        assert (step["type"], step["reason"]) == ("abort", "wrong_gateway")
    await story.gateway.aclose()
    await story.start_gateway(SECOND, port=free_port())
    assert (await story.reconfigure(story.gateway.gateway_url))["reason"] == "reconfigure_successful"
    await story.until_loaded()
    await story.wait_for_series(
        "consumption", bill.compute_usage(await story.fetch_truth(SECOND.date())), "the same hours"
    )


async def test_what_is_removed_leaves_nothing_behind(story: Story, owner: aiohttp.ClientSession) -> None:
    entry_id = (await story.find_entry())["entry_id"]
    await story.client.delete(f"/api/config/config_entries/entry/{entry_id}")
    assert await story.client.list_entries(DOMAIN) == []
    devices = await story.client.command("config/device_registry/list")
    assert not [device for device in devices if entry_id in device["config_entries"]]
    entities = await story.client.command("config/entity_registry/list")
    assert not [entity for entity in entities if entity["platform"] == DOMAIN]
    await log_in(story, owner)
    assert await api_clients(story, owner) == []
    assert list(await story.list_repairs()) == ["statistics_left"]
    assert await story.fetch_series("consumption"), "kept until one says otherwise"
    await story.answer_forms(REPAIRS, await story.open_repair("statistics_left"), {"next_step_id": "delete"})

    async def is_deleted() -> bool:
        return await energy.list_statistics(story.client, "consumption") == {}

    await wait_until(is_deleted, "the statistics deleted, by the recorder in its turn")
    assert await story.list_repairs() == {}
