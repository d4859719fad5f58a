"""Home Assistant's Energy dashboard, given the statistics that the integration imported."""

from datetime import UTC, datetime
from typing import Any

from scripts.lib.home_assistant_client import HomeAssistantClient
from scripts.lib.stack import DOMAIN


async def list_statistics(client: HomeAssistantClient, series: str) -> dict[str, str]:
    """The ids of the meters' statistics of a series (`consumption`, `cost`), with their names."""
    known = await client.command("recorder/list_statistic_ids", statistic_type="sum")
    return {
        row["statistic_id"]: row["name"]
        for row in sorted(known, key=lambda row: row["name"])
        if row["statistic_id"].startswith(f"{DOMAIN}:") and row["statistic_id"].endswith(f"_{series}")
    }


async def load_hours(
    client: HomeAssistantClient, statistic_id: str, start: datetime, end: datetime | None = None
) -> dict[datetime, float]:
    """What each hour since `start`, and before `end` if given, added to a statistic, by the hour's start."""
    answer = await client.command(
        "recorder/statistics_during_period",
        start_time=start.isoformat(),
        **({"end_time": end.isoformat()} if end else {}),
        statistic_ids=[statistic_id],
        period="hour",
        types=["change"],
    )
    return {datetime.fromtimestamp(row["start"] / 1000, UTC): row["change"] for row in answer.get(statistic_id, [])}


async def configure_energy(client: HomeAssistantClient) -> None:
    """Give the Energy dashboard every meter with its cost."""
    costs = await list_statistics(client, "cost")
    await client.command(
        "energy/save_prefs",
        energy_sources=[
            _build_source(consumption, name, costs)
            for consumption, name in (await list_statistics(client, "consumption")).items()
        ],
    )


def _build_source(consumption: str, name: str, costs: dict[str, str]) -> dict[str, Any]:
    cost = f"{consumption.removesuffix('_consumption')}_cost"
    return {
        "type": "grid",
        "name": name,
        "stat_energy_from": consumption,
        "stat_energy_to": None,
        "stat_cost": cost if cost in costs else None,
        "entity_energy_price": None,
        "number_energy_price": None,
        "stat_compensation": None,
        "entity_energy_price_export": None,
        "number_energy_price_export": None,
        "cost_adjustment_day": 0,
    }
