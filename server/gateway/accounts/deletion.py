"""The end of an account, and of everything it owned."""

from gateway.accounts import repository, sessions
from gateway.accounts.service import Caller, revoke_all
from gateway.audit.service import record
from gateway.problems import ProblemError
from gateway.runtime import Runtime
from gateway.usage_points import repository as points
from gateway.usage_points.models import PointStatus
from gateway.usage_points.service import end


async def delete_account(runtime: Runtime, caller: Caller) -> None:
    """Delete an account with its meters, consents, readings, API clients and sessions; its tokens end at once.

    Raises a 403 problem unless its browser logged in a short while ago.
    """
    now, account_id = runtime.clock.now(), caller.account_id
    if not await sessions.is_fresh(runtime.database, caller, now):
        raise ProblemError(
            403, "log_in_again", "This cannot be undone: log in again, then repeat it within 15 minutes."
        )
    async with runtime.database.write() as session:
        account = await repository.account_alone(session, account_id)
        if account is None:
            return
        for point in await points.of_account(session, account_id):
            if point.status is PointStatus.GRANTED:
                end(point, PointStatus.ENDED, now)
                record(session, now, "consent_ended", account_id, usage_point=point.id)
        await revoke_all(session, runtime.store, account)
        await session.flush()
        await repository.delete_account(session, account_id)
        record(session, now, "account_deleted", account_id)
