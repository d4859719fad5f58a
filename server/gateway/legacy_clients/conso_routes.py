"""The addresses of conso-api, by its older names and by those since October 2026: `/api/NAME?prm=&start=&end=`.

They are served without `/api` too, which a proxy that puts the gateway there has taken off.
"""

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response
from pydantic import ValidationError

from gateway.accounts.tokens import InvalidTokenError
from gateway.dependencies import ClockDep
from gateway.kit.clock import Clock
from gateway.kit.wire import JsonObject
from gateway.legacy_clients.conso_requests import MEASURES, ConsoRequest
from gateway.legacy_clients.dependencies import LegacyClientsDep
from gateway.legacy_clients.refusals import RefusedError, translate_problem
from gateway.legacy_clients.service import NotTheirMeterError
from gateway.problems import ProblemError

router = APIRouter(include_in_schema=False)
_METHODS = ["GET", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"]


async def get_conso_measures(request: Request, clients: LegacyClientsDep, clock: ClockDep) -> Response:
    """Return the readings of `[start, end[`. The checks come in conso-api's order, with its texts."""
    if request.method == "OPTIONS":
        return Response()
    if request.method != "GET":
        return _refuse(405, "Seule la méthode GET est autorisée", {"Allow": "GET, OPTIONS"})
    try:
        asked = ConsoRequest.model_validate(dict(request.query_params))
    except ValidationError as error:
        return _refuse(400, "Paramètres invalides", error=_build_issues(error))
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme != "Bearer" or not token:
        return _refuse(400, "Le header 'Authorization' est manquant ou invalide")
    chosen = MEASURES[request.url.path.rstrip("/").rpartition("/")[2]]
    try:
        meter = await clients.open_meter(token, asked.prm)
        days = asked.start, asked.end
        return await clients.read_measures(
            request, meter, chosen.measure, days, lambda found: JSONResponse(chosen.build_body(found))
        )
    except InvalidTokenError, NotTheirMeterError:
        return _refuse(401, "Votre token est invalide ou ne permet pas d'accéder à ce PRM")
    except RefusedError as error:
        return _pass_on(error, clock)
    except ProblemError as problem:
        refused = translate_problem(problem, clock.now())
        if refused is None:
            return _refuse(problem.status, problem.detail, problem.headers)
        return _pass_on(refused, clock)


for _name in MEASURES:
    for _path in (f"/api/{_name}", f"/{_name}"):
        router.add_api_route(_path, get_conso_measures, methods=_METHODS)


def _refuse(status: int, message: str, headers: dict[str, str] | None = None, **more: Any) -> JSONResponse:
    return JSONResponse({"status": status, "message": message, **more}, status, headers)


def _pass_on(error: RefusedError, clock: Clock) -> JSONResponse:
    headers = error.build_headers(clock.now())
    return _refuse(error.status, "The Enedis API returned an error", headers, error=error.body)


def _build_issues(error: ValidationError) -> JsonObject:
    """Return what is wrong with which parameter, in the form of zod, without what was sent."""
    issues = [
        {"path": list(detail["loc"]), "message": detail["msg"]}
        for detail in error.errors(include_input=False, include_context=False, include_url=False)
    ]
    return {"name": "ZodError", "issues": issues}
