"""Creation of accounts and API clients, and checks of API clients' credentials and tokens."""

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
from gateway.kit.crypto import Keyring, generate_random_key
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
    """The account that makes a request, through an API client, a read-only token, a browser session or ingress."""

    account_id: str
    client_id: str | None = None
    session_hash: bytes | None = None
    is_ingress: bool = False

    @property
    def is_person(self) -> bool:
        """Whether a person who is logged in makes the request, and not a program with a token."""
        return self.is_ingress or self.session_hash is not None


def build_session_required_problem() -> ProblemError:
    """Return the 403 problem for requests that need a logged-in browser."""
    return ProblemError(403, "session_needed", "Log in at /v1/session for this; an API client's token is not enough.")


def build_data_key_context(account_id: str) -> str:
    """Return the encryption context of an account's wrapped data key."""
    return f"accounts.data_key:{account_id}"


def build_account(keyring: Keyring, address: str, language: str, now: datetime) -> Account:
    """Return a new account, not added to a session, that is not active yet and has no password."""
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
        data_key=keyring.wrap(generate_random_key(), build_data_key_context(account_id)),
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
    """Return whether an account is active, verified, and has its address in `admin_emails` (comma-separated).

    Compares `address`, to which mail is sent, and not the lookup key `email`.
    """
    is_verified = account.is_active and account.verified_at is not None
    return is_verified and addresses.normalize_email(account.address) in _normalize_emails(admin_emails)


@lru_cache(maxsize=8)
def _normalize_emails(emails: str) -> frozenset[str]:
    return frozenset(addresses.normalize_email(email) for email in emails.split(",") if email.strip())


async def create_api_client(session: AsyncSession, account: Account, name: str, now: datetime) -> tuple[str, str]:
    """Create an API client; return its id and its secret, of which only the hash is stored."""
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
    """Check an API client's credentials and return the claims for its token. Raises a 401 problem."""
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
    """Return the caller of a token with these claims. Raises InvalidTokenError if the token was revoked.

    The result is cached for 5 seconds in the store that all replicas share. Code that revokes a client calls
    `forget_client`, which puts a marker into the cache for a minute. During that minute each request reads the
    database.
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
        # check the cache again: the client may have been revoked during the database query
        if await read_cached(store, _build_cache_key(claims.client_id)) is None:
            await write_cached(store, _build_cache_key(claims.client_id), held, _KEPT.total_seconds())
    return Caller(claims.account_id, claims.client_id)


async def forget_client(store: Store, client_id: str) -> None:
    """Remove an API client from the cache of `load_caller`. Call this before the revocation is committed.

    If the store fails, the cached result expires after 5 seconds.
    """
    with suppress(StoreError):
        await store.set(_build_cache_key(client_id), _REVOKED, _REVOKED_FOR.total_seconds())


async def revoke_all(session: AsyncSession, store: Store, account: Account) -> None:
    """Invalidate every access token and delete every browser session of an account. API clients remain."""
    account.token_version += 1
    await repository.delete_sessions(session, account.id)
    for client in await repository.list_api_clients(session, account.id):
        await forget_client(store, client.client_id)


def _compute_token_version(account: Account, client: ApiClient) -> int:
    """Return the version that valid tokens have. Both parts only increase, so a sum never recurs."""
    return account.token_version + client.token_version


def _build_cache_key(client_id: str) -> str:
    return f"caller:{client_id}"
