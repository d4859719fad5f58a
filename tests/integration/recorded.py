"""What the integration imported into the recorder, read back; and answers with hours to import."""

from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from homeassistant.components.recorder.statistics import (
    StatisticsRow,
    list_statistic_ids,
    statistics_during_period,
)
from homeassistant.core import HomeAssistant
from homeassistant.helpers.recorder import get_instance
from scripted_gateway import POINT_ID

from custom_components.my_electrical_data.const import DOMAIN

CONSUMPTION, COST = f"{DOMAIN}:{POINT_ID}_consumption", f"{DOMAIN}:{POINT_ID}_cost"
TOMORROW = "2026-11-24T07:00:05+00:00"


async def load_statistics(hass: HomeAssistant, statistic_id: str = CONSUMPTION) -> list[tuple[str, float, float]]:
    """Return start, sum and state of each row in the recorder."""
    rows = await _load_rows(hass, statistic_id, {"sum", "state"})
    return [(datetime.fromtimestamp(row["start"], UTC).isoformat(), row["sum"] or 0, row["state"] or 0) for row in rows]


async def load_changes(hass: HomeAssistant, statistic_id: str) -> dict[datetime, float]:
    """Return what each hour gained, as the Energy dashboard shows it."""
    rows = await _load_rows(hass, statistic_id, {"change"})
    return {datetime.fromtimestamp(row["start"], UTC): round(row["change"] or 0, 6) for row in rows}


async def _load_rows(
    hass: HomeAssistant, statistic_id: str, columns: set[Literal["change", "state", "sum"]]
) -> list[StatisticsRow]:
    since = datetime(2020, 1, 1, tzinfo=UTC)
    rows = await get_instance(hass).async_add_executor_job(
        statistics_during_period, hass, since, None, {statistic_id}, "hour", None, columns
    )
    return rows.get(statistic_id, [])


async def load_metadata(hass: HomeAssistant) -> dict[str, dict[str, Any]]:
    """Return what is said of the statistics that are imported; sensors have theirs from the recorder itself."""
    rows = await get_instance(hass).async_add_executor_job(list_statistic_ids, hass)
    return {row["statistic_id"]: row for row in rows if row["source"] == DOMAIN}


def state_of(start: datetime, watt_hours: list[float], **changes: Any) -> dict[str, Any]:
    """Return the gateway's answer for hours from `start`, whose energies are `watt_hours`."""
    starts = [start + timedelta(hours=number) for number in range(len(watt_hours))]
    sums = [sum(watt_hours[: number + 1]) for number in range(len(watt_hours))]
    texts = [moment.strftime("%Y-%m-%dT%H:%M:%SZ") for moment in starts]
    series = [{"key": "consumption", "unit": "Wh"}, {"key": "cost", "unit": "EUR"}]
    both = {"consumption": sums, "cost": [round(total / 5000, 6) for total in sums]}
    answer = {
        "epoch": "e1",
        "cursor": "c1",
        "from": texts[0] if texts else None,
        "series": series,
        "start": texts,
        "sum": both,
        "unpriced": {},
        "made_of": {},
        "next_change": None,
        "more": False,
    }
    return answer | changes
