"""`GET /v1/usage-points/{id}/hours`."""

from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, Field

from gateway.billing.hours import is_money, show
from gateway.billing.service import Hours
from gateway.dependencies import CallerDep, RuntimeDep
from gateway.kit.wire import Utc
from gateway.metering.readings import Quality
from gateway.problems import documented

router = APIRouter(tags=["billing"], responses=documented(401, 404, 422))


class SeriesView(BaseModel):
    """A running sum and its unit."""

    key: str
    unit: Literal["Wh", "EUR"]


class HoursView(BaseModel):
    """Hours as columns, oldest first; `sum` runs from the published start. `from` null: nothing changed."""

    epoch: str
    cursor: str
    first: Annotated[Utc | None, Field(alias="from")]
    series: list[SeriesView]
    start: list[Utc]
    sum: dict[str, list[float]]
    made_of: dict[str, list[Quality]]
    next_change: Utc


@router.get("/v1/usage-points/{point_id}/hours")
async def hours(
    runtime: RuntimeDep,
    caller: CallerDep,
    point_id: Annotated[str, Path(pattern="^[a-z0-9]{16}$")],
    cursor: Annotated[str | None, Query(max_length=64, description="That of the last answer that was stored")] = None,
) -> HoursView:
    """Running sums by hour and series, from the first hour that changed since the cursor."""
    service = Hours(runtime.database, runtime.clock, runtime.keyring)
    found = await service.since(caller.account_id, point_id, cursor)
    return HoursView.model_validate(
        {
            "epoch": found.epoch,
            "cursor": found.cursor,
            "from": found.rows[0][0].start if found.rows else None,
            "series": [{"key": key, "unit": "EUR" if is_money(key) else "Wh"} for key in found.series],
            "start": [hour.start for hour, _ in found.rows],
            "sum": {key: [show(key, sums[key]) for _, sums in found.rows] for key in found.series},
            "made_of": {"consumption": [hour.quality for hour, _ in found.rows]},
            "next_change": found.next_change,
        }
    )
