"""The application: its routes, and what lives as long as it does."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

import structlog
from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware

from gateway import __version__, problems
from gateway.accounts import client_routes as api_clients
from gateway.accounts import pages as account_pages
from gateway.accounts import routes as accounts
from gateway.admin import routes as admin
from gateway.billing import routes as billing
from gateway.billing.charts import routes as charts
from gateway.consents import pages as consent_pages
from gateway.consents import routes as consents
from gateway.discovery import routes as discovery
from gateway.discovery.announcement import announced
from gateway.ecowatt import routes as ecowatt
from gateway.health import routes as health
from gateway.jobs import worker
from gateway.kit.clock import Clock
from gateway.kit.metrics import Metrics, serving
from gateway.kit.requests import BodyLimit, RequestLog
from gateway.metering import routes as metering
from gateway.metrics.gauges import Gauges
from gateway.migrations import upgrade
from gateway.problems import documented
from gateway.quotas import routes as quotas
from gateway.runtime import open_runtime
from gateway.settings import Settings, origin
from gateway.site import routes as site
from gateway.tempo import routes as tempo
from gateway.usage_point_summary import routes as usage_point_summary
from gateway.usage_points import routes as usage_points

_LARGEST_BODY = 64 * 1024

log = structlog.get_logger()

DESCRIPTION = "Consumption, production, Tempo and Ecowatt of French homes, asked of Enedis and RTE as little as can be."


def create_app(settings: Settings, clock: Clock | None = None) -> FastAPI:
    """Build the application; the database is migrated and the worker started with it."""

    metrics = Metrics()

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        await upgrade(settings.database_url)
        async with (
            open_runtime(settings, clock, metrics) as runtime,
            serving(
                metrics, Gauges(runtime.database, runtime.clock).gather, settings.metrics_host, settings.metrics_port
            ),
            worker.working(runtime),
            announced(settings, runtime.instance.id),
        ):
            app.state.runtime = runtime
            log.info("gateway_started", version=__version__, enedis=settings.enedis_environment)
            yield

    # behind the proxy the API is at /api, and so is what /docs tries out
    prefix = urlsplit(settings.backend_url).path.rstrip("/")
    app = FastAPI(
        title="MyElectricalData gateway",
        version=__version__,
        description=DESCRIPTION,
        lifespan=lifespan,
        servers=[{"url": prefix}] if prefix else None,
    )
    problems.install(app)
    for room in (
        # most asked first
        health,
        site,
        tempo,
        ecowatt,
        metering,
        billing,
        charts,
        consents,
        quotas,
        usage_point_summary,
        usage_points,
        api_clients,
        discovery,
        accounts,
        account_pages,
        consent_pages,
        admin,
    ):
        # any request may carry two kinds of credentials, or a body that is not UTF-8
        app.include_router(room.router, responses=documented(400))
    if settings.frontend_url:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=[origin(settings.frontend_url)],
            allow_credentials=True,
            allow_methods=["GET", "POST", "PUT", "PATCH", "DELETE"],
            allow_headers=["Authorization", "Content-Type", "If-None-Match"],
            expose_headers=["ETag", "RateLimit", "RateLimit-Policy", "Retry-After", "X-Request-ID"],
        )

    app.add_middleware(BodyLimit, largest=_LARGEST_BODY)
    app.add_middleware(RequestLog, observe=metrics.request)
    return app
