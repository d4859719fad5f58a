"""Deletion of an account and all its data."""

from gateway.accounts import repository, sessions
from gateway.accounts.parts import AccountParts
from gateway.accounts.service import Caller, revoke_all
from gateway.audit.service import record_event
from gateway.consents.service import remember_claim
from gateway.kit.clock import Clock
from gateway.kit.database import Database
from gateway.problems import ProblemError
from gateway.store import Store
from gateway.usage_points import repository as points
from gateway.usage_points.models import PointStatus
from gateway.usage_points.service import end_access


async def delete_account(parts: AccountParts, caller: Caller) -> None:
    """Delete an account with its meters, consents, readings, API clients and sessions. Its tokens end at once.

    Raises a 403 problem unless the caller uses ingress or logged in within 15 minutes.
    """
    await check_fresh(parts.database, parts.clock, caller)
    await erase_account(parts.database, parts.store, parts.clock, caller.account_id)


async def check_fresh(database: Database, clock: Clock, caller: Caller) -> None:
    """Raise a 403 problem unless the caller uses ingress or its browser logged in within 15 minutes."""
    if not caller.is_ingress and not await sessions.is_fresh(database, caller, clock.now()):
        raise ProblemError(
            403, "log_in_again", "This cannot be undone. Log in again, then repeat it within 15 minutes."
        )


async def erase_account(database: Database, store: Store, clock: Clock, account_id: str, **detail: str) -> None:
    """Delete an account and all its data, and record that in the audit log with `detail`.

    Does nothing if there is no such account.
    """
    now = clock.now()
    async with database.write() as session:
        account = await repository.lock_account(session, account_id)
        if account is None:
            return
        for point in await points.list_of_account(session, account_id):
            remember_claim(session, point)
            if point.status is PointStatus.GRANTED:
                end_access(point, PointStatus.ENDED, now)
                record_event(session, now, "consent_ended", account_id, usage_point=point.id)
        await revoke_all(session, store, account)
        await session.flush()
        await repository.delete_account(session, account_id)
        record_event(session, now, "account_deleted", account_id, **detail)
