"""One id a request, in the answer and in every line of the log; one line a request, by its route and never its URL."""

import uuid
from collections.abc import Callable
from time import perf_counter

import structlog
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

log = structlog.get_logger()


class RequestLog:
    """An ASGI middleware."""

    def __init__(self, app: ASGIApp, observe: Callable[[str, str | None, int, float], None]) -> None:
        """Wrap an application; `observe` is told method, route, status and seconds of each request."""
        self._app = app
        self._observe = observe

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request and tell of it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id, begun, status = str(uuid.uuid4()), perf_counter(), 500
        scope.setdefault("state", {})["request_id"] = request_id

        async def answer(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = MutableHeaders(scope=message)
                headers["X-Request-ID"] = request_id
                headers.setdefault("Cache-Control", "no-store")
            await send(message)

        with structlog.contextvars.bound_contextvars(request_id=request_id):
            try:
                await self._app(scope, receive, answer)
            finally:
                method, route, seconds = (
                    scope["method"],
                    getattr(scope.get("route"), "path", None),
                    perf_counter() - begun,
                )
                self._observe(method, route, status, seconds)
                log.info("request", method=method, route=route, status=status, milliseconds=round(seconds * 1000, 1))
