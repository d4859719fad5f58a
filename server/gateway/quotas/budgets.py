"""The budgets of calls to Enedis: an account's day, and the hour of an API."""

from datetime import date, datetime

from gateway.counters.service import Budget
from gateway.kit import paris

ENEDIS_HOUR = 1000
"""Calls an hour and API that Enedis allows an application; its hours look aligned on the clock."""


def user_day(account_id: str, day: date, limit: int) -> Budget:
    """Calls to Enedis that an account may cause in a Paris day."""
    return Budget(f"user:{account_id}", day.isoformat(), limit)


def enedis_hour(api: str, now: datetime, limit: int = ENEDIS_HOUR) -> Budget:
    """Calls that Enedis allows in the present hour."""
    return Budget(f"enedis:{api}", now.strftime("%Y-%m-%dT%H"), limit)


def next_hour(now: datetime) -> datetime:
    """Return when the next hour's budget begins."""
    return now.replace(minute=0, second=0, microsecond=0) + paris.HOUR
