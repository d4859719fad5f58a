"""`GET /v1/usage-points/{id}/series` and `/habits`."""

import asyncio
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response

from gateway.accounts.dependencies import CallerDep
from gateway.billing.charts.schemas import USUAL, HabitsView, Include, SeriesView
from gateway.billing.charts.service import SeriesService
from gateway.billing.charts.steps import LONGEST, Step
from gateway.billing.totals.totals import Span
from gateway.dependencies import END_DAY, START_DAY, ClockDep, PointId, part
from gateway.kit import conditional
from gateway.kit.wire import KnownDay
from gateway.problems import check_range, describe_responses
from gateway.quotas.dependencies import enforce_quota

SeriesServiceDep = Annotated[SeriesService, Depends(part(SeriesService))]

router = APIRouter(tags=["billing"], responses=describe_responses(400, 401, 404, 422, 429))


@router.get(
    "/series",
    response_model=SeriesView,
    responses=conditional.UNCHANGED,
    dependencies=[Depends(enforce_quota)],
)
async def get_series(
    request: Request,
    charts: SeriesServiceDep,
    clock: ClockDep,
    caller: CallerDep,
    point_id: PointId,
    start: Annotated[KnownDay, START_DAY],
    end: Annotated[KnownDay, END_DAY],
    step: Step = Step.DAY,
    include: Annotated[
        set[Include] | None, Query(description="Which parts; by default, all but the year before")
    ] = None,
) -> Response:
    """Return energy and EUR by hour, day, week (from Monday), month or year."""
    check_range(start, end, LONGEST[step])
    parts = USUAL if include is None else include
    found = await charts.load_charts(
        caller.account_id, point_id, step, Span(start, end), with_year_ago=Include.YEAR_AGO in parts
    )

    def build_response() -> Response:
        content = SeriesView.of(found, parts).model_dump_json().encode()
        return conditional.respond_json(request, content, now=clock.now(), next_change=found.next_change)

    return await asyncio.to_thread(build_response)


@router.get(
    "/habits",
    response_model=HabitsView,
    responses=conditional.UNCHANGED,
    dependencies=[Depends(enforce_quota)],
)
async def get_habits(
    request: Request,
    charts: SeriesServiceDep,
    clock: ClockDep,
    caller: CallerDep,
    point_id: PointId,
    start: Annotated[KnownDay, START_DAY],
    end: Annotated[KnownDay, END_DAY],
) -> Response:
    """Return when energy is used: the average day of each weekday and of each month."""
    check_range(start, end, LONGEST[Step.DAY])
    found = await charts.load_habits(caller.account_id, point_id, Span(start, end))
    return conditional.respond(request, HabitsView.of(found), now=clock.now(), next_change=found.next_change)
