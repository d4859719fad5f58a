"""Budgets of calls to Enedis: per account and day, and per API and hour."""

from datetime import date, datetime

from gateway.counters.service import Budget
from gateway.kit import paris

ENEDIS_HOUR = 1000
"""Calls per hour and API that Enedis allows an application; its hours seem to be clock hours."""


def user_day(account_id: str, day: date, limit: int) -> Budget:
    """Return the budget of calls to Enedis that an account may cause on a day in Paris."""
    return Budget(f"user:{account_id}", day.isoformat(), limit)


def enedis_hour(api: str, now: datetime, limit: int = ENEDIS_HOUR) -> Budget:
    """Return the budget of calls to an API in the present hour."""
    return Budget(f"enedis:{api}", now.strftime("%Y-%m-%dT%H"), limit)


def next_hour(now: datetime) -> datetime:
    """Return when the next hour's budget begins."""
    return now.replace(minute=0, second=0, microsecond=0) + paris.HOUR
