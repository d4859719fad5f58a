"""`GET /v1/usage-points`, and `GET`, `PATCH`, `DELETE /v1/usage-points/{id}`."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from gateway.accounts.dependencies import CallerDep
from gateway.dependencies import ClockDep, KeptResponsesDep, PointId, part
from gateway.kit import conditional
from gateway.problems import describe_responses
from gateway.quotas.dependencies import enforce_quota
from gateway.usage_point_summary.schemas import UsagePoints, UsagePointView
from gateway.usage_point_summary.service import SummaryService
from gateway.usage_point_summary.settings import UsagePointChanges
from gateway.usage_points.routes import PointDep

SummaryServiceDep = Annotated[SummaryService, Depends(part(SummaryService))]

router = APIRouter(tags=["usage points"], responses=describe_responses(401, 404, 422))
point_router = APIRouter(tags=["usage points"], responses=describe_responses(401, 404, 422))


@router.get(
    "/usage-points",
    response_model=UsagePoints,
    responses=describe_responses(429) | conditional.UNCHANGED,
    dependencies=[Depends(enforce_quota)],
)
async def list_usage_points(
    request: Request, summaries: SummaryServiceDep, clock: ClockDep, caller: CallerDep
) -> Response:
    """List the account's meters."""
    found = await summaries.list_points(caller.account_id)
    return conditional.respond(request, found, now=clock.now(), next_change=found.next_change)


@point_router.get("", responses=describe_responses(429), dependencies=[Depends(enforce_quota)])
async def get_usage_point(summaries: SummaryServiceDep, point: PointDep) -> UsagePointView:
    """Show one of the account's meters."""
    return await summaries.summarize_point(point)


@point_router.delete("", status_code=204)
async def delete_usage_point(
    summaries: SummaryServiceDep, kept: KeptResponsesDep, caller: CallerDep, point_id: PointId
) -> None:
    """Delete a meter and all its readings. The consent at Enedis stays until its holder ends it there."""
    await summaries.delete_point(caller.account_id, point_id)
    kept.forget_owner(point_id)


@point_router.patch("", responses=describe_responses(429), dependencies=[Depends(enforce_quota)])
async def change_settings(
    summaries: SummaryServiceDep, caller: CallerDep, point_id: PointId, choices: UsagePointChanges
) -> UsagePointView:
    """Change the members that are given. All figures follow: the next response of `/hours` starts where they differ."""
    return await summaries.change_settings(caller.account_id, point_id, choices)
