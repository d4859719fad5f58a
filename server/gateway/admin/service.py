"""Actions of administrators, each recorded in the audit log."""

from contextlib import suppress

from sqlalchemy.ext.asyncio import AsyncSession

from gateway.account_data import deletion
from gateway.accounts import repository as accounts
from gateway.accounts.models import Account
from gateway.accounts.service import Caller, revoke_all
from gateway.admin.parts import AdminParts
from gateway.audit.service import record_event
from gateway.counters import service as counters
from gateway.kit import paris
from gateway.problems import ProblemError, not_found
from gateway.quotas import budgets
from gateway.quotas.day import forget_calls
from gateway.store import StoreError


async def deactivate_account(parts: AdminParts, admin: Account, account_id: str) -> None:
    """Deactivate an account. All its tokens and sessions end at once. Raises problems: 404, 409."""
    if account_id == admin.id:
        raise ProblemError(409, "own_account", "You cannot deactivate your own account.")
    async with parts.database.write() as session:
        account = await _get_account(session, account_id)
        now = parts.clock.now()
        account.deactivated_at = account.deactivated_at or now
        await revoke_all(session, parts.store, account)
        await accounts.delete_codes(session, account_id)
        record_event(session, now, "admin_deactivated", account_id, by=admin.id)


async def reactivate_account(parts: AdminParts, admin: Account, account_id: str) -> None:
    """Reactivate an account, whose API clients kept their secrets. Raises `not_found`."""
    async with parts.database.write() as session:
        account = await _get_account(session, account_id)
        account.deactivated_at = None
        record_event(session, parts.clock.now(), "admin_reactivated", account_id, by=admin.id)


async def delete_account(parts: AdminParts, admin: Account, caller: Caller, account_id: str) -> None:
    """Delete another account and all its data, within 15 minutes of a log-in. Raises problems: 403, 404, 409."""
    if account_id == admin.id:
        raise ProblemError(409, "own_account", "Delete your own account on its own page.")
    await deletion.check_fresh(parts.database, parts.clock, caller)
    async with parts.database.read() as session:
        if await accounts.find_account(session, account_id) is None:
            raise not_found()
    await deletion.erase_account(parts.database, parts.store, parts.clock, account_id, by=admin.id)


async def reset_quota(parts: AdminParts, admin: Account, account_id: str) -> None:
    """Reset an account's count of calls to Enedis for today. Raises `not_found`."""
    now = parts.clock.now()
    today = paris.day_of(now)
    async with parts.database.write() as session:
        await _get_account(session, account_id)
        budget = budgets.user_day(account_id, today, parts.settings.user_daily_limit_no_cache)
        await counters.reset_budget(session, budget)
        record_event(session, now, "admin_reset_quota", account_id, by=admin.id)
    with suppress(StoreError):
        await forget_calls(parts.store, account_id, today)


async def _get_account(session: AsyncSession, account_id: str) -> Account:
    account = await accounts.lock_account(session, account_id)
    if account is None:
        raise not_found()
    return account
