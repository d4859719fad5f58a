"""`GET /v1/usage-points/{id}/hours`."""

import asyncio
import gzip
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response

from gateway.billing.schemas import HoursView
from gateway.billing.service import Hours, Rows
from gateway.dependencies import CallerDep, RuntimeDep
from gateway.problems import documented

router = APIRouter(tags=["billing"], responses=documented(401, 404, 422))

_FAST = 1
_WORTH_COMPRESSING = 2000


@router.get("/v1/usage-points/{point_id}/hours", response_model=HoursView)
async def hours(
    request: Request,
    runtime: RuntimeDep,
    caller: CallerDep,
    point_id: Annotated[str, Path(pattern="^[a-z0-9]{16}$")],
    cursor: Annotated[str | None, Query(max_length=64, description="That of the last answer that was stored")] = None,
    limit: Annotated[int | None, Query(ge=1, le=100_000, description="Rows at most; `more` tells of others")] = None,
) -> Response:
    """Running sums by hour and series, from the first hour that changed since the cursor."""
    service = Hours(runtime.database, runtime.clock, runtime.keyring)
    rows = await service.since(caller.account_id, point_id, cursor, limit)
    compress = "gzip" in request.headers.get("accept-encoding", "")
    return await asyncio.to_thread(_respond, rows, compress=compress)


def _respond(rows: Rows, *, compress: bool) -> Response:
    content = HoursView.of(rows).model_dump_json(by_alias=True).encode()
    headers = {"Vary": "Accept-Encoding"}
    if compress and len(content) >= _WORTH_COMPRESSING:
        content = gzip.compress(content, _FAST)
        headers["Content-Encoding"] = "gzip"
    return Response(content, headers=headers, media_type="application/json")
