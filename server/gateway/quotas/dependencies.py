"""The dependency of all routes about usage points: it limits concurrent requests, counts answers and adds headers."""

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import Depends, Request

from gateway.accounts.dependencies import CallerDep
from gateway.dependencies import ClockDep, part
from gateway.quotas.day import DailyQuota
from gateway.quotas.turns import AccountTurns

DayDep = Annotated[DailyQuota, Depends(part(DailyQuota))]
TurnsDep = Annotated[AccountTurns, Depends(part(AccountTurns))]


async def count_response(
    request: Request, day: DayDep, turns: TurnsDep, clock: ClockDep, caller: CallerDep
) -> AsyncIterator[None]:
    """Wait for one of the account's slots, count the answer, and add the rate limit headers. Raises ProblemError."""
    async with turns.acquire_slot(caller.account_id):
        now = clock.now()
        answers = (await day.count_answer(caller.account_id)).build_headers(now)
        calls = (await day.load_recent_calls(caller.account_id)).build_headers(now)
        request.state.headers = {name: f"{calls[name]}, {answers[name]}" for name in calls}
        yield
