"""`/v1/consents` and `GET /v1/usage-points`."""

from datetime import date, datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Path
from pydantic import BaseModel, ConfigDict, Field

from gateway.accounts import repository as accounts
from gateway.audit.service import record
from gateway.billing import repository as billing
from gateway.billing.home import Home
from gateway.billing.notices import notices as billing_notices
from gateway.billing.offpeak import OffPeakPeriod
from gateway.billing.tariffs import Tariff
from gateway.consents import authorisation, repository, service
from gateway.consents.contracts import told_at
from gateway.consents.models import Consent, ConsentStatus, PointStatus, UsagePoint
from gateway.consents.notices import Notice, notices
from gateway.dependencies import CallerDep, PointId, RuntimeDep, WriteSession
from gateway.enedis.customer import Address
from gateway.kit import paris
from gateway.kit.wire import Utc
from gateway.metering import freshness, history
from gateway.metering import repository as archive
from gateway.metering.meters import Meter
from gateway.metering.schemas import History, Hole
from gateway.problems import ProblemError, documented, not_found
from gateway.quotas.routes import counted
from gateway.runtime import Runtime

router = APIRouter(tags=["usage points"], responses=documented(401, 404, 422))


async def get_point(runtime: RuntimeDep, caller: CallerDep, point_id: PointId) -> UsagePoint:
    """Return the usage point of the path, which is the caller's own."""
    async with runtime.database.read() as session:
        return await service.get(session, caller.account_id, point_id)


PointDep = Annotated[UsagePoint, Depends(get_point)]


class PointConsent(BaseModel):
    """Whether Enedis lets us read, and until when; `moved`: another account reads this meter now."""

    status: PointStatus
    expires_at: Utc | None
    ended_at: Utc | None


class Contract(BaseModel):
    """What Enedis tells of the contract; null: not told (yet). `off_peak` is Enedis' own spelling."""

    segment: str | None = None
    power_kva: int | None = None
    distribution_tariff: str | None = None
    started_on: date | None = None
    consumption_activated_on: date | None = None
    production_activated_on: date | None = None
    services_level: str | None = None
    off_peak: str | None = None
    gives: bool | None = None


class ContractView(Contract):
    """The contract, and when Enedis told it."""

    as_of: Utc | None


class Freshness(BaseModel):
    """Up to which day (excluded) the energy is known, when more is expected, and from when that is late."""

    complete_until: date | None
    late_at: Utc
    next_expected_at: Utc


class UsagePointView(BaseModel):
    """A meter, without its number."""

    id: str
    masked_number: str
    name: str
    consent: PointConsent
    contract: Contract
    services: list[str]
    curve_collected: bool | None
    tariffs: list[Tariff]
    off_peak: list[OffPeakPeriod]
    freshness: Freshness
    history: History
    holes: list[Hole]
    notices: list[Notice]


class UsagePoints(BaseModel):
    """All meters of an account."""

    items: list[UsagePointView]


@router.get("/v1/usage-points", responses=documented(429), dependencies=[Depends(counted)])
async def usage_points(runtime: RuntimeDep, caller: CallerDep) -> UsagePoints:
    """List the account's meters."""
    async with runtime.database.read() as session:
        points = await repository.of_account(session, caller.account_id)
    return UsagePoints(items=[await view(runtime, point) for point in points])


@router.get("/v1/usage-points/{point_id}", responses=documented(429), dependencies=[Depends(counted)])
async def usage_point(runtime: RuntimeDep, point: PointDep) -> UsagePointView:
    """Show one of the account's meters."""
    return await view(runtime, point)


@router.delete("/v1/usage-points/{point_id}", status_code=204)
async def delete_usage_point(runtime: RuntimeDep, session: WriteSession, caller: CallerDep, point_id: PointId) -> None:
    """Forget a meter and all that was read of it. Its share at Enedis is ended by its holder, at Enedis."""
    point = await service.get(session, caller.account_id, point_id)
    await repository.delete(session, point)
    record(session, runtime.clock.now(), "usage_point_deleted", caller.account_id, usage_point=point_id)


@router.get("/v1/usage-points/{point_id}/contract", responses=documented(429, 503), dependencies=[Depends(counted)])
async def contract(runtime: RuntimeDep, point: PointDep) -> ContractView:
    """Show the contract as Enedis has it."""
    point = await runtime.customer_data.with_contract(point)
    return ContractView.model_validate({**point.contract, "as_of": told_at(point)})


@router.get(
    "/v1/usage-points/{point_id}/address",
    responses=documented(409, 429, 503),
    response_model_by_alias=False,  # the aliases are Enedis' own names
    dependencies=[Depends(counted)],
)
async def address(runtime: RuntimeDep, point: PointDep) -> Address:
    """Show where the meter is, as Enedis has it."""
    async with runtime.database.read() as session:
        secrets = await service.open_secrets(session, point, runtime.keyring)
    return await runtime.customer_data.address(point, secrets)


async def view(runtime: Runtime, point: UsagePoint) -> UsagePointView:
    """Show a meter."""
    now = runtime.clock.now()
    async with runtime.database.read() as session:
        opened = await service.open_secrets(session, point, runtime.keyring)
        meter = Meter.of(point, opened, now)
        complete_until = await archive.complete_until(session, meter.main(meter.first_direction))
        progress = await history.progress(session, meter, paris.day_of(now))
        holes = await freshness.holes(session, meter, now)
        home = Home(point, opened, await billing.book(session))
    return UsagePointView(
        id=point.id,
        masked_number=service.masked(opened.prm),
        name=point.name,
        consent=PointConsent(
            status=point.status,
            expires_at=paris.midnight(point.consent_expires_on) if point.consent_expires_on else None,
            ended_at=point.ended_at,
        ),
        contract=Contract.model_validate(point.contract),
        services=point.services,
        curve_collected=service.collects_curve(point),
        tariffs=home.tariffs,
        off_peak=home.off_peak,
        freshness=Freshness(
            complete_until=complete_until,
            late_at=freshness.late_at(complete_until, point.created_at),
            next_expected_at=_no_earlier(point, now),
        ),
        history=History(
            known_from=progress.known_from,
            oldest=progress.oldest,
            days=progress.days,
            of_days=progress.of_days,
            finished=point.history_at is None and progress.known_from <= progress.oldest,
            next_call=point.history_at,
        ),
        holes=[Hole.model_validate(hole, from_attributes=True) for hole in holes],
        notices=[*notices(point, now), *billing_notices(home, now)],
    )


def _no_earlier(point: UsagePoint, now: datetime) -> datetime:
    return max(point.next_work_at, now)


class ConsentRequest(BaseModel):
    """The meter that the account wishes to read: its 14 digits, from the bill or the meter."""

    model_config = ConfigDict(extra="forbid")

    prm: Annotated[str, Field(max_length=40)]


class ConsentAsked(BaseModel):
    """Where the holder of the meter gives the consent, until `expires_at`."""

    id: str
    authorize_url: str
    expires_at: Utc


class ConsentView(BaseModel):
    """How a consent stands; `reason` says why it failed."""

    id: str
    status: ConsentStatus
    reason: str | None
    usage_points: list[str]


@router.post("/v1/consents", status_code=201, responses=documented(403, 413, 429))
async def ask_consent(
    runtime: RuntimeDep, session: WriteSession, caller: CallerDep, wish: ConsentRequest
) -> ConsentAsked:
    """Begin to share a meter; its holder goes on at `authorize_url`."""
    try:
        prm = service.check_number(wish.prm)
    except service.InvalidNumberError as error:
        raise ProblemError(422, "invalid_number", f"`prm`: {error}") from error
    account = await accounts.account(session, caller.account_id)
    consent = await authorisation.ask(
        session, account, prm, keyring=runtime.keyring, instance=runtime.instance, now=runtime.clock.now()
    )
    base = runtime.settings.backend_url.rstrip("/")
    return ConsentAsked(
        id=consent.id, authorize_url=f"{base}/consents/{consent.id}/start", expires_at=consent.expires_at
    )


@router.get("/v1/consents/{consent_id}")
async def consent(
    runtime: RuntimeDep, caller: CallerDep, consent_id: Annotated[str, Path(pattern="^[0-9a-f]{32}$")]
) -> ConsentView:
    """Show how one of the account's consents stands."""
    async with runtime.database.read() as session:
        found = await repository.consent(session, consent_id)
    if found is None or found.account_id != caller.account_id:
        raise not_found()
    return _consent_view(found, runtime.clock.now())


def _consent_view(consent: Consent, now: datetime) -> ConsentView:
    outcome = authorisation.outcome_of(consent, now)
    status = ConsentStatus.EXPIRED if outcome is authorisation.Outcome.EXPIRED else consent.status
    granted = status is ConsentStatus.GRANTED
    return ConsentView(
        id=consent.id,
        status=status,
        reason=None if granted or status is ConsentStatus.PENDING else outcome,
        usage_points=[consent.point_id] if granted else [],
    )
