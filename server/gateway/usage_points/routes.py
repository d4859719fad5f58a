"""`GET /v1/usage-points/{id}/contract` and `/address`: what Enedis tells of a usage point."""

from typing import Annotated

from fastapi import APIRouter, Depends

from gateway.dependencies import CallerDep, PointId, RuntimeDep
from gateway.enedis.customer import Address
from gateway.problems import documented
from gateway.quotas.routes import counted
from gateway.usage_points import service
from gateway.usage_points.contracts import told_at
from gateway.usage_points.models import UsagePoint
from gateway.usage_points.schemas import ContractView

router = APIRouter(tags=["usage points"], responses=documented(401, 404, 422))


async def get_point(runtime: RuntimeDep, caller: CallerDep, point_id: PointId) -> UsagePoint:
    """Return the usage point of the path, which is the caller's own."""
    async with runtime.database.read() as session:
        return await service.get(session, caller.account_id, point_id)


PointDep = Annotated[UsagePoint, Depends(get_point)]


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
