"""`GET /v1/quota`."""

from fastapi import APIRouter

from gateway.accounts.dependencies import CallerDep
from gateway.problems import describe_responses
from gateway.quotas.dependencies import DayDep
from gateway.quotas.schemas import DayUse, Quota, QuotaDays, UseView

router = APIRouter(tags=["quota"], responses=describe_responses(401))


@router.get("/quota")
async def get_quota(day: DayDep, caller: CallerDep) -> Quota:
    """Show how much of today's quotas is used and left."""
    calls, answers = await day.load_calls(caller.account_id), await day.load_answers(caller.account_id)
    return Quota(enedis=UseView.of(calls), answers=UseView.of(answers))


@router.get("/quota/days")
async def list_daily_calls(day: DayDep, caller: CallerDep) -> QuotaDays:
    """Show the calls to Enedis that the account caused on each of the last 31 days."""
    return QuotaDays(items=[DayUse(date=one, used=used) for one, used in await day.list_past_calls(caller.account_id)])
