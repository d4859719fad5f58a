"""`GET /v1/usage-points`."""

from datetime import date, datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Path
from pydantic import BaseModel

from gateway.billing.offpeak import OffPeakPeriod
from gateway.billing.tariffs import Tariff
from gateway.consents import repository, service
from gateway.consents.models import UsagePoint
from gateway.dependencies import CallerDep, RuntimeDep
from gateway.kit.wire import Utc
from gateway.metering import freshness
from gateway.problems import ProblemDetails
from gateway.runtime import Runtime

router = APIRouter(tags=["usage points"], responses={status: {"model": ProblemDetails} for status in (401, 404, 422)})


async def get_point(
    runtime: RuntimeDep,
    caller: CallerDep,
    point_id: Annotated[str, Path(pattern="^[a-z0-9]{16}$", description="The usage point's public id")],
) -> UsagePoint:
    """Return the usage point of the path, which is the caller's own."""
    async with runtime.database.read() as session:
        return await service.get(session, caller.account_id, point_id)


PointDep = Annotated[UsagePoint, Depends(get_point)]


class ConsentState(BaseModel):
    """Whether Enedis lets us read, and until when."""

    status: Literal["granted"]
    expires_at: Utc | None


class Freshness(BaseModel):
    """Up to which day (excluded) the load curve is known, and when more is expected."""

    complete_until: date | None
    next_expected_at: Utc


class Notice(BaseModel):
    """Something a person should know."""

    code: str
    since: Utc
    until: Utc | None


class UsagePointView(BaseModel):
    """A meter, without its number."""

    id: str
    masked_number: str
    name: str
    consent: ConsentState
    tariffs: list[Tariff]
    off_peak: list[OffPeakPeriod]
    freshness: Freshness
    notices: list[Notice]


class UsagePoints(BaseModel):
    """All meters of an account."""

    items: list[UsagePointView]


@router.get("/v1/usage-points")
async def usage_points(runtime: RuntimeDep, caller: CallerDep) -> UsagePoints:
    """List the account's meters."""
    async with runtime.database.read() as session:
        points = await repository.of_account(session, caller.account_id)
    return UsagePoints(items=[await _view(runtime, point) for point in points])


@router.get("/v1/usage-points/{point_id}")
async def usage_point(runtime: RuntimeDep, point: PointDep) -> UsagePointView:
    """Show one of the account's meters."""
    return await _view(runtime, point)


async def _view(runtime: Runtime, point: UsagePoint) -> UsagePointView:
    async with runtime.database.read() as session:
        opened = await service.open_secrets(session, point, runtime.keyring)
        complete_until = await freshness.complete_until(session, point.id)
    return UsagePointView(
        id=point.id,
        masked_number=service.masked(opened.prm),
        name=point.name,
        consent=ConsentState(status="granted", expires_at=point.consent_expires_at),
        tariffs=[Tariff.model_validate(tariff) for tariff in point.tariffs],
        off_peak=[OffPeakPeriod.model_validate(period) for period in point.off_peak],
        freshness=Freshness(complete_until=complete_until, next_expected_at=_no_earlier(point, runtime.clock.now())),
        notices=[],
    )


def _no_earlier(point: UsagePoint, now: datetime) -> datetime:
    return max(point.next_work_at, now)
