"""Browsers that are logged in: a cookie that no script can read, void at once when its row is gone."""

import hashlib
from datetime import datetime, timedelta

from fastapi import Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

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
"""A browser that nobody used for so long is logged out."""
_SEEN_PRECISION = timedelta(minutes=5)
FRESH_FOR = timedelta(minutes=15)
"""So long after a log-in a browser may do what cannot be undone."""
NAME_BY_HTTP, NAME_BY_HTTPS = "med_session", "__Host-med_session"
"""Behind https browsers themselves guard the prefix."""
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_NO_COOKIE = ""


def get_cookie_name(settings: Settings) -> str:
    """Return the cookie's name."""
    return NAME_BY_HTTPS if settings.is_https else NAME_BY_HTTP


def read_cookie(request: Request, settings: Settings) -> str | None:
    """Return what the browser's session cookie holds."""
    return request.cookies.get(get_cookie_name(settings))


def open_session(
    session: AsyncSession, settings: Settings, account: Account, now: datetime, browser: str | None
) -> str:
    """Log a browser in, by its name; return what its cookie will hold."""
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
    """Return whose browser this is, unless its session has ended."""
    if not has_valid_checksum(token):
        return None
    async with database.read() as session:
        found = await repository.find_browser_session(session, _hash_token(settings, token))
        account = await repository.find_account(session, found.account_id) if found else None
    if found is None or account is None or found.created_at + LIFETIME <= now:
        return None
    if found.created_at > now + CLOCKS_DIFFER:
        return None  # a clock far ahead opened it: it would live for years
    if not account.is_active or found.token_version != account.token_version:
        return None
    if not await _is_in_use(store, found, now):
        return None
    return Caller(account.id, session_hash=found.token_hash)


async def resume_account(parts: AccountParts, token: str) -> Account | None:
    """Return the account that is logged in in a browser, unless its session has ended."""
    caller = await resume_session(parts.database, parts.store, parts.settings, token, parts.clock.now())
    if caller is None:
        return None
    async with parts.database.read() as session:
        return await repository.find_account(session, caller.account_id)


async def list_live_sessions(
    database: Database, store: Store, account: Account, now: datetime
) -> list[tuple[BrowserSession, datetime]]:
    """Return the sessions of an account that have not ended, newest first, and when each was last used."""
    async with database.read() as session:
        found = await repository.list_browser_sessions(session, account.id)
    seen = [(one, await _get_last_use(store, one)) for one in found if one.token_version == account.token_version]
    return [(one, at) for one, at in seen if one.created_at + LIFETIME > now and now - at < IDLE]


def compute_public_id(found: BrowserSession) -> str:
    """Return what names a session to its owner; it opens nothing."""
    return hashlib.sha256(found.token_hash).hexdigest()[:32]


async def _get_last_use(store: Store, found: BrowserSession) -> datetime:
    kept = await read_cached(store, _build_cache_key(found))
    return datetime.fromisoformat(kept) if kept else found.created_at


def _build_cache_key(found: BrowserSession) -> str:
    return f"session:{found.token_hash.hex()}"


async def _is_in_use(store: Store, found: BrowserSession, now: datetime) -> bool:
    """Tell whether a browser was used of late, and note that it is now.

    The store keeps when: without it, whoever logged in longer ago than IDLE has to do so again.
    """
    seen = await _get_last_use(store, found)
    if now - seen >= IDLE:
        return False
    if now - seen >= _SEEN_PRECISION:
        await write_cached(store, _build_cache_key(found), now.isoformat(), IDLE.total_seconds())
    return True


async def is_fresh(database: Database, caller: Caller, now: datetime) -> bool:
    """Tell whether a browser logged in a short while ago."""
    async with database.read() as session:
        found = await repository.find_browser_session(session, caller.session_hash or b"")
    return found is not None and now - found.created_at < FRESH_FOR


def set_cookie(response: Response, settings: Settings, token: str) -> None:
    """Give the browser its cookie."""
    _write_cookie(response, settings, token, LIFETIME)


def clear_cookie(response: Response, settings: Settings) -> None:
    """Take the browser's cookie away, and with it what it kept of our answers."""
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
    """Tell whether the browser says that another site's page made it send an unsafe request.

    As Go's CrossOriginProtection: Sec-Fetch-Site where browsers send it, else Origin, which must be ours or the host
    that was asked. What says neither is no browser.
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
