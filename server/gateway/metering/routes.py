"""The readings of a usage point: `/daily`, `/load-curve`, `/max-power`, `/index`, and `/refresh`."""

import asyncio
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response

from gateway.accounts.dependencies import CallerDep
from gateway.dependencies import END_DAY, START_DAY, ClockDep, PointId, part
from gateway.domain.direction import Direction
from gateway.kit import conditional
from gateway.kit.clock import Clock
from gateway.metering.encoding import encode_curve
from gateway.metering.missing import Missing
from gateway.metering.schemas import (
    CurveAnswer,
    DailyAnswer,
    DayReading,
    IndexAnswer,
    IndexReading,
    MaxPowerAnswer,
    MissingRange,
    PeakReading,
    RangeAnswer,
    RefreshAnswer,
    RefreshRequest,
)
from gateway.metering.service import KnownRange, Readings
from gateway.problems import describe_responses
from gateway.quotas.dependencies import count_response

ReadingsDep = Annotated[Readings, Depends(part(Readings))]

router = APIRouter(
    tags=["readings"],
    responses=describe_responses(400, 401, 404, 422, 429, 503),
    dependencies=[Depends(count_response)],
)

Start = Annotated[date, START_DAY]
End = Annotated[date, END_DAY]
_FEW_DAYS = 7
"""Days that are written so fast that they do not hold up the loop."""
_LONGEST = timedelta(hours=1)
"""How long a client may use a response at most: Enedis corrects readings, and owners have days fetched again."""


@router.get("/load-curve", response_model=CurveAnswer, responses=conditional.UNCHANGED)
async def get_load_curve(
    request: Request,
    archive: ReadingsDep,
    clock: ClockDep,
    caller: CallerDep,
    point_id: PointId,
    start: Start,
    end: End,
    direction: Direction = Direction.CONSUMPTION,
) -> Response:
    """Average power by interval, in W."""
    found = await archive.read_load_curve(caller.account_id, point_id, direction, start, end)
    frame = RangeAnswer(**_build_frame(found, start, end, direction))
    next_change = _limit_age(clock.now(), frame)

    def respond() -> Response:
        written = f'{frame.model_dump_json()[:-1]},"readings":{encode_curve(found.days)}}}'
        return conditional.respond_json(request, written.encode(), now=clock.now(), next_change=next_change)

    return respond() if len(found.days) <= _FEW_DAYS else await asyncio.to_thread(respond)


@router.get("/daily", response_model=DailyAnswer, responses=conditional.UNCHANGED)
async def get_daily(
    request: Request,
    archive: ReadingsDep,
    clock: ClockDep,
    caller: CallerDep,
    point_id: PointId,
    start: Start,
    end: End,
    direction: Direction = Direction.CONSUMPTION,
) -> Response:
    """Energy by day, in Wh."""
    found = await archive.read_daily(caller.account_id, point_id, direction, start, end)
    readings = [
        DayReading(date=day, wh=value.wh, quality=value.quality, source=value.source)
        for day, value in found.days.items()
    ]
    answer = DailyAnswer(**_build_frame(found, start, end, direction), readings=readings)
    return _respond(request, clock, answer)


@router.get("/max-power", response_model=MaxPowerAnswer, responses=conditional.UNCHANGED)
async def get_max_power(
    request: Request,
    archive: ReadingsDep,
    clock: ClockDep,
    caller: CallerDep,
    point_id: PointId,
    start: Start,
    end: End,
) -> Response:
    """Return the greatest power taken on each day, in VA. Whoever asks has it kept up each day for a month."""
    found = await archive.read_max_power(caller.account_id, point_id, start, end)
    readings = [
        PeakReading(date=day, va=one.va, share=one.share, at=one.at, quality=found.get_quality(day))
        for day, one in found.days.items()
    ]
    answer = MaxPowerAnswer(**_build_frame(found, start, end, Direction.CONSUMPTION), readings=readings)
    return _respond(request, clock, answer)


@router.get("/index", response_model=IndexAnswer, responses=conditional.UNCHANGED)
async def get_index(
    request: Request,
    archive: ReadingsDep,
    clock: ClockDep,
    caller: CallerDep,
    point_id: PointId,
    start: Start,
    end: End,
    direction: Direction = Direction.CONSUMPTION,
) -> Response:
    """Return what the meter's registers showed, in Wh. Whoever asks has it kept up each week for a month."""
    found = await archive.read_index(caller.account_id, point_id, direction, start, end)
    readings = [
        IndexReading(date=day, registers=registers, quality=found.get_quality(day))
        for day, registers in found.days.items()
    ]
    answer = IndexAnswer(**_build_frame(found, start, end, direction), readings=readings)
    return _respond(request, clock, answer)


@router.post("/refresh", status_code=202)
async def request_refresh(
    archive: ReadingsDep, caller: CallerDep, point_id: PointId, body: RefreshRequest
) -> RefreshAnswer:
    """Ask Enedis again for days that are known; each call is charged like any other."""
    scheduled = await archive.request_refresh(caller.account_id, point_id, body.start, body.end)
    return RefreshAnswer.model_validate(scheduled, from_attributes=True)


def _build_frame(found: KnownRange[Any], start: date, end: date, direction: Direction) -> dict[str, Any]:
    return {
        "direction": direction,
        "start": start,
        "end": end,
        "missing": [MissingRange.model_validate(gap, from_attributes=True) for gap in found.missing],
        "as_of": found.as_of,
        "next_change": _find_next_change(found.missing),
    }


def _respond(request: Request, clock: Clock, answer: RangeAnswer) -> Response:
    now = clock.now()
    return conditional.respond(request, answer, now=now, next_change=_limit_age(now, answer))


def _limit_age(now: datetime, answer: RangeAnswer) -> datetime:
    return min(answer.next_change or now + _LONGEST, now + _LONGEST)


def _find_next_change(gaps: Sequence[Missing]) -> datetime | None:
    return min((gap.expected_at for gap in gaps if gap.expected_at is not None), default=None)
