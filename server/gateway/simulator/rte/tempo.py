"""Tempo calendars, as far as they are published."""

import re
from datetime import date, datetime, timedelta
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse

from gateway.simulator import paris, weather
from gateway.simulator.rte import door
from gateway.simulator.rte.errors import refusal
from gateway.simulator.tempo_days import FIRST_DAY, colour
from gateway.simulator.world import TheWorld, World

_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:\d\d")

router = APIRouter()


@router.get("/open_api/tempo_like_supply_contract/v1/tempo_like_calendars")
async def calendars(request: Request, world: TheWorld) -> Response:
    """The days asked for, newest first; the newest published one when none is."""
    door.enter(world, request)
    now = world.clock.now()
    query = dict(request.query_params)
    if query.keys() - {"start_date", "end_date", "fallback_status"}:
        raise refusal("F06")
    if query.get("fallback_status", "false") not in {"true", "false"}:
        raise refusal("F07")
    start, end = _range(query, now)
    known = [day for day in paris.days(max(start, FIRST_DAY), end) if visible_from(day) <= now]
    if start < end and end - paris.DAY not in known and end > paris.today(now):
        raise refusal("F04")
    values = [_value(world, day, fallback=query.get("fallback_status") == "true") for day in reversed(known)]
    body = {"start_date": paris.iso(paris.at(start)), "end_date": paris.iso(paris.at(end)), "values": values}
    return JSONResponse({"tempo_like_calendars": body})


def visible_from(day: date) -> datetime:
    """From when a colour can be seen: the eve, some minutes after 06:00. It is official from 10:40."""
    return paris.at(day - paris.DAY, 6) + timedelta(minutes=weather.noise("tempo", day)[0] % 20)


def _range(query: dict[str, str], now: datetime) -> tuple[date, date]:
    today = paris.today(now)
    if "start_date" not in query and "end_date" not in query:
        latest = today + paris.DAY if visible_from(today + paris.DAY) <= now else today
        return latest, latest + paris.DAY
    if "start_date" not in query or "end_date" not in query:
        raise refusal("F01")
    first, last = _instant(query["start_date"]), _instant(query["end_date"])
    if first > last:
        raise refusal("F02")
    start, end = paris.today(first), paris.today(last)
    if (end - start).days > 366:
        raise refusal("F03")
    if end > today + 2 * paris.DAY:
        raise refusal("F04")
    if start == end:
        raise refusal("F05")
    return start, end


def _instant(text: str) -> datetime:
    if not _INSTANT.fullmatch(text):
        raise refusal("F06")
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        raise refusal("F06") from None


def _value(_world: World, day: date, *, fallback: bool) -> dict[str, Any]:
    return {
        "start_date": paris.iso(paris.at(day)),
        "end_date": paris.iso(paris.at(day + paris.DAY)),
        "value": colour(day),
        **({"fallback": False} if fallback else {}),
        "updated_date": paris.iso(paris.at(day - paris.DAY, 10, 20)),
    }
