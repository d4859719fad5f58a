"""`GET /v1/quota`, and the headers that tell of it with every answer about a usage point."""

from datetime import date

from fastapi import APIRouter, Request
from pydantic import BaseModel

from gateway.dependencies import CallerDep, RuntimeDep
from gateway.kit.wire import Utc
from gateway.problems import documented
from gateway.quotas.day import Use

router = APIRouter(tags=["quota"], responses=documented(401))


class UseView(BaseModel):
    """How much is used of a limit, and when it begins anew."""

    used: int
    left: int
    limit: int
    resets_at: Utc


class Quota(BaseModel):
    """The account's day: calls to Enedis, and answers about usage points."""

    enedis: UseView
    answers: UseView


class DayUse(BaseModel):
    """The calls to Enedis of a day."""

    date: date
    used: int


class QuotaDays(BaseModel):
    """The last days, oldest first, today included."""

    items: list[DayUse]


@router.get("/v1/quota")
async def quota(runtime: RuntimeDep, caller: CallerDep) -> Quota:
    """Show what is used and left today."""
    calls, answers = await runtime.day.calls(caller.account_id), await runtime.day.answers(caller.account_id)
    return Quota(enedis=_view(calls), answers=_view(answers))


@router.get("/v1/quota/days")
async def quota_days(runtime: RuntimeDep, caller: CallerDep) -> QuotaDays:
    """Show the calls to Enedis that the account caused on each of the last 31 days."""
    return QuotaDays(
        items=[DayUse(date=day, used=used) for day, used in await runtime.day.past_calls(caller.account_id)]
    )


async def counted(request: Request, runtime: RuntimeDep, caller: CallerDep) -> None:
    """Count an answer about a usage point, and tell what is left in its headers."""
    now = runtime.clock.now()
    answers = (await runtime.day.count_answer(caller.account_id)).headers(now)
    calls = (await runtime.day.calls_lately(caller.account_id)).headers(now)
    request.state.headers = {name: f"{calls[name]}, {answers[name]}" for name in calls}


def _view(use: Use) -> UseView:
    left = max(0, use.limit - use.used)
    return UseView(used=min(use.used, use.limit), left=left, limit=use.limit, resets_at=use.resets_at)
