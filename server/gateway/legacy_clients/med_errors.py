"""Errors as MyElectricalData's first API wrote them: `{"detail": …}`, in which it passed on Enedis' own as JSON."""

import json
from collections.abc import Callable, Coroutine
from typing import Any, override

from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi.routing import APIRoute

from gateway.accounts.tokens import InvalidTokenError
from gateway.dependencies import get_part
from gateway.kit.clock import Clock
from gateway.legacy_clients.refusals import LegacyRefusal, RefusedError, translate_problem
from gateway.legacy_clients.service import NotTheirMeterError
from gateway.problems import ProblemError

_NO_ACCOUNT = "This token is not valid, or was revoked. Create one for older clients in your account."
_NOT_THEIRS = "The account of this token has no such meter."
_INVALID_REQUEST = "Start and end must be days such as 2026-11-29, and start must come before end."


class MedRoute(APIRoute):
    """A route whose errors have the form that clients of MyElectricalData's first API read."""

    @override
    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Return the handler of a request."""
        respond = super().get_route_handler()

        async def respond_or_explain(request: Request) -> Response:
            try:
                return await respond(request)
            except InvalidTokenError:
                return _build_response(401, _NO_ACCOUNT)
            except NotTheirMeterError:
                return _build_response(403, _NOT_THEIRS)
            except RequestValidationError:
                return _build_response(400, _INVALID_REQUEST)
            except RefusedError as error:
                return _respond_refused(request, error)
            except ProblemError as problem:
                refused = translate_problem(problem, get_part(request, Clock).now())
                if refused is None:
                    return _build_response(problem.status, problem.detail)
                return _respond_refused(request, refused)

        return respond_or_explain


def _build_response(status: int, detail: str) -> JSONResponse:
    return JSONResponse({"detail": detail}, status)


def _respond_refused(request: Request, error: RefusedError) -> JSONResponse:
    match error.refusal:
        case LegacyRefusal.QUOTA:
            response = JSONResponse(error.body, error.status)
        case LegacyRefusal.NO_CONSENT:
            response = _build_response(error.status, error.body["error_description"])
        case LegacyRefusal.DOWN:
            response = _build_response(error.status, json.dumps(error.body))
        case LegacyRefusal.NOTHING | LegacyRefusal.HISTORY_LIMIT | LegacyRefusal.BEFORE_ACTIVATION:
            # one client gives up a range of years for a 400 in it, and goes on after a 404
            response = _build_response(404, json.dumps(error.body))
    response.headers.update(error.build_headers(get_part(request, Clock).now()))
    return response
