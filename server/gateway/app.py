"""The FastAPI application: its routes, middleware and lifespan."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

import structlog
from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware

from gateway import __version__, api, error_handlers
from gateway.backup.schedule import find_newest_backup
from gateway.discovery.announcement import announce_gateway
from gateway.imports import routes as imports
from gateway.jobs import worker
from gateway.kit.clock import Clock
from gateway.kit.metrics import Metrics, serve_metrics
from gateway.kit.requests import BodyLimit, RequestLog
from gateway.kit.tracing import export_traces
from gateway.metrics.gauges import Gauges
from gateway.migrations import upgrade_database
from gateway.runtime import open_runtime
from gateway.settings import Settings, get_origin
from gateway.wiring import list_jobs, provide_parts

_LARGEST_BODY = 64 * 1024

log = structlog.get_logger()

DESCRIPTION = (
    "Consumption, production, Tempo and Ecowatt of French homes, with as few requests to Enedis and RTE as possible."
)


def create_app(settings: Settings, clock: Clock | None = None) -> FastAPI:
    """Build the application; its lifespan migrates the database and runs the background jobs."""

    metrics = Metrics()

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        await upgrade_database(settings.database_url)
        async with (
            export_traces(),
            open_runtime(settings, clock, metrics) as runtime,
            serve_metrics(
                metrics,
                Gauges(
                    runtime.database, runtime.clock, runtime.store, lambda: find_newest_backup(settings)
                ).gather_gauges,
                settings.metrics_host,
                settings.metrics_port,
            ),
            worker.run_jobs(list_jobs(runtime), runtime.store, runtime.clock, runtime.failures),
            announce_gateway(settings, runtime.instance.id),
        ):
            app.state.runtime = runtime
            provide_parts(app, runtime)
            log.info("gateway_started", version=__version__, enedis=settings.enedis_environment)
            yield

    # behind the proxy the API is at /api, which /docs needs to know
    prefix = urlsplit(settings.backend_url).path.rstrip("/")
    app = FastAPI(
        title="MyElectricalData gateway",
        version=__version__,
        description=DESCRIPTION,
        lifespan=lifespan,
        routes=api.list_routes(for_older_clients=settings.legacy_clients),
        # a redirect would lead to the host named in the request, and not below /api
        redirect_slashes=False,
        servers=[{"url": prefix}] if prefix else None,
        docs_url=None,  # FastAPI's own pages load scripts from another site
        redoc_url=None,
        # its spans would contain paths, queries and the texts of errors: kit.tracing records requests instead
        telemetry={"tracing": False, "metrics": False, "logs": False, "auto_configure": False},
    )
    app.state.site_name = settings.site_name  # for pages
    error_handlers.install_handlers(app)
    if settings.frontend_url:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=[get_origin(settings.frontend_url)],
            allow_credentials=True,
            allow_methods=["GET", "POST", "PUT", "PATCH", "DELETE"],
            allow_headers=["Authorization", "Content-Disposition", "Content-Type", "If-None-Match"],
            expose_headers=["ETag", "RateLimit", "RateLimit-Policy", "Retry-After", "X-Request-ID"],
        )

    app.add_middleware(
        BodyLimit, largest=_LARGEST_BODY, uploads=imports.UPLOAD_PATH, largest_upload=imports.LARGEST_FILE
    )
    app.add_middleware(RequestLog, observe=metrics.observe_request)
    return app
