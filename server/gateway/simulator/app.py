"""Both worlds on one port, with the control API beside them."""

import asyncio
import json
import re
from collections.abc import Awaitable, Callable
from datetime import datetime
from time import monotonic

from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse

from gateway.simulator import control
from gateway.simulator.clock import Clock
from gateway.simulator.enedis import authorize, customers, measurements, services
from gateway.simulator.enedis import token as enedis_token
from gateway.simulator.enedis.alterations import Alteration
from gateway.simulator.enedis.request_checks import OctetStream
from gateway.simulator.faults import Refusal
from gateway.simulator.quotas import Quotas
from gateway.simulator.rte import ecowatt, tempo
from gateway.simulator.rte import request_checks as rte_checks
from gateway.simulator.world import Call, World

_PRM = re.compile(r"\d{14}")
_OURS = ("/control", "/docs", "/openapi.json")
_NAMES = {"oauth2": "enedis_token", "dataconnect": "authorize", "token": "rte_token", "cms": "open_data"}


def create_app(
    *,
    now: datetime | None = None,
    frozen: bool = False,
    quota: bool = True,
    redirect_uri: str | None = None,
    timer: Callable[[], float] = monotonic,
) -> FastAPI:
    """The simulator as an application. `timer` is what the quota's second is measured with."""
    app = FastAPI(title="Simulated Enedis and RTE", redoc_url=None, redirect_slashes=False)
    app.state.world = World(Clock(now, frozen=frozen), Quotas(enabled=quota, timer=timer), redirect_uri)
    app.include_router(control.router)
    for room in (enedis_token, authorize, services, measurements, rte_checks, tempo, ecowatt, customers):
        app.include_router(room.router, include_in_schema=False)
    app.add_exception_handler(Refusal, _refuse_request)
    app.middleware("http")(_handle_request)
    return app


def _get_api_name(path: str) -> str:
    """The API a path belongs to, as the call log and faults name it."""
    first, _, rest = path.strip("/").partition("/")
    return rest.split("/")[0] if first == "open_api" else _NAMES.get(first, first)


async def _handle_request(request: Request, call_next: Callable[[Request], Awaitable[Response]]) -> Response:
    """Write down every call to an operator, and let a fault on order take its place."""
    if request.url.path.startswith(_OURS):
        return await call_next(request)
    world: World = request.app.state.world
    api, path, query = _get_api_name(request.url.path), request.url.path, request.url.query
    time, arrived = world.clock.now(), world.quotas.timer()
    named = _PRM.search(f"{path}?{query}")
    prm = named.group() if named else None
    fault = world.faults.take_fault(api, prm)
    if fault is not None and fault.latency:
        await asyncio.sleep(fault.latency)
    if fault is not None and fault.refusal is not None:
        response = await _refuse_request(request, fault.refusal(world.clock.now()))
    else:
        response = await call_next(request)
        if fault is not None and fault.alteration is not None and response.status_code == 200:
            response = await _alter_body(response, fault.alteration)
    world.calls.append(Call(time, arrived, api, request.method, path, query, prm, response.status_code))
    return response


async def _alter_body(response: Response, alteration: Alteration) -> Response:
    """Change the body of a good answer."""
    chunks = [chunk async for chunk in response.body_iterator]  # type: ignore[attr-defined]  # Starlette streams it
    body = json.loads(b"".join(chunks))
    alteration(body)
    return OctetStream(body)


async def _refuse_request(request: Request, refusal: Exception) -> Response:
    if not isinstance(refusal, Refusal):
        raise refusal
    if isinstance(refusal.body, str):
        media_type = "text/html" if refusal.body.startswith("<") else "text/plain"
        return Response(refusal.body, refusal.status, refusal.headers, media_type)
    enedis = request.method == "GET" and not request.url.path.startswith(("/open_api", "/cms", "/token"))
    return (OctetStream if enedis else JSONResponse)(refusal.body, refusal.status, refusal.headers)
