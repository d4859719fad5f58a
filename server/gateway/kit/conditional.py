"""Answers that stay good until a known moment: an ETag, a Cache-Control, and 304 for whoever has them already."""

import hashlib
import math
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from http import HTTPStatus

from fastapi import Request, Response
from pydantic import BaseModel

from gateway.kit.wire import Utc
from gateway.store import Store
from gateway.store.cache import keep, recall

_WORTH_KEEPING = timedelta(seconds=15)


class Changing(BaseModel):
    """An answer that cannot change before `next_change`."""

    next_change: Utc


def respond(request: Request, body: BaseModel, *, now: datetime, next_change: datetime) -> Response:
    """Answer with `body`, which is good until `next_change`; without it when If-None-Match names it (RFC 9110)."""
    content = body.model_dump_json()
    return _respond(request, content, _etag(content), now, next_change)


async def respond_ready_made(
    request: Request, store: Store, key: str, now: datetime, make: Callable[[], Awaitable[Changing]]
) -> Response:
    """Answer like `respond`, everybody alike: what was made once for `key` serves until it can change."""
    if kept := await recall(store, key):
        made, until, etag, content = kept.split(" ", 3)
        good_until = datetime.fromisoformat(until)
        if datetime.fromisoformat(made) <= now < good_until:
            return _respond(request, content, etag, now, good_until)
    body = await make()
    content, until_change = body.model_dump_json(), body.next_change
    etag = _etag(content)
    if until_change - now > _WORTH_KEEPING:
        kept = f"{now.isoformat()} {until_change.isoformat()} {etag} {content}"
        await keep(store, key, kept, (until_change - now).total_seconds())
    return _respond(request, content, etag, now, until_change)


def _etag(content: str) -> str:
    return f'"{hashlib.sha256(content.encode()).hexdigest()[:32]}"'


def _respond(request: Request, content: str, etag: str, now: datetime, next_change: datetime) -> Response:
    seconds = max(0, math.ceil((next_change - now).total_seconds()))
    headers = {"ETag": etag, "Cache-Control": f"max-age={seconds}"}
    if _names(request.headers.get("if-none-match", ""), etag):
        return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
    return Response(content, headers=headers, media_type="application/json")


def _names(header: str, etag: str) -> bool:
    tags = {tag.strip().removeprefix("W/") for tag in header.split(",")}
    return etag in tags or "*" in tags
