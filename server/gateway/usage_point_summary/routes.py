"""`GET /v1/usage-points`, and `GET`, `PATCH`, `DELETE /v1/usage-points/{id}`."""

from fastapi import APIRouter, Depends

from gateway.consents.service import delete_usage_point as delete_with_consents
from gateway.dependencies import CallerDep, PointId, RuntimeDep, WriteSession
from gateway.problems import documented
from gateway.quotas.routes import counted
from gateway.usage_point_summary.schemas import UsagePoints, UsagePointView
from gateway.usage_point_summary.service import summarize
from gateway.usage_point_summary.settings import Choices
from gateway.usage_points import repository, service
from gateway.usage_points.routes import PointDep

router = APIRouter(tags=["usage points"], responses=documented(401, 404, 422))


@router.get("/v1/usage-points", responses=documented(429), dependencies=[Depends(counted)])
async def usage_points(runtime: RuntimeDep, caller: CallerDep) -> UsagePoints:
    """List the account's meters."""
    async with runtime.database.read() as session:
        points = await repository.of_account(session, caller.account_id)
    return UsagePoints(items=[await summarize(runtime, point) for point in points])


@router.get("/v1/usage-points/{point_id}", responses=documented(429), dependencies=[Depends(counted)])
async def usage_point(runtime: RuntimeDep, point: PointDep) -> UsagePointView:
    """Show one of the account's meters."""
    return await summarize(runtime, point)


@router.delete("/v1/usage-points/{point_id}", status_code=204)
async def delete_usage_point(runtime: RuntimeDep, session: WriteSession, caller: CallerDep, point_id: PointId) -> None:
    """Forget a meter and all that was read of it. Its share at Enedis is ended by its holder, at Enedis."""
    await delete_with_consents(session, caller.account_id, point_id, runtime.clock.now())


@router.patch("/v1/usage-points/{point_id}", responses=documented(429), dependencies=[Depends(counted)])
async def choose(
    runtime: RuntimeDep,
    session: WriteSession,
    caller: CallerDep,
    point_id: PointId,
    choices: Choices,
) -> UsagePointView:
    """Change what is named. All figures follow: the next answer of `/hours` begins where they differ."""
    point = await service.get(session, caller.account_id, point_id, to_change=True)
    choices.apply(point)
    return await summarize(runtime, point)
