"""Read-only tokens, which have a name and are valid until they are revoked.

They are for programs that cannot renew a token, such as evcc. Such a program must not be able to change a tariff or to
create other credentials.
"""

import secrets
from collections.abc import Sequence

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from gateway.accounts.models import Account, ReadingToken
from gateway.accounts.parts import AccountParts
from gateway.accounts.secrets import has_valid_checksum, hash_secret, is_reading_token, make_reading_token
from gateway.accounts.service import Caller
from gateway.accounts.tokens import InvalidTokenError
from gateway.audit.service import record_event
from gateway.kit import paris
from gateway.problems import ProblemError, not_found

MOST = 20
_READS = frozenset({"GET", "HEAD"})


async def create_token(parts: AccountParts, account: Account, name: str) -> tuple[ReadingToken, str]:
    """Create a token; return it and its text, of which only the hash is stored.

    Raises a 409 problem if the account has 20 tokens already.
    """
    now, text = parts.clock.now(), make_reading_token()
    async with parts.database.write() as session:
        if len(await _list_tokens(session, account.id)) >= MOST:
            raise ProblemError(409, "too_many_tokens", f"An account can have at most {MOST} tokens. Revoke one first.")
        token = ReadingToken(
            id=secrets.token_hex(16),
            account_id=account.id,
            name=name,
            token_hash=hash_secret(text),
            created_at=now,
            last_used_on=None,
        )
        session.add(token)
        record_event(session, now, "reading_token_created", account.id, token=token.id)
    return token, text


async def list_tokens(parts: AccountParts, account_id: str) -> Sequence[ReadingToken]:
    """Return an account's tokens, oldest first."""
    async with parts.database.read() as session:
        return await _list_tokens(session, account_id)


async def revoke_token(parts: AccountParts, account_id: str, token_id: str) -> None:
    """Delete a token, which ends at once. Raises the problem `not_found`."""
    async with parts.database.write() as session:
        token = await session.get(ReadingToken, token_id)
        if token is None or token.account_id != account_id:
            raise not_found()
        await session.delete(token)
        record_event(session, parts.clock.now(), "reading_token_revoked", account_id, token=token_id)


async def load_reader(parts: AccountParts, text: str, method: str) -> Caller:
    """Return the caller that a token belongs to. Raises InvalidTokenError, and a 403 problem unless GET or HEAD."""
    account = await _find_account(parts, text)
    if method not in _READS:
        raise ProblemError(403, "read_only", "This token reads only: log in, or use an API client.")
    return Caller(account.id)


async def find_reader(parts: AccountParts, text: str) -> Account:
    """Return the account of a token that is part of a secret URL. Raises a 401 problem."""
    try:
        return await _find_account(parts, text)
    except InvalidTokenError as error:
        raise ProblemError(401, "invalid_token", "The token in this address is not valid, or was revoked.") from error


async def _find_account(parts: AccountParts, text: str) -> Account:
    """Return the account of a token, and record that it was used today. Raises InvalidTokenError."""
    if not has_valid_checksum(text) or not is_reading_token(text):
        raise InvalidTokenError
    query = select(ReadingToken, Account).join(Account, Account.id == ReadingToken.account_id)
    async with parts.database.read() as session:
        found = (await session.execute(query.where(ReadingToken.token_hash == hash_secret(text)))).first()
    if found is None or not found[1].is_active:
        raise InvalidTokenError
    token: ReadingToken = found[0]
    account: Account = found[1]
    today = paris.day_of(parts.clock.now())
    if token.last_used_on != today:
        async with parts.database.write() as session:
            used = update(ReadingToken).where(ReadingToken.id == token.id)
            await session.execute(used.values(last_used_on=today))
    return account


async def _list_tokens(session: AsyncSession, account_id: str) -> Sequence[ReadingToken]:
    query = select(ReadingToken).where(ReadingToken.account_id == account_id)
    return (await session.scalars(query.order_by(ReadingToken.created_at, ReadingToken.id))).all()
