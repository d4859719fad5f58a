"""Database queries for accounts and their credentials."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from gateway.accounts.models import Account, ApiClient, BrowserSession, FamiliarOrigin, MailCode, Purpose, ReadingToken
from gateway.kit.database import build_insert

FAMILIAR_FOR = timedelta(days=180)


async def get_account(session: AsyncSession, account_id: str) -> Account:
    """Return an account that must exist. Raises NoResultFound."""
    return await session.get_one(Account, account_id)


async def find_account(session: AsyncSession, account_id: str) -> Account | None:
    """Return an account; None if there is none."""
    return await session.get(Account, account_id)


async def lock_account(session: AsyncSession, account_id: str) -> Account | None:
    """Return the current row of an account, locked until the transaction ends; None if there is none."""
    return await session.get(Account, account_id, with_for_update=True, populate_existing=True)


async def find_account_by_email(session: AsyncSession, email: str) -> Account | None:
    """Return the account of an address in the form of `normalize_address`; None if there is none."""
    return await session.scalar(select(Account).where(Account.email == email))


async def list_accounts(session: AsyncSession) -> Sequence[Account]:
    """Return every account, oldest first."""
    return (await session.scalars(select(Account).order_by(Account.created_at, Account.id))).all()


async def delete_account(session: AsyncSession, account_id: str) -> None:
    """Delete an account; rows that belong to it are deleted by cascade."""
    await session.execute(delete(Account).where(Account.id == account_id))


async def delete_never_activated(session: AsyncSession, before: datetime) -> None:
    """Delete the accounts created before `before` that were never activated."""
    await session.execute(delete(Account).where(Account.activated_at.is_(None), Account.created_at < before))


async def find_api_client(session: AsyncSession, client_id: str) -> ApiClient | None:
    """Return an API client; None if there is none."""
    return await session.get(ApiClient, client_id)


async def find_own_api_client(session: AsyncSession, account_id: str, client_id: str) -> ApiClient | None:
    """Return an API client if it belongs to this account, else None."""
    return await session.scalar(
        select(ApiClient).where(ApiClient.account_id == account_id, ApiClient.client_id == client_id)
    )


async def list_api_clients(session: AsyncSession, account_id: str) -> Sequence[ApiClient]:
    """Return an account's API clients, oldest first."""
    query = select(ApiClient).where(ApiClient.account_id == account_id)
    return (await session.scalars(query.order_by(ApiClient.created_at, ApiClient.client_id))).all()


async def count_api_clients(session: AsyncSession, account_id: str) -> int:
    """Return how many API clients an account has."""
    query = select(func.count()).select_from(ApiClient).where(ApiClient.account_id == account_id)
    return await session.scalar(query) or 0


async def delete_api_clients(session: AsyncSession, account_id: str) -> None:
    """Delete all API clients and all read-only tokens of an account."""
    for table in (ApiClient, ReadingToken):
        await session.execute(delete(table).where(table.account_id == account_id))


async def find_browser_session(session: AsyncSession, token_hash: bytes) -> BrowserSession | None:
    """Return a browser session; None if there is none."""
    return await session.get(BrowserSession, token_hash)


async def list_browser_sessions(session: AsyncSession, account_id: str) -> Sequence[BrowserSession]:
    """Return an account's browser sessions, newest first."""
    query = select(BrowserSession).where(BrowserSession.account_id == account_id)
    return (await session.scalars(query.order_by(BrowserSession.created_at.desc(), BrowserSession.token_hash))).all()


async def delete_session(session: AsyncSession, token_hash: bytes) -> None:
    """Delete a browser session."""
    await session.execute(delete(BrowserSession).where(BrowserSession.token_hash == token_hash))


async def delete_sessions(session: AsyncSession, account_id: str) -> None:
    """Delete all browser sessions of an account."""
    await session.execute(delete(BrowserSession).where(BrowserSession.account_id == account_id))


async def is_familiar_origin(session: AsyncSession, account_id: str, origin_hash: str) -> bool:
    """Return whether somebody logged in to the account from this origin before."""
    return await session.get(FamiliarOrigin, (account_id, origin_hash)) is not None


async def add_familiar_origin(session: AsyncSession, account_id: str, origin_hash: str, now: datetime) -> None:
    """Record that somebody logged in to the account from this origin."""
    row = build_insert(session, FamiliarOrigin).values(
        account_id=account_id, origin_hash=origin_hash, first_seen_at=now
    )
    await session.execute(row.on_conflict_do_nothing())


async def find_mail_code(
    session: AsyncSession, code_hash: bytes, purposes: Collection[Purpose], now: datetime
) -> MailCode | None:
    """Return a code, locked, if it has one of these purposes and has not expired; else None."""
    found = await session.get(MailCode, code_hash, with_for_update=True)
    return found if found is not None and found.purpose in purposes and found.expires_at > now else None


async def delete_codes(session: AsyncSession, account_id: str, purpose: Purpose | None = None) -> None:
    """Delete the mail codes of an account: all of them, or those of one purpose."""
    query = delete(MailCode).where(MailCode.account_id == account_id)
    await session.execute(query if purpose is None else query.where(MailCode.purpose == purpose))


async def delete_expired(session: AsyncSession, sessions_before: datetime, now: datetime) -> None:
    """Delete sessions created before `sessions_before`, expired codes, and origins older than FAMILIAR_FOR."""
    await session.execute(delete(BrowserSession).where(BrowserSession.created_at < sessions_before))
    await session.execute(delete(MailCode).where(MailCode.expires_at <= now))
    await session.execute(delete(FamiliarOrigin).where(FamiliarOrigin.first_seen_at < now - FAMILIAR_FOR))
