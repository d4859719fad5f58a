"""Regulated prices, and the meaning of off-peak hours as people write them."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query

from gateway.accounts.dependencies import get_caller
from gateway.dependencies import part
from gateway.kit.wire import KnownDay
from gateway.problems import describe_responses
from gateway.tariffs.options import Option
from gateway.tariffs.prices import PriceSource
from gateway.tariffs.schemas import GridsView, OffersView, OffPeakView
from gateway.tariffs.service import TariffService, read_off_peak

TariffServiceDep = Annotated[TariffService, Depends(part(TariffService))]

router = APIRouter(tags=["billing"], responses=describe_responses(401, 404, 422, 429))


@router.get("/tariffs", dependencies=[Depends(get_caller)])
async def get_tariffs(
    service: TariffServiceDep,
    option: Annotated[Option | None, Query(description="By default, all regulated options")] = None,
    power: Annotated[int | None, Query(ge=1, le=36, description="In kVA; by default, all")] = None,
    on: Annotated[KnownDay | None, Query(description="By default, today")] = None,
    source: Annotated[
        PriceSource | None,
        Query(description="EDF's price list or CRE's open data; by default, the prices used for bills"),
    ] = None,
) -> GridsView:
    """Regulated prices in force on a day."""
    return await service.list_grids(option, power, on, source)


@router.get("/offers", dependencies=[Depends(get_caller)])
async def get_offers(
    service: TariffServiceDep,
    power: Annotated[int | None, Query(ge=1, le=36, description="In kVA; by default, all")] = None,
    on: Annotated[KnownDay | None, Query(description="By default, today")] = None,
) -> OffersView:
    """Offers of suppliers in force on a day, from the file that the operator trusts."""
    return await service.list_offers(power, on)


@router.get("/off-peak-hours", dependencies=[Depends(get_caller)])
async def read_off_peak_hours(
    text: Annotated[
        str, Query(max_length=500, description="As bills and Enedis write them: `22h-6h, week-end 0h-24h`")
    ],
) -> OffPeakView:
    """Parse off-peak hours written as text, so that a form can show them before they are saved."""
    return OffPeakView(periods=read_off_peak(text))
