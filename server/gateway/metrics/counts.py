"""Counts everything for the metrics: hourly what is in each state, daily the archive, by one gateway for all.

Counting reads whole tables, which a scrape, every few seconds and on each gateway, must not.
"""

from datetime import datetime, timedelta

from pydantic import BaseModel

from gateway.kit import paris
from gateway.kit.clock import Clock
from gateway.kit.database import Database
from gateway.metrics import repository
from gateway.store import Store
from gateway.tempo.forecast.schemas import HorizonView
from gateway.tempo.forecast.service import load_horizons
from gateway.usage_points import repository as usage_points

_KEY = "metrics:counts"
_EVERY = timedelta(hours=1)
_ARCHIVE_EVERY = timedelta(days=1)
_KEPT_SECONDS = timedelta(days=2).total_seconds()


class Counts(BaseModel):
    """Usage points by status, accounts that caused calls today, these calls, and archived days by kind and state.

    `counted_at` is None before anything was counted. `horizons` is how good Tempo's forecasts were, over all that
    were ever kept.
    """

    counted_at: datetime | None = None
    usage_points: dict[str, int] = {}
    accounts_calling: int = 0
    calls_of_accounts: int = 0
    days: list[tuple[str, str, int]] = []
    days_counted_at: datetime | None = None
    horizons: list[HorizonView] = []


async def count_everything(database: Database, store: Store, clock: Clock) -> datetime:
    """Count, store the result for all gateways, and return when to count again."""
    now = clock.now()
    before = await load_counts(store)
    days, days_counted_at = before.days, before.days_counted_at
    async with database.read() as session:
        if days_counted_at is None or not days_counted_at <= now < days_counted_at + _ARCHIVE_EVERY:
            days, days_counted_at = await repository.count_days_by_state(session), now
        accounts, calls = await repository.count_calls_of_accounts(session, paris.day_of(now))
        counts = Counts(
            counted_at=now,
            usage_points=await usage_points.count_by_status(session),
            accounts_calling=accounts,
            calls_of_accounts=calls,
            days=days,
            days_counted_at=days_counted_at,
            horizons=await load_horizons(session),
        )
    await store.set(_KEY, counts.model_dump_json(), _KEPT_SECONDS)
    return now + _EVERY


async def load_counts(store: Store) -> Counts:
    """Return the last counts; empty ones if there are none yet. Raises StoreError."""
    text = await store.get(_KEY)
    return Counts() if text is None else Counts.model_validate_json(text)
