"""The parts of a running gateway, built once. Rooms receive them by type (`gateway.wiring`)."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from gateway import instance as instances
from gateway.accounts.passwords import Passwords
from gateway.captcha import Captcha, NoCaptcha, Turnstile, list_hosts
from gateway.consents.upkeep import ConsentKeeper
from gateway.enedis.circuit_breaker import Circuit
from gateway.enedis.client import Enedis, Pacer
from gateway.instance import Instance
from gateway.kit.clock import Clock, SystemClock
from gateway.kit.conditional import ResponseCache
from gateway.kit.crypto import Keyring
from gateway.kit.database import Database
from gateway.kit.failures import Failures
from gateway.kit.http import Upstream
from gateway.kit.kept_responses import KeptResponses
from gateway.kit.metrics import Metrics
from gateway.mail.senders import Mailgun, MailSender, NoMailSender
from gateway.metering.archive import Archive
from gateway.metering.fetching import Priority
from gateway.quotas.day import DailyQuota
from gateway.quotas.history_pacing import HistoryPacer
from gateway.quotas.pacing import EnedisPacer, UpkeepPacer
from gateway.rte.client import Rte
from gateway.rte.open_data import OpenData
from gateway.settings import Settings
from gateway.store import Store
from gateway.store.memory import MemoryStore
from gateway.usage_points.contracts import CustomerData
from gateway.usage_points.upkeep import UsagePointKeeper


@dataclass(frozen=True, repr=False)
class Runtime:
    """The parts of a running gateway."""

    settings: Settings
    clock: Clock
    database: Database
    store: Store
    failures: Failures
    keyring: Keyring
    instance: Instance
    passwords: Passwords
    captcha: Captcha
    mail_sender: MailSender
    enedis: Enedis
    archive: Archive
    consents: ConsentKeeper
    usage_points: UsagePointKeeper
    customer_data: CustomerData
    day: DailyQuota
    rte: Rte | None
    open_data: OpenData
    response_cache: ResponseCache
    kept_responses: KeptResponses


@asynccontextmanager
async def open_runtime(
    settings: Settings, clock: Clock | None = None, metrics: Metrics | None = None
) -> AsyncIterator[Runtime]:
    """Build the parts on a migrated database, and close them after the block. Raises KeysLostError."""
    clock = clock or SystemClock()
    metrics = metrics or Metrics()
    database = Database(settings.database_url)
    keyring = await load_keyring(settings, database)
    redis_url = settings.redis_url.get_secret_value()
    store: Store = _open_shared_store(redis_url) if redis_url else MemoryStore(clock.monotonic)
    enedis_upstream = Upstream(settings.enedis_url, observe=metrics.build_upstream_observer("enedis"))
    rte_upstream = Upstream(settings.rte_base_url, observe=metrics.build_upstream_observer("rte"))
    open_data_upstream = Upstream(settings.rte_open_data_url, observe=metrics.build_upstream_observer("rte_open_data"))
    mailgun_upstream = Upstream(settings.mailgun_api_base_url, observe=metrics.build_upstream_observer("mailgun"))
    turnstile_upstream = Upstream(settings.turnstile_base_url, observe=metrics.build_upstream_observer("turnstile"))
    a_day = settings.user_daily_limit_no_cache
    pacer = EnedisPacer(database, store, clock, settings.enedis_rate_limit, a_day)

    def build_enedis(its_pacer: Pacer) -> Enedis:
        secret = settings.enedis_client_secret.get_secret_value()
        return Enedis(enedis_upstream, settings.enedis_client_id, secret, store, its_pacer, Circuit(store, clock))

    enedis = build_enedis(pacer)
    rte = (
        Rte(rte_upstream, settings.rte_client_id, settings.rte_client_secret.get_secret_value(), store)
        if settings.rte_client_id
        else None
    )
    passwords = Passwords()
    kept_responses = KeptResponses(clock, settings.kept_answers_mib * 1024 * 1024, settings.kept_answers_seconds)
    by_priority = {
        Priority.PERSON: enedis,
        Priority.UPKEEP: build_enedis(UpkeepPacer(pacer, a_day)),
        Priority.HISTORY: build_enedis(HistoryPacer(pacer, database, clock, a_day)),
    }
    archive = Archive(database, store, clock, by_priority, keyring)
    try:
        instance = await instances.load_instance(database, keyring)
        yield Runtime(
            settings=settings,
            clock=clock,
            database=database,
            store=store,
            failures=Failures(metrics.count_job_failure),
            keyring=keyring,
            instance=instance,
            passwords=passwords,
            captcha=_make_captcha(settings, turnstile_upstream),
            mail_sender=_make_mail_sender(settings, mailgun_upstream),
            enedis=enedis,
            archive=archive,
            consents=ConsentKeeper(database, enedis, keyring, instance, clock),
            usage_points=UsagePointKeeper(database, by_priority[Priority.UPKEEP], keyring, clock),
            customer_data=CustomerData(
                database,
                store,
                clock,
                keyring,
                enedis,
                UsagePointKeeper(database, enedis, keyring, clock),
                settings.cache_ttl_seconds,
            ),
            day=DailyQuota(
                database,
                store,
                clock,
                settings.user_daily_limit_no_cache,
                settings.user_daily_limit_with_cache,
            ),
            rte=rte,
            open_data=OpenData(open_data_upstream, settings.rte_open_data_user_agent),
            response_cache=ResponseCache(clock),
            kept_responses=kept_responses,
        )
    finally:
        await archive.wait_for_calls()
        passwords.close()
        kept_responses.clear()
        await mailgun_upstream.close()
        await turnstile_upstream.close()
        await enedis_upstream.close()
        await rte_upstream.close()
        await open_data_upstream.close()
        await database.close()
        await store.close()


async def load_keyring(settings: Settings, database: Database) -> Keyring:
    """Return the keyring; with SQLite it is created at the first start. Raises KeysLostError if it is missing later."""
    if settings.keys_text is None and await instances.has_instance(database):
        raise instances.KeysLostError(
            f"The gateway cannot start: {settings.keys_file} is missing, and only its keys decrypt this database. "
            "Restore it from a copy, or set ENCRYPTION_KEYS to its content. To start over without the stored data, "
            f"move the database {settings.sqlite_file} away."
        )
    return settings.load_keyring()


def _open_shared_store(url: str) -> Store:
    # the client is large: a gateway without a shared store does not load it
    from gateway.store.valkey import ValkeyStore  # noqa: PLC0415

    return ValkeyStore(url)


def _make_captcha(settings: Settings, upstream: Upstream) -> Captcha:
    secret = settings.turnstile_secret_key.get_secret_value()
    return (
        Turnstile(upstream, secret, list_hosts(settings), required=settings.require_captcha) if secret else NoCaptcha()
    )


def _make_mail_sender(settings: Settings, upstream: Upstream) -> MailSender:
    if not settings.sends_mail:
        return NoMailSender()
    key = settings.mailgun_api_key.get_secret_value()
    return Mailgun(upstream, key, settings.mailgun_domain, settings.mailgun_from_email)
