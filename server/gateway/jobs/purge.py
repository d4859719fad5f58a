"""What is of no use any more goes: budgets of past days, consents and sign-ups that led nowhere. Audit events stay.

So does, in time, what was read of a meter whose consent ended and which nobody shared again.
"""

from datetime import datetime, timedelta

from gateway.accounts import repository as accounts
from gateway.accounts.sessions import LIFETIME as SESSIONS
from gateway.accounts.sign_up import NEVER_ACTIVATED_FOR
from gateway.consents import repository as consents
from gateway.consents.service import delete_retained_point
from gateway.counters import repository as counters
from gateway.imports import repository as imports
from gateway.kit import paris
from gateway.kit.database import Database
from gateway.tempo import repository as tempo
from gateway.usage_points import repository as usage_points

BUDGETS = timedelta(days=3)
SHOWN_FOR = timedelta(days=31)
_SHOWN = ("enedis:", "rte:", "user:")
"""Calls that were made: their numbers are shown over time."""
CONSENTS = timedelta(days=30)
CLAIMS = timedelta(days=4 * 366)
"""Enedis opens a service for three years at most."""
_CLOCK_IS_SURE_FOR = timedelta(days=7)
"""After RTE told a colour: the certificates of a site are not believed by a clock that is years ahead."""


async def purge_outdated(database: Database, now: datetime, retention_days: int) -> datetime:
    """Delete it; return when to be called next. `retention_days` is how long an archive outlives its consent."""
    async with database.write() as session:
        today = paris.day_of(now)
        await counters.delete_before(session, (today - BUDGETS).isoformat(), kept=_SHOWN)
        await counters.delete_before(session, (today - SHOWN_FOR).isoformat())
        await imports.delete_previews_before(session, now - imports.PREVIEW_LIFETIME)
        await consents.delete_not_granted(session, now - CONSENTS)
        await accounts.delete_never_activated(session, now - NEVER_ACTIVATED_FOR)
        await accounts.delete_expired(session, now - SESSIONS, now)
        outlived = await usage_points.list_ended_before(session, now - timedelta(days=retention_days))
        # this does not come back: one clock alone is not believed
        if await tempo.list_colors_since(session, now - _CLOCK_IS_SURE_FOR):
            await consents.delete_claims_before(session, paris.day_of(now) - CLAIMS)
            for point in outlived:
                await delete_retained_point(session, point, now)
    return now + paris.HOUR
