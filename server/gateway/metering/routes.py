"""`GET /v1/usage-points/{id}/daily` and `/load-curve`."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated

from fastapi import APIRouter, Query

from gateway.consents.routes import PointDep
from gateway.dependencies import RuntimeDep
from gateway.enedis.client import Direction
from gateway.metering.schemas import CurveAnswer, CurveReading, DailyAnswer, DayReading, MissingRange
from gateway.metering.service import Missing, Readings
from gateway.problems import documented
from gateway.runtime import Runtime

router = APIRouter(
    prefix="/v1/usage-points/{point_id}",
    tags=["readings"],
    responses=documented(400, 401, 404, 422, 429, 503),
)

Start = Annotated[date, Query(description="First day, of Paris")]
End = Annotated[date, Query(description="First day after the range")]


@router.get("/load-curve")
async def load_curve(
    runtime: RuntimeDep, point: PointDep, start: Start, end: End, direction: Direction = Direction.CONSUMPTION
) -> CurveAnswer:
    """Average power by interval, in W."""
    curve = await _readings(runtime).load_curve(point, direction, start, end)
    return CurveAnswer(
        direction=direction,
        start=start,
        end=end,
        readings=[CurveReading.model_validate(reading, from_attributes=True) for reading in curve.readings],
        missing=_missing(curve.missing),
        as_of=runtime.clock.now(),
        next_change=_next_change(curve.missing),
    )


@router.get("/daily")
async def daily(
    runtime: RuntimeDep, point: PointDep, start: Start, end: End, direction: Direction = Direction.CONSUMPTION
) -> DailyAnswer:
    """Energy by day, in Wh."""
    found = await _readings(runtime).daily(point, direction, start, end)
    return DailyAnswer(
        direction=direction,
        start=start,
        end=end,
        readings=[DayReading(date=value.day, wh=value.wh, quality=value.quality) for value in found.values],
        missing=_missing(found.missing),
        as_of=runtime.clock.now(),
        next_change=_next_change(found.missing),
    )


def _readings(runtime: Runtime) -> Readings:
    return Readings(runtime.database, runtime.archive, runtime.clock)


def _missing(gaps: Sequence[Missing]) -> list[MissingRange]:
    return [MissingRange.model_validate(gap, from_attributes=True) for gap in gaps]


def _next_change(gaps: Sequence[Missing]) -> datetime | None:
    return min((gap.expected_at for gap in gaps if gap.expected_at is not None), default=None)
