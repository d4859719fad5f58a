"""Budgets, counted exactly with concurrent transactions and across restarts, on both databases."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from gateway.counters import repository


@dataclass(frozen=True)
class Budget:
    """At most `limit` uses of `name` in `window`."""

    name: str
    window: str
    limit: int


class ExhaustedError(Exception):
    """A budget has nothing left. If this error rolls back the transaction, uses of other budgets are undone."""

    def __init__(self, budget: Budget) -> None:
        super().__init__(budget.name)
        self.budget = budget


async def charge_budgets(session: AsyncSession, budgets: Iterable[Budget]) -> None:
    """Count one use of each budget. Raises ExhaustedError, which must roll back the transaction.

    The budgets are charged in the order of their names, so that transactions do not deadlock.
    """
    for budget in sorted(budgets, key=lambda budget: budget.name):
        await take_one(session, budget)


async def take_one(session: AsyncSession, budget: Budget) -> int:
    """Count one use of a budget; return the new number of uses. Raises ExhaustedError."""
    count = await repository.increment_counter(session, budget.name, budget.window, budget.limit)
    if count is None:
        raise ExhaustedError(budget)
    return count


async def give_back_one(session: AsyncSession, budget: Budget) -> None:
    """Undo one use of a budget."""
    await repository.decrement_counter(session, budget.name, budget.window)


async def reset_budget(session: AsyncSession, budget: Budget) -> None:
    """Undo all uses of a budget."""
    await repository.delete_window(session, budget.name, budget.window)


async def load_used(session: AsyncSession, budget: Budget) -> int:
    """Return the number of uses of a budget."""
    return (await load_all_used(session, [budget]))[budget]


async def load_all_used(session: AsyncSession, budgets: Collection[Budget]) -> dict[Budget, int]:
    """Return the number of uses of each budget."""
    found = await repository.load_used(
        session, {budget.name for budget in budgets}, {budget.window for budget in budgets}
    )
    return {budget: found.get((budget.name, budget.window), 0) for budget in budgets}
