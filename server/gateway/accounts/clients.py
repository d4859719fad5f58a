"""Create, list, renew and revoke the API clients of an account, and issue their tokens."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from gateway.accounts import repository, tokens
from gateway.accounts.models import Account, ApiClient
from gateway.accounts.parts import AccountParts
from gateway.accounts.secrets import hash_secret, make_client_secret
from gateway.accounts.service import (
    Caller,
    authenticate_client,
    build_session_required_problem,
    create_api_client,
    forget_client,
)
from gateway.audit.service import record_event
from gateway.limits import service as limits
from gateway.limits.service import RateLimit, RateLimitStatus
from gateway.problems import ProblemError, not_found
from gateway.store import Store

MOST = 20
_TOKENS = RateLimit("token", 60, timedelta(hours=1))


@dataclass(frozen=True, repr=False)
class IssuedToken:
    """A bearer token, and the state of the API client's limit of 60 tokens an hour."""

    text: str
    limit_status: RateLimitStatus


async def issue_token(parts: AccountParts, client_id: str, secret: str) -> IssuedToken:
    """Check an API client's credentials and return a new token. Raises problems: 401, 429."""
    now = parts.clock.now()
    async with parts.database.write() as session:
        claims = await authenticate_client(session, client_id, secret, now)
        limit_status = await limits.hit(session, _TOKENS, claims.client_id, now)
    key = parts.settings.secret_key.get_secret_value()
    return IssuedToken(tokens.issue_token(claims, key=key, issuer=parts.instance.id, now=now), limit_status)


async def list_api_clients(parts: AccountParts, account_id: str) -> Sequence[ApiClient]:
    """Return an account's API clients, oldest first."""
    async with parts.database.read() as session:
        return await repository.list_api_clients(session, account_id)


async def create_client(parts: AccountParts, account: Account, name: str) -> tuple[str, str]:
    """Create an API client; return its id and its secret.

    Raises `not_found` if the account is gone or inactive, and a 409 problem if it has 20 API clients already.
    """
    now = parts.clock.now()
    async with parts.database.write() as session:
        current = await repository.lock_account(session, account.id)
        if current is None or not current.is_active:
            raise not_found()
        if await repository.count_api_clients(session, account.id) >= MOST:
            raise ProblemError(
                409, "too_many_api_clients", f"An account can have at most {MOST} API clients. Revoke one first."
            )
        client_id, secret = await create_api_client(session, current, name, now)
        record_event(session, now, "api_client_created", account.id, client=client_id)
    return client_id, secret


async def renew_secret(parts: AccountParts, account_id: str, client_id: str) -> str:
    """Replace the secret of an API client and return the new one. Its tokens end at once. Raises `not_found`."""
    async with parts.database.write() as session:
        client = await repository.find_own_api_client(session, account_id, client_id)
        if client is None:
            raise not_found()
        secret = make_client_secret()
        client.secret_hash, client.token_version = hash_secret(secret), client.token_version + 1
        await forget_client(parts.store, client_id)
        record_event(session, parts.clock.now(), "api_client_renewed", account_id, client=client_id)
    return secret


async def revoke_client(parts: AccountParts, caller: Caller, client_id: str) -> None:
    """Delete an API client; its tokens end at once. A caller with a token can delete its own API client only.

    Raises the problems `session_needed` and `not_found`.
    """
    if not caller.is_person and caller.client_id != client_id:
        raise build_session_required_problem()
    async with parts.database.write() as session:
        client = await repository.find_own_api_client(session, caller.account_id, client_id)
        if client is None:
            raise not_found()
        await delete_client(session, parts.store, client, parts.clock.now())


async def delete_client(session: AsyncSession, store: Store, client: ApiClient, now: datetime, **detail: str) -> None:
    """Delete an API client and record that in the audit log, with `detail`."""
    await session.delete(client)
    await forget_client(store, client.client_id)
    record_event(session, now, "api_client_revoked", client.account_id, client=client.client_id, **detail)
