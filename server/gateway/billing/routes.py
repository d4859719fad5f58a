"""`GET /v1/usage-points/{id}/hours`, `/periods`, `/totals`, `/comparison`, `/index-check` of a usage point."""

import asyncio
from datetime import date, timedelta
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response

from gateway.accounts.dependencies import CallerDep
from gateway.billing.answers import Answers
from gateway.billing.hours.schemas import HoursView
from gateway.billing.hours.service import Hours, Rows
from gateway.billing.views import ComparisonView, IndexCheckView, PeriodsView, TotalsView
from gateway.dependencies import ClockDep, PointId, part
from gateway.kit import conditional, paris
from gateway.kit.compression import compress
from gateway.kit.wire import KnownDay
from gateway.problems import check_range, documented
from gateway.quotas.routes import counted

router = APIRouter(tags=["billing"], responses=documented(401, 404, 422, 429))
AnswersDep = Annotated[Answers, Depends(part(Answers))]
HoursDep = Annotated[Hours, Depends(part(Hours))]
_COUNTED = [Depends(counted)]

First = Annotated[KnownDay | None, Query(description="First day, of Paris")]
End = Annotated[KnownDay | None, Query(description="First day after the range")]
_LONGEST = timedelta(days=366)
_LAST_DAYS = timedelta(days=30)
_FEW_ROWS = 200


@router.get("/hours", response_model=HoursView, dependencies=_COUNTED)
async def hours(
    request: Request,
    published: HoursDep,
    caller: CallerDep,
    point_id: PointId,
    cursor: Annotated[str | None, Query(max_length=64, description="That of the last answer that was stored")] = None,
    limit: Annotated[int | None, Query(ge=1, le=100_000, description="Rows at most; `more` tells of others")] = None,
) -> Response:
    """Running sums by hour and series, from the first hour that changed since the cursor."""
    rows = await published.since(caller.account_id, point_id, cursor, limit)
    respond = partial(_respond, request, rows)
    return respond() if len(rows.start) <= _FEW_ROWS else await asyncio.to_thread(respond)


def _respond(request: Request, rows: Rows) -> Response:
    content = HoursView.of(rows).model_dump_json(by_alias=True).encode()
    return compress(request, Response(content, media_type="application/json"))


@router.get(
    "/periods",
    response_model=PeriodsView,
    responses=documented(400) | conditional.UNCHANGED,
    dependencies=_COUNTED,
)
async def periods(
    request: Request,
    answers: AnswersDep,
    clock: ClockDep,
    caller: CallerDep,
    point_id: PointId,
    start: First = None,
    end: End = None,
) -> Response:
    """Buckets by time with their price: from today on, and for eight days, unless told otherwise."""
    _check(start, end, paris.day_of(clock.now()))
    found = await answers.periods(caller.account_id, point_id, start, end)
    return conditional.respond(request, PeriodsView.of(found), now=clock.now(), next_change=found.next_change)


@router.get(
    "/totals",
    response_model=TotalsView,
    responses=conditional.UNCHANGED,
    dependencies=_COUNTED,
)
async def totals(
    request: Request, answers: AnswersDep, clock: ClockDep, caller: CallerDep, point_id: PointId
) -> Response:
    """Energy and money of day, week, month and year."""
    found = await answers.totals(caller.account_id, point_id)
    return conditional.respond(request, TotalsView.of(found), now=clock.now(), next_change=found.next_change)


@router.get("/comparison", dependencies=_COUNTED)
async def comparison(
    answers: AnswersDep,
    caller: CallerDep,
    point_id: PointId,
    months: Annotated[int, Query(ge=1, le=36, description="The last whole months")] = 12,
) -> ComparisonView:
    """What the same hours would have cost under each option."""
    return ComparisonView.of(await answers.comparison(caller.account_id, point_id, months))


@router.get("/index-check", responses=documented(400), dependencies=_COUNTED)
async def index_check(
    answers: AnswersDep, clock: ClockDep, caller: CallerDep, point_id: PointId, start: First = None, end: End = None
) -> IndexCheckView:
    """The registers against what was made of the curve, by day and bucket: of the last 30 days, unless told."""
    until = end or paris.day_of(clock.now())
    first = start or until - _LAST_DAYS
    _check(first, until, until)
    return IndexCheckView.of(await answers.index_check(caller.account_id, point_id, first, until))


def _check(start: date | None, end: date | None, today: date) -> None:
    first = start or today
    if end is not None:
        check_range(first, end, _LONGEST)
