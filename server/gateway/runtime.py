"""What a running gateway is made of; built once, handed to whoever needs a part."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from gateway import instance as instances
from gateway.consents.upkeep import ConsentKeeper
from gateway.enedis.client import Enedis
from gateway.instance import Instance
from gateway.kit.clock import Clock, SystemClock
from gateway.kit.crypto import Keyring
from gateway.kit.database import Database
from gateway.kit.http import Upstream
from gateway.kit.metrics import Metrics
from gateway.metering.archive import Archive
from gateway.quotas.pace import EnedisPace
from gateway.rte.client import Rte
from gateway.rte.open_data import OpenData
from gateway.settings import Settings
from gateway.store import Store
from gateway.store.memory import MemoryStore


@dataclass(frozen=True, repr=False)
class Runtime:
    """The parts."""

    settings: Settings
    clock: Clock
    database: Database
    store: Store
    keyring: Keyring
    instance: Instance
    archive: Archive
    consents: ConsentKeeper
    rte: Rte | None
    open_data: OpenData


@asynccontextmanager
async def open_runtime(
    settings: Settings, clock: Clock | None = None, metrics: Metrics | None = None
) -> AsyncIterator[Runtime]:
    """Build the parts on a migrated database, and close them afterwards."""
    clock = clock or SystemClock()
    metrics = metrics or Metrics()
    keyring = settings.keyring()
    database = Database(settings.database_url, echo=settings.debug_sql)
    redis_url = settings.redis_url.get_secret_value()
    store: Store = _shared_store(redis_url) if redis_url else MemoryStore()
    enedis_upstream = Upstream(settings.enedis_url, observe=metrics.upstream("enedis"))
    rte_upstream = Upstream(settings.rte_base_url, observe=metrics.upstream("rte"))
    open_data_upstream = Upstream(settings.rte_open_data_url, observe=metrics.upstream("rte_open_data"))
    pace = EnedisPace(database, store, clock, settings.enedis_rate_limit, settings.user_daily_limit_no_cache)
    enedis = Enedis(
        enedis_upstream, settings.enedis_client_id, settings.enedis_client_secret.get_secret_value(), store, pace
    )
    rte = (
        Rte(rte_upstream, settings.rte_client_id, settings.rte_client_secret.get_secret_value(), store)
        if settings.rte_client_id
        else None
    )
    archive = Archive(database, store, clock, enedis, keyring)
    try:
        instance = await instances.load(database, keyring)
        yield Runtime(
            settings=settings,
            clock=clock,
            database=database,
            store=store,
            keyring=keyring,
            instance=instance,
            archive=archive,
            consents=ConsentKeeper(database, enedis, keyring, instance, clock),
            rte=rte,
            open_data=OpenData(open_data_upstream),
        )
    finally:
        await archive.close()
        await enedis_upstream.close()
        await rte_upstream.close()
        await open_data_upstream.close()
        await database.close()
        await store.close()


def _shared_store(url: str) -> Store:
    # its client is big: a gateway alone does without
    from gateway.store.valkey import ValkeyStore  # noqa: PLC0415

    return ValkeyStore(url)
