"""A red day as a home lives it: a real Home Assistant, the blueprint of the water heater, and six in the morning."""

from collections.abc import AsyncGenerator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from scripts.lib.faketime import Clock
from scripts.lib.home_assistant_client import HomeAssistantClient
from scripts.lib.program import free_port
from scripts.lib.stack import DOMAIN, HOMES, Ports, Stack
from tests.e2e.polling import until

PARIS = ZoneInfo("Europe/Paris")

# The night before a red day that was one: 28 January 2026, after a day that was not.
NIGHT = datetime(2026, 1, 28, 5, 30, tzinfo=PARIS)
BEGINS = datetime(2026, 1, 28, 6, 0, tzinfo=PARIS)
BACK_ON = BEGINS + timedelta(minutes=1)
BLUEPRINTS = Path(__file__).parents[2] / "blueprints/automation" / DOMAIN
HEATER = "input_boolean.chauffe_eau"


@pytest.fixture(scope="module")
async def clock(tmp_path_factory: pytest.TempPathFactory) -> Clock:
    return Clock(tmp_path_factory.mktemp("clock") / "faketime", NIGHT)


@pytest.fixture(scope="module")
async def red_day(tmp_path_factory: pytest.TempPathFactory, clock: Clock) -> AsyncGenerator[HomeAssistantClient]:
    """The whole of it, in the night before."""
    folder: Path = tmp_path_factory.mktemp("red-day")
    ports = Ports(home_assistant=free_port(), gateway=free_port(), simulator=free_port())
    async with Stack(folder, ports, language="fr", env=clock.env) as stack:
        await stack.start_simulator()
        await stack.start_gateway()
        await stack.add_home(HOMES["tempo"], "tempo")
        async with await stack.start_home_assistant() as client:
            await stack.connect(client)
            yield client


async def entity_of(client: HomeAssistantClient, key: str) -> str:
    registry = await client.command("config/entity_registry/list")
    return next(str(entity["entity_id"]) for entity in registry if entity["translation_key"] == key)


async def until_known(client: HomeAssistantClient, key: str, state: str) -> None:
    entity_id = await entity_of(client, key)

    async def look() -> bool:
        shown = await client.get(f"/api/states/{entity_id}")
        return bool(shown["state"] == state)

    await until(look, f"{key} is {state}")


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


async def test_the_water_heater_is_off_at_six_and_on_again_after(red_day: HomeAssistantClient, clock: Clock) -> None:
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
    # What waits for a moment counts the seconds to it, so it begins to wait once the clock is set.
    clock.set_to(BEGINS - timedelta(seconds=40))
    await until(lambda: is_past(red_day, BEGINS - timedelta(seconds=41)), "the clock is set")
    (entry,) = await red_day.entries(DOMAIN)
    await red_day.post(f"/api/config/config_entries/entry/{entry['entry_id']}/reload", {})
    await red_day.post("/api/config/automation/config/red_day", automation)
    assert (await state(red_day))["state"] == "on"
    assert await when_it_is(red_day, "off") - BEGINS < timedelta(seconds=5)
    assert await when_it_is(red_day, "on") - BACK_ON < timedelta(seconds=5)


async def state(client: HomeAssistantClient) -> Any:
    return await client.get(f"/api/states/{HEATER}")


async def is_past(client: HomeAssistantClient, moment: datetime) -> bool:
    """Whether Home Assistant's clock shows a moment or later."""
    now = await client.text("/api/template", {"template": "{{ utcnow().isoformat() }}"})
    return datetime.fromisoformat(now) >= moment


async def when_it_is(client: HomeAssistantClient, wanted: str) -> datetime:
    """When the water heater was switched, by Home Assistant's clock: not before it should be."""

    async def look() -> Any:
        shown = await state(client)
        return shown if shown["state"] == wanted else None

    shown = await until(look, f"the water heater is {wanted}", seconds=300)
    moment = datetime.fromisoformat(shown["last_changed"])
    assert moment >= (BEGINS if wanted == "off" else BACK_ON)
    return moment
