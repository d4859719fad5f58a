"""`GET /v1/quota`, and the headers that tell of it with every answer about a usage point."""

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Depends, Request

from gateway.accounts.dependencies import CallerDep
from gateway.dependencies import ClockDep, part
from gateway.problems import describe_responses
from gateway.quotas.day import DailyQuota
from gateway.quotas.schemas import DayUse, Quota, QuotaDays, UseView
from gateway.quotas.turns import AccountTurns

DayDep = Annotated[DailyQuota, Depends(part(DailyQuota))]
TurnsDep = Annotated[AccountTurns, Depends(part(AccountTurns))]

router = APIRouter(tags=["quota"], responses=describe_responses(401))


@router.get("/quota")
async def get_quota(day: DayDep, caller: CallerDep) -> Quota:
    """Show what is used and left today."""
    calls, answers = await day.count_calls(caller.account_id), await day.count_responses(caller.account_id)
    return Quota(enedis=UseView.of(calls), answers=UseView.of(answers))


@router.get("/quota/days")
async def get_quota_days(day: DayDep, caller: CallerDep) -> QuotaDays:
    """Show the calls to Enedis that the account caused on each of the last 31 days."""
    return QuotaDays(items=[DayUse(date=one, used=used) for one, used in await day.past_calls(caller.account_id)])


async def count_response(
    request: Request, day: DayDep, turns: TurnsDep, clock: ClockDep, caller: CallerDep
) -> AsyncIterator[None]:
    """Count an answer about a usage point, tell what is left in its headers, and let a few of an account be made at
    once.
    """
    async with turns.take_turn(caller.account_id):
        now = clock.now()
        answers = (await day.count_answer(caller.account_id)).build_headers(now)
        calls = (await day.calls_lately(caller.account_id)).build_headers(now)
        request.state.headers = {name: f"{calls[name]}, {answers[name]}" for name in calls}
        yield
