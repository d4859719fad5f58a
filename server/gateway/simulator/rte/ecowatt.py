"""Ecowatt v5: four days by hour, unsorted, today cut to the hours left."""

from datetime import date, datetime, timedelta
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse

from gateway.simulator import paris, weather
from gateway.simulator.rte import door
from gateway.simulator.rte.errors import refusal
from gateway.simulator.world import TheWorld

PAUSE = timedelta(minutes=15)
_FRIDAY = 4
_MESSAGES = {
    1: " Consommation normale. ",
    2: "Consommation élevée : les éco-gestes aident le réseau.  ",
    3: " Consommation trop élevée : sans baisse, des coupures sont à prévoir. ",
}

router = APIRouter()


@router.get("/open_api/ecowatt/v5/signals")
async def signals(request: Request, world: TheWorld) -> Response:
    """Today's remaining hours and the next days'; one call a quarter of an hour, on the simulator's clock."""
    door.enter(world, request)
    if request.query_params:
        raise refusal("404")
    now = world.clock.now()
    if world.quotas.enabled:
        if world.ecowatt_called is not None and timedelta(0) <= now - world.ecowatt_called < PAUSE:
            wait = world.ecowatt_called + PAUSE - now
            raise refusal("429", {"Retry-After": str(int(wait.total_seconds()) + 1)})
        world.ecowatt_called = now
    today = paris.today(now)
    days = [today + timedelta(days=ahead) for ahead in range(4 if _fourth_day_known(now) else 3)]
    unsorted = sorted(days, key=lambda day: weather.noise("ecowatt order", day)[:4])
    return JSONResponse({"signals": [_signal(day, now) for day in unsorted]})


def levels(day: date) -> tuple[int, ...]:
    """The 24 hours of a day: low-carbon nights and mild noons, tense mornings and evenings of cold working days."""
    cold = weather.temperature(day) + (40 if day.weekday() >= 5 else 0)
    mild = cold > 100
    tense = 3 if cold < -10 else 2 if cold < 12 else 1
    rush = {*range(8, 13), *range(18, 21)}
    return tuple(tense if hour in rush else 0 if mild and (hour < 6 or 11 <= hour < 17) else 1 for hour in range(24))


def _fourth_day_known(now: datetime) -> bool:
    today = paris.today(now)
    known = paris.at(today, 12, 15) if today.weekday() == _FRIDAY else paris.at(today, 17)
    return now >= known


def _signal(day: date, now: datetime) -> dict[str, Any]:
    hours = levels(day)
    first = now.astimezone(paris.PARIS).hour if day == paris.today(now) else 0
    worst = max(1, *hours)
    return {
        "GenerationFichier": paris.iso(now.replace(minute=0, second=0, microsecond=0)),
        "jour": paris.iso(paris.at(day)),
        "dvalue": worst,
        "message": _MESSAGES[worst],
        "values": [{"pas": hour, "hvalue": hours[hour]} for hour in range(first, 24)],
    }
