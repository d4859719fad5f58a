"""`GET /v1/quota`."""

from fastapi import APIRouter

from gateway.accounts.dependencies import CallerDep
from gateway.problems import describe_responses
from gateway.quotas.dependencies import DailyQuotaDep
from gateway.quotas.schemas import DayUse, Quota, QuotaDays, UseView

router = APIRouter(tags=["quota"], responses=describe_responses(401))


@router.get("/quota")
async def get_quota(quota: DailyQuotaDep, caller: CallerDep) -> Quota:
    """Show how much of today's quotas is used and left."""
    calls, answers = await quota.load_calls(caller.account_id), await quota.load_answers(caller.account_id)
    return Quota(enedis=UseView.of(calls), answers=UseView.of(answers))


@router.get("/quota/days")
async def list_daily_calls(quota: DailyQuotaDep, caller: CallerDep) -> QuotaDays:
    """Show the calls to Enedis that the account caused on each of the last 31 days."""
    days = await quota.list_past_calls(caller.account_id)
    return QuotaDays(items=[DayUse(date=day, used=used) for day, used in days])
