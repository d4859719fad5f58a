"""`GET /v1/ecowatt`: for every account, from what was asked already."""

from datetime import datetime

from fastapi import APIRouter, Depends, Request, Response

from gateway.dependencies import get_caller, get_runtime
from gateway.ecowatt import outlook, schemas
from gateway.kit import conditional
from gateway.problems import documented

router = APIRouter(
    prefix="/v1/ecowatt",
    tags=["signals"],
    dependencies=[Depends(get_caller)],
    responses=documented(401),
)


@router.get("", response_model=schemas.Ecowatt, responses=conditional.UNCHANGED)
async def ecowatt(request: Request) -> Response:
    """The level by hour, today and the days ahead."""
    runtime = await get_runtime(request)

    async def make(now: datetime) -> schemas.Ecowatt:
        async with runtime.database.read() as session:
            return await outlook.signal(session, now, asked=runtime.rte is not None)

    return await runtime.ready_made.respond(request, "ecowatt", make)
