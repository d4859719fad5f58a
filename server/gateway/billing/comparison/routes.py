"""`GET /v1/usage-points/{id}/comparison`."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response

from gateway.accounts.dependencies import CallerDep
from gateway.billing.comparison.schemas import ComparisonView
from gateway.billing.comparison.service import ComparisonService
from gateway.dependencies import ClockDep, PointId, part
from gateway.kit import conditional
from gateway.problems import describe_responses
from gateway.quotas.dependencies import enforce_quota

router = APIRouter(tags=["billing"], responses=describe_responses(401, 404, 422, 429))
ComparisonServiceDep = Annotated[ComparisonService, Depends(part(ComparisonService))]


@router.get(
    "/comparison",
    response_model=ComparisonView,
    responses=conditional.UNCHANGED,
    dependencies=[Depends(enforce_quota)],
)
async def get_comparison(
    request: Request,
    service: ComparisonServiceDep,
    clock: ClockDep,
    caller: CallerDep,
    point_id: PointId,
    months: Annotated[int, Query(ge=1, le=36, description="How many of the last whole months")] = 12,
    off_peak: Annotated[
        str | None,
        Query(max_length=500, description="Other off-peak hours, as bills write them: compared as `changed_hours`"),
    ] = None,
) -> Response:
    """Return what the same hours would have cost under each option, for the last whole months."""
    found = await service.compare_options(caller.account_id, point_id, months, off_peak)
    return conditional.respond(request, ComparisonView.of(found), now=clock.now(), next_change=found.next_change)
