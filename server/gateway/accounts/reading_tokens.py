"""Read-only tokens, which have a name and are valid until they are revoked.

They are for programs that cannot renew a token, such as evcc. Such a program must not be able to change a tariff or to
create other credentials.
"""

import hmac
import secrets
from collections.abc import Sequence
from typing import Protocol

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from gateway.accounts.models import Account, ReadingToken, TokenKind
from gateway.accounts.parts import AccountParts
from gateway.accounts.secrets import has_valid_checksum, hash_secret, is_reading_token, make_reading_token
from gateway.accounts.service import Caller
from gateway.accounts.tokens import InvalidTokenError
from gateway.audit.service import record_event
from gateway.kit import paris
from gateway.problems import ProblemError, not_found

MOST = 20
_READS = frozenset({"GET", "HEAD"})


class LegacyTokenWriter(Protocol):
    """Writes tokens for older clients. They contain meter numbers, which accounts do not know."""

    async def write_token(self, account_id: str) -> str:
        """Return the text of a new token. Raises a 409 problem if older clients are not served, or have no meter."""
        ...


async def create_token(
    parts: AccountParts, legacy_writer: LegacyTokenWriter, account: Account, name: str, kind: TokenKind
) -> tuple[ReadingToken, str]:
    """Create a token; return it and its text, of which only the hash is stored.

    Raises a 409 problem if the account has 20 tokens already, or as LegacyTokenWriter.
    """
    now = parts.clock.now()
    match kind:
        case TokenKind.READING:
            text = make_reading_token()
        case TokenKind.LEGACY:
            text = await legacy_writer.write_token(account.id)
    async with parts.database.write() as session:
        if len(await _list_tokens(session, account.id)) >= MOST:
            raise ProblemError(409, "too_many_tokens", f"An account can have at most {MOST} tokens. Revoke one first.")
        token = ReadingToken(
            id=secrets.token_hex(16),
            account_id=account.id,
            name=name,
            kind=kind,
            token_hash=hash_secret(text),
            created_at=now,
            last_used_on=None,
        )
        session.add(token)
        record_event(session, now, "reading_token_created", account.id, token=token.id, kind=kind)
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
    """Return whose token this is. Raises InvalidTokenError, and a 403 problem for what would change something."""
    if not has_valid_checksum(text) or not is_reading_token(text):
        raise InvalidTokenError
    account = await _find_account(parts, ReadingToken.token_hash == hash_secret(text))
    if method not in _READS:
        raise ProblemError(403, "read_only", "This token is read-only: log in, or use an API client.")
    return Caller(account.id)


async def load_legacy_reader(parts: AccountParts, text: str) -> Caller:
    """Return whose token for older clients this is. Raises InvalidTokenError."""
    account = await _find_account(parts, ReadingToken.token_hash == hash_secret(text), TokenKind.LEGACY)
    return Caller(account.id)


async def make_calendar_key(parts: AccountParts, account_id: str, token_id: str, point_id: str) -> str:
    """Return what opens the calendar of one usage point, and nothing else, until the token is revoked.

    It stands in an address that people share and calendar services keep. Raises the problem `not_found`.
    """
    async with parts.database.read() as session:
        token = await session.get(ReadingToken, token_id)
    if token is None or token.account_id != account_id or token.kind is not TokenKind.READING:
        raise not_found()
    return _sign_calendar_key(parts, token_id, point_id)


async def find_calendar_reader(parts: AccountParts, key: str, point_id: str) -> Account:
    """Return the account that made a calendar's key. Raises a 401 problem."""
    token_id = key.partition(".")[0]
    try:
        if not hmac.compare_digest(key.encode(), _sign_calendar_key(parts, token_id, point_id).encode()):
            raise InvalidTokenError
        return await _find_account(parts, ReadingToken.id == token_id)
    except InvalidTokenError as error:
        raise ProblemError(401, "invalid_token", "The token in this address is not valid, or was revoked.") from error


def _sign_calendar_key(parts: AccountParts, token_id: str, point_id: str) -> str:
    return f"{token_id}.{parts.instance.hash_text('calendar', f'{token_id}:{point_id}').hex()}"


async def _find_account(
    parts: AccountParts, is_theirs: ColumnElement[bool], kind: TokenKind = TokenKind.READING
) -> Account:
    """Return the account of a token, and note that it was used today. Raises InvalidTokenError."""
    query = select(ReadingToken, Account).join(Account, Account.id == ReadingToken.account_id)
    async with parts.database.read() as session:
        found = (await session.execute(query.where(is_theirs, ReadingToken.kind == kind))).first()
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
