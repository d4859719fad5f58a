"""Tempo calendars, as far as they are published."""

import re
from datetime import date, datetime
from xml.etree.ElementTree import Element, SubElement, tostring

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse

from gateway.simulator import paris
from gateway.simulator.rte import request_checks
from gateway.simulator.rte.announcements import Announcements
from gateway.simulator.rte.errors import build_refusal
from gateway.simulator.tempo_days import FIRST_DAY, first_year
from gateway.simulator.wire import JsonObject
from gateway.simulator.world import TheWorld, World

_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:\d\d")

router = APIRouter()


@router.get("/open_api/tempo_like_supply_contract/v1/tempo_like_calendars")
async def get_calendars(request: Request, world: TheWorld) -> Response:
    """The days asked for, newest first; the newest published one when none is. XML unless JSON is asked for."""
    request_checks.admit_call(world, request)
    now, said = world.clock.now(), world.announcements
    query = dict(request.query_params)
    if query.keys() - {"start_date", "end_date", "fallback_status"}:
        raise build_refusal("F06")
    fallback = query.get("fallback_status", "false")
    if fallback not in {"true", "false"}:
        raise build_refusal("F07")
    start, end = _parse_range(query, now, said)
    if said.get_display_time(end - paris.DAY) > now:
        raise build_refusal("F04")
    known = paris.list_days(max(start, FIRST_DAY), end)
    values = [_build_value(said, day, now, fallback=fallback == "true") for day in reversed(known)]
    if "application/json" not in request.headers.get("accept", ""):
        return Response(_render_xml(values), media_type="application/xml")
    if said.as_array:
        return JSONResponse({"tempo_like_calendars": [_build_bounds(value) | {"values": value} for value in values]})
    bounds = {
        "start_date": paris.format_iso(paris.instant_at(start)),
        "end_date": paris.format_iso(paris.instant_at(end)),
    }
    return JSONResponse({"tempo_like_calendars": bounds | {"values": values}})


@router.get("/cms/open_data/v1/tempo")
async def get_open_data(request: Request, world: TheWorld, season: str = "") -> dict[str, dict[str, str]]:
    """The keyless calendar of one season (`2025-2026`), as far as it is published; nothing for any other text.

    It is a part of RTE's site, which lets in what looks like a browser.
    """
    if not request.headers.get("user-agent", "").startswith("Mozilla/"):
        raise build_refusal("403")
    return {"values": _build_season(world, season)}


def _parse_range(query: dict[str, str], now: datetime, said: Announcements) -> tuple[date, date]:
    today = paris.day_of(now)
    if "start_date" not in query and "end_date" not in query:
        latest = today + paris.DAY if said.get_display_time(today + paris.DAY) <= now else today
        return latest, latest + paris.DAY
    if "start_date" not in query or "end_date" not in query:
        raise build_refusal("F01")
    first, last = _parse_instant(query["start_date"]), _parse_instant(query["end_date"])
    if first > last:
        raise build_refusal("F02")
    start, end = paris.day_of(first), paris.day_of(last)
    if start == end:
        raise build_refusal("F05")
    if (end - start).days > 366:
        raise build_refusal("F03")
    if end > today + 2 * paris.DAY:
        raise build_refusal("F04")
    return start, end


def _parse_instant(text: str) -> datetime:
    if not _INSTANT.fullmatch(text):
        raise build_refusal("F06")
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        raise build_refusal("F06") from None


def _build_value(said: Announcements, day: date, now: datetime, *, fallback: bool) -> JsonObject:
    order = said.find_order(day)
    return {
        "start_date": paris.format_iso(paris.instant_at(day)),
        "end_date": paris.format_iso(paris.instant_at(day + paris.DAY)),
        **({} if order.missing else {"value": said.get_shown_colour(day, now)}),
        **({"fallback": order.fallback} if fallback else {}),
        "updated_date": paris.format_iso(paris.instant_at(day - paris.DAY, 10, 20)),  # always that, whatever the truth
    }


def _build_bounds(value: JsonObject) -> dict[str, str]:
    return {name: value[name] for name in ("start_date", "end_date")}


def _render_xml(values: list[JsonObject]) -> bytes:
    root = Element("tempo_like_calendars")
    for value in values:
        SubElement(root, "values", {name: str(member) for name, member in value.items()})
    return tostring(root, xml_declaration=True)


def _build_season(world: World, name: str) -> dict[str, str]:
    found = re.fullmatch(r"(\d{4})-(\d{4})", name)
    if not found or int(found[2]) != int(found[1]) + 1 or int(found[1]) < first_year(FIRST_DAY):
        return {}
    now, said = world.clock.now(), world.announcements
    latest = paris.day_of(now) + 2 * paris.DAY
    season = paris.list_days(date(int(found[1]), 9, 1), min(date(int(found[2]), 9, 1), latest))
    return {
        f"{day}": said.find_order(day).open_data or said.get_shown_colour(day, now)
        for day in season
        if said.get_display_time(day) <= now
    }
