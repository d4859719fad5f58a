"""Budgets: exact under concurrency on both databases, whatever restarts."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from gateway.kit import paris
from gateway.kit.database import insert
from gateway.quotas.models import Counter

ENEDIS_HOUR = 1000
"""Calls an hour and API that Enedis allows an application; its hours look aligned on the clock."""


@dataclass(frozen=True)
class Budget:
    """So many uses of `name` in `window`, no more."""

    name: str
    window: str
    limit: int


def user_day(account_id: str, day: date, limit: int) -> Budget:
    """Calls to Enedis that an account may cause in a Paris day."""
    return Budget(f"user:{account_id}", day.isoformat(), limit)


def enedis_hour(api: str, now: datetime, limit: int = ENEDIS_HOUR) -> Budget:
    """Calls that Enedis allows in the present hour."""
    return Budget(f"enedis:{api}", now.strftime("%Y-%m-%dT%H"), limit)


def next_hour(now: datetime) -> datetime:
    """Return when the next hour's budget begins."""
    return now.replace(minute=0, second=0, microsecond=0) + paris.HOUR


class ExhaustedError(Exception):
    """A budget has nothing left; leaving the transaction by this error gives back what it took of the others."""

    def __init__(self, budget: Budget) -> None:
        """Name the budget."""
        super().__init__(budget.name)
        self.budget = budget


async def charge(session: AsyncSession, budgets: Sequence[Budget]) -> None:
    """Use one of each budget, or none. Raises ExhaustedError.

    The budgets are taken in the order of their names, so that two who need the same ones cannot wait for each other.
    """
    for budget in sorted(budgets, key=lambda budget: budget.name):
        if budget.limit < 1:
            raise ExhaustedError(budget)
        statement = (
            insert(session, Counter)
            .values(name=budget.name, window=budget.window, used=1)
            .on_conflict_do_update(
                index_elements=[Counter.name, Counter.window],
                set_={"used": Counter.used + 1},
                where=Counter.used < budget.limit,
            )
            .returning(Counter.used)
        )
        if await session.scalar(statement) is None:
            raise ExhaustedError(budget)


async def used(session: AsyncSession, budget: Budget) -> int:
    """Return how much of a budget is used."""
    return await session.scalar(select(Counter.used).filter_by(name=budget.name, window=budget.window)) or 0
