"""`/v1/admin`: for browsers of ADMIN_EMAILS that are logged in, whose addresses are verified."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query

from gateway.admin import repository, service
from gateway.admin.schemas import ConsentPage, ConsentRow, Events, EventView, SearchWish, Upstreams, Users
from gateway.audit import service as log
from gateway.consents.models import ConsentStatus
from gateway.dependencies import AdminDep, RuntimeDep, get_admin
from gateway.problems import ProblemError, documented

router = APIRouter(
    prefix="/v1/admin",
    tags=["administration"],
    dependencies=[Depends(get_admin)],
    responses=documented(400, 401, 403, 422),
)

type AccountId = Annotated[str, Path(pattern="^[0-9a-f]{32}$")]
type Page = Annotated[int, Query(ge=1, le=200)]
_ON_ONE = documented(404)


@router.get("/users")
async def users(
    runtime: RuntimeDep, after: Annotated[str | None, Query(pattern="^[0-9a-f]{32}$")] = None, limit: Page = 50
) -> Users:
    """List the accounts, oldest first."""
    return await service.users(runtime, "", after, limit)


@router.post("/users/search", responses=documented(413))
async def search_users(runtime: RuntimeDep, wish: SearchWish) -> Users:
    """Find accounts by a part of their address."""
    return await service.users(runtime, wish.part, wish.after, wish.limit)


@router.post("/users/{account_id}/deactivate", status_code=204, responses=documented(404, 409))
async def deactivate(runtime: RuntimeDep, admin: AdminDep, account_id: AccountId) -> None:
    """Shut an account out; all its tokens and sessions end at once."""
    await service.deactivate(runtime, admin, account_id)


@router.post("/users/{account_id}/reactivate", status_code=204, responses=_ON_ONE)
async def reactivate(runtime: RuntimeDep, admin: AdminDep, account_id: AccountId) -> None:
    """Let an account in again."""
    await service.reactivate(runtime, admin, account_id)


@router.post("/users/{account_id}/reset-quota", status_code=204, responses=_ON_ONE)
async def reset_quota(runtime: RuntimeDep, admin: AdminDep, account_id: AccountId) -> None:
    """Begin an account's day of calls to Enedis anew."""
    await service.reset_quota(runtime, admin, account_id)


@router.get("/consents")
async def consents(
    runtime: RuntimeDep,
    status: ConsentStatus | None = None,
    after: Annotated[str | None, Query(max_length=80, description="The `next` of the page before")] = None,
    limit: Page = 50,
) -> ConsentPage:
    """List the consents, oldest first, and count them by status."""
    async with runtime.database.read() as session:
        found = await repository.consents(session, status, _place(after), limit + 1)
        page = found[:limit]
        last = page[-1] if len(found) > limit else None
        return ConsentPage(
            items=[
                ConsentRow(
                    account_id=consent.account_id,
                    usage_point_id=consent.point_id,
                    status=consent.status,
                    reason=consent.reason,
                    created_at=consent.created_at,
                    expires_at=consent.expires_at,
                )
                for consent in page
            ],
            next=f"{last.created_at.isoformat()}_{last.point_id}" if last else None,
            consents=await repository.consents_by_status(session),
            usage_points=await repository.points_by_status(session),
        )


@router.get("/upstreams")
async def upstreams(runtime: RuntimeDep) -> Upstreams:
    """Tell how Enedis and RTE stand: what is left, what went wrong, whether asking is stopped."""
    return await service.upstreams(runtime)


@router.get("/audit")
async def audit(
    runtime: RuntimeDep,
    account_id: Annotated[str | None, Query(pattern="^[0-9a-f]{32}$")] = None,
    event: Annotated[str | None, Query(pattern="^[a-z_]{1,40}$")] = None,
    before: Annotated[int | None, Query(ge=1, le=2**31 - 1)] = None,
    limit: Page = 50,
) -> Events:
    """Read the log, newest first."""
    async with runtime.database.read() as session:
        found = await log.events(session, account_id=account_id, event=event, before=before, limit=limit + 1)
    page = found[:limit]
    return Events(
        items=[EventView.model_validate(row, from_attributes=True) for row in page],
        next=page[-1].id if len(found) > limit else None,
    )


def _place(after: str | None) -> tuple[datetime, str] | None:
    if after is None:
        return None
    moment, _, point_id = after.partition("_")
    try:
        at = datetime.fromisoformat(moment)
    except ValueError:
        at = None
    if at is None or at.tzinfo is None:
        raise ProblemError(422, "invalid_request", "`after` must be the `next` of the page before.")
    return at, point_id
