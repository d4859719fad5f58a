"""`GET /v1/usage-points/{id}/periods`, `/rates` and `/calendar.ics`."""

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Request, Response

from gateway.accounts.dependencies import AccountDep, AccountPartsDep, CallerDep
from gateway.accounts.reading_tokens import find_calendar_reader, make_calendar_key
from gateway.billing.periods.calendar import list_events, write_calendar
from gateway.billing.periods.rates import Rates, list_rates
from gateway.billing.periods.schemas import CalendarAddress, PeriodsView
from gateway.billing.periods.service import PeriodsService
from gateway.dependencies import END_DAY, OUR_ID, START_DAY, ClockDep, PointId, part
from gateway.kit import conditional, paris
from gateway.kit.wire import KnownDay
from gateway.problems import check_range, describe_responses
from gateway.quotas.dependencies import DailyQuotaDep, enforce_quota
from gateway.usage_points.routes import PointDep

router = APIRouter(tags=["billing"], responses=describe_responses(401, 404, 422, 429))
PeriodsServiceDep = Annotated[PeriodsService, Depends(part(PeriodsService))]

_LONGEST = timedelta(days=366)


@router.get(
    "/periods",
    response_model=PeriodsView,
    responses=describe_responses(400) | conditional.UNCHANGED,
    dependencies=[Depends(enforce_quota)],
)
async def get_periods(
    request: Request,
    service: PeriodsServiceDep,
    clock: ClockDep,
    caller: CallerDep,
    point_id: PointId,
    start: Annotated[KnownDay | None, START_DAY] = None,
    end: Annotated[KnownDay | None, END_DAY] = None,
) -> Response:
    """Return the periods of a usage point with their bucket and price. By default: eight days from today."""
    if end is not None:
        check_range(start or paris.day_of(clock.now()), end, _LONGEST)
    found = await service.find_periods(caller.account_id, point_id, start, end)
    return conditional.respond(request, PeriodsView.of(found), now=clock.now(), next_change=found.next_change)


@router.get(
    "/rates",
    response_model=Rates,
    responses=describe_responses(400) | conditional.UNCHANGED,
    dependencies=[Depends(enforce_quota)],
)
async def get_rates(
    request: Request, service: PeriodsServiceDep, clock: ClockDep, caller: CallerDep, point_id: PointId
) -> Response:
    """Return the certain future prices in the format of evcc, in EUR per kWh, for eight days at most."""
    found = await service.find_periods(caller.account_id, point_id, None, None)
    now = clock.now()
    rates = Rates(list(list_rates(found.items, now, found.prices_outdated)))
    return conditional.respond(request, rates, now=now, next_change=found.next_change)


@router.get("/calendars/{token_id}", responses=describe_responses(403))
async def get_calendar_address(
    parts: AccountPartsDep,
    account: AccountDep,
    point: PointDep,
    token_id: Annotated[str, Path(pattern=OUR_ID, description="The id of a token of POST /v1/reading-tokens")],
) -> CalendarAddress:
    """Return the calendar's secret address, which gives access to nothing else and ends with the token."""
    key = await make_calendar_key(parts, account.id, token_id, point.id)
    return CalendarAddress(url=f"{parts.settings.backend_url}/v1/usage-points/{point.id}/calendar.ics?token={key}")


@router.get(
    "/calendar.ics",
    response_class=Response,
    responses={200: {"description": "The feed", "content": {"text/calendar": {}}}},
)
async def get_calendar(
    service: PeriodsServiceDep,
    clock: ClockDep,
    parts: AccountPartsDep,
    quota: DailyQuotaDep,
    point_id: PointId,
    token: Annotated[str, Query(max_length=100, description="The key at the end of the calendar's address")],
) -> Response:
    """Return off-peak hours and certain Tempo days of the next eight days, at a secret address for calendars."""
    account = await find_calendar_reader(parts, token, point_id)
    await quota.count_answer(account.id)
    found = await service.find_periods(account.id, point_id, None, None)
    content = write_calendar(found.name, point_id, list_events(found.items), account.language, clock.now())
    return Response(
        content, media_type="text/calendar; charset=utf-8", headers={"Cache-Control": "private, max-age=900"}
    )
