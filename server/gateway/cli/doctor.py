"""`gateway doctor`."""

import asyncio
import os
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

import typer
from sqlalchemy.exc import SQLAlchemyError

from gateway.accounts import addresses, repository
from gateway.accounts.service import is_admin
from gateway.cli.clock_check import find_clock_problem
from gateway.cli.common import DAMAGED, load_settings
from gateway.cli.reach import (
    build_callback,
    fetch_reply,
    find_callback_problem,
    find_port_problem,
    find_site_problem,
    is_on_lan,
    is_running,
)
from gateway.cli.upstreams import (
    find_captcha_problem,
    find_enedis_problem,
    find_mail_problem,
    find_rte_problem,
    find_traces_problem,
)
from gateway.consents.repository import has_nobody_returned
from gateway.health.disk import is_read_only
from gateway.instance import KeysLostError
from gateway.kit.crypto import UndecipherableError
from gateway.kit.outage import DatabaseDownError, is_damaged
from gateway.kit.tracing import is_endpoint_set
from gateway.migrations import is_current
from gateway.runtime import Runtime, open_runtime
from gateway.settings import Settings
from gateway.store import StoreError

type Finding = tuple[str, str | None]
"""What was checked, and what is wrong with it and how to fix it; None if nothing is."""

_NOBODY_OF = 2
"""If so many people in a row never came back from Enedis, the callback is suspected."""


def doctor(
    host: Annotated[str, typer.Option(help="As for `gateway serve`")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="As for `gateway serve`", min=1, max=65535)] = 8000,
) -> None:
    """Check the set-up, and print what is wrong and how to fix it. The exit code is 1 if anything is.

    Run it while the gateway runs, with its settings: then BACKEND_URL and the proxy are checked too.
    """
    settings = load_settings()

    async def examine() -> int:
        wrong = 0
        async for what, problem in _find_problems(settings, host, port):
            print(f"{'wrong' if problem else 'ok':<6}{what}{': ' if problem else ''}{problem or ''}")
            wrong += problem is not None
        return wrong

    if wrong := asyncio.run(examine()):
        print(f"\n{wrong} to fix.")
        raise SystemExit(1)
    print("\nAll is well.")


async def _find_problems(settings: Settings, host: str, port: int) -> AsyncIterator[Finding]:
    yield "settings", None  # `load_settings` ends the command if they are invalid
    yield "addresses", _find_address_problem(settings)
    yield "proxy", _find_proxy_problem(settings)
    if settings.backup_every:
        yield "backups", _find_backup_problem(settings)
    if is_endpoint_set():
        yield "traces", await asyncio.to_thread(find_traces_problem)
    try:
        behind = not await is_current(settings.database_url)
    except (SQLAlchemyError, OSError) as error:
        yield "database", _explain_database_error(error)
        return
    if behind:
        yield "database", "its tables are those of another version: run gateway migrate"
        return
    yield "database", _find_disk_problem(settings)
    try:
        async with open_runtime(settings) as runtime:
            yield "keys", None
            async for finding in _examine_running(runtime, host, port):
                yield finding
    except KeysLostError as error:
        yield "keys", str(error)
    except UndecipherableError:
        yield "keys", "ENCRYPTION_KEYS, or the .keys file beside the database, is not what its data was encrypted with"


def _explain_database_error(error: SQLAlchemyError | OSError) -> str:
    if is_damaged(error):
        return DAMAGED
    reason = str(error) if isinstance(error, DatabaseDownError) else type(error).__name__
    return f"it does not answer ({reason}): check DATABASE_URL, and that it runs"


async def _examine_running(runtime: Runtime, host: str, port: int) -> AsyncIterator[Finding]:
    settings = runtime.settings
    if settings.redis_url.get_secret_value():
        yield "store", await _find_store_problem(runtime)
    yield "administrator", await _find_admin_problem(runtime)
    runs = await is_running(runtime.instance.id, host, port)
    yield "port", None if runs else _find_port_problem(settings, host, port)
    reply = await fetch_reply(f"{settings.backend_url}/ping")
    yield "BACKEND_URL", find_site_problem(settings, runtime.instance.id, reply, runs=runs)
    callback = build_callback(settings)
    yield "callback", await _find_callback_problem(runtime, callback, answers=reply.instance == runtime.instance.id)
    yield "clock", await find_clock_problem(settings, runtime.database)
    yield "Enedis", await find_enedis_problem(runtime)
    yield "RTE", await find_rte_problem(runtime)
    if settings.turnstile_secret_key.get_secret_value():
        yield "captcha", await find_captcha_problem(runtime)
    if settings.sends_mail:
        yield "mail", await find_mail_problem(runtime)


def _find_address_problem(settings: Settings) -> str | None:
    parts = urlsplit(settings.backend_url)
    if parts.scheme == "http" and not is_on_lan(parts.hostname or ""):
        return "BACKEND_URL is http: passwords cross the Internet unprotected; put a proxy with https in front of it"
    return None


def _find_proxy_problem(settings: Settings) -> str | None:
    """Return what is wrong with TRUSTED_PROXIES.

    The gateway itself serves http. With https there is a proxy, and only it knows the addresses of clients.
    """
    if settings.is_https and not settings.trusted_proxies.strip():
        return (
            "BACKEND_URL is https, so there is a proxy in front of the gateway, but TRUSTED_PROXIES does not name it: "
            "everybody behind it shares the limits of one person; set it to the proxy's address"
        )
    if "*" in settings.trusted_proxies.split(","):
        return "TRUSTED_PROXIES is *: whoever reaches the gateway chooses the address that limits count; name the proxy"
    return None


def _find_backup_problem(settings: Settings) -> str | None:
    folder = Path(settings.backup_folder)
    if not folder.is_dir():
        return f"BACKUP_FOLDER: {folder} is not a folder: create or mount it"
    if is_read_only(folder):
        return f"BACKUP_FOLDER: {folder} cannot be written by user number {os.geteuid()}: chown it, or name another"
    return None


def _find_disk_problem(settings: Settings) -> str | None:
    if settings.sqlite_file is not None and is_read_only(settings.sqlite_file):
        return f"DATABASE_URL: {settings.sqlite_file} is read-only, or its disk is: mount it read-write, or replace it"
    return None


def _find_port_problem(settings: Settings, host: str, port: int) -> str | None:
    problem = find_port_problem("--host and --port", host, port)
    if problem is None and settings.metrics_port is not None:
        return find_port_problem("METRICS_HOST and METRICS_PORT", settings.metrics_host, settings.metrics_port)
    return problem


async def _find_callback_problem(runtime: Runtime, callback: str, *, answers: bool) -> str | None:
    """Return what is wrong with the callback; Enedis itself does not tell which address it has."""
    if answers and (problem := find_callback_problem(callback, await fetch_reply(callback))):
        return problem
    async with runtime.database.read() as session:
        if await has_nobody_returned(session, runtime.clock.now() - timedelta(hours=1), _NOBODY_OF):
            return (
                f"the last {_NOBODY_OF} people who went to Enedis never came back: check that your application at "
                f"Enedis has exactly {callback} as its redirect URI"
            )
    return None


async def _find_store_problem(runtime: Runtime) -> str | None:
    try:
        await runtime.store.get("doctor")
    except StoreError:
        return "the store does not answer: check REDIS_URL, and that Valkey runs"
    return None


async def _find_admin_problem(runtime: Runtime) -> str | None:
    listed = runtime.settings.admin_emails
    if not listed.strip():
        return "ADMIN_EMAILS is empty: nobody administers this gateway; run gateway init"
    async with runtime.database.read() as session:
        for email in listed.split(","):
            account = await repository.find_account_by_email(session, addresses.normalize_email(email))
            if account is not None and is_admin(account, listed):
                return None
    return "none of ADMIN_EMAILS has a verified account: run gateway init, or sign up and answer the mail"
