"""Tempo calendars, as far as they are published."""

import re
from datetime import date, datetime
from typing import Any
from xml.etree.ElementTree import Element, SubElement, tostring

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse

from gateway.simulator import paris
from gateway.simulator.rte import request_checks
from gateway.simulator.rte.announcements import Announcements
from gateway.simulator.rte.errors import refusal
from gateway.simulator.tempo_days import FIRST_DAY, first_year
from gateway.simulator.world import TheWorld, World

_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:\d\d")

router = APIRouter()


@router.get("/open_api/tempo_like_supply_contract/v1/tempo_like_calendars")
async def calendars(request: Request, world: TheWorld) -> Response:
    """The days asked for, newest first; the newest published one when none is. XML unless JSON is asked for."""
    request_checks.enter(world, request)
    now, said = world.clock.now(), world.announcements
    query = dict(request.query_params)
    if query.keys() - {"start_date", "end_date", "fallback_status"}:
        raise refusal("F06")
    fallback = query.get("fallback_status", "false")
    if fallback not in {"true", "false"}:
        raise refusal("F07")
    start, end = _range(query, now, said)
    if said.visible_from(end - paris.DAY) > now:
        raise refusal("F04")
    known = paris.days(max(start, FIRST_DAY), end)
    values = [_value(said, day, now, fallback=fallback == "true") for day in reversed(known)]
    if "application/json" not in request.headers.get("accept", ""):
        return Response(_xml(values), media_type="application/xml")
    if said.as_array:
        return JSONResponse({"tempo_like_calendars": [_bounds(value) | {"values": value} for value in values]})
    bounds = {"start_date": paris.iso(paris.at(start)), "end_date": paris.iso(paris.at(end))}
    return JSONResponse({"tempo_like_calendars": bounds | {"values": values}})


@router.get("/cms/open_data/v1/tempo")
async def open_data(request: Request, world: TheWorld, season: str = "") -> dict[str, dict[str, str]]:
    """The keyless calendar of one season (`2025-2026`), as far as it is published; nothing for any other text.

    It is a part of RTE's site, which lets in what looks like a browser.
    """
    if not request.headers.get("user-agent", "").startswith("Mozilla/"):
        raise refusal("403")
    return {"values": _season(world, season)}


def _range(query: dict[str, str], now: datetime, said: Announcements) -> tuple[date, date]:
    today = paris.today(now)
    if "start_date" not in query and "end_date" not in query:
        latest = today + paris.DAY if said.visible_from(today + paris.DAY) <= now else today
        return latest, latest + paris.DAY
    if "start_date" not in query or "end_date" not in query:
        raise refusal("F01")
    first, last = _instant(query["start_date"]), _instant(query["end_date"])
    if first > last:
        raise refusal("F02")
    start, end = paris.today(first), paris.today(last)
    if start == end:
        raise refusal("F05")
    if (end - start).days > 366:
        raise refusal("F03")
    if end > today + 2 * paris.DAY:
        raise refusal("F04")
    return start, end


def _instant(text: str) -> datetime:
    if not _INSTANT.fullmatch(text):
        raise refusal("F06")
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        raise refusal("F06") from None


def _value(said: Announcements, day: date, now: datetime, *, fallback: bool) -> dict[str, Any]:
    order = said.order(day)
    return {
        "start_date": paris.iso(paris.at(day)),
        "end_date": paris.iso(paris.at(day + paris.DAY)),
        **({} if order.missing else {"value": said.shown(day, now)}),
        **({"fallback": order.fallback} if fallback else {}),
        "updated_date": paris.iso(paris.at(day - paris.DAY, 10, 20)),  # always that, whatever the truth
    }


def _bounds(value: dict[str, Any]) -> dict[str, str]:
    return {name: value[name] for name in ("start_date", "end_date")}


def _xml(values: list[dict[str, Any]]) -> bytes:
    root = Element("tempo_like_calendars")
    for value in values:
        SubElement(root, "values", {name: str(member) for name, member in value.items()})
    return tostring(root, xml_declaration=True)


def _season(world: World, name: str) -> dict[str, str]:
    found = re.fullmatch(r"(\d{4})-(\d{4})", name)
    if not found or int(found[2]) != int(found[1]) + 1 or int(found[1]) < first_year(FIRST_DAY):
        return {}
    now, said = world.clock.now(), world.announcements
    latest = paris.today(now) + 2 * paris.DAY
    season = paris.days(date(int(found[1]), 9, 1), min(date(int(found[2]), 9, 1), latest))
    return {
        f"{day}": said.order(day).open_data or said.shown(day, now) for day in season if said.visible_from(day) <= now
    }
