"""Deletes outdated data: budgets of past days, and consents and sign-ups that were not completed. Audit events stay.

It also deletes the readings of a meter whose consent ended, once the retention time has passed without a new consent.
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
"""Budgets of calls that were made: they are kept for 31 days, since charts show them."""
CONSENTS = timedelta(days=30)
CLAIMS = timedelta(days=4 * 366)
"""Enedis opens a service for at most three years."""
_CLOCK_IS_SURE_FOR = timedelta(days=7)
"""The clock is trusted this long after RTE sent a colour: were it years ahead, RTE's certificate would be invalid."""


async def purge_counters(database: Database, now: datetime) -> datetime:
    """Delete budgets of past days; return when to run next, which is tomorrow: it reads a row of each account."""
    today = paris.day_of(now)
    async with database.write() as session:
        await counters.delete_before(session, (today - BUDGETS).isoformat(), kept=_SHOWN)
        await counters.delete_before(session, (today - SHOWN_FOR).isoformat())
    return now + paris.DAY


async def purge_outdated(database: Database, now: datetime, retention_days: int) -> datetime:
    """Delete outdated data; return when to run next. `retention_days` is how long readings outlive their consent."""
    async with database.write() as session:
        await imports.delete_previews_before(session, now - imports.PREVIEW_LIFETIME)
        await consents.delete_not_granted(session, now - CONSENTS)
        await accounts.delete_never_activated(session, now - NEVER_ACTIVATED_FOR)
        await accounts.delete_expired(session, now - SESSIONS, now)
        outlived = await usage_points.list_ended_before(session, now - timedelta(days=retention_days))
        # this cannot be undone, so the system clock alone is not trusted
        if await tempo.has_color_since(session, now - _CLOCK_IS_SURE_FOR):
            await consents.delete_claims_before(session, paris.day_of(now) - CLAIMS)
            for point in outlived:
                await delete_retained_point(session, point, now)
    return now + paris.HOUR
