"""Budgets: exact under concurrency on both databases, whatever restarts."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.ext.asyncio import AsyncSession

from gateway.kit import paris
from gateway.quotas import repository

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
        super().__init__(budget.name)
        self.budget = budget


async def charge(session: AsyncSession, budgets: Iterable[Budget]) -> None:
    """Use one of each budget, or none. Raises ExhaustedError.

    The budgets are taken in the order of their names, so that two who need the same ones cannot wait for each other.
    """
    for budget in sorted(budgets, key=lambda budget: budget.name):
        await take(session, budget)


async def take(session: AsyncSession, budget: Budget) -> int:
    """Use one of a budget; return how much of it is used then. Raises ExhaustedError."""
    count = await repository.take(session, budget.name, budget.window, budget.limit)
    if count is None:
        raise ExhaustedError(budget)
    return count


async def take_back(session: AsyncSession, budget: Budget) -> None:
    """Give back one use of a budget."""
    await repository.take_back(session, budget.name, budget.window)


async def begin_anew(session: AsyncSession, budget: Budget) -> None:
    """Give back all that was used of a budget."""
    await repository.forget(session, budget.name, budget.window)


async def used(session: AsyncSession, budget: Budget) -> int:
    """Return how much of a budget is used."""
    return (await used_of(session, [budget]))[budget]


async def used_of(session: AsyncSession, budgets: Collection[Budget]) -> dict[Budget, int]:
    """Return how much of each budget is used."""
    found = await repository.used(session, {budget.name for budget in budgets}, {budget.window for budget in budgets})
    return {budget: found.get((budget.name, budget.window), 0) for budget in budgets}
