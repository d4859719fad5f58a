"""Each request gets an id, in its response and in its log lines, and one log line with its route, never its URL.

Headers that a dependency puts into `request.state.headers` are added to every response, errors included.
"""

import re
import uuid
from collections.abc import Callable
from ipaddress import ip_address
from time import perf_counter

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gateway.kit.logging import log_request
from gateway.kit.tracing import is_tracing, note_response, trace_request

_UUID = re.compile(rb"[0-9a-fA-F]{8}-?([0-9a-fA-F]{4}-?){3}[0-9a-fA-F]{12}")
"""With hyphens as Caddy writes it, or without as nginx does."""

_HEALTH = frozenset({"/ping", "/ready"})
"""Paths that are requested every few seconds: successful requests for them are not logged."""
_NUL = (b"\0", b"\\u0000", b"%00")
"""NUL as a byte, in JSON, and in a form."""

log = structlog.get_logger()


class RequestLog:
    """An ASGI middleware that adds request ids and headers, logs requests, and reports them to `observe`."""

    def __init__(self, app: ASGIApp, observe: Callable[[str, str | None, int, float], None]) -> None:
        """Wrap an application; `observe` receives method, route, status and seconds of each request."""
        self._app = app
        self._observe = observe
        self._has_named_proxy = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request, log it and report it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        self._name_untrusted_proxy(scope)
        request_id, begun, status, has_begun = _request_id(scope), perf_counter(), 500, False
        scope.setdefault("state", {})["request_id"] = request_id

        async def send_with_headers(message: Message) -> None:
            nonlocal status, has_begun
            if message["type"] == "http.response.start":
                status, has_begun = message["status"], True
                headers = MutableHeaders(scope=message)
                headers["X-Request-ID"] = request_id
                headers.setdefault("Cache-Control", "no-store")
                headers.setdefault("X-Content-Type-Options", "nosniff")
                headers.update(scope["state"].get("headers", {}))
            await send(message)

        with (
            structlog.contextvars.bound_contextvars(request_id=request_id),
            trace_request(scope["method"], Headers(scope=scope) if is_tracing() else {}) as span,
        ):
            try:
                await self._app(scope, receive, send_with_headers)
            except Exception as error:
                # any error of any route: once the response has begun, no error response can replace it
                if not has_begun:
                    raise
                _log_cut_response(error)
            finally:
                method, route, seconds = (
                    scope["method"],
                    _template(scope),
                    perf_counter() - begun,
                )
                self._observe(method, route, status, seconds)
                if span is not None:
                    note_response(span, request_id, method, route, status)
                if route not in _HEALTH or status >= 400:
                    log_request(request_id, method, route, status, round(seconds * 1000, 1))

    def _name_untrusted_proxy(self, scope: Scope) -> None:
        """Warn once if a proxy is not trusted: all clients behind it share the limits of one client."""
        if self._has_named_proxy or not is_proxy_untrusted(scope):
            return
        self._has_named_proxy = True
        log.warning(
            "proxy_not_trusted",
            proxy=scope["client"][0],
            consequence="everybody behind it shares the limits of one person; name it in TRUSTED_PROXIES",
        )


def _log_cut_response(error: Exception) -> None:
    """Log why a response is incomplete, for example because the database went down while a file was sent.

    The server then closes the connection without the last chunk, so that the client notices. Starlette wraps errors
    that have a handler in RuntimeError; other errors are unexpected and logged with their traceback.
    """
    known = error.__cause__ if isinstance(error, RuntimeError) else None
    if known is None:
        log.error("response_cut", reason=type(error).__name__, exc_info=error)
    else:
        log.error("response_cut", reason=type(known).__name__, detail=str(known))


def is_proxy_untrusted(scope: Scope) -> bool:
    """Tell whether a request came through a proxy on a private network that TRUSTED_PROXIES does not name.

    If the proxy is trusted, the client's address was taken from the header, so the header names it.
    """
    forwarded = Headers(scope=scope).getlist("x-forwarded-for")
    if not forwarded or scope.get("client") is None:
        return False
    peer = scope["client"][0]
    return peer not in {part.strip() for header in forwarded for part in header.split(",")} and _is_local(peer)


def _is_local(host: str) -> bool:
    """Tell whether an address is private, as a proxy's is: headers from public addresses need no warning."""
    try:
        return ip_address(host).is_private
    except ValueError:
        return False


class BodyLimit:
    """An ASGI middleware that refuses bodies of more than `largest` bytes (413) when they are read.

    It also refuses bodies with NUL (400): PostgreSQL cannot store it, so SQLite must not either. POST requests whose
    whole path matches `uploads` take files of any bytes, up to `largest_upload`.
    """

    def __init__(self, app: ASGIApp, largest: int, uploads: re.Pattern[str], largest_upload: int) -> None:
        self._app = app
        self._largest = largest
        self._uploads = uploads
        self._largest_upload = largest_upload

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request, and check its body as it is received."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        is_upload = scope["method"] == "POST" and bool(self._uploads.fullmatch(scope["path"]))
        largest = self._largest_upload if is_upload else self._largest
        content_length = Headers(scope=scope).get("content-length", "")
        size = int(content_length) if content_length.isascii() and content_length.isdigit() else 0

        async def receive_checked() -> Message:
            nonlocal size
            message = await receive() if size <= largest else None
            if message is not None and message["type"] == "http.request" and not content_length:
                size += len(message.get("body", b""))
            if message is None or size > largest:
                raise HTTPException(413)
            if not is_upload and any(nul in message.get("body", b"") for nul in _NUL):
                raise HTTPException(400)
            return message

        await self._app(scope, receive_checked, send)


def _request_id(scope: Scope) -> str:
    """Return X-Request-ID if it is a UUID, else a new UUID, so that no other text gets into the log."""
    for name, value in scope["headers"]:
        if name == b"x-request-id" and _UUID.fullmatch(value):
            return str(uuid.UUID(value.decode()))
    return str(uuid.uuid4())


def _template(scope: Scope) -> str | None:
    """Return the path with the names of its parameters instead of their values; None if no route matched.

    The route itself knows only the last part of the path: the beginning comes from the routers that include it.
    """
    if scope.get("route") is None:
        return None
    names = {str(value): f"{{{name}}}" for name, value in scope.get("path_params", {}).items()}
    path: str = scope["path"].removeprefix(scope.get("root_path", ""))
    return "/".join(names.get(part, part) for part in path.split("/"))
