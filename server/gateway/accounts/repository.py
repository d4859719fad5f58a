"""Accounts and API clients in the database."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from gateway.accounts.models import Account, ApiClient


async def account(session: AsyncSession, account_id: str) -> Account:
    """Return an account that is known to exist."""
    return await session.get_one(Account, account_id)


async def account_by_email(session: AsyncSession, email: str) -> Account | None:
    """Return the account of an address."""
    return await session.scalar(select(Account).where(Account.email == email))


async def api_client(session: AsyncSession, client_id: str) -> ApiClient | None:
    """Return an API client."""
    return await session.get(ApiClient, client_id)
