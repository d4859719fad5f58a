"""`gateway doctor`."""

import asyncio
from collections.abc import AsyncIterator
from urllib.parse import urlsplit

from sqlalchemy.exc import SQLAlchemyError

from gateway.accounts import addresses, repository
from gateway.accounts.service import is_admin
from gateway.cli.common import load_settings
from gateway.cli.upstreams import enedis_trouble, mail_trouble, rte_trouble
from gateway.instance import KeysLostError
from gateway.kit.crypto import UndecipherableError
from gateway.kit.outage import DatabaseDownError
from gateway.migrations import is_current
from gateway.runtime import Runtime, open_runtime
from gateway.settings import Settings
from gateway.store import StoreError

type Finding = tuple[str, str | None]
"""What was checked, and what is wrong with it and how to fix it; None if nothing is."""

_LOCAL = frozenset({"localhost", "127.0.0.1", "::1"})


def doctor() -> None:
    """Check the set-up, and print what is wrong and how to fix it. The exit code is 1 if anything is."""
    settings = load_settings()

    async def examine() -> int:
        wrong = 0
        async for what, trouble in _find_problems(settings):
            print(f"{'wrong' if trouble else 'ok':<6}{what}{': ' if trouble else ''}{trouble or ''}")
            wrong += trouble is not None
        return wrong

    if wrong := asyncio.run(examine()):
        print(f"\n{wrong} to mend.")
        raise SystemExit(1)
    print("\nAll is well.")


async def _find_problems(settings: Settings) -> AsyncIterator[Finding]:
    yield "settings", None  # `load_settings` ends the command if they are invalid
    yield "addresses", _address_trouble(settings)
    yield "proxy", _proxy_trouble(settings)
    if settings.require_captcha:
        yield "captcha", _captcha_trouble(settings)
    try:
        behind = not await is_current(settings.database_url)
    except (SQLAlchemyError, OSError) as error:
        reason = str(error) if isinstance(error, DatabaseDownError) else type(error).__name__
        yield "database", f"it does not answer ({reason}): check DATABASE_URL, and that it runs"
        return
    yield "database", "its tables are of another version: run gateway migrate" if behind else None
    if behind:
        return
    try:
        async with open_runtime(settings) as runtime:
            yield "keys", None
            if settings.redis_url.get_secret_value():
                yield "store", await _store_trouble(runtime)
            yield "administrator", await _admin_trouble(runtime)
            yield "Enedis", await enedis_trouble(runtime)
            yield "RTE", await rte_trouble(runtime)
            if settings.sends_mail:
                yield "mail", await mail_trouble(runtime)
    except KeysLostError as error:
        yield "keys", str(error)
    except UndecipherableError:
        yield "keys", "ENCRYPTION_KEYS, or the .keys file beside the database, are not those that it was written with"


def _address_trouble(settings: Settings) -> str | None:
    parts = urlsplit(settings.backend_url)
    if parts.scheme == "http" and parts.hostname not in _LOCAL:
        return "BACKEND_URL is http: passwords cross the network unprotected; put a proxy with https before it"
    return None


def _proxy_trouble(settings: Settings) -> str | None:
    """Return what is wrong with TRUSTED_PROXIES.

    The gateway itself serves http. With https there is a proxy, and only it knows the addresses of clients.
    """
    if settings.is_https and not settings.trusted_proxies.strip():
        return (
            "BACKEND_URL is https, so a proxy stands before the gateway, but TRUSTED_PROXIES does not name it: "
            "everybody behind it shares the limits of one person; set it to the proxy's address"
        )
    if "*" in settings.trusted_proxies.split(","):
        return "TRUSTED_PROXIES is *: whoever reaches the gateway chooses the address that limits count; name the proxy"
    return None


def _captcha_trouble(settings: Settings) -> str | None:
    if settings.turnstile_site_key:
        return None
    return "REQUIRE_CAPTCHA is on, but TURNSTILE_SITE_KEY is empty: no page shows a captcha, so nobody can sign up"


async def _store_trouble(runtime: Runtime) -> str | None:
    try:
        await runtime.store.get("doctor")
    except StoreError:
        return "the store does not answer: check REDIS_URL, and that Valkey runs"
    return None


async def _admin_trouble(runtime: Runtime) -> str | None:
    listed = runtime.settings.admin_emails
    if not listed.strip():
        return "ADMIN_EMAILS is empty: nobody administers this gateway; run gateway init"
    async with runtime.database.read() as session:
        for email in listed.split(","):
            account = await repository.find_account_by_email(session, addresses.normalize_email(email))
            if account is not None and is_admin(account, listed):
                return None
    return "none of ADMIN_EMAILS has a verified account: run gateway init, or sign up and answer the mail"
