"""`gateway serve`."""

import asyncio
import gc
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import structlog
import typer
import uvicorn
from starlette.types import ASGIApp
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from gateway.cli.common import fail, load_settings, report_failures
from gateway.cli.reach import find_port_problem
from gateway.front_end.files import Files, NoFrontEndError
from gateway.front_end.policy import build_security_headers
from gateway.front_end.serving import FrontEndSite
from gateway.instance import load_instance
from gateway.kit import graceful_shutdown as leaving
from gateway.kit.clock import SystemClock
from gateway.kit.database import Database
from gateway.kit.http_protocol import BoundedHttpProtocol
from gateway.kit.ingress import IngressPeer
from gateway.kit.instance_lock import DatabaseInUseError, lock_database
from gateway.kit.loading import import_without_gc
from gateway.kit.outage import DatabaseDownError, retry_while_down
from gateway.kit.tracing import CannotTraceError, check_endpoint
from gateway.migrations import upgrade_database
from gateway.runtime import load_keyring
from gateway.settings import Settings

log = structlog.get_logger()

_GOODBYE = 25
_PACKAGED = Path(__file__).parents[1] / "front_end" / "dist"
_REPLICAS = """\
The gateway cannot start: another one uses this database already.
Several gateways (replicas) share PostgreSQL and Valkey: with SQLite, or without REDIS_URL, they would ask Enedis twice,
and faster than it allows. Set DATABASE_URL (postgresql+asyncpg://) and REDIS_URL for all of them, or run one."""


def serve(
    host: Annotated[str, typer.Option(help="Address to listen on; :: is IPv4 and IPv6")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on", min=1, max=65535)] = 8000,
    web: Annotated[
        Path | None,
        typer.Option(help="Folder of the built front end; by default, the one packaged with the gateway"),
    ] = None,
) -> None:
    """Migrate the database, then serve the HTTP API, and the front end if its files are present."""
    # imported here: every route and its dependencies would be a third of the start-up time of every command
    with import_without_gc():
        from gateway.app import create_app  # noqa: PLC0415

    settings = load_settings()
    try:
        check_endpoint()
    except CannotTraceError as error:
        fail(str(error), 2)
    files = _front_end(web)
    if files is not None and not settings.frontend_url:
        # links lead to the front end that is served here, beside the API
        settings = settings.model_copy(update={"frontend_url": settings.backend_url.removesuffix("/api")})
    app = create_app(settings)
    config = uvicorn.Config(
        _behind_proxies(app if files is None else _with_front_end(app, files, settings), settings),
        host=host,
        port=port,
        http=BoundedHttpProtocol,
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=_GOODBYE,
        proxy_headers=False,
    )
    _check_can_listen("--host and --port", host, port)
    if settings.metrics_port is not None:
        _check_can_listen("METRICS_HOST and METRICS_PORT", settings.metrics_host, settings.metrics_port)
    if not settings.enedis_client_id:
        log.warning("enedis_not_set", consequence="no meter is read: set ENEDIS_CLIENT_ID and ENEDIS_CLIENT_SECRET")
    if settings.sqlite_file:
        _close_to_others(settings.sqlite_file)
    _migrate(settings)
    with _report_errors():
        serving = _serve(settings, leaving.GracefulServer(config), _listen_on_both(host, port))
        asyncio.run(serving, loop_factory=config.get_loop_factory())


def _check_can_listen(settings: str, host: str, port: int) -> None:
    """End with an error if the gateway cannot listen at an address; `settings` names the settings to change."""
    if problem := find_port_problem(settings, host, port):
        fail(problem, 2)


def _listen_on_both(host: str, port: int) -> list[socket.socket] | None:
    """Return a socket for IPv4 and IPv6 if `host` is `::`, which asyncio would listen at by IPv6 alone; else None."""
    if host != "::" or not socket.has_dualstack_ipv6():
        return None
    listening = socket.create_server((host, port), family=socket.AF_INET6, dualstack_ipv6=True, backlog=2048)
    log.info(f"Uvicorn running on http://[{host}]:{port}")  # which it does not say itself of a socket that it is given
    return [listening]


def _front_end(folder: Path | None) -> Files | None:
    """Return the front end's files from a folder, else those packaged with the gateway; None if there are none."""
    if folder is None and not (_PACKAGED / "index.html").is_file():
        return None
    try:
        return Files(folder or _PACKAGED)
    except NoFrontEndError as error:
        fail(f"--web: {error}")


def _with_front_end(app: ASGIApp, files: Files, settings: Settings) -> FrontEndSite:
    headers = build_security_headers(
        with_captcha=bool(settings.turnstile_site_key), frame_ancestors=settings.frame_ancestors
    )
    return FrontEndSite(app, files, headers)


def _behind_proxies(app: ASGIApp, settings: Settings) -> ASGIApp:
    """Apply the headers of trusted proxies. Ingress is outermost, because it checks the address of the connection."""
    if settings.trusted_proxies:
        app = ProxyHeadersMiddleware(app, settings.trusted_proxies)  # type: ignore[arg-type, assignment]  # uvicorn has types of its own
    return IngressPeer(app, settings.ingress_proxy) if settings.ingress_proxy else app


def _close_to_others(database: Path) -> None:
    """Remove other users' permissions from the database's files, which earlier versions made readable by all."""
    for file in database.parent.glob(f"{database.name}*"):
        file.chmod(file.stat().st_mode & 0o700)


def _migrate(settings: Settings) -> None:
    """Migrate in a child process, whose end frees the 15 MB of memory that migrations take."""
    if child := os.fork():
        status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        if status < 0:
            fail(f"The gateway cannot start: its migration was stopped by signal {-status}. Nothing of it was kept.")
        if status:
            raise SystemExit(status)
        return
    try:
        migrate_when_ready(settings)
    except SystemExit as refused:
        os._exit(1 if refused.code else 0)
    except BaseException:
        # the child must never continue as the parent
        log.exception("not_migrated")
        os._exit(1)
    os._exit(0)


def migrate_when_ready(settings: Settings) -> None:
    """Migrate the database once it answers, because PostgreSQL may start later than the gateway."""
    has_waited = False

    async def work() -> None:
        nonlocal has_waited
        try:
            async with lock_database(settings.database_url, alone=not settings.has_shared_store):
                await upgrade_database(settings.database_url)
        except DatabaseDownError as error:
            if not has_waited:
                log.warning("waiting_for_database", reason=str(error))
            has_waited = True
            raise

    with _report_errors():
        asyncio.run(retry_while_down(work, SystemClock()))


@contextmanager
def _report_errors() -> Iterator[None]:
    """End with an error if the block fails in a known way, or if another gateway uses the database."""
    try:
        with report_failures():
            yield
    except DatabaseInUseError:
        fail(_REPLICAS)


async def _serve(settings: Settings, server: uvicorn.Server, sockets: list[socket.socket] | None) -> None:
    async with lock_database(settings.database_url, alone=not settings.has_shared_store):
        await _check_keys(settings)
        gc.unfreeze()  # imports left garbage too
        gc.collect()
        gc.freeze()  # exclude loaded objects from garbage collection, which would delay a response by 80 ms
        await server.serve(sockets)
    if not server.started:
        raise SystemExit(3)


async def _check_keys(settings: Settings) -> None:
    async with Database(settings.database_url) as database:
        await load_instance(database, await load_keyring(settings, database))
