"""From Enedis into Home Assistant's recorder: nothing lost, nothing added, nothing shifted, every hour at its price."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import aiohttp
import pytest

from scripts.lib import energy
from scripts.lib.home_assistant_client import HomeAssistantClient
from scripts.lib.stack import USAGE_POINTS, Stack
from tests.e2e import bill
from tests.e2e.polling import wait_until
from tests.e2e.site import NOW

TODAY = NOW.date()
OLDEST = datetime(2026, 6, 1, tzinfo=UTC)


async def ask_simulator(stack: Stack, path: str, **query: Any) -> Any:
    text = {name: str(value) for name, value in query.items()}
    async with aiohttp.ClientSession(stack.simulator_url) as session, session.get(path, params=text) as answer:
        assert answer.status == 200, await answer.text()
        return await answer.json()


async def fetch_complete_series(client: HomeAssistantClient, home: str, series: str) -> dict[datetime, float]:
    """Two months of a home's series, once all of it is there."""
    newest = datetime.combine(TODAY, datetime.min.time(), NOW.tzinfo).astimezone(UTC) - timedelta(hours=1)

    async def look() -> dict[datetime, float] | None:
        ids = [
            key for key, name in (await energy.list_statistics(client, series)).items() if name.startswith(f"{home} ")
        ]
        # all of them only once the newest is there: loading every hour again and again would slow the import down
        is_there = ids and await energy.load_hours(client, ids[0], newest)
        hours = await energy.load_hours(client, ids[0], OLDEST) if is_there else {}
        whole = hours and min(hours) <= newest - timedelta(days=59) and max(hours) == newest
        return hours if whole else None

    return await wait_until(look, f"two months of {home}'s {series}, up to yesterday's last hour", seconds=300)


@pytest.mark.parametrize("name", USAGE_POINTS)
async def test_every_hour_is_the_meters(stack: Stack, home_assistant: HomeAssistantClient, name: str) -> None:
    hours = await fetch_complete_series(home_assistant, name, "consumption")
    first = min(hours).astimezone(NOW.tzinfo).date()
    truth = await ask_simulator(
        stack, "/control/truth", prm=USAGE_POINTS[name].prm, direction="consumption", start=first, end=TODAY
    )
    assert hours == pytest.approx(bill.compute_usage(truth), abs=1e-6)
    autumn = [hour for hour in hours if hour.astimezone(NOW.tzinfo).date() == date(2026, 10, 25)]
    assert len(autumn) == 25


@pytest.mark.parametrize("name", USAGE_POINTS)
async def test_every_hour_has_its_price(stack: Stack, home_assistant: HomeAssistantClient, name: str) -> None:
    hours = await fetch_complete_series(home_assistant, name, "cost")
    first = min(hours).astimezone(NOW.tzinfo).date()
    truth = await ask_simulator(
        stack, "/control/truth", prm=USAGE_POINTS[name].prm, direction="consumption", start=first, end=TODAY
    )
    calendar = await ask_simulator(stack, "/control/tempo", start=first - timedelta(days=1), end=TODAY)
    colors = {date.fromisoformat(day["date"]): day["color"].lower() for day in calendar}
    assert hours == pytest.approx(bill.compute_cost(USAGE_POINTS[name], truth, colors), abs=5e-6)


async def test_the_grid_shows_its_colors(stack: Stack, home_assistant: HomeAssistantClient) -> None:
    calendar = await ask_simulator(stack, "/control/tempo", start=TODAY, end=TODAY + timedelta(days=1))
    registry = await home_assistant.command("config/entity_registry/list")
    entity = next(entity["entity_id"] for entity in registry if entity["translation_key"] == "tempo_today")

    async def look() -> Any:
        state = await home_assistant.get(f"/api/states/{entity}")
        return state if state["state"] not in ("unknown", "unavailable") else None

    state = await wait_until(look, "a colour of today")
    assert state["state"] == calendar[0]["color"].lower()
    assert state["attributes"]["date"] == TODAY.isoformat()


@pytest.mark.parametrize("name", USAGE_POINTS)
async def test_yesterdays_energy_is_shown(stack: Stack, home_assistant: HomeAssistantClient, name: str) -> None:
    yesterday = TODAY - timedelta(days=1)
    truth = await ask_simulator(
        stack, "/control/truth", prm=USAGE_POINTS[name].prm, direction="consumption", start=yesterday, end=TODAY
    )
    devices = await home_assistant.command("config/device_registry/list")
    device = next(device["id"] for device in devices if device["name"] == name)
    registry = await home_assistant.command("config/entity_registry/list")
    entity = next(
        entity["entity_id"]
        for entity in registry
        if entity["device_id"] == device and entity["translation_key"] == "last_day_energy"
    )

    async def look() -> Any:
        state = await home_assistant.get(f"/api/states/{entity}")
        return state if state["attributes"].get("date") == yesterday.isoformat() else None

    state = await wait_until(look, "yesterday's energy")
    assert float(state["state"]) == pytest.approx(truth[0]["wh"] / 1000)


async def test_the_energy_dashboard_accepts_them(home_assistant: HomeAssistantClient) -> None:
    for name in USAGE_POINTS:
        await fetch_complete_series(home_assistant, name, "cost")
    await energy.configure_energy(home_assistant)
    found = await home_assistant.command("energy/validate")
    assert found["energy_sources"] == [[], [], []]
