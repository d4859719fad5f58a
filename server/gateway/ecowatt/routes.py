"""`GET /v1/ecowatt`: for every account, from stored days."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from gateway.accounts.dependencies import get_caller
from gateway.dependencies import ResponseCacheDep, part
from gateway.ecowatt import schemas
from gateway.ecowatt.outlook import EcowattOutlook
from gateway.kit import conditional
from gateway.problems import describe_responses

router = APIRouter(
    prefix="/ecowatt",
    tags=["signals"],
    dependencies=[Depends(get_caller)],
    responses=describe_responses(401),
)


EcowattOutlookDep = Annotated[EcowattOutlook, Depends(part(EcowattOutlook))]


@router.get("", response_model=schemas.Ecowatt, responses=conditional.UNCHANGED)
async def get_ecowatt(request: Request, outlook: EcowattOutlookDep, response_cache: ResponseCacheDep) -> Response:
    """Return Ecowatt's level by hour, for today and the days ahead."""
    return await response_cache.respond(request, "ecowatt", outlook.read_outlook)
