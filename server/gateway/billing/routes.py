"""`GET /v1/usage-points/{id}/hours`, `/periods`, `/totals`, `/comparison`, `/index-check`, and `/v1/tariffs`."""

import asyncio
from datetime import date, timedelta
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response

from gateway.billing.answers import Answers
from gateway.billing.hours import Hours, Rows
from gateway.billing.hours_view import HoursView
from gateway.billing.views import ComparisonView, GridsView, GridView, IndexCheckView, PeriodsView, TotalsView
from gateway.dependencies import CallerDep, PointId, RuntimeDep, get_caller
from gateway.kit import conditional, paris
from gateway.kit.compression import compress
from gateway.problems import check_range, documented
from gateway.quotas.routes import counted
from gateway.runtime import Runtime
from gateway.tariffs.options import REGULATED, Option
from gateway.tariffs.repository import load_price_book

router = APIRouter(tags=["billing"], responses=documented(401, 404, 422, 429))
_COUNTED = [Depends(counted)]

First = Annotated[date | None, Query(description="First day, of Paris", ge=paris.EARLIEST)]
End = Annotated[date | None, Query(description="First day after the range", le=paris.LATEST)]
_LONGEST = timedelta(days=366)
_LAST_DAYS = timedelta(days=30)
_FEW_ROWS = 200


@router.get("/v1/usage-points/{point_id}/hours", response_model=HoursView, dependencies=_COUNTED)
async def hours(
    request: Request,
    runtime: RuntimeDep,
    caller: CallerDep,
    point_id: PointId,
    cursor: Annotated[str | None, Query(max_length=64, description="That of the last answer that was stored")] = None,
    limit: Annotated[int | None, Query(ge=1, le=100_000, description="Rows at most; `more` tells of others")] = None,
) -> Response:
    """Running sums by hour and series, from the first hour that changed since the cursor."""
    service = Hours(runtime.database, runtime.clock, runtime.keyring)
    rows = await service.since(caller.account_id, point_id, cursor, limit)
    respond = partial(_respond, request, rows)
    return respond() if len(rows.start) <= _FEW_ROWS else await asyncio.to_thread(respond)


def _respond(request: Request, rows: Rows) -> Response:
    content = HoursView.of(rows).model_dump_json(by_alias=True).encode()
    return compress(request, Response(content, media_type="application/json"))


@router.get(
    "/v1/usage-points/{point_id}/periods",
    response_model=PeriodsView,
    responses=documented(400) | conditional.UNCHANGED,
    dependencies=_COUNTED,
)
async def periods(
    request: Request, runtime: RuntimeDep, caller: CallerDep, point_id: PointId, start: First = None, end: End = None
) -> Response:
    """Buckets by time with their price: from today on, and for eight days, unless told otherwise."""
    _check(start, end, paris.day_of(runtime.clock.now()))
    found = await _answers(runtime).periods(caller.account_id, point_id, start, end)
    return conditional.respond(request, PeriodsView.of(found), now=runtime.clock.now(), next_change=found.next_change)


@router.get(
    "/v1/usage-points/{point_id}/totals",
    response_model=TotalsView,
    responses=conditional.UNCHANGED,
    dependencies=_COUNTED,
)
async def totals(request: Request, runtime: RuntimeDep, caller: CallerDep, point_id: PointId) -> Response:
    """Energy and money of day, week, month and year."""
    found = await _answers(runtime).totals(caller.account_id, point_id)
    return conditional.respond(request, TotalsView.of(found), now=runtime.clock.now(), next_change=found.next_change)


@router.get("/v1/usage-points/{point_id}/comparison", dependencies=_COUNTED)
async def comparison(
    runtime: RuntimeDep,
    caller: CallerDep,
    point_id: PointId,
    months: Annotated[int, Query(ge=1, le=36, description="The last whole months")] = 12,
) -> ComparisonView:
    """What the same hours would have cost under each option."""
    return ComparisonView.of(await _answers(runtime).comparison(caller.account_id, point_id, months))


@router.get("/v1/usage-points/{point_id}/index-check", responses=documented(400), dependencies=_COUNTED)
async def index_check(
    runtime: RuntimeDep, caller: CallerDep, point_id: PointId, start: First = None, end: End = None
) -> IndexCheckView:
    """The registers against what was made of the curve, by day and bucket: of the last 30 days, unless told."""
    until = end or paris.day_of(runtime.clock.now())
    first = start or until - _LAST_DAYS
    _check(first, until, until)
    return IndexCheckView.of(await _answers(runtime).index_check(caller.account_id, point_id, first, until))


@router.get("/v1/tariffs", dependencies=[Depends(get_caller)])
async def tariffs(
    runtime: RuntimeDep,
    option: Annotated[Option | None, Query(description="All regulated ones unless told")] = None,
    power: Annotated[int | None, Query(ge=1, le=36, description="In kVA; all unless told")] = None,
    on: Annotated[date | None, Query(description="Today unless told", ge=paris.EARLIEST, le=paris.LATEST)] = None,
) -> GridsView:
    """Regulated prices in force on a day."""
    day = on or paris.day_of(runtime.clock.now())
    async with runtime.database.read() as session:
        book = await load_price_book(session)
    grids = [
        grid
        for each in ([option] if option else REGULATED)
        for kva in book.powers(each)
        if power in {None, kva} and (grid := book.grid(each, kva, day))
    ]
    return GridsView(items=[GridView.of(grid, book, day) for grid in grids])


def _answers(runtime: Runtime) -> Answers:
    return Answers(runtime.database, runtime.clock, runtime.keyring)


def _check(start: date | None, end: date | None, today: date) -> None:
    first = start or today
    if end is not None:
        check_range(first, end, _LONGEST)
