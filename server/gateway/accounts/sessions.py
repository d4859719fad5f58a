"""Browser sessions: an HttpOnly cookie, which is invalid as soon as its row is deleted."""

import hashlib
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import Request
from starlette.responses import Response

from gateway.accounts import repository
from gateway.accounts.models import Account, BrowserSession
from gateway.accounts.parts import AccountParts
from gateway.accounts.secrets import has_valid_checksum, make_session_token
from gateway.accounts.service import Caller
from gateway.kit.backoff import CLOCKS_DIFFER
from gateway.kit.crypto import compute_keyed_hash
from gateway.kit.database import Database
from gateway.settings import Settings
from gateway.store import Store
from gateway.store.cache import read_cached, write_cached

LIFETIME = timedelta(days=14)
IDLE = timedelta(days=1)
"""A session that is not used for this long ends."""
_SEEN_PRECISION = timedelta(minutes=5)
FRESH_FOR = timedelta(minutes=15)
"""How long after a log-in a browser may do what cannot be undone."""
NAME_BY_HTTP, NAME_BY_HTTPS = "med_session", "__Host-med_session"
"""With https, browsers enforce the rules of the `__Host-` prefix."""
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_NO_COOKIE = ""


def get_cookie_name(settings: Settings) -> str:
    """Return the name of the session cookie, which depends on whether the site uses https."""
    return NAME_BY_HTTPS if settings.is_https else NAME_BY_HTTP


def read_cookie(request: Request, settings: Settings) -> str | None:
    """Return the token in the session cookie; None without the cookie."""
    return request.cookies.get(get_cookie_name(settings))


def open_session(
    session: AsyncSession, settings: Settings, account: Account, now: datetime, browser: str | None
) -> str:
    """Add a session for the browser with the name `browser`, and return the token for its cookie."""
    token = make_session_token()
    session.add(
        BrowserSession(
            token_hash=_hash_token(settings, token),
            account_id=account.id,
            token_version=account.token_version,
            created_at=now,
            browser=browser,
        )
    )
    return token


async def resume_session(
    database: Database, store: Store, settings: Settings, token: str, now: datetime
) -> Caller | None:
    """Return the caller that a session token belongs to; None if the session has ended or never existed."""
    if not has_valid_checksum(token):
        return None
    async with database.read() as session:
        found = await repository.find_browser_session(session, _hash_token(settings, token))
        account = await repository.find_account(session, found.account_id) if found else None
    if found is None or account is None or found.created_at + LIFETIME <= now:
        return None
    if found.created_at > now + CLOCKS_DIFFER:
        return None  # created by a clock that was far ahead: it would last for years
    if not account.is_active or found.token_version != account.token_version:
        return None
    if not await _is_in_use(store, found, now):
        return None
    return Caller(account.id, session_hash=found.token_hash)


async def resume_account(parts: AccountParts, token: str) -> Account | None:
    """Return the account that a session token belongs to; None if the session has ended or never existed."""
    caller = await resume_session(parts.database, parts.store, parts.settings, token, parts.clock.now())
    if caller is None:
        return None
    async with parts.database.read() as session:
        return await repository.find_account(session, caller.account_id)


async def list_live_sessions(
    database: Database, store: Store, account: Account, now: datetime
) -> list[tuple[BrowserSession, datetime]]:
    """Return the sessions of an account that have not ended, newest first, each with the time of its last use."""
    async with database.read() as session:
        found = await repository.list_browser_sessions(session, account.id)
    seen = [(one, await _get_last_use(store, one)) for one in found if one.token_version == account.token_version]
    return [(one, at) for one, at in seen if one.created_at + LIFETIME > now and now - at < IDLE]


def compute_public_id(found: BrowserSession) -> str:
    """Return the public id of a session, which cannot be used to log in."""
    return hashlib.sha256(found.token_hash).hexdigest()[:32]


async def _get_last_use(store: Store, found: BrowserSession) -> datetime:
    kept = await read_cached(store, _build_cache_key(found))
    return datetime.fromisoformat(kept) if kept else found.created_at


def _build_cache_key(found: BrowserSession) -> str:
    return f"session:{found.token_hash.hex()}"


async def _is_in_use(store: Store, found: BrowserSession, now: datetime) -> bool:
    """Return whether a session was used within IDLE, and record that it is used now, to five minutes.

    The store holds the time of the last use. If it is lost, sessions older than IDLE end.
    """
    seen = await _get_last_use(store, found)
    if now - seen >= IDLE:
        return False
    if now - seen >= _SEEN_PRECISION:
        await write_cached(store, _build_cache_key(found), now.isoformat(), IDLE.total_seconds())
    return True


async def is_fresh(database: Database, caller: Caller, now: datetime) -> bool:
    """Return whether the caller's browser logged in within FRESH_FOR."""
    async with database.read() as session:
        found = await repository.find_browser_session(session, caller.session_hash or b"")
    return found is not None and now - found.created_at < FRESH_FOR


def set_cookie(response: Response, settings: Settings, token: str) -> None:
    """Set the session cookie in the response."""
    _write_cookie(response, settings, token, LIFETIME)


def clear_cookie(response: Response, settings: Settings) -> None:
    """Delete the session cookie, and clear the browser's cache of our responses."""
    response.headers["Clear-Site-Data"] = '"cache"'
    _write_cookie(response, settings, _NO_COOKIE, timedelta())


def _write_cookie(response: Response, settings: Settings, value: str, age: timedelta) -> None:
    response.set_cookie(
        get_cookie_name(settings),
        value,
        max_age=int(age.total_seconds()),
        path="/",
        secure=settings.is_https,
        httponly=True,
        samesite="lax",
    )


def is_cross_site(request: Request, settings: Settings) -> bool:
    """Return whether a browser reports that a page of another site made it send an unsafe request.

    The rules are those of Go's CrossOriginProtection: an Origin in `settings.origins` is allowed; then Sec-Fetch-Site
    decides if it is sent, else Origin, which must be the requested host. A request with neither header does not come
    from a browser and is allowed.
    """
    if request.method in _SAFE:
        return False
    site, source = request.headers.get("sec-fetch-site"), request.headers.get("origin")
    if source is not None and source.lower() in settings.origins:
        return False
    if site is not None:
        return site not in {"same-origin", "none"}
    return source is not None and source.lower() != f"{request.url.scheme}://{request.headers.get('host', '')}".lower()


def _hash_token(settings: Settings, token: str) -> bytes:
    return compute_keyed_hash(settings.secret_key.get_secret_value().encode(), "session", token)
