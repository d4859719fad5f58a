"""The HTTP API: all routers of the gateway are included here, and nowhere else."""

from functools import cache

from fastapi import APIRouter
from starlette.routing import BaseRoute

from gateway.account_data import routes as account_data
from gateway.accounts import client_routes as api_clients
from gateway.accounts import pages as account_pages
from gateway.accounts import routes as accounts
from gateway.accounts import token_routes as reading_tokens
from gateway.admin import routes as admin
from gateway.api_docs import routes as api_docs
from gateway.billing.charts import routes as charts
from gateway.billing.comparison import routes as comparison
from gateway.billing.hours import routes as hours
from gateway.billing.index_check import routes as index_check
from gateway.billing.periods import routes as periods
from gateway.billing.totals import routes as totals
from gateway.consents import pages as consent_pages
from gateway.consents import routes as consents
from gateway.csv_export import routes as csv_export
from gateway.discovery import routes as discovery
from gateway.ecowatt import routes as ecowatt
from gateway.health import routes as health
from gateway.imports import routes as imports
from gateway.metering import routes as metering
from gateway.problems import describe_responses
from gateway.quotas import routes as quotas
from gateway.site import routes as site
from gateway.tariffs import routes as tariffs
from gateway.tempo import routes as tempo
from gateway.tempo.forecast import routes as tempo_forecast
from gateway.usage_point_summary import routes as usage_point_summary
from gateway.usage_points import routes as usage_points

_OF_A_USAGE_POINT = (
    metering.router,
    hours.router,
    periods.router,
    totals.router,
    comparison.router,
    index_check.router,
    charts.router,
    csv_export.router,
    imports.router,
    usage_point_summary.point_router,
    usage_points.router,
)
"""Routers for one usage point, below `/v1/usage-points/{id}`."""
_NATIONAL = (site.router, tempo.router, tempo_forecast.router, ecowatt.router, tariffs.router)
_OF_AN_ACCOUNT = (
    usage_point_summary.router,
    consents.router,
    quotas.router,
    api_clients.router,
    reading_tokens.router,
    discovery.router,
    accounts.router,
    account_data.router,
    admin.router,
)
_PAGES = (account_pages.router, consent_pages.router, api_docs.router)


@cache
def list_routes(*, for_older_clients: bool) -> list[BaseRoute]:
    """Return the routes of an application; all applications of a process share them.

    FastAPI prepares a router's routes at its first request, which takes a while: the tests start many applications.
    """
    # any request may have two kinds of credentials, or a body that is not UTF-8
    served = APIRouter(responses=describe_responses(400))
    # matched in this order: the most frequent ones come first. Not nested: FastAPI matches a request at each level anew
    served.include_router(health.router)
    for part in _NATIONAL:
        served.include_router(part, prefix="/v1")
    for part in _OF_A_USAGE_POINT:
        served.include_router(part, prefix="/v1/usage-points/{point_id}")
    for part in _OF_AN_ACCOUNT:
        served.include_router(part, prefix="/v1")
    for part in _PAGES:
        served.include_router(part)
    if for_older_clients:
        # most gateways serve no older clients, and do not load this
        from gateway.legacy_clients import conso_routes, med_routes  # noqa: PLC0415

        served.include_router(med_routes.router)
        served.include_router(conso_routes.router)
    return served.routes
