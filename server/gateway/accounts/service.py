"""Who may ask: accounts, their API clients, and the tokens these get."""

import hmac
import uuid
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from gateway.accounts import repository, tokens
from gateway.accounts.models import Account, ApiClient
from gateway.accounts.secrets import fingerprint, looks_genuine, new_client_id, new_client_secret
from gateway.kit.crypto import Keyring, new_key
from gateway.kit.database import Database
from gateway.problems import ProblemError
from gateway.store import Store, StoreError
from gateway.store.cache import keep, recall

_LAST_USE_PRECISION = timedelta(minutes=1)
_KEPT = timedelta(minutes=1)


@dataclass(frozen=True)
class Caller:
    """The account behind a request."""

    account_id: str
    client_id: str


def data_key_context(account_id: str) -> str:
    """Name what a wrapped data key belongs to."""
    return f"accounts.data_key:{account_id}"


async def find_or_create_account(session: AsyncSession, keyring: Keyring, email: str, now: datetime) -> Account:
    """Return the account of an address, made if there is none."""
    address = email.strip().casefold()
    if account := await repository.account_by_email(session, address):
        return account
    account_id = uuid.uuid4().hex
    account = Account(
        id=account_id,
        email=address,
        created_at=now,
        token_version=0,
        data_key=keyring.wrap(new_key(), data_key_context(account_id)),
    )
    session.add(account)
    await session.flush()
    return account


async def create_api_client(session: AsyncSession, account: Account, name: str, now: datetime) -> tuple[str, str]:
    """Make an API client; return its id and its secret, which is shown this once."""
    client_id, secret = new_client_id(), new_client_secret()
    session.add(
        ApiClient(
            client_id=client_id,
            account_id=account.id,
            name=name,
            secret_hash=fingerprint(secret),
            created_at=now,
            last_used_at=None,
        )
    )
    return client_id, secret


async def authenticate_client(session: AsyncSession, client_id: str, secret: str, now: datetime) -> tokens.Claims:
    """Check an API client's credentials and return what its token will say. Raises a 401 problem."""
    client = await repository.api_client(session, client_id) if looks_genuine(secret) else None
    if client is None or not hmac.compare_digest(client.secret_hash, fingerprint(secret)):
        raise ProblemError(
            401,
            "invalid_client",
            "The client id or its secret is wrong, or the API client was revoked.",
            headers={"WWW-Authenticate": 'Basic realm="MyElectricalData"'},
        )
    if client.last_used_at is None or now - client.last_used_at >= _LAST_USE_PRECISION:
        client.last_used_at = now
    account = await repository.account(session, client.account_id)
    return tokens.Claims(account.id, client.client_id, account.token_version)


async def caller_of(database: Database, store: Store, claims: tokens.Claims) -> Caller:
    """Return whose request this is. Raises InvalidTokenError when the token was revoked meanwhile.

    The answer is kept for a minute in the store that all replicas share: whoever revokes removes it with `forget`.
    """
    held = _held(claims)
    if await recall(store, _kept(claims.client_id)) != held:
        async with database.read() as session:
            client = await repository.api_client(session, claims.client_id)
            if client is None or client.account_id != claims.account_id:
                raise tokens.InvalidTokenError
            account = await repository.account(session, client.account_id)
        if account.token_version != claims.version:
            raise tokens.InvalidTokenError
        await keep(store, _kept(claims.client_id), held, _KEPT.total_seconds())
    return Caller(claims.account_id, claims.client_id)


async def forget(store: Store, client_id: str) -> None:
    """Have the database asked again whether an API client may still ask; without the store, in a minute at most."""
    with suppress(StoreError):
        await store.delete(_kept(client_id))


def _kept(client_id: str) -> str:
    return f"caller:{client_id}"


def _held(claims: tokens.Claims) -> str:
    return f"{claims.account_id} {claims.version}"
