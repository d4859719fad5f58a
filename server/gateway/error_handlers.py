"""The handlers that turn every error of the application into a problem."""

import uuid
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from gateway.kit.outage import DatabaseDownError, DatabaseFullError, RowGoneError, UnstorableTextError
from gateway.problems import MEDIA_TYPE, ProblemError, not_found
from gateway.store import StoreError

log = structlog.get_logger()


def _respond_problem(request: Request, problem: ProblemError) -> JSONResponse:
    """Return a problem as a response."""
    instance = str(getattr(request.state, "request_id", None) or uuid.uuid4())
    return JSONResponse(
        {
            "type": f"urn:myelectricaldata:problem:{problem.code}",
            "title": HTTPStatus(problem.status).phrase,
            "status": problem.status,
            "detail": problem.detail,
            "instance": f"urn:uuid:{instance}",
            "code": problem.code,
            **problem.members,
        },
        status_code=problem.status,
        # the handler of unexpected errors runs outside the middleware that sets these
        headers={
            "X-Request-ID": instance,
            "Cache-Control": "no-store",
            "X-Content-Type-Options": "nosniff",
            **problem.headers,
        },
        media_type=MEDIA_TYPE,
    )


_MOST_ERRORS = 100
"""A body may have thousands of unknown members, each an error."""


def _describe_errors(error: RequestValidationError) -> list[dict[str, str]]:
    """Return the place of each invalid member and what is wrong with it.

    Pydantic tries each type of a union. A type that the value as a whole does not have is left out if another got
    further: of `prices`, either text or a list, "input should be 'regulated'" says nothing about an item of the list.
    """
    found = [(_list_place(detail), detail) for detail in error.errors()[:_MOST_ERRORS]]
    above = {place[:depth] for place, _ in found for depth in range(1, len(place))}
    return [
        {"where": ".".join(place), "message": detail["msg"].removeprefix("Value error, ")}
        for place, detail in found
        if detail["type"] == "extra_forbidden" or place not in above
    ]


def _list_place(detail: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the path of an invalid member; the name of an unknown member is left out, since the client sent it.

    So is pydantic's name for a type of a union, such as `tuple[Price, ...]`.
    """
    place = detail["loc"][:-1] if detail["type"] == "extra_forbidden" else detail["loc"]
    return tuple(str(part) for part in place if "[" not in str(part))


_BY_STATUS = {
    400: ("invalid_request", "The request cannot be parsed: send the body as UTF-8 JSON, or as a form."),
    404: ("not_found", "There is nothing at this address."),
    405: ("method_not_allowed", "This address does not support that method; the Allow header lists those it does."),
    413: ("too_large", "The request is too large."),
}


def install_handlers(app: FastAPI) -> None:
    """Install the handlers that turn every error of the application into a problem."""

    @app.exception_handler(ProblemError)
    async def answer_problem(request: Request, error: ProblemError) -> JSONResponse:
        return _respond_problem(request, error)

    @app.exception_handler(RequestValidationError)
    async def answer_invalid_request(request: Request, error: RequestValidationError) -> JSONResponse:
        errors = _describe_errors(error)
        words = "; ".join(f"{detail['where']}: {detail['message']}" for detail in errors)
        return _respond_problem(request, ProblemError(422, "invalid_request", words, errors=errors))

    @app.exception_handler(HTTPException)
    async def answer_http_exception(request: Request, error: HTTPException) -> JSONResponse:
        code, detail = _BY_STATUS.get(error.status_code, ("http_error", HTTPStatus(error.status_code).phrase))
        return _respond_problem(request, ProblemError(error.status_code, code, detail, headers=error.headers))

    @app.exception_handler(StoreError)
    async def answer_store_error(request: Request, _: StoreError) -> JSONResponse:
        words = "The gateway cannot do this right now: the store shared by its replicas does not respond."
        return _respond_problem(request, ProblemError(503, "store_down", words, retry_after=5))

    @app.exception_handler(RowGoneError)
    async def answer_row_gone(request: Request, _: RowGoneError) -> JSONResponse:
        return _respond_problem(request, not_found())

    @app.exception_handler(UnstorableTextError)
    async def answer_unstorable(request: Request, _: UnstorableTextError) -> JSONResponse:
        words = "One of the texts contains a character that cannot be stored (NUL)."
        return _respond_problem(request, ProblemError(422, "invalid_text", words))

    @app.exception_handler(DatabaseFullError)
    async def answer_database_full(request: Request, error: DatabaseFullError) -> JSONResponse:
        log.error("database_full", reason=str(error))
        words = "The gateway's disk is full, so nothing was stored. Its owner has to free some space."
        return _respond_problem(request, ProblemError(507, "storage_full", words, retry_after=60))

    @app.exception_handler(DatabaseDownError)
    async def answer_database_away(request: Request, error: DatabaseDownError) -> JSONResponse:
        log.warning("database_down", reason=str(error))
        words = "The gateway cannot do this right now: its database does not respond."
        return _respond_problem(request, ProblemError(503, "database_down", words, retry_after=5))

    @app.exception_handler(Exception)
    async def answer_unexpected(request: Request, error: Exception) -> JSONResponse:
        # this runs outside the middleware that adds the request id to every log line
        request_id = getattr(request.state, "request_id", None)
        log.error("unexpected_error", kind=type(error).__name__, request_id=request_id, exc_info=error)
        return _respond_problem(
            request,
            ProblemError(500, "internal_error", "The gateway failed; its log has the cause under this `instance`."),
        )
