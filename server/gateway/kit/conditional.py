"""Responses that stay valid until a known time: ETag, Cache-Control, and 304 for clients that have them already."""

import asyncio
import hashlib
import math
from collections import defaultdict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from http import HTTPStatus

from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import Response

from gateway.kit.clock import Clock
from gateway.kit.compression import accepts_gzip, compress, decompress, is_worth_compressing
from gateway.kit.ingress import is_from_ingress
from gateway.kit.wire import OpenApiResponses, Utc

UNCHANGED: OpenApiResponses = {304: {"description": "What the caller has is still valid."}}
_LOOK_AGAIN = 3.0
_LOOK_AGAIN_SOON = 0.5
_SOON = timedelta(seconds=15)


@dataclass(frozen=True)
class Prepared:
    """A JSON body ready to be sent, possibly compressed, with the ETag of its uncompressed content."""

    content: bytes
    etag: str
    is_large: bool = False
    is_compressed: bool = False


class Changing(BaseModel):
    """An answer that cannot change before `next_change`."""

    next_change: Utc


@dataclass(frozen=True)
class _BuiltResponse:
    """A body that is valid in `[since, until[`; `look_again` is the monotonic second at which it is rebuilt."""

    prepared: Prepared
    since: datetime
    until: datetime
    look_again: float


class ResponseCache:
    """Caches responses that are the same for every caller, and rebuilds them when they can have changed.

    They are also rebuilt after 0.5 or 3 seconds, so that changes by other processes are noticed.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._made: dict[str, _BuiltResponse] = {}
        self._makers: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def respond(self, request: Request, key: str, make: Callable[[datetime], Awaitable[Changing]]) -> Response:
        """Return the cached response for `key`, or build it with `make`, which receives the current instant."""
        made = self._find_fresh(key)
        if made is None:
            async with self._makers[key]:
                made = self._find_fresh(key) or await self._refresh(key, make)
        return _respond(request, made.prepared, _format_max_age(self._clock.now(), made.until))

    def _find_fresh(self, key: str) -> _BuiltResponse | None:
        made = self._made.get(key)
        if made and self._clock.monotonic() < made.look_again and made.since <= self._clock.now() < made.until:
            return made
        return None

    async def _refresh(self, key: str, make: Callable[[datetime], Awaitable[Changing]]) -> _BuiltResponse:
        begun, now = self._clock.monotonic(), self._clock.now()
        body = await make(now)
        if body.next_change <= self._clock.now():  # the body became outdated while it was built
            begun, now = self._clock.monotonic(), self._clock.now()
            body = await make(now)
        pause = _LOOK_AGAIN if body.next_change - now > _SOON else _LOOK_AGAIN_SOON
        content = body.model_dump_json().encode()
        prepared = prepare_json(content, compressed=is_worth_compressing(content))
        self._made[key] = _BuiltResponse(prepared, now, body.next_change, begun + pause)
        return self._made[key]


def respond_to_all(request: Request, body: Changing, *, now: datetime) -> Response:
    """Return `body`, which is the same for every caller, valid until its `next_change`; caches may store it."""
    prepared = _prepare_for(request, body.model_dump_json().encode())
    return _respond(request, prepared, _format_max_age(now, body.next_change))


def respond(request: Request, body: BaseModel, *, now: datetime, next_change: datetime) -> Response:
    """Return `body`, valid until `next_change`, for one caller; 304 if If-None-Match has its ETag (RFC 9110)."""
    return respond_json(request, body.model_dump_json().encode(), now=now, next_change=next_change)


def respond_json(request: Request, content: bytes, *, now: datetime, next_change: datetime) -> Response:
    """Like `respond`, for content that is already JSON; compressed if it is large and the client accepts gzip.

    The response is private: shared caches must not store it, and no browser that sends a cookie or uses the ingress.
    """
    return respond_prepared(request, _prepare_for(request, content), now=now, next_change=next_change)


def prepare_json(content: bytes, *, compressed: bool) -> Prepared:
    """Return JSON content ready to be sent, compressed if `compressed`."""
    etag = _make_etag(content)
    return Prepared(compress(content) if compressed else content, etag, is_worth_compressing(content), compressed)


def respond_prepared(request: Request, prepared: Prepared, *, now: datetime, next_change: datetime) -> Response:
    """Return a prepared body for one caller, decompressed if the client does not accept gzip."""
    kept = "no-store" if _is_from_browser(request) else f"private, {_format_max_age(now, next_change)}"
    return _respond(request, prepared, kept, ("Authorization", "Cookie"))


def _prepare_for(request: Request, content: bytes) -> Prepared:
    return prepare_json(content, compressed=accepts_gzip(request.headers) and is_worth_compressing(content))


def _respond(request: Request, prepared: Prepared, cache_control: str, vary: tuple[str, ...] = ()) -> Response:
    """Return a prepared body, or 304 if If-None-Match has its ETag (RFC 9110).

    The ETag of a compressed body is weak, since the same answer has other bytes (RFC 9110, 8.8.1).
    """
    is_compressed = prepared.is_compressed and accepts_gzip(request.headers)
    vary += ("Accept-Encoding",) if prepared.is_large else ()
    headers = {"Cache-Control": cache_control, "ETag": f"W/{prepared.etag}" if is_compressed else prepared.etag}
    headers |= {"Vary": ", ".join(vary)} if vary else {}
    if _matches(request.headers.get("if-none-match", ""), prepared.etag):
        return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
    if is_compressed:
        return Response(prepared.content, headers=headers | {"Content-Encoding": "gzip"}, media_type="application/json")
    content = decompress(prepared.content) if prepared.is_compressed else prepared.content
    return Response(content, headers=headers, media_type="application/json")


def _is_from_browser(request: Request) -> bool:
    """Return whether a browser may have sent the request, for a person who is logged in; programs send no cookie.

    Any cookie counts: figures that a browser stores by mistake are worse than figures that are sent once more.
    What a browser stores stays on its disk after the log-out: Clear-Site-Data is ignored over plain HTTP, and not sent
    if the session ends elsewhere.
    """
    return "cookie" in request.headers or is_from_ingress(request)


def _make_etag(content: bytes) -> str:
    return f'"{hashlib.sha256(content).hexdigest()[:32]}"'


def _format_max_age(now: datetime, next_change: datetime) -> str:
    return f"max-age={max(0, math.ceil((next_change - now).total_seconds()))}"


def _matches(header: str, etag: str) -> bool:
    if not header:
        return False
    tags = {tag.strip().removeprefix("W/") for tag in header.split(",")}
    return etag in tags or "*" in tags
