"""`GET /v1/accounts/me/export` and `DELETE /v1/accounts/me`."""

from typing import Annotated

from fastapi import APIRouter, Query, Response
from fastapi.responses import StreamingResponse

from gateway.account_data import deletion, export
from gateway.account_data.sections import open_export
from gateway.accounts import sessions
from gateway.accounts.dependencies import AccountDep, AccountPartsDep, CallerDep
from gateway.accounts.schemas import ExportFormat
from gateway.dependencies import KeptResponsesDep
from gateway.problems import describe_responses

router = APIRouter(tags=["accounts"], responses=describe_responses(400, 413, 422))
_LOGGED_IN = describe_responses(401, 403)


@router.delete("/accounts/me", status_code=204, responses=_LOGGED_IN)
async def delete_own_account(
    response: Response, parts: AccountPartsDep, kept: KeptResponsesDep, caller: CallerDep, _account: AccountDep
) -> None:
    """Delete the account and all its data, within 15 minutes of a log-in. Consents at Enedis must be ended there."""
    await deletion.delete_account(parts, caller)
    kept.forget_owner(caller.account_id)
    sessions.clear_cookie(response, parts.settings)


@router.get(
    "/accounts/me/export",
    response_class=StreamingResponse,
    responses=_LOGGED_IN
    | {200: {"description": "Everything", "content": {"application/json": {}, "application/zip": {}}}},
)
async def export_own_account(
    parts: AccountPartsDep,
    account: AccountDep,
    what: Annotated[ExportFormat, Query(alias="format")] = ExportFormat.JSON,
) -> StreamingResponse:
    """Export all data of the account, as one JSON document or a ZIP of CSV files."""
    now = parts.clock.now()
    sections = await open_export(parts, account)
    match what:
        case ExportFormat.JSON:
            body, media, ending = export.write_json(sections), "application/json", "json"
        case ExportFormat.CSV:
            body, media, ending = export.write_csv(sections, now), "application/zip", "zip"
    disposition = f'attachment; filename="myelectricaldata-{now:%Y-%m-%d}.{ending}"'
    return StreamingResponse(body, media_type=media, headers={"Content-Disposition": disposition})
