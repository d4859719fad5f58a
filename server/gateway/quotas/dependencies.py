"""The dependency of all routes about usage points: it limits concurrent requests, counts answers and adds headers."""

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import Depends, Request

from gateway.accounts.dependencies import CallerDep
from gateway.dependencies import ClockDep, part
from gateway.quotas.concurrency import ConcurrencyLimiter
from gateway.quotas.day import DailyQuota

DailyQuotaDep = Annotated[DailyQuota, Depends(part(DailyQuota))]
ConcurrencyDep = Annotated[ConcurrencyLimiter, Depends(part(ConcurrencyLimiter))]


async def enforce_quota(
    request: Request, quota: DailyQuotaDep, concurrency: ConcurrencyDep, clock: ClockDep, caller: CallerDep
) -> AsyncIterator[None]:
    """Wait for one of the account's slots, count the answer, and add the rate limit headers. Raises ProblemError."""
    async with concurrency.limit_concurrency(caller.account_id):
        now = clock.now()
        answers = (await quota.count_answer(caller.account_id)).build_headers(now)
        calls = (await quota.load_recent_calls(caller.account_id)).build_headers(now)
        request.state.headers = {name: f"{calls[name]}, {answers[name]}" for name in calls}
        yield
