"""Mails 60 and 15 days before a consent ends, each sent once."""

from datetime import datetime, time, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from gateway.accounts import outbox
from gateway.consents import repository
from gateway.consents.models import ConsentReminder
from gateway.kit import paris
from gateway.kit.clock import Clock
from gateway.kit.database import Database
from gateway.mail.models import MailKind
from gateway.usage_points.models import UsagePoint

DAYS_BEFORE = (15, 60)
_SEND_AT = time(9)
_A_ROUND = 50


async def send_reminders(database: Database, clock: Clock) -> datetime:
    """Queue the reminders that are due, from 09:00 in Paris; return when to call again.

    A consent that ends in 40 days gets the 60-day mail, one that ends in 10 days only the 15-day mail. So users who
    share a meter for a few days get one mail and not two.
    """
    now = clock.now()
    today = paris.day_of(now)
    if now < (begin := paris.at(today, _SEND_AT)):
        return begin
    for later_than, days_before in zip((-1, *DAYS_BEFORE), DAYS_BEFORE, strict=False):
        first, last = today + timedelta(days=later_than + 1), today + timedelta(days=days_before)
        async with database.read() as session:  # usually there are none, and reading does not block writers
            if not await repository.find_points_to_remind(session, first, last, days_before, 1):
                continue
        async with database.write() as session:
            points = await repository.find_points_to_remind(session, first, last, days_before, _A_ROUND)
            for point in points:
                await _remind(session, point, days_before, now)
        if len(points) == _A_ROUND:
            return now
    return paris.at(today + timedelta(days=1), _SEND_AT)


async def _remind(session: AsyncSession, point: UsagePoint, days_before: int, now: datetime) -> None:
    assert point.consent_expires_on is not None, "the query asks for it"  # noqa: S101
    details = {"meter": point.name, "until": point.consent_expires_on.isoformat()}
    await outbox.enqueue_mail(session, point.account_id, MailKind.CONSENT_ENDS, now, details)
    session.add(ConsentReminder(point_id=point.id, expires_on=point.consent_expires_on, days_before=days_before))
