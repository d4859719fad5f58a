"""What is of no use any more goes: budgets of past days, consents and sign-ups that led nowhere. Audit events stay."""

from datetime import datetime, timedelta

from sqlalchemy import delete

from gateway.accounts import repository as accounts
from gateway.accounts.sessions import LIFETIME as SESSIONS
from gateway.accounts.sign_up import NEVER_ACTIVATED_FOR
from gateway.consents.models import Consent, ConsentStatus
from gateway.kit import paris
from gateway.kit.database import Database
from gateway.quotas.models import Counter

BUDGETS = timedelta(days=3)
CONSENTS = timedelta(days=30)


async def purge(database: Database, now: datetime) -> datetime:
    """Delete it; return when to be called next. The states of a consent go with it."""
    oldest = (paris.day_of(now) - BUDGETS).isoformat()
    led_nowhere = (Consent.status != ConsentStatus.GRANTED, Consent.created_at < now - CONSENTS)
    async with database.write() as session:
        # every window begins with its day, so that the texts sort by time
        await session.execute(delete(Counter).where(Counter.window < oldest))
        await session.execute(delete(Consent).where(*led_nowhere))
        await accounts.delete_never_activated(session, now - NEVER_ACTIVATED_FOR)
        await accounts.delete_ended(session, now - SESSIONS, now)
    return now + paris.DAY
