"""`GET /v1/tempo/forecast`: for every account."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from gateway.accounts.dependencies import get_caller
from gateway.dependencies import ResponseCacheDep, part
from gateway.kit import conditional
from gateway.problems import describe_responses
from gateway.tempo.forecast.schemas import TempoForecastView
from gateway.tempo.forecast.service import TempoForecasts

router = APIRouter(
    prefix="/tempo", tags=["signals"], dependencies=[Depends(get_caller)], responses=describe_responses(401)
)

TempoForecastsDep = Annotated[TempoForecasts, Depends(part(TempoForecasts))]


@router.get("/forecast", response_model=TempoForecastView, responses=conditional.UNCHANGED)
async def get_tempo_forecast(
    request: Request, forecasts: TempoForecastsDep, response_cache: ResponseCacheDep
) -> Response:
    """How likely each colour is two to nine days ahead, and how often such forecasts were right."""
    return await response_cache.respond(request, "tempo_forecast", forecasts.read_forecast)
