"""`GET /v1/tempo` and `/v1/tempo/days`: for every account, from what was asked already."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response

from gateway.accounts.dependencies import get_caller
from gateway.dependencies import ClockDep, ResponseCacheDep, part
from gateway.kit import conditional, paris
from gateway.problems import describe_responses
from gateway.tempo import schemas
from gateway.tempo.outlook import TempoOutlook

router = APIRouter(
    prefix="/tempo", tags=["signals"], dependencies=[Depends(get_caller)], responses=describe_responses(401)
)


TempoOutlookDep = Annotated[TempoOutlook, Depends(part(TempoOutlook))]


@router.get("", response_model=schemas.Tempo, responses=conditional.UNCHANGED)
async def get_tempo_outlook(request: Request, outlook: TempoOutlookDep, response_cache: ResponseCacheDep) -> Response:
    """Today's and tomorrow's colour, the period in force, and the season's counters."""
    return await response_cache.respond(request, "tempo", outlook.read_outlook)


@router.get("/days", response_model=schemas.Days, responses={**conditional.UNCHANGED, **describe_responses(400, 422)})
async def get_tempo_days(
    request: Request,
    outlook: TempoOutlookDep,
    clock: ClockDep,
    start: Annotated[date, Query(description="First day, of Paris", ge=paris.EARLIEST)],
    end: Annotated[date, Query(description="First day after the range, at most 366 days later", le=paris.LATEST)],
) -> Response:
    """Colours by day since September 2014."""
    now = clock.now()
    found = await outlook.read_days(start, end, now)
    return conditional.respond_to_all(request, found, now=now)
