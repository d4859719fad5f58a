"""`GET /v1/usage-points/{id}/contract` and `/address`: both come from Enedis."""

from typing import Annotated

from fastapi import APIRouter, Depends

from gateway.accounts.dependencies import CallerDep
from gateway.dependencies import PointId, part
from gateway.enedis.customer import Address
from gateway.problems import describe_responses
from gateway.quotas.dependencies import enforce_quota
from gateway.usage_points.contracts import CustomerData
from gateway.usage_points.models import UsagePoint
from gateway.usage_points.schemas import ContractView

router = APIRouter(tags=["usage points"], responses=describe_responses(401, 404, 422))


CustomerDataDep = Annotated[CustomerData, Depends(part(CustomerData))]


async def get_usage_point(customer_data: CustomerDataDep, caller: CallerDep, point_id: PointId) -> UsagePoint:
    """Return the usage point of the path, which is the caller's own."""
    return await customer_data.find_point(caller.account_id, point_id)


PointDep = Annotated[UsagePoint, Depends(get_usage_point)]


@router.get("/contract", responses=describe_responses(429, 503), dependencies=[Depends(enforce_quota)])
async def get_contract(customer_data: CustomerDataDep, point: PointDep) -> ContractView:
    """Show the contract as Enedis has it."""
    point = await customer_data.load_with_contract(point)
    return ContractView.of(point.contract)


@router.get(
    "/address",
    responses=describe_responses(409, 429, 503),
    response_model_by_alias=False,  # the aliases are Enedis' own names
    dependencies=[Depends(enforce_quota)],
)
async def get_address(customer_data: CustomerDataDep, point: PointDep) -> Address:
    """Show where the meter is, as Enedis has it."""
    return await customer_data.fetch_address(point)
