"""Accounts, their API clients, and the check of API clients' tokens."""

import hmac
import uuid
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache

from sqlalchemy.ext.asyncio import AsyncSession

from gateway.accounts import addresses, repository, tokens
from gateway.accounts.models import Account, ApiClient
from gateway.accounts.secrets import has_valid_checksum, hash_secret, make_client_id, make_client_secret
from gateway.kit.crypto import Keyring, new_key
from gateway.kit.database import Database
from gateway.problems import ProblemError
from gateway.store import Store, StoreError
from gateway.store.cache import read_cached, write_cached

_LAST_USE_PRECISION = timedelta(minutes=1)
_KEPT = timedelta(seconds=5)
_REVOKED = "revoked"
_REVOKED_FOR = timedelta(minutes=1)


@dataclass(frozen=True)
class Caller:
    """The account behind a request: of an API client, of a browser that is logged in, or of ingress."""

    account_id: str
    client_id: str | None = None
    session_hash: bytes | None = None
    is_ingress: bool = False

    @property
    def is_person(self) -> bool:
        """Whether somebody who is logged in asks, and no API client."""
        return self.is_ingress or self.session_hash is not None


def build_session_required_problem() -> ProblemError:
    """Make the refusal of what takes a browser that is logged in."""
    return ProblemError(403, "session_needed", "Log in at /v1/session for this; an API client's token is not enough.")


def build_data_key_context(account_id: str) -> str:
    """Name what a wrapped data key belongs to."""
    return f"accounts.data_key:{account_id}"


def build_account(keyring: Keyring, address: str, language: str, now: datetime) -> Account:
    """Make an account that nobody may use yet."""
    account_id = uuid.uuid4().hex
    return Account(
        id=account_id,
        email=addresses.normalize_email(address),
        address=address.strip(),
        created_at=now,
        language=language,
        password_hash=None,
        verified_at=None,
        activated_at=None,
        deactivated_at=None,
        token_version=0,
        data_key=keyring.wrap(new_key(), build_data_key_context(account_id)),
    )


async def find_or_create_account(
    session: AsyncSession, keyring: Keyring, email: str, now: datetime, language: str = "fr"
) -> Account:
    """Return the account of an address for whoever runs the gateway, who vouches for one that is made."""
    if account := await repository.find_account_by_email(session, addresses.normalize_email(email)):
        return account
    account = build_account(keyring, email, language, now)
    account.verified_at = account.activated_at = now
    session.add(account)
    await session.flush()
    return account


def is_admin(account: Account, admin_emails: str) -> bool:
    """Tell whether an account is an administrator's: its address is on the list, and its owner showed to have it.

    The address is the one that mail was sent to, not the key it was found by.
    """
    is_verified = account.is_active and account.verified_at is not None
    return is_verified and addresses.normalize_email(account.address) in _normalize_emails(admin_emails)


@lru_cache(maxsize=8)
def _normalize_emails(emails: str) -> frozenset[str]:
    return frozenset(addresses.normalize_email(email) for email in emails.split(",") if email.strip())


async def create_api_client(session: AsyncSession, account: Account, name: str, now: datetime) -> tuple[str, str]:
    """Make an API client; return its id and its secret, which is shown this once."""
    client_id, secret = make_client_id(), make_client_secret()
    session.add(
        ApiClient(
            client_id=client_id,
            account_id=account.id,
            name=name,
            secret_hash=hash_secret(secret),
            token_version=0,
            created_at=now,
            last_used_at=None,
        )
    )
    return client_id, secret


async def authenticate_client(session: AsyncSession, client_id: str, secret: str, now: datetime) -> tokens.Claims:
    """Check an API client's credentials and return what its token will say. Raises a 401 problem."""
    client = await repository.find_api_client(session, client_id) if has_valid_checksum(secret) else None
    account = await repository.get_account(session, client.account_id) if client else None
    genuine = client is not None and hmac.compare_digest(client.secret_hash, hash_secret(secret))
    if client is None or account is None or not genuine or not account.is_active:
        raise ProblemError(
            401,
            "invalid_client",
            "The client id or its secret is wrong, or the API client was revoked.",
            headers={"WWW-Authenticate": 'Basic realm="MyElectricalData"'},
        )
    if client.last_used_at is None or now - client.last_used_at >= _LAST_USE_PRECISION:
        client.last_used_at = now
    return tokens.Claims(account.id, client.client_id, _compute_token_version(account, client))


async def load_caller(database: Database, store: Store, claims: tokens.Claims) -> Caller:
    """Return whose request this is. Raises InvalidTokenError when the token was revoked meanwhile.

    The answer is kept for seconds in the store that all replicas share. Whoever revokes puts a mark in its place with
    `forget_client`: while it stands, the database is asked each time.
    """
    held, kept = f"{claims.account_id} {claims.version}", await read_cached(store, _build_cache_key(claims.client_id))
    if kept != held:
        async with database.read() as session:
            client = await repository.find_api_client(session, claims.client_id)
            if client is None or client.account_id != claims.account_id:
                raise tokens.InvalidTokenError
            account = await repository.get_account(session, client.account_id)
        if not account.is_active or _compute_token_version(account, client) != claims.version:
            raise tokens.InvalidTokenError
        # looked at again: it may have been revoked while the database was asked
        if await read_cached(store, _build_cache_key(claims.client_id)) is None:
            await write_cached(store, _build_cache_key(claims.client_id), held, _KEPT.total_seconds())
    return Caller(claims.account_id, claims.client_id)


async def forget_client(store: Store, client_id: str) -> None:
    """Have the database asked again whether an API client may still ask. Call it before the change is committed.

    Without the store it is asked again in seconds anyhow.
    """
    with suppress(StoreError):
        await store.set(_build_cache_key(client_id), _REVOKED, _REVOKED_FOR.total_seconds())


async def revoke_all(session: AsyncSession, store: Store, account: Account) -> None:
    """End every token and every browser's session of an account at once."""
    account.token_version += 1
    await repository.delete_sessions(session, account.id)
    for client in await repository.list_api_clients(session, account.id):
        await forget_client(store, client.client_id)


def _compute_token_version(account: Account, client: ApiClient) -> int:
    """Return what tokens of this moment are good for: either part only grows, so the sum comes once."""
    return account.token_version + client.token_version


def _build_cache_key(client_id: str) -> str:
    return f"caller:{client_id}"
