"""Consents of an account, and the end of a usage point with those that opened it."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from gateway.audit.service import record
from gateway.consents import repository
from gateway.consents.models import Consent
from gateway.problems import not_found
from gateway.usage_points import repository as point_rows
from gateway.usage_points import service as usage_points
from gateway.usage_points.models import UsagePoint


async def delete_usage_point(session: AsyncSession, account_id: str, point_id: str, now: datetime) -> None:
    """Forget one of an account's usage points and all that was read of it. Raises the problem `not_found`."""
    await _delete(session, await usage_points.get(session, account_id, point_id))
    record(session, now, "usage_point_deleted", account_id, usage_point=point_id)


async def delete_outlived(session: AsyncSession, point: UsagePoint, now: datetime) -> None:
    """Forget a usage point whose archive was kept for its time after its consent, as its owner would."""
    await _delete(session, point)
    record(session, now, "usage_point_deleted", point.account_id, usage_point=point.id, reason="retention")


async def own_consent(session: AsyncSession, account_id: str, consent_id: str) -> Consent:
    """Return one of an account's consents. Raises the problem `not_found`."""
    consent = await repository.consent(session, consent_id)
    if consent is None or consent.account_id != account_id:
        raise not_found()
    return consent


async def _delete(session: AsyncSession, point: UsagePoint) -> None:
    await repository.delete_of_point(session, point.id)
    await point_rows.delete(session, point)
