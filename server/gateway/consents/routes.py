"""`/v1/consents` and `GET /v1/usage-points`."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path

from gateway.accounts import repository as accounts
from gateway.consents import authorisation, repository, service
from gateway.consents.contracts import told_at
from gateway.consents.models import UsagePoint
from gateway.consents.views import (
    ConsentAsked,
    ConsentRequest,
    ConsentView,
    ContractView,
    UsagePoints,
    UsagePointView,
    view,
)
from gateway.dependencies import OUR_ID, CallerDep, PointId, RuntimeDep, WriteSession
from gateway.enedis.customer import Address
from gateway.problems import ProblemError, documented
from gateway.quotas.routes import counted

router = APIRouter(tags=["usage points"], responses=documented(401, 404, 422))


async def get_point(runtime: RuntimeDep, caller: CallerDep, point_id: PointId) -> UsagePoint:
    """Return the usage point of the path, which is the caller's own."""
    async with runtime.database.read() as session:
        return await service.get(session, caller.account_id, point_id)


PointDep = Annotated[UsagePoint, Depends(get_point)]


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
    await service.delete(session, caller.account_id, point_id, runtime.clock.now())


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
    start = f"{runtime.settings.backend_url}/consents/{consent.id}/start"
    return ConsentAsked(id=consent.id, authorize_url=start, expires_at=consent.expires_at)


@router.get("/v1/consents/{consent_id}")
async def consent(
    runtime: RuntimeDep, caller: CallerDep, consent_id: Annotated[str, Path(pattern=OUR_ID)]
) -> ConsentView:
    """Show how one of the account's consents stands."""
    async with runtime.database.read() as session:
        found = await service.own_consent(session, caller.account_id, consent_id)
    return ConsentView.of(found, runtime.clock.now())
