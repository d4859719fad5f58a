"""Ecowatt v5: four days by hour, unsorted, today cut to the hours left."""

from datetime import date, datetime, timedelta
from math import ceil

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse

from gateway.simulator import paris, weather
from gateway.simulator.rte import request_checks
from gateway.simulator.rte.errors import build_refusal
from gateway.simulator.wire import JsonObject
from gateway.simulator.world import TheWorld, World

PAUSE = timedelta(minutes=15)
_FRIDAY = 4
_MESSAGES = {
    1: " Consommation normale. ",
    2: "Consommation élevée : les éco-gestes aident le réseau.  ",
    3: " Consommation trop élevée : sans baisse, des coupures sont à prévoir. ",
}

router = APIRouter()


@router.get("/open_api/ecowatt/v4/signals")
async def refuse_obsolete_version(request: Request, world: TheWorld) -> Response:
    """The version before is closed to the keys of this one."""
    request_checks.admit_call(world, request)
    raise build_refusal("403")


@router.get("/open_api/ecowatt/v5/signals")
async def get_signals(request: Request, world: TheWorld) -> Response:
    """Today's remaining hours and the next days'; one call a quarter of an hour, on the simulator's clock."""
    request_checks.admit_call(world, request)
    if request.query_params:
        raise build_refusal("404")
    now = world.clock.now()
    _limit_calls(world, now)
    today = paris.day_of(now)
    days = [today + timedelta(days=ahead) for ahead in range(4 if _is_fourth_day_known(now) else 3)]
    unsorted = sorted(days, key=lambda day: weather.hash_noise("ecowatt order", day)[:4])
    return JSONResponse({"signals": [_build_signal(day, list_levels(world, day), now) for day in unsorted]})


def list_levels(world: World, day: date) -> tuple[int, ...]:
    """The 24 hours of a day: as ordered, or low-carbon nights and mild noons, tense rush hours when it is cold."""
    if day in world.announcements.ecowatt:
        return world.announcements.ecowatt[day]
    warmth = weather.compute_temperature(day) + (40 if day.weekday() >= 5 else 0)
    rush = {*range(8, 13), *range(18, 21)}
    calm = {*range(6), *range(13, 17)} if warmth > 100 else set()
    tense = 3 if warmth < -10 else 2 if warmth < 12 else 1
    return tuple(tense if hour in rush else 0 if hour in calm else 1 for hour in range(24))


def _limit_calls(world: World, now: datetime) -> None:
    last = world.announcements.ecowatt_called
    if world.quotas.enabled and last is not None and timedelta(0) <= now - last < PAUSE:
        raise build_refusal("429", {"Retry-After": str(ceil((last + PAUSE - now).total_seconds()))})
    world.announcements.ecowatt_called = now


def _is_fourth_day_known(now: datetime) -> bool:
    today = paris.day_of(now)
    return now >= (paris.instant_at(today, 12, 15) if today.weekday() == _FRIDAY else paris.instant_at(today, 17))


def _build_signal(day: date, hours: tuple[int, ...], now: datetime) -> JsonObject:
    first = now.astimezone(paris.PARIS).hour if day == paris.day_of(now) else 0
    worst = max(1, *hours)
    return {
        "GenerationFichier": paris.format_iso(now.replace(minute=0, second=0, microsecond=0)),
        "jour": paris.format_iso(paris.instant_at(day)),
        "dvalue": worst,
        "message": _MESSAGES[worst],
        "values": [{"pas": hour, "hvalue": hours[hour]} for hour in range(first, 24)],
    }
