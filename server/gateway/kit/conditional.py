"""Answers that stay good until a known moment: an ETag, a Cache-Control, and 304 for whoever has them already."""

import hashlib
import math
from datetime import datetime
from http import HTTPStatus

from fastapi import Request, Response
from pydantic import BaseModel


def respond(request: Request, body: BaseModel, *, now: datetime, next_change: datetime) -> Response:
    """Answer with `body`, which is good until `next_change`; without it when If-None-Match names it (RFC 9110)."""
    content = body.model_dump_json().encode()
    etag = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
    seconds = max(0, math.ceil((next_change - now).total_seconds()))
    headers = {"ETag": etag, "Cache-Control": f"max-age={seconds}"}
    if _names(request.headers.get("if-none-match", ""), etag):
        return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
    return Response(content, headers=headers, media_type="application/json")


def _names(header: str, etag: str) -> bool:
    tags = {tag.strip().removeprefix("W/") for tag in header.split(",")}
    return etag in tags or "*" in tags
