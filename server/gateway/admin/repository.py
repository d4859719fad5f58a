"""Database queries for administrators."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from gateway.accounts.models import Account, ApiClient
from gateway.consents.models import Consent, ConsentStatus
from gateway.rte.models import FeedState
from gateway.usage_points.models import UsagePoint


async def find_accounts(session: AsyncSession, part: str, after: str | None, limit: int) -> Sequence[Account]:
    """Return accounts with `part` in their address, oldest first, that follow the account with the id `after`."""
    query = select(Account).order_by(Account.created_at, Account.id).limit(limit)
    if part:
        query = query.where(Account.email.contains(part, autoescape=True))
    if after and (last := await session.get(Account, after)):
        query = query.where(_is_later(Account.created_at, Account.id, last.created_at, last.id))
    return (await session.scalars(query)).all()


async def find_consents(
    session: AsyncSession, status: ConsentStatus | None, after: tuple[datetime, str] | None, limit: int
) -> Sequence[Consent]:
    """Return consents of one status or all, oldest first, that follow the creation time and usage point `after`."""
    query = select(Consent).order_by(Consent.created_at, Consent.point_id).limit(limit)
    if status is not None:
        query = query.where(Consent.status == status)
    if after is not None:
        query = query.where(_is_later(Consent.created_at, Consent.point_id, *after))
    return (await session.scalars(query)).all()


async def count_consents_by_status(session: AsyncSession) -> dict[str, int]:
    """Return the number of consents by status."""
    query = select(Consent.status, func.count()).group_by(Consent.status)
    return {str(status): count for status, count in await session.execute(query)}


async def count_points_by_account(session: AsyncSession, account_ids: Sequence[str]) -> dict[str, int]:
    """Return the number of usage points by account; accounts without any are left out."""
    query = select(UsagePoint.account_id, func.count()).where(UsagePoint.account_id.in_(account_ids))
    return dict(iter(await session.execute(query.group_by(UsagePoint.account_id))))


async def count_clients_by_account(
    session: AsyncSession, account_ids: Sequence[str]
) -> dict[str, tuple[int, datetime | None]]:
    """Return the number of API clients and their latest use by account; accounts without any are left out."""
    query = select(ApiClient.account_id, func.count(), func.max(ApiClient.last_used_at))
    rows = await session.execute(query.where(ApiClient.account_id.in_(account_ids)).group_by(ApiClient.account_id))
    return {account_id: (count, used_at) for account_id, count, used_at in rows}


async def list_feeds(session: AsyncSession) -> Sequence[FeedState]:
    """Return the states of RTE's feeds, by name."""
    return (await session.scalars(select(FeedState).order_by(FeedState.name))).all()


def _is_later(
    moment: InstrumentedAttribute[datetime], name: InstrumentedAttribute[str], then: datetime, last: str
) -> ColumnElement[bool]:
    return or_(moment > then, and_(moment == then, name > last))
