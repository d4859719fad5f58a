"""`GET /v1/ecowatt`: for every account, from what was asked already."""

from datetime import datetime

from fastapi import APIRouter, Depends, Request, Response

from gateway.accounts.dependencies import get_caller
from gateway.dependencies import DatabaseDep, ResponseCacheDep, SettingsDep
from gateway.ecowatt import outlook, schemas
from gateway.kit import conditional
from gateway.problems import documented

router = APIRouter(
    prefix="/ecowatt",
    tags=["signals"],
    dependencies=[Depends(get_caller)],
    responses=documented(401),
)


@router.get("", response_model=schemas.Ecowatt, responses=conditional.UNCHANGED)
async def ecowatt(
    request: Request, database: DatabaseDep, settings: SettingsDep, response_cache: ResponseCacheDep
) -> Response:
    """The level by hour, today and the days ahead."""

    async def make(now: datetime) -> schemas.Ecowatt:
        async with database.read() as session:
            return await outlook.signal(session, now, asked=settings.has_rte)

    return await response_cache.respond(request, "ecowatt", make)
