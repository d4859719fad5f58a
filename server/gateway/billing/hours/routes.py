"""`GET /v1/usage-points/{id}/hours`."""

import asyncio
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import TypeAdapter

from gateway.accounts.dependencies import CallerDep
from gateway.billing.hours.schemas import HoursView
from gateway.billing.hours.service import HourRows, HoursService
from gateway.dependencies import ClockDep, PointId, part
from gateway.kit import conditional
from gateway.kit.clock import Clock
from gateway.problems import describe_responses
from gateway.quotas.dependencies import enforce_quota

router = APIRouter(tags=["billing"], responses=describe_responses(401, 404, 422, 429))
HoursServiceDep = Annotated[HoursService, Depends(part(HoursService))]

_FEW_ROWS = 200
_HOURS = TypeAdapter(HoursView)


@router.get(
    "/hours",
    response_model=HoursView,
    responses=conditional.UNCHANGED,
    dependencies=[Depends(enforce_quota)],
)
async def get_hours(
    request: Request,
    service: HoursServiceDep,
    clock: ClockDep,
    caller: CallerDep,
    point_id: PointId,
    cursor: Annotated[
        str | None, Query(max_length=64, description="The cursor of the last response that was stored")
    ] = None,
    limit: Annotated[
        int | None, Query(ge=1, le=100_000, description="The most rows to return; `more` tells whether others follow")
    ] = None,
) -> Response:
    """Return running sums by hour and series, from the first hour that changed since the cursor."""
    rows = await service.load_rows_since(caller.account_id, point_id, cursor, limit)
    respond = partial(_respond_hours, request, clock, rows)
    return respond() if len(rows.start) <= _FEW_ROWS else await asyncio.to_thread(respond)


def _respond_hours(request: Request, clock: Clock, rows: HourRows) -> Response:
    content = _HOURS.dump_json(HoursView.of(rows), by_alias=True)
    return conditional.respond_json(request, content, now=clock.now(), next_change=rows.next_change)
