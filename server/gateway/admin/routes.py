"""`/v1/admin`: for logged-in accounts whose verified address is in ADMIN_EMAILS."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query

from gateway.accounts.dependencies import AdminDep, CallerDep, get_admin
from gateway.admin import listings, service
from gateway.admin.parts import AdminPartsDep
from gateway.admin.schemas import AccountSearchRequest, ConsentPage, Events, Upstreams, UseByDay, Users
from gateway.admin.upstreams import describe_upstreams
from gateway.admin.use import count_calls_by_day
from gateway.consents.models import ConsentStatus
from gateway.dependencies import OUR_ID, KeptResponsesDep
from gateway.problems import describe_responses

router = APIRouter(
    prefix="/admin",
    tags=["administration"],
    dependencies=[Depends(get_admin)],
    responses=describe_responses(400, 401, 403, 422),
)

type AccountId = Annotated[str, Path(pattern=OUR_ID)]
type Page = Annotated[int, Query(ge=1, le=200)]
_ON_ONE = describe_responses(404)


@router.get("/users")
async def get_users(
    parts: AdminPartsDep, after: Annotated[str | None, Query(pattern=OUR_ID)] = None, limit: Page = 50
) -> Users:
    """List the accounts, oldest first."""
    return await listings.list_users(parts, "", after, limit)


@router.post("/users/search", responses=describe_responses(413))
async def search_users(parts: AdminPartsDep, body: AccountSearchRequest) -> Users:
    """Find accounts by a part of their address."""
    return await listings.list_users(parts, body.part, body.after, body.limit)


@router.post("/users/{account_id}/deactivate", status_code=204, responses=describe_responses(404, 409))
async def deactivate_user(parts: AdminPartsDep, admin: AdminDep, account_id: AccountId) -> None:
    """Deactivate an account. All its tokens and sessions end at once."""
    await service.deactivate_account(parts, admin, account_id)


@router.post("/users/{account_id}/reactivate", status_code=204, responses=_ON_ONE)
async def reactivate_user(parts: AdminPartsDep, admin: AdminDep, account_id: AccountId) -> None:
    """Reactivate an account."""
    await service.reactivate_account(parts, admin, account_id)


@router.delete("/users/{account_id}", status_code=204, responses=describe_responses(404, 409))
async def delete_user(
    parts: AdminPartsDep, kept: KeptResponsesDep, admin: AdminDep, caller: CallerDep, account_id: AccountId
) -> None:
    """Delete an account and all its data. This cannot be undone, and needs a log-in within the last 15 minutes."""
    await service.delete_account(parts, admin, caller, account_id)
    kept.forget_owner(account_id)


@router.post("/users/{account_id}/reset-quota", status_code=204, responses=_ON_ONE)
async def reset_quota(parts: AdminPartsDep, admin: AdminDep, account_id: AccountId) -> None:
    """Reset an account's count of calls to Enedis for today."""
    await service.reset_quota(parts, admin, account_id)


@router.get("/consents")
async def get_consents(
    parts: AdminPartsDep,
    status: ConsentStatus | None = None,
    after: Annotated[str | None, Query(max_length=80, description="The `next` of the page before")] = None,
    limit: Page = 50,
) -> ConsentPage:
    """List the consents, oldest first, and count them by status."""
    return await listings.list_consents(parts, status, after, limit)


@router.get("/upstreams")
async def get_upstreams(parts: AdminPartsDep) -> Upstreams:
    """Return the state of Enedis and RTE: calls left, errors, and whether calls are stopped."""
    return await describe_upstreams(parts)


@router.get("/use")
async def get_use(parts: AdminPartsDep) -> UseByDay:
    """Return the calls to Enedis and RTE on each of the last 31 days, and how many accounts caused them."""
    return await count_calls_by_day(parts)


@router.get("/audit")
async def get_audit_log(
    parts: AdminPartsDep,
    account_id: Annotated[str | None, Query(pattern=OUR_ID)] = None,
    event: Annotated[str | None, Query(pattern="^[a-z_]{1,40}$")] = None,
    before: Annotated[int | None, Query(ge=1, le=2**31 - 1)] = None,
    limit: Page = 50,
) -> Events:
    """Return the audit log, newest first."""
    return await listings.list_events(parts, account_id, event, before, limit)
