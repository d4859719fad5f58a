"""Answers that stay good until a known moment: an ETag, a Cache-Control, and 304 for whoever has them already."""

import asyncio
import hashlib
import math
from collections import defaultdict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Any

from fastapi import Request, Response
from pydantic import BaseModel

from gateway.kit.clock import Clock
from gateway.kit.compression import accepts_gzip, compress, decompress, is_worth_compressing
from gateway.kit.wire import Utc

UNCHANGED: dict[int | str, dict[str, Any]] = {304: {"description": "What the caller has is still good."}}
_LOOK_AGAIN = 3.0
_LOOK_AGAIN_SOON = 0.5
_SOON = timedelta(seconds=15)


@dataclass(frozen=True)
class Prepared:
    """JSON ready to be sent to its one caller: compressed where it is large, with the ETag of what it says."""

    content: bytes
    etag: str
    is_large: bool = False
    is_compressed: bool = False


class Changing(BaseModel):
    """An answer that cannot change before `next_change`."""

    next_change: Utc


@dataclass(frozen=True)
class _Made:
    """An answer as it is sent, good during `[since, until[`; `look_again` is the second at which it is made anew."""

    content: bytes
    etag: str
    since: datetime
    until: datetime
    look_again: float


class ResponseCache:
    """What every caller is told alike: made once for all of them, and anew when it can have changed.

    It is also made anew every few seconds: whatever another process wrote, and whenever, is noticed by then.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._made: dict[str, _Made] = {}
        self._makers: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def respond(self, request: Request, key: str, make: Callable[[datetime], Awaitable[Changing]]) -> Response:
        """Answer with what was made for `key`; `make` is told for which moment it makes it."""
        made = self._find_fresh(key)
        if made is None:
            async with self._makers[key]:
                made = self._find_fresh(key) or await self._refresh(key, make)
        return _respond(request, made.content, made.etag, self._clock.now(), made.until)

    def _find_fresh(self, key: str) -> _Made | None:
        made = self._made.get(key)
        if made and self._clock.monotonic() < made.look_again and made.since <= self._clock.now() < made.until:
            return made
        return None

    async def _refresh(self, key: str, make: Callable[[datetime], Awaitable[Changing]]) -> _Made:
        begun, now = self._clock.monotonic(), self._clock.now()
        body = await make(now)
        if body.next_change <= self._clock.now():  # the database was slow, and the hour struck meanwhile
            begun, now = self._clock.monotonic(), self._clock.now()
            body = await make(now)
        pause = _LOOK_AGAIN if body.next_change - now > _SOON else _LOOK_AGAIN_SOON
        content = body.model_dump_json().encode()
        self._made[key] = _Made(content, _make_etag(content), now, body.next_change, begun + pause)
        return self._made[key]


def respond(request: Request, body: BaseModel, *, now: datetime, next_change: datetime) -> Response:
    """Answer one caller with `body`, good until `next_change`; without it when If-None-Match names it (RFC 9110)."""
    return respond_json(request, body.model_dump_json().encode(), now=now, next_change=next_change)


def respond_json(request: Request, content: bytes, *, now: datetime, next_change: datetime) -> Response:
    """Answer the same with JSON that is written already, compressed for whoever can read that.

    It is the caller's own: no cache on the way may give it to somebody else.
    """
    compressed = accepts_gzip(request) and is_worth_compressing(content)
    return respond_prepared(request, prepare_json(content, compressed=compressed), now=now, next_change=next_change)


def prepare_json(content: bytes, *, compressed: bool) -> Prepared:
    """Make content ready to be sent, `compressed` or not."""
    etag = _make_etag(content)
    return Prepared(compress(content) if compressed else content, etag, is_worth_compressing(content), compressed)


def respond_prepared(request: Request, prepared: Prepared, *, now: datetime, next_change: datetime) -> Response:
    """Answer one caller with what is ready to be sent, in a form that the caller can read.

    The ETag of a compressed body is weak: the same answer in other bytes (RFC 9110, 8.8.1).
    """
    content, etag = prepared.content, prepared.etag
    seconds = max(0, math.ceil((next_change - now).total_seconds()))
    headers = {"Cache-Control": f"private, max-age={seconds}", "Vary": "Authorization, Cookie"}
    if _matches(request.headers.get("if-none-match", ""), etag):
        return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=headers | {"ETag": etag})
    if prepared.is_large:
        headers["Vary"] += ", Accept-Encoding"
    if prepared.is_compressed:
        if accepts_gzip(request):
            headers["Content-Encoding"] = "gzip"
            etag = f"W/{etag}"
        else:
            content = decompress(content)
    return Response(content, headers=headers | {"ETag": etag}, media_type="application/json")


def _make_etag(content: bytes) -> str:
    return f'"{hashlib.sha256(content).hexdigest()[:32]}"'


def _respond(request: Request, content: bytes, etag: str, now: datetime, next_change: datetime) -> Response:
    seconds = max(0, math.ceil((next_change - now).total_seconds()))
    headers = {"ETag": etag, "Cache-Control": f"max-age={seconds}"}
    if _matches(request.headers.get("if-none-match", ""), etag):
        return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
    return Response(content, headers=headers, media_type="application/json")


def _matches(header: str, etag: str) -> bool:
    if not header:
        return False
    tags = {tag.strip().removeprefix("W/") for tag in header.split(",")}
    return etag in tags or "*" in tags
