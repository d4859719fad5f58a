"""Lists for administrators, page by page: accounts, consents, the audit log."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from gateway.accounts import addresses
from gateway.accounts.models import Account
from gateway.accounts.service import is_admin
from gateway.admin import repository
from gateway.admin.parts import AdminParts
from gateway.admin.schemas import ConsentPage, ConsentRow, Events, EventView, Users, UserView
from gateway.audit import repository as log
from gateway.consents.models import ConsentStatus
from gateway.counters import service as counters
from gateway.kit import paris
from gateway.problems import ProblemError
from gateway.quotas import budgets
from gateway.usage_points import repository as points


async def list_users(parts: AdminParts, part: str, after: str | None, limit: int) -> Users:
    """Return up to `limit` accounts with `part` in their address, oldest first, that follow the account `after`."""
    async with parts.database.read() as session:
        found = await repository.find_accounts(session, addresses.lower_text(part), after, limit + 1)
        page, last = _cut_page(found, limit)
        return Users(items=await _build_users_page(parts, session, page), next=last.id if last else None)


async def _build_users_page(parts: AdminParts, session: AsyncSession, page: Sequence[Account]) -> list[UserView]:
    ids = [account.id for account in page]
    settings = parts.settings
    today = paris.day_of(parts.clock.now())
    days = {one: budgets.user_day(one, today, settings.user_daily_limit_no_cache) for one in ids}
    points = await repository.count_points_by_account(session, ids)
    clients = await repository.count_clients_by_account(session, ids)
    used = await counters.load_all_used(session, days.values())
    return [
        UserView(
            id=account.id,
            email=account.address,
            created_at=account.created_at,
            verified=account.verified_at is not None,
            admin=is_admin(account, settings.admin_emails),
            activated_at=account.activated_at,
            deactivated_at=account.deactivated_at,
            usage_points=points.get(account.id, 0),
            api_clients=clients.get(account.id, (0, None))[0],
            last_used_at=clients.get(account.id, (0, None))[1],
            quota_used=used[days[account.id]],
            quota_limit=days[account.id].limit,
        )
        for account in page
    ]


async def list_consents(parts: AdminParts, status: ConsentStatus | None, after: str | None, limit: int) -> ConsentPage:
    """Return up to `limit` consents that follow `after`, and the counts of all consents and usage points by status.

    Raises a 422 problem if `after` is not the `next` of a page.
    """
    async with parts.database.read() as session:
        page, last = _cut_page(
            await repository.find_consents(session, status, _parse_position(after), limit + 1), limit
        )
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
            consents=await repository.count_consents_by_status(session),
            usage_points=await points.count_by_status(session),
        )


def _parse_position(after: str | None) -> tuple[datetime, str] | None:
    if after is None:
        return None
    moment, _, point_id = after.partition("_")
    try:
        at = datetime.fromisoformat(moment)
    except ValueError:
        at = None
    if at is None or at.tzinfo is None:
        raise ProblemError(422, "invalid_request", "`after` must be the `next` of the previous page.")
    return at, point_id


async def list_events(
    parts: AdminParts, account_id: str | None, event: str | None, before: int | None, limit: int
) -> Events:
    """Return up to `limit` audit events older than `before`, newest first; all of them, or of one account or event."""
    async with parts.database.read() as session:
        found = await log.list_events(session, account_id=account_id, event=event, before=before, limit=limit + 1)
    page, last = _cut_page(found, limit)
    return Events(
        items=[EventView.model_validate(row, from_attributes=True) for row in page], next=last.id if last else None
    )


def _cut_page[Row](found: Sequence[Row], limit: int) -> tuple[Sequence[Row], Row | None]:
    """Return the first `limit` rows, and the last of these if `found`, which has up to `limit` + 1 rows, has more."""
    page = found[:limit]
    return page, page[-1] if len(found) > limit else None
