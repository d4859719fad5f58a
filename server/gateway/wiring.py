"""Connects the parts of a running gateway to the routes, which receive them by type, and to the background jobs."""

from collections.abc import Mapping

from fastapi import FastAPI

from gateway.accounts.outbox import OutboxWorker
from gateway.accounts.parts import AccountParts
from gateway.accounts.reading_tokens import LegacyTokenWriter
from gateway.admin.parts import AdminParts
from gateway.backup.schedule import back_up_if_due
from gateway.billing.charts.service import SeriesService
from gateway.billing.comparison.service import ComparisonService
from gateway.billing.hours.publishing import Publisher
from gateway.billing.hours.service import HoursService
from gateway.billing.index_check.service import IndexCheckService
from gateway.billing.periods.service import PeriodsService
from gateway.billing.totals.service import TotalsService
from gateway.consents.reminders import send_reminders
from gateway.consents.service import ConsentService
from gateway.csv_export.service import CsvExporter
from gateway.dependencies import provide_part
from gateway.discovery.service import DiscoveryService
from gateway.ecowatt import service as ecowatt
from gateway.ecowatt.outlook import EcowattOutlook
from gateway.health.service import HealthService
from gateway.imports.service import ImportService
from gateway.instance import Instance
from gateway.jobs.checkpoint import checkpoint_database
from gateway.jobs.clocks import ClockWatch
from gateway.jobs.purge import purge_counters, purge_outdated
from gateway.jobs.worker import Job, skip_until_due
from gateway.kit.clock import Clock
from gateway.kit.conditional import ResponseCache
from gateway.kit.kept_responses import KeptResponses
from gateway.legacy_clients.tokens import JwtWriter
from gateway.metering import history, upkeep
from gateway.metering.service import Readings
from gateway.metrics.counts import count_everything
from gateway.quotas.concurrency import ConcurrencyLimiter
from gateway.quotas.day import DailyQuota
from gateway.runtime import Runtime
from gateway.settings import Settings
from gateway.site.status import StatusService
from gateway.tariffs.offer_updates import OfferUpdates
from gateway.tariffs.service import TariffService
from gateway.tempo import service as tempo
from gateway.tempo.forecast.service import TempoForecasts, make_forecast
from gateway.tempo.outlook import TempoOutlook
from gateway.usage_point_summary.service import SummaryService
from gateway.usage_points.contracts import CustomerData


def provide_parts(app: FastAPI, runtime: Runtime) -> None:
    """Register every part that a route needs with the application."""
    database, clock, keyring = runtime.database, runtime.clock, runtime.keyring
    settings, store = runtime.settings, runtime.store
    provide_part(app, Settings, settings)
    provide_part(app, Clock, clock)
    provide_part(app, Instance, runtime.instance)
    provide_part(app, ResponseCache, runtime.response_cache)
    accounts = AccountParts(
        settings, clock, database, store, keyring, runtime.instance, runtime.passwords, runtime.captcha
    )
    concurrency = ConcurrencyLimiter()
    readings = Readings(database, runtime.archive, clock, keyring, settings.user_daily_limit_no_cache)
    provide_part(app, AccountParts, accounts)
    provide_part(app, DailyQuota, runtime.day)
    provide_part(app, ConcurrencyLimiter, concurrency)
    provide_part(app, CustomerData, runtime.customer_data)
    provide_part(app, ConsentService, ConsentService(database, clock, keyring, runtime.instance, runtime.consents))
    provide_part(app, TariffService, TariffService(database, clock))
    provide_part(app, KeptResponses, runtime.kept_responses)
    provide_part(app, Readings, readings)
    publisher = Publisher(database, clock, keyring)
    provide_part(app, HoursService, HoursService(database, clock, publisher))
    provide_part(app, PeriodsService, PeriodsService(database, clock, keyring))
    provide_part(app, TotalsService, TotalsService(database, clock, publisher))
    provide_part(app, ComparisonService, ComparisonService(database, clock, publisher))
    provide_part(app, IndexCheckService, IndexCheckService(database, clock, publisher))
    provide_part(app, SeriesService, SeriesService(database, clock, publisher))
    provide_part(app, CsvExporter, CsvExporter(database, publisher))
    provide_part(app, ImportService, ImportService(database, clock, keyring))
    provide_part(app, LegacyTokenWriter, JwtWriter(accounts))
    if settings.legacy_clients:
        # most gateways serve no older clients, and do not load this
        from gateway.legacy_clients.service import LegacyClients  # noqa: PLC0415

        older = LegacyClients(accounts, readings, runtime.customer_data, runtime.day, concurrency)
        provide_part(app, LegacyClients, older)
    provide_part(app, SummaryService, SummaryService(database, clock, keyring))
    provide_part(app, TempoOutlook, TempoOutlook(database))
    provide_part(app, TempoForecasts, TempoForecasts(database))
    provide_part(app, EcowattOutlook, EcowattOutlook(database, asks_rte=settings.has_rte))
    provide_part(app, DiscoveryService, DiscoveryService(database, clock, runtime.instance, settings))
    provide_part(app, HealthService, HealthService(database, store, settings.sqlite_file))
    provide_part(app, StatusService, StatusService(settings, clock, database, store))
    provide_part(app, AdminParts, AdminParts(settings, clock, database, store))


def list_jobs(runtime: Runtime) -> Mapping[str, Job]:
    """Return the background jobs by name."""
    database, clock, store, failures = runtime.database, runtime.clock, runtime.store, runtime.failures
    return {
        "clock": ClockWatch(database, clock).check_clock,
        "tempo": lambda: tempo.refresh_tempo(database, runtime.rte, runtime.open_data, clock),
        "tempo_forecast": skip_until_due(lambda: make_forecast(database, clock), clock),
        "ecowatt": lambda: ecowatt.refresh_ecowatt(database, runtime.rte, clock),
        "consents": lambda: runtime.consents.check_due_consents(failures),
        "usage_points": lambda: runtime.usage_points.refresh_due_points(failures),
        "checkpoint": skip_until_due(lambda: checkpoint_database(database, clock), clock),
        "backup": skip_until_due(lambda: back_up_if_due(runtime.settings, clock), clock),
        "purge_counters": skip_until_due(lambda: purge_counters(database, clock.now()), clock),
        "purge": skip_until_due(
            lambda: purge_outdated(database, clock.now(), runtime.settings.archive_retention_days), clock
        ),
        "counts": skip_until_due(lambda: count_everything(database, store, clock), clock),
        "offers": skip_until_due(OfferUpdates(database, clock, runtime.settings).refresh_offers, clock),
        "reminders": skip_until_due(lambda: send_reminders(database, clock), clock),
        "mail": OutboxWorker(database, runtime.mail_sender, runtime.settings, clock).send_due_mails,
        "archive": lambda: upkeep.fetch_due_points(database, runtime.archive, failures, clock),
        "history": lambda: history.fetch_next_history(database, runtime.archive, store, failures, clock),
    }
