"""The addresses of MyElectricalData's first API, each with and without a slash at its end: some clients follow nothing.

The token is the whole Authorization header. `/cache` at the end asked for an answer from a cache; all of these are.
"""

from collections.abc import Callable
from datetime import date
from enum import StrEnum
from typing import Annotated, Any, override

from fastapi import APIRouter, Depends, Path, Request, Response
from fastapi.responses import JSONResponse

from gateway.dependencies import ClockDep
from gateway.domain.direction import Direction
from gateway.ecowatt.routes import EcowattOutlookDep
from gateway.kit.wire import JsonObject
from gateway.legacy_clients import contracts, national
from gateway.legacy_clients.bodies import build_meter_reading
from gateway.legacy_clients.dependencies import LegacyClientsDep
from gateway.legacy_clients.measures import LegacyMeasure, MeasuredRange
from gateway.legacy_clients.med_errors import MedRoute
from gateway.legacy_clients.service import OwnMeter
from gateway.metering.schedule import Kind
from gateway.problems import ProblemError
from gateway.tariffs.routes import TariffServiceDep
from gateway.tempo.routes import TempoOutlookDep


class SlashRouter(APIRouter):
    """A router that serves each address with and without a slash at its end."""

    @override
    def add_api_route(self, path: str, endpoint: Callable[..., Any], **more: Any) -> None:
        """Register an endpoint at both."""
        for end in ("", "/"):
            super().add_api_route(path + end, endpoint, **more)


router = SlashRouter(route_class=MedRoute, include_in_schema=False)

Prm = Annotated[str, Path(pattern="^[0-9]{14}$")]
Day = Annotated[date, Path()]
_KEPT = "Nothing was removed: there is no cache, and a day that is known is not asked of Enedis again."
_NOT_KEPT = "This gateway asks Enedis for no names and no contacts."


class MedMeasure(StrEnum):
    """The measures, by their addresses."""

    DAILY_CONSUMPTION = "daily_consumption"
    DAILY_PRODUCTION = "daily_production"
    MAX_POWER = "daily_consumption_max_power"
    CONSUMPTION_LOAD_CURVE = "consumption_load_curve"
    PRODUCTION_LOAD_CURVE = "production_load_curve"


_MEASURES = {
    MedMeasure.DAILY_CONSUMPTION: LegacyMeasure(Kind.DAILY, Direction.CONSUMPTION),
    MedMeasure.DAILY_PRODUCTION: LegacyMeasure(Kind.DAILY, Direction.PRODUCTION),
    MedMeasure.MAX_POWER: LegacyMeasure(Kind.MAX_POWER, Direction.CONSUMPTION),
    MedMeasure.CONSUMPTION_LOAD_CURVE: LegacyMeasure(Kind.CURVE, Direction.CONSUMPTION),
    MedMeasure.PRODUCTION_LOAD_CURVE: LegacyMeasure(Kind.CURVE, Direction.PRODUCTION),
}


async def get_meter(request: Request, clients: LegacyClientsDep, prm: Prm) -> OwnMeter:
    """Return the meter of the path. Raises InvalidTokenError and NotTheirMeterError."""
    token = request.headers.get("authorization", "").removeprefix("Bearer ")
    return await clients.open_meter(token, prm)


MeterDep = Annotated[OwnMeter, Depends(get_meter)]
_RANGE = "/{measure}/{prm}/start/{start}/end/{end}"


@router.get(_RANGE)
@router.get(f"{_RANGE}/cache")
async def get_measures(
    request: Request, clients: LegacyClientsDep, meter: MeterDep, measure: MedMeasure, start: Day, end: Day
) -> Response:
    """Return the readings of `[start, end[`."""

    def build_response(found: MeasuredRange) -> JSONResponse:
        return JSONResponse({"meter_reading": build_meter_reading(found)})

    return await clients.read_measures(request, meter, _MEASURES[measure], (start, end), build_response)


@router.get("/valid_access/{prm}")
@router.get("/valid_access/{prm}/cache")
async def get_access(clients: LegacyClientsDep, meter: MeterDep, clock: ClockDep) -> JsonObject:
    """Tell whether the meter may be read, and what is left of the quota. It is not counted."""
    return contracts.build_access(meter, await clients.load_answers(meter), clock.now())


@router.get("/contracts/{prm}")
@router.get("/contracts/{prm}/cache")
async def get_contracts(request: Request, clients: LegacyClientsDep, meter: MeterDep) -> JsonObject:
    """Return the contract."""
    return contracts.build_contracts(meter, await clients.load_contract(request, meter))


@router.get("/addresses/{prm}")
@router.get("/addresses/{prm}/cache")
async def get_addresses(request: Request, clients: LegacyClientsDep, meter: MeterDep) -> JsonObject:
    """Return the address."""
    return contracts.build_addresses(meter, await clients.fetch_address(request, meter))


@router.get("/identity/{prm}")
@router.get("/identity/{prm}/cache")
@router.get("/contact/{prm}")
@router.get("/contact/{prm}/cache")
async def refuse_person(_: MeterDep) -> None:
    """Refuse: the gateway has neither."""
    raise ProblemError(404, "not_kept", _NOT_KEPT)


@router.delete("/cache/{prm}")
@router.delete(f"{_RANGE}/cache")
@router.delete("/{what}/{prm}/cache")
async def clear_cache(_: MeterDep) -> dict[str, str]:
    """Do nothing: there is no cache beside the archive, which a token that only reads cannot delete."""
    return {"detail": _KEPT}


@router.get("/rte/tempo/{start}/{end}")
async def get_tempo(outlook: TempoOutlookDep, clock: ClockDep, start: Day, end: Day) -> dict[str, str]:
    """Return Tempo's colours, without a token."""
    return await national.list_tempo_days(outlook, start, end, clock.now())


@router.get("/rte/ecowatt/{start}/{end}")
async def get_ecowatt(outlook: EcowattOutlookDep, clock: ClockDep, start: Day, end: Day) -> JsonObject:
    """Return Ecowatt's levels, without a token."""
    return await national.list_ecowatt_days(outlook, start, end, clock.now())


@router.get("/edf/tempo/days")
async def get_tempo_days_left(outlook: TempoOutlookDep, clock: ClockDep) -> dict[str, int | None]:
    """Return how many Tempo days are left, without a token."""
    return await national.count_tempo_days_left(outlook, clock.now())


@router.get("/edf/tempo/price")
async def get_tempo_prices(tariffs: TariffServiceDep) -> dict[str, float]:
    """Return Tempo's prices, without a token."""
    return await national.list_tempo_prices(tariffs)
