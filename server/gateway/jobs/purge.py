"""What is of no use any more goes: budgets of past days, consents and sign-ups that led nowhere. Audit events stay."""

from datetime import datetime, timedelta

from gateway.accounts import repository as accounts
from gateway.accounts.sessions import LIFETIME as SESSIONS
from gateway.accounts.sign_up import NEVER_ACTIVATED_FOR
from gateway.consents import repository as consents
from gateway.kit import paris
from gateway.kit.database import Database
from gateway.quotas import repository as quotas

BUDGETS = timedelta(days=3)
CONSENTS = timedelta(days=30)


async def purge(database: Database, now: datetime) -> datetime:
    """Delete it; return when to be called next."""
    async with database.write() as session:
        await quotas.forget_before(session, (paris.day_of(now) - BUDGETS).isoformat())
        await consents.delete_led_nowhere(session, now - CONSENTS)
        await accounts.delete_never_activated(session, now - NEVER_ACTIVATED_FOR)
        await accounts.delete_ended(session, now - SESSIONS, now)
    return now + paris.DAY
