"""What every answer about a usage point has: its place in the account's turn, and the headers of the quota."""

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
    """Count the answer and say in its headers what is left; a few of an account are made at once, others wait."""
    async with turns.acquire_slot(caller.account_id):
        now = clock.now()
        answers = (await day.count_answer(caller.account_id)).build_headers(now)
        calls = (await day.load_recent_calls(caller.account_id)).build_headers(now)
        request.state.headers = {name: f"{calls[name]}, {answers[name]}" for name in calls}
        yield
