"""Statistics that other programs wrote, and the repair that takes them over."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from homeassistant.core import HomeAssistant
from pages import answer_repair, open_repair
from scripted_gateway import POINT_ID

from custom_components.my_electrical_data.const import DOMAIN

ISSUE = f"earlier_statistics_{POINT_ID}"
OURS = f"{DOMAIN}:{POINT_ID}"
OUR_FIRST_HOUR = datetime(2026, 11, 22, 20, tzinfo=UTC)
HOUR = timedelta(hours=1)

type Row = dict[str, Any]


def make_rows(first: datetime, gains: Iterable[float], step: timedelta = HOUR) -> list[Row]:
    """Return rows as those programs write them: what an hour gained is its state."""
    rows: list[Row] = []
    total = 0.0
    for number, gained in enumerate(gains):
        total += gained
        rows.append({"start": (first + number * step).isoformat(), "state": gained, "sum": total})
    return rows


async def take_over(hass: HomeAssistant) -> Any:
    """Agree to what the repair offers; return the page that says what to remove."""
    form = await open_repair(hass, ISSUE)
    assert form["step_id"] == "confirm"
    return await answer_repair(hass, form, {})
