"""Errors as RFC 9457 problem details: a stable `code`, a text for people, and nothing of what the client sent."""

import uuid
from collections.abc import Mapping
from datetime import date, timedelta
from http import HTTPStatus
from typing import Any

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from starlette.exceptions import HTTPException

from gateway.kit.outage import DatabaseDownError, DatabaseFullError, RowGoneError, UnstorableTextError
from gateway.kit.wire import OpenApiResponses
from gateway.store import StoreError

log = structlog.get_logger()

MEDIA_TYPE = "application/problem+json"


class ProblemDetails(BaseModel):
    """The body of every error."""

    type: str
    title: str
    status: int
    detail: str
    instance: str
    code: str


_CONTENT = {MEDIA_TYPE: {"schema": ProblemDetails.model_json_schema()}}


def describe_responses(*statuses: int) -> OpenApiResponses:
    """Return the responses of these error statuses for the OpenAPI document."""
    return {status: {"description": HTTPStatus(status).phrase, "content": _CONTENT} for status in statuses}


class ProblemError(Exception):
    """An error that is sent to the client as a problem."""

    def __init__(
        self,
        status: int,
        code: str,
        detail: str,
        *,
        retry_after: float | None = None,
        headers: Mapping[str, str] | None = None,
        **members: Any,
    ) -> None:
        """`detail` says what is wrong and what to change; `retry_after` is in seconds; `members` join the body."""
        super().__init__(code)
        self.status = status
        self.code = code
        self.detail = detail
        self.headers = dict(headers or {})
        self.members = members
        if retry_after is not None:
            self.headers["Retry-After"] = str(max(1, round(retry_after)))


def not_found() -> ProblemError:
    """Return the 404 problem, the same for what does not exist and for what belongs to another account."""
    return ProblemError(404, "not_found", "Nothing exists at this address, or it belongs to another account.")


def check_range(start: date, end: date, longest: timedelta) -> None:
    """Raise ProblemError (400) if the range `[start, end[` is empty or longer than `longest`."""
    if start >= end:
        raise ProblemError(400, "invalid_range", "`start` must be before `end`; `end` is not included.")
    if end - start > longest:
        raise ProblemError(400, "range_too_long", f"Ask for at most {longest.days} days at once.")


def respond_problem(request: Request, problem: ProblemError) -> JSONResponse:
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
        return respond_problem(request, error)

    @app.exception_handler(RequestValidationError)
    async def answer_invalid_request(request: Request, error: RequestValidationError) -> JSONResponse:
        errors = _describe_errors(error)
        words = "; ".join(f"{detail['where']}: {detail['message']}" for detail in errors)
        return respond_problem(request, ProblemError(422, "invalid_request", words, errors=errors))

    @app.exception_handler(HTTPException)
    async def answer_http_exception(request: Request, error: HTTPException) -> JSONResponse:
        code, detail = _BY_STATUS.get(error.status_code, ("http_error", HTTPStatus(error.status_code).phrase))
        return respond_problem(request, ProblemError(error.status_code, code, detail, headers=error.headers))

    @app.exception_handler(StoreError)
    async def answer_store_error(request: Request, _: StoreError) -> JSONResponse:
        words = "The gateway cannot do this right now: the store shared by its replicas does not respond."
        return respond_problem(request, ProblemError(503, "store_down", words, retry_after=5))

    @app.exception_handler(RowGoneError)
    async def answer_row_gone(request: Request, _: RowGoneError) -> JSONResponse:
        return respond_problem(request, not_found())

    @app.exception_handler(UnstorableTextError)
    async def answer_unstorable(request: Request, _: UnstorableTextError) -> JSONResponse:
        words = "One of the texts contains a character that cannot be stored (NUL)."
        return respond_problem(request, ProblemError(422, "invalid_text", words))

    @app.exception_handler(DatabaseFullError)
    async def answer_database_full(request: Request, error: DatabaseFullError) -> JSONResponse:
        log.error("database_full", reason=str(error))
        words = "The gateway's disk is full, so nothing was stored. Its owner has to free some space."
        return respond_problem(request, ProblemError(507, "storage_full", words, retry_after=60))

    @app.exception_handler(DatabaseDownError)
    async def answer_database_away(request: Request, error: DatabaseDownError) -> JSONResponse:
        log.warning("database_down", reason=str(error))
        words = "The gateway cannot do this right now: its database does not respond."
        return respond_problem(request, ProblemError(503, "database_down", words, retry_after=5))

    @app.exception_handler(Exception)
    async def answer_unexpected(request: Request, error: Exception) -> JSONResponse:
        # this runs outside the middleware that adds the request id to every log line
        request_id = getattr(request.state, "request_id", None)
        log.error("unexpected_error", kind=type(error).__name__, request_id=request_id, exc_info=error)
        return respond_problem(
            request,
            ProblemError(500, "internal_error", "The gateway failed; its log has the cause under this `instance`."),
        )
