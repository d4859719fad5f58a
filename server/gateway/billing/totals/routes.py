"""`GET /v1/usage-points/{id}/totals`."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from gateway.accounts.dependencies import CallerDep
from gateway.billing.totals.schemas import TotalsView
from gateway.billing.totals.service import TotalsService
from gateway.dependencies import ClockDep, PointId, part
from gateway.kit import conditional
from gateway.problems import describe_responses
from gateway.quotas.dependencies import enforce_quota

router = APIRouter(tags=["billing"], responses=describe_responses(401, 404, 422, 429))
TotalsServiceDep = Annotated[TotalsService, Depends(part(TotalsService))]


@router.get(
    "/totals",
    response_model=TotalsView,
    responses=conditional.UNCHANGED,
    dependencies=[Depends(enforce_quota)],
)
async def get_totals(
    request: Request, service: TotalsServiceDep, clock: ClockDep, caller: CallerDep, point_id: PointId
) -> Response:
    """Return energy and money of the current and last day, week, month and year, each with a year before."""
    found = await service.add_up(caller.account_id, point_id)
    return conditional.respond(request, TotalsView.of(found), now=clock.now(), next_change=found.next_change)
