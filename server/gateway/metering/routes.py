"""The readings of a usage point: `/daily`, `/load-curve`, `/max-power`, `/index`, and `/refresh`."""

import asyncio
from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response

from gateway.accounts.dependencies import CallerDep
from gateway.dependencies import END_DAY, START_DAY, ClockDep, DatabaseDep, PointId, part
from gateway.domain.direction import Direction
from gateway.kit.compression import compress
from gateway.metering import refreshing
from gateway.metering.encoding import encode_curve
from gateway.metering.missing import Missing
from gateway.metering.schemas import (
    Answer,
    CurveAnswer,
    DailyAnswer,
    DayReading,
    IndexAnswer,
    IndexReading,
    MaxPowerAnswer,
    MissingRange,
    PeakReading,
    RefreshAnswer,
    RefreshRequest,
)
from gateway.metering.service import Known, Readings
from gateway.problems import describe_responses
from gateway.quotas.routes import count_response

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


@router.get("/load-curve", response_model=CurveAnswer)
async def get_load_curve(
    request: Request,
    archive: ReadingsDep,
    caller: CallerDep,
    point_id: PointId,
    start: Start,
    end: End,
    direction: Direction = Direction.CONSUMPTION,
) -> Response:
    """Average power by interval, in W."""
    found = await archive.read_load_curve(caller.account_id, point_id, direction, start, end)
    frame = Answer(**_build_frame(found, start, end, direction)).model_dump_json()

    def respond() -> Response:
        written = f'{frame[:-1]},"readings":{encode_curve(found.days)}}}'
        return compress(request, Response(written, media_type="application/json"))

    return respond() if len(found.days) <= _FEW_DAYS else await asyncio.to_thread(respond)


@router.get("/daily")
async def get_daily(
    archive: ReadingsDep,
    caller: CallerDep,
    point_id: PointId,
    start: Start,
    end: End,
    direction: Direction = Direction.CONSUMPTION,
) -> DailyAnswer:
    """Energy by day, in Wh."""
    found = await archive.read_daily(caller.account_id, point_id, direction, start, end)
    readings = [
        DayReading(date=day, wh=value.wh, quality=value.quality, source=value.source)
        for day, value in found.days.items()
    ]
    return DailyAnswer(**_build_frame(found, start, end, direction), readings=readings)


@router.get("/max-power")
async def get_max_power(
    archive: ReadingsDep, caller: CallerDep, point_id: PointId, start: Start, end: End
) -> MaxPowerAnswer:
    """Return the greatest power taken on each day, in VA. Whoever asks has it kept up each day for a month."""
    found = await archive.read_max_power(caller.account_id, point_id, start, end)
    readings = [PeakReading(date=day, va=one.va, share=one.share, at=one.at) for day, one in found.days.items()]
    return MaxPowerAnswer(**_build_frame(found, start, end, Direction.CONSUMPTION), readings=readings)


@router.get("/index")
async def get_index(
    archive: ReadingsDep,
    caller: CallerDep,
    point_id: PointId,
    start: Start,
    end: End,
    direction: Direction = Direction.CONSUMPTION,
) -> IndexAnswer:
    """Return what the meter's registers showed, in Wh. Whoever asks has it kept up each week for a month."""
    found = await archive.read_index(caller.account_id, point_id, direction, start, end)
    readings = [IndexReading(date=day, registers=registers) for day, registers in found.days.items()]
    return IndexAnswer(**_build_frame(found, start, end, direction), readings=readings)


@router.post("/refresh", status_code=202)
async def request_refresh(
    database: DatabaseDep, clock: ClockDep, caller: CallerDep, point_id: PointId, wish: RefreshRequest
) -> RefreshAnswer:
    """Ask Enedis again for days that are known; each call is charged like any other."""
    wished = await refreshing.request_refresh(database, clock, caller.account_id, point_id, wish.start, wish.end)
    return RefreshAnswer.model_validate(wished, from_attributes=True)


def _build_frame(found: Known[Any], start: date, end: date, direction: Direction) -> dict[str, Any]:
    return {
        "direction": direction,
        "start": start,
        "end": end,
        "missing": [MissingRange.model_validate(gap, from_attributes=True) for gap in found.missing],
        "as_of": found.as_of,
        "next_change": _find_next_change(found.missing),
    }


def _find_next_change(gaps: Sequence[Missing]) -> datetime | None:
    return min((gap.expected_at for gap in gaps if gap.expected_at is not None), default=None)
