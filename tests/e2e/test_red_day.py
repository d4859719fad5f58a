"""A red day as a home lives it: a real Home Assistant, the blueprint of the water heater, and six in the morning.

Then the two mornings on which the hours of the day before arrive.
"""

from collections.abc import AsyncGenerator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from email.utils import parsedate_to_datetime
from itertools import chain
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode
from zoneinfo import ZoneInfo

import aiohttp
import pytest
from playwright.async_api import expect

from scripts.lib import dashboard, energy
from scripts.lib.faketime import Clock
from scripts.lib.home_assistant_client import HomeAssistantClient
from scripts.lib.program import free_port
from scripts.lib.stack import DOMAIN, USAGE_POINTS, Ports, Stack
from tests.e2e.polling import wait_until
from tests.e2e.test_cards import open_dashboard

PARIS = ZoneInfo("Europe/Paris")

# The night before a red day that was one: 28 January 2026, after a day that was not.
NIGHT = datetime(2026, 1, 28, 5, 30, tzinfo=PARIS)
BEGINS = datetime(2026, 1, 28, 6, 0, tzinfo=PARIS)
BEFORE = BEGINS - timedelta(seconds=10)
BACK_ON = BEGINS + timedelta(minutes=1)
BLUEPRINTS = Path(__file__).parents[2] / "blueprints/automation" / DOMAIN
HEATER = "input_boolean.chauffe_eau"


@pytest.fixture(scope="module")
async def clock(tmp_path_factory: pytest.TempPathFactory) -> Clock:
    return Clock(tmp_path_factory.mktemp("clock") / "faketime", NIGHT)


@pytest.fixture(scope="module")
async def programs(tmp_path_factory: pytest.TempPathFactory, clock: Clock) -> AsyncGenerator[Stack]:
    """Simulator and gateway, in the night before."""
    folder: Path = tmp_path_factory.mktemp("red-day")
    ports = Ports(home_assistant=free_port(), gateway=free_port(), simulator=free_port())
    async with Stack(folder, ports, language="fr", env=clock.env) as stack:
        await stack.start_simulator()
        await stack.start_gateway()
        await stack.add_usage_point(USAGE_POINTS["tempo"], "tempo")
        yield stack


@pytest.fixture(scope="module")
async def red_day(programs: Stack) -> AsyncGenerator[HomeAssistantClient]:
    """Home Assistant beside them."""
    async with await programs.start_home_assistant() as client:
        await programs.set_up_integration(client)
        yield client


@dataclass(frozen=True)
class GatewayClient:
    """A client of the gateway's API, and what the gateway's log tells of others."""

    programs: Stack
    credentials: dict[str, str]
    """The header that asks for a token."""

    async def usage_point(self) -> dict[str, Any]:
        """The home, as the gateway has it; with a new token, as the clock is set meanwhile."""
        async with aiohttp.ClientSession(self.programs.gateway_url, raise_for_status=True) as session:
            form = {"grant_type": "client_credentials"}
            async with session.post("/v1/oauth/token", headers=self.credentials, data=form) as answer:
                headers = {"Authorization": f"Bearer {(await answer.json())['access_token']}"}
            async with session.get("/v1/usage-points", headers=headers) as answer:
                (point,) = (await answer.json())["items"]
        return dict(point)

    async def complete_until(self) -> date:
        """The first day of which something is not known."""
        return date.fromisoformat((await self.usage_point())["freshness"]["complete_until"])

    async def is_past(self, moment: datetime) -> bool:
        """Whether the gateway's clock shows a moment or later."""
        async with aiohttp.ClientSession(self.programs.gateway_url) as session, session.get("/ping") as answer:
            return parsedate_to_datetime(answer.headers["Date"]) >= moment

    def requests_for_hours(self) -> int:
        """How often hours were requested so far."""
        return self.programs.log("gateway").read_text().count("/v1/usage-points/{point_id}/hours")


@pytest.fixture(scope="module")
async def gateway(programs: Stack) -> GatewayClient:
    made = await programs.add_api_client("tests")
    basic = aiohttp.encode_basic_auth(made["client_id"], made["client_secret"])
    return GatewayClient(programs, {"Authorization": basic})


async def entity_of(client: HomeAssistantClient, key: str) -> str:
    registry = await client.command("config/entity_registry/list")
    return next(str(entity["entity_id"]) for entity in registry if entity["translation_key"] == key)


async def has_state(client: HomeAssistantClient, entity_id: str, state: str) -> bool:
    return any(shown["entity_id"] == entity_id and shown["state"] == state for shown in await client.get("/api/states"))


async def until_known(client: HomeAssistantClient, key: str, state: str) -> None:
    entity_id = await entity_of(client, key)
    await wait_until(lambda: has_state(client, entity_id, state), f"{key} is {state}")


async def test_the_cheapest_hours_of_a_red_day(red_day: HomeAssistantClient) -> None:
    """They are the off-peak ones, which begin at 22:00."""
    await until_known(red_day, "tariff_period", "white_hc")
    devices = await red_day.command("config/device_registry/list")
    meter = next(device["id"] for device in devices if device["name"] == "tempo")
    answer = await red_day.post(
        f"/api/services/{DOMAIN}/get_cheapest_window?return_response",
        {
            "device_id": meter,
            "duration": "02:00:00",
            "after": "2026-01-28 06:00:00",
            "before": "2026-01-29 06:00:00",
        },
    )
    window = answer["service_response"]
    assert window["start"] == "2026-01-28T22:00:00+01:00"
    assert [part["what"] for part in window["parts"]] == ["red_hc"]


async def test_every_blueprint_is_offered(red_day: HomeAssistantClient) -> None:
    offered = await red_day.command("blueprint/list", domain="automation")
    ours = [path for path in offered if path.startswith(f"{DOMAIN}/")]
    assert len(ours) == len([*BLUEPRINTS.glob("*.yaml")]) > 0


async def test_at_six_the_water_heater_is_off_and_a_card_left_open_is_red(
    programs: Stack, red_day: HomeAssistantClient, clock: Clock
) -> None:
    await until_known(red_day, "tempo_tomorrow", "red")
    await red_day.command("input_boolean/create", name="Chauffe-eau")
    await red_day.post("/api/services/input_boolean/turn_on", {"entity_id": HEATER})
    automation = {
        "alias": "Jour rouge",
        "use_blueprint": {
            "path": f"{DOMAIN}/tempo_red_water_heater_fr.yaml",
            "input": {"devices": [HEATER], "back_on_at": f"{BACK_ON:%H:%M:%S}"},
        },
    }
    # What waits for a moment counts the seconds to it, so it begins to wait once the clock is set; the clock stands
    # until all of it waits, however long that takes here.
    clock.stop_at(BEFORE)
    await wait_until(lambda: is_past(red_day, BEFORE), "the clock is set")
    (entry,) = await red_day.list_entries(DOMAIN)
    await red_day.post(f"/api/config/config_entries/entry/{entry['entry_id']}/reload", {})
    await red_day.post("/api/config/automation/config/red_day", automation)
    await until_known(red_day, "tariff_period", "white_hc")
    # its state follows its triggers
    await wait_until(lambda: has_state(red_day, "automation.jour_rouge", "on"), "the automation is there")
    assert (await fetch_heater(red_day))["state"] == "on"
    await dashboard.show_dashboard(red_day)
    async with open_dashboard(f"{programs.home_assistant.url}/{dashboard.URL_PATH}", at=BEFORE) as page:
        today = page.locator("my-electrical-data-tempo .half").first
        await expect(today).to_contain_text("Blanc")
        clock.set_to(BEFORE)
        assert await when_it_is(red_day, "off") - BEGINS < timedelta(minutes=1)
        await expect(today).to_contain_text("Rouge")
    assert await when_it_is(red_day, "on") - BACK_ON < timedelta(minutes=1)


@pytest.mark.parametrize(("day", "worker_is_first"), [(BEGINS, False), (BEGINS + timedelta(days=1), True)])
async def test_the_hours_of_the_day_before_arrive_whoever_is_first(
    programs: Stack,
    red_day: HomeAssistantClient,
    gateway: GatewayClient,
    clock: Clock,
    day: datetime,
    worker_is_first: bool,
) -> None:
    """Home Assistant asks just before the gateway's worker fetches the day before, or just after."""
    today = day.date()
    await set_simulator_to(programs, day.replace(hour=12))  # whatever hour Enedis publishes the day at, that is past
    due = datetime.fromisoformat((await gateway.usage_point())["freshness"]["next_expected_at"])
    if worker_is_first:
        after = max(due, day) + timedelta(minutes=1)
        clock.set_to(after)
        await wait_until(lambda: gateway.is_past(after), "the gateway's clock is set")
        await wait_until(lambda: is_known(gateway, today), "the worker has fetched the day", seconds=300)
    else:
        before = due - timedelta(seconds=5)
        clock.stop_at(before)
        await wait_until(lambda: gateway.is_past(before), "the gateway's clock is set")
        await wait_until(lambda: is_past(red_day, before), "Home Assistant's clock is set")
    asked = gateway.requests_for_hours()
    (entry,) = await red_day.list_entries(DOMAIN)
    await red_day.post(f"/api/config/config_entries/entry/{entry['entry_id']}/reload", {})

    async def has_asked() -> bool:
        return gateway.requests_for_hours() > asked

    await wait_until(has_asked, "Home Assistant asks for hours", seconds=300)
    if not worker_is_first:
        assert await gateway.complete_until() < today, "the worker has not fetched it"
        clock.set_to(due)
    last_hour = datetime.combine(today, time(), PARIS) - timedelta(hours=1)

    async def has_last_hour() -> bool:
        ids = await energy.list_statistics(red_day, "consumption")
        return any([last_hour in await energy.load_hours(red_day, consumption, last_hour) for consumption in ids])

    await wait_until(has_last_hour, "the hours of the day before in Home Assistant", seconds=300)


async def is_known(gateway: GatewayClient, today: date) -> bool:
    return await gateway.complete_until() == today


async def set_simulator_to(programs: Stack, moment: datetime) -> None:
    async with (
        aiohttp.ClientSession(programs.simulator_url, raise_for_status=True) as session,
        session.post("/control/clock", json={"now": moment.isoformat()}),
    ):
        pass


async def fetch_heater(client: HomeAssistantClient) -> Any:
    return await client.get(f"/api/states/{HEATER}")


async def is_past(client: HomeAssistantClient, moment: datetime) -> bool:
    """Whether Home Assistant's clock shows a moment or later."""
    now = await client.post_for_text("/api/template", {"template": "{{ utcnow().isoformat() }}"})
    return datetime.fromisoformat(now) >= moment


async def when_it_is(client: HomeAssistantClient, wanted: str) -> datetime:
    """When the water heater was switched, by Home Assistant's clock: not before it should be.

    It is off for a minute only, in which a busy machine may not look: its history is asked.
    """
    query = urlencode({"filter_entity_id": HEATER, "end_time": (BACK_ON + timedelta(hours=1)).isoformat()})

    async def find_switch() -> datetime | None:
        histories = await client.get(f"/api/history/period/{quote(BEFORE.isoformat())}?{query}")
        switches = [(datetime.fromisoformat(shown["last_changed"]), shown["state"]) for shown in chain(*histories)]
        return next((moment for moment, state in switches if state == wanted and moment > BEFORE), None)

    moment = await wait_until(find_switch, f"the water heater is {wanted}", seconds=300)
    assert moment >= (BEGINS if wanted == "off" else BACK_ON)
    return moment
