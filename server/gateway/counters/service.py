"""Budgets: exact under concurrency on both databases, whatever restarts."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from gateway.counters import repository


@dataclass(frozen=True)
class Budget:
    """So many uses of `name` in `window`, no more."""

    name: str
    window: str
    limit: int


class ExhaustedError(Exception):
    """A budget has nothing left; leaving the transaction by this error gives back what it took of the others."""

    def __init__(self, budget: Budget) -> None:
        super().__init__(budget.name)
        self.budget = budget


async def charge_budgets(session: AsyncSession, budgets: Iterable[Budget]) -> None:
    """Use one of each budget, or none. Raises ExhaustedError.

    The budgets are taken in the order of their names, so that two who need the same ones cannot wait for each other.
    """
    for budget in sorted(budgets, key=lambda budget: budget.name):
        await take_one(session, budget)


async def take_one(session: AsyncSession, budget: Budget) -> int:
    """Use one of a budget; return how much of it is used then. Raises ExhaustedError."""
    count = await repository.increment_counter(session, budget.name, budget.window, budget.limit)
    if count is None:
        raise ExhaustedError(budget)
    return count


async def give_back_one(session: AsyncSession, budget: Budget) -> None:
    """Give back one use of a budget."""
    await repository.decrement_counter(session, budget.name, budget.window)


async def reset_budget(session: AsyncSession, budget: Budget) -> None:
    """Give back all that was used of a budget."""
    await repository.delete_window(session, budget.name, budget.window)


async def load_used(session: AsyncSession, budget: Budget) -> int:
    """Return how much of a budget is used."""
    return (await load_all_used(session, [budget]))[budget]


async def load_all_used(session: AsyncSession, budgets: Collection[Budget]) -> dict[Budget, int]:
    """Return how much of each budget is used."""
    found = await repository.load_used(
        session, {budget.name for budget in budgets}, {budget.window for budget in budgets}
    )
    return {budget: found.get((budget.name, budget.window), 0) for budget in budgets}
