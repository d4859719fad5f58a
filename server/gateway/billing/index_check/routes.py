"""`GET /v1/usage-points/{id}/index-check`."""

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Depends

from gateway.accounts.dependencies import CallerDep
from gateway.billing.index_check.schemas import IndexCheckView
from gateway.billing.index_check.service import IndexCheckService
from gateway.dependencies import END_DAY, START_DAY, ClockDep, PointId, part
from gateway.kit import paris
from gateway.kit.wire import KnownDay
from gateway.problems import check_range, describe_responses
from gateway.quotas.dependencies import enforce_quota

router = APIRouter(tags=["billing"], responses=describe_responses(401, 404, 422, 429))
IndexCheckServiceDep = Annotated[IndexCheckService, Depends(part(IndexCheckService))]

_LONGEST = timedelta(days=366)
_LAST_DAYS = timedelta(days=30)


@router.get("/index-check", responses=describe_responses(400), dependencies=[Depends(enforce_quota)])
async def index_check(
    service: IndexCheckServiceDep,
    clock: ClockDep,
    caller: CallerDep,
    point_id: PointId,
    start: Annotated[KnownDay | None, START_DAY] = None,
    end: Annotated[KnownDay | None, END_DAY] = None,
) -> IndexCheckView:
    """Compare the registers with the load curve, by day and bucket; by default over the last 30 days."""
    until = end or paris.day_of(clock.now())
    first = start or until - _LAST_DAYS
    check_range(first, until, _LONGEST)
    return IndexCheckView.of(await service.check_index(caller.account_id, point_id, first, until))
