"""The readings of a usage point: `/daily`, `/load-curve`, `/max-power`, `/index`, and `/refresh`."""

import asyncio
from collections.abc import Hashable, Sequence
from datetime import date, datetime, timedelta
from functools import partial
from typing import Annotated, Any, TypedDict

from fastapi import APIRouter, Depends, Request, Response

from gateway.accounts.dependencies import CallerDep
from gateway.dependencies import END_DAY, START_DAY, ClockDep, KeptResponsesDep, PointId, part
from gateway.domain.direction import Direction
from gateway.kit import conditional
from gateway.kit.clock import Clock
from gateway.kit.compression import accepts_gzip, is_worth_compressing
from gateway.kit.conditional import Prepared
from gateway.kit.kept_responses import KeptResponses
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
from gateway.quotas.dependencies import enforce_quota

ReadingsDep = Annotated[Readings, Depends(part(Readings))]

router = APIRouter(
    tags=["readings"],
    responses=describe_responses(400, 401, 404, 422, 429, 503),
    dependencies=[Depends(enforce_quota)],
)

Start = Annotated[date, START_DAY]
End = Annotated[date, END_DAY]
_FEW_DAYS = 7
"""Up to this many days are encoded on the event loop; more are encoded in a thread."""
_LONGEST = timedelta(hours=1)
"""How long a client may use a response at most: Enedis corrects readings, and owners have days fetched again."""


@router.get("/load-curve", response_model=CurveAnswer, responses=conditional.UNCHANGED)
async def get_load_curve(
    request: Request,
    archive: ReadingsDep,
    kept: KeptResponsesDep,
    clock: ClockDep,
    caller: CallerDep,
    point_id: PointId,
    start: Start,
    end: End,
    direction: Direction = Direction.CONSUMPTION,
) -> Response:
    """Average power by interval, in W."""
    archive.check_range(start, end)
    key = ("load_curve", caller.account_id, point_id, direction, start, end)
    load_version = partial(archive.load_version, caller.account_id, point_id)
    if (ready := await kept.find_current(key, point_id, load_version)) is not None:
        return _respond_ready(request, clock, ready, None)
    found = await archive.read_load_curve(caller.account_id, point_id, direction, start, end)
    frame = RangeAnswer(**_build_frame(found, start, end, direction))

    def prepare() -> Prepared:
        written = f'{frame.model_dump_json()[:-1]},"readings":{encode_curve(found.days)}}}'
        return _prepare(request, written.encode(), found)

    ready = prepare() if len(found.days) <= _FEW_DAYS else await asyncio.to_thread(prepare)
    _keep_answer(kept, key, found, ready)
    return _respond_ready(request, clock, ready, frame.next_change)


@router.get("/daily", response_model=DailyAnswer, responses=conditional.UNCHANGED)
async def get_daily(
    request: Request,
    archive: ReadingsDep,
    kept: KeptResponsesDep,
    clock: ClockDep,
    caller: CallerDep,
    point_id: PointId,
    start: Start,
    end: End,
    direction: Direction = Direction.CONSUMPTION,
) -> Response:
    """Energy by day, in Wh."""
    archive.check_range(start, end)
    key = ("daily", caller.account_id, point_id, direction, start, end)
    load_version = partial(archive.load_version, caller.account_id, point_id)
    if (ready := await kept.find_current(key, point_id, load_version)) is not None:
        return _respond_ready(request, clock, ready, None)
    found = await archive.read_daily(caller.account_id, point_id, direction, start, end)
    readings = [
        DayReading(date=day, wh=value.wh, quality=value.quality, source=value.source)
        for day, value in found.days.items()
    ]
    answer = DailyAnswer(**_build_frame(found, start, end, direction), readings=readings)
    ready = _prepare(request, answer.model_dump_json().encode(), found)
    _keep_answer(kept, key, found, ready)
    return _respond_ready(request, clock, ready, answer.next_change)


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
    """Return the highest power of each day, in VA. After a request, it is fetched every day for a month."""
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
    """Return what the meter's registers showed, in Wh. After a request, they are fetched every week for a month."""
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
    """Request known days from Enedis again; each call counts against the quota as usual."""
    scheduled = await archive.request_refresh(caller.account_id, point_id, body.start, body.end)
    return RefreshAnswer.model_validate(scheduled, from_attributes=True)


class _Frame(TypedDict):
    """The members of a RangeAnswer."""

    direction: Direction
    start: date
    end: date
    missing: list[MissingRange]
    as_of: datetime
    next_change: datetime | None


def _build_frame(found: KnownRange[Any], start: date, end: date, direction: Direction) -> _Frame:
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
    return conditional.respond(request, answer, now=now, next_change=_limit_age(now, answer.next_change))


def _prepare(request: Request, content: bytes, found: KnownRange[Any]) -> Prepared:
    """Make an answer ready to be sent; one that is kept is compressed for the next caller, if not for this one."""
    compressed = is_worth_compressing(content) and (accepts_gzip(request.headers) or found.version is not None)
    return conditional.prepare_json(content, compressed=compressed)


def _keep_answer(kept: KeptResponses, key: tuple[Hashable, ...], found: KnownRange[Any], ready: Prepared) -> None:
    if found.version is not None:
        kept.keep_response(key, found.version, ready)


def _respond_ready(request: Request, clock: Clock, ready: Prepared, next_change: datetime | None) -> Response:
    now = clock.now()
    return conditional.respond_prepared(request, ready, now=now, next_change=_limit_age(now, next_change))


def _limit_age(now: datetime, next_change: datetime | None) -> datetime:
    return min(next_change or now + _LONGEST, now + _LONGEST)


def _find_next_change(gaps: Sequence[Missing]) -> datetime | None:
    return min((gap.expected_at for gap in gaps if gap.expected_at is not None), default=None)
