"""What administrators do, each act in the log."""

from contextlib import suppress

from sqlalchemy.ext.asyncio import AsyncSession

from gateway.accounts import repository as accounts
from gateway.accounts.models import Account
from gateway.accounts.service import revoke_all
from gateway.audit.service import record
from gateway.counters import service as counters
from gateway.kit import paris
from gateway.problems import ProblemError, not_found
from gateway.quotas import budgets
from gateway.quotas.day import forget_calls
from gateway.runtime import Runtime
from gateway.store import StoreError


async def deactivate(runtime: Runtime, admin: Account, account_id: str) -> None:
    """Shut an account out; all its tokens and sessions end at once. Raises problems: 404, 409."""
    if account_id == admin.id:
        raise ProblemError(409, "own_account", "Nobody deactivates their own account.")
    async with runtime.database.write() as session:
        account = await _account(session, account_id)
        now = runtime.clock.now()
        account.deactivated_at = account.deactivated_at or now
        await revoke_all(session, runtime.store, account)
        await accounts.delete_codes(session, account_id)
        record(session, now, "admin_deactivated", account_id, by=admin.id)


async def reactivate(runtime: Runtime, admin: Account, account_id: str) -> None:
    """Let an account in again; its API clients keep their secrets. Raises `not_found`."""
    async with runtime.database.write() as session:
        account = await _account(session, account_id)
        account.deactivated_at = None
        record(session, runtime.clock.now(), "admin_reactivated", account_id, by=admin.id)


async def reset_quota(runtime: Runtime, admin: Account, account_id: str) -> None:
    """Begin an account's day of calls to Enedis anew. Raises `not_found`."""
    now = runtime.clock.now()
    today = paris.day_of(now)
    async with runtime.database.write() as session:
        await _account(session, account_id)
        budget = budgets.user_day(account_id, today, runtime.settings.user_daily_limit_no_cache)
        await counters.begin_anew(session, budget)
        record(session, now, "admin_reset_quota", account_id, by=admin.id)
    with suppress(StoreError):
        await forget_calls(runtime.store, account_id, today)


async def _account(session: AsyncSession, account_id: str) -> Account:
    account = await accounts.account_alone(session, account_id)
    if account is None:
        raise not_found()
    return account
