"""Errors as RFC 9457 problem details: a stable `code`, a text for people, and nothing of what the client sent."""

from collections.abc import Mapping
from datetime import date, timedelta
from http import HTTPStatus
from typing import Any

from pydantic import BaseModel

from gateway.kit.wire import OpenApiResponses

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
