"""Queries that count rows and return no names or ids."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from gateway.consents.models import Consent
from gateway.counters.models import Counter
from gateway.mail.models import OutboxMail
from gateway.metering.models import DayRecord
from gateway.quotas.budgets import user_day
from gateway.rte.models import FeedState
from gateway.usage_points.models import PointStatus, UsagePoint


@dataclass(frozen=True)
class DueWork:
    """How much work of one job is due, and since when."""

    name: str
    count: int
    oldest: datetime | None


async def count_days_by_state(session: AsyncSession) -> list[tuple[str, str, int]]:
    """Return the number of days in the archive by kind and state."""
    query = select(DayRecord.kind, DayRecord.state, func.count()).group_by(DayRecord.kind, DayRecord.state)
    return [(kind, state, count) for kind, state, count in await session.execute(query)]


async def count_calls_of_accounts(session: AsyncSession, day: date) -> tuple[int, int]:
    """Return how many accounts caused calls to Enedis on a day, and the number of these calls."""
    of_user = user_day("", day, 0)
    mine = (Counter.name.startswith(of_user.name), Counter.window == of_user.window)
    count, used = (await session.execute(select(func.count(), func.sum(Counter.used)).where(*mine))).one()
    return count, used or 0


async def count_ending_consents(session: AsyncSession, today: date) -> int:
    """Return the number of meters whose consent ends within 30 days."""
    ends_soon = UsagePoint.consent_expires_on.between(today, today + timedelta(days=30))
    return await session.scalar(select(func.count()).where(UsagePoint.status == PointStatus.GRANTED, ends_soon)) or 0


async def count_due_work(session: AsyncSession, now: datetime) -> list[DueWork]:
    """Return the due work of each job."""
    is_open = UsagePoint.status == PointStatus.GRANTED
    return [
        await _count_due(session, "archive", UsagePoint.next_work_at, now, is_open),
        await _count_due(session, "details", UsagePoint.details_at, now, is_open),
        await _count_due(session, "consents", Consent.check_at, now),
        await _count_due(session, "signals", FeedState.next_at, now),
        await _count_due(session, "history", UsagePoint.history_at, now, is_open),
        await _count_due(session, "mail", OutboxMail.next_at, now),
    ]


async def _count_due(
    session: AsyncSession, name: str, at: InstrumentedAttribute[Any], now: datetime, *which: ColumnElement[bool]
) -> DueWork:
    count, oldest = (await session.execute(select(func.count(), func.min(at)).where(at <= now, *which))).one()
    return DueWork(name, count, oldest)
