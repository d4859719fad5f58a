"""Errors of the token endpoint for OAuth 2.0 clients (RFC 6749, section 5.2), as members of the problem body."""

from collections.abc import Callable, Coroutine
from typing import Any, override

from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute

from gateway.problems import ProblemError

_STANDARD = frozenset({"invalid_request", "invalid_client", "unsupported_grant_type"})


class OAuthRoute(APIRoute):
    """A route whose problems also have `error` and `error_description`. Invalid requests are a 400."""

    @override
    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def handle_request(request: Request) -> Response:
            try:
                return await handle(request)
            except RequestValidationError as error:
                raise _add_oauth_members(_explain_error(error)) from error
            except ProblemError as problem:
                raise _add_oauth_members(problem) from problem

        return handle_request


def _explain_error(error: RequestValidationError) -> ProblemError:
    for detail in error.errors():
        if detail["loc"][-1] == "grant_type" and detail["type"] != "missing":
            return ProblemError(400, "unsupported_grant_type", "`grant_type` must be client_credentials.")
    return ProblemError(400, "invalid_request", "Send a form with `grant_type`, and credentials by Basic.")


def _add_oauth_members(problem: ProblemError) -> ProblemError:
    error = problem.code if problem.code in _STANDARD else "invalid_request"
    problem.members = {"error": error, "error_description": problem.detail, **problem.members}
    return problem
