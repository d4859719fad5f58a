"""A site with the API below `/api/` and the front end below `/`."""

import asyncio
from collections.abc import Mapping
from http import HTTPStatus

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gateway.front_end.files import File, Files
from gateway.kit.compression import accepts_gzip

_API = "/api"
_OURS = frozenset({"/ping", "/ready", "/openapi.json"})
"""Paths of one segment that belong to the API, not to a page."""


class FrontEndSite:
    """An ASGI middleware that serves files, passes `/api/…` to the API as `/…`, and adds security headers."""

    def __init__(self, app: ASGIApp, files: Files, headers: Mapping[str, str]) -> None:
        """Wrap the API; `headers` are added to every response that does not set them itself."""
        self._app = app
        self._files = files
        self._headers = headers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a file for GET and HEAD if there is one, else pass the request to the API."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self._headers.items():
                    headers.setdefault(name, value)
            await send(message)

        path = scope["path"]
        if path == _API or path.startswith(f"{_API}/"):
            await self._app(_is_api_path(scope), receive, send_with_headers)
        elif (
            scope["method"] in {"GET", "HEAD"} and path not in _OURS and (response := await self._find_response(scope))
        ):
            if scope["method"] == "HEAD":
                response.body = b""
            await response(scope, receive, send_with_headers)
        else:
            await self._app(scope, receive, send_with_headers)

    async def _find_response(self, scope: Scope) -> Response | None:
        """Return the file at the path of a request; None if there is none, or if a build removes it meanwhile."""
        try:
            file = self._files.find_file(scope["path"])
            return await asyncio.to_thread(_respond_file, file, Headers(scope=scope)) if file else None
        except FileNotFoundError:
            return None


def _is_api_path(scope: Scope) -> Scope:
    raw = scope.get("raw_path") or scope["path"].encode()
    return {**scope, "path": scope["path"].removeprefix(_API) or "/", "raw_path": raw.removeprefix(_API.encode())}


def _respond_file(file: File, asked: Headers) -> Response:
    headers = {"Cache-Control": file.cache_control, "ETag": file.etag}
    if file.compressed_content is not None:
        headers["Vary"] = "Accept-Encoding"
    if file.etag in {tag.strip() for tag in asked.get("if-none-match", "").split(",")}:
        return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
    if file.compressed_content is not None and accepts_gzip(asked):
        return Response(
            file.compressed_content, headers=headers | {"Content-Encoding": "gzip"}, media_type=file.media_type
        )
    return Response(file.content, headers=headers, media_type=file.media_type)
