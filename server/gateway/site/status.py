"""What Enedis and RTE do now, as users see it. Earlier calls tell; none is made for it."""

from datetime import datetime, timedelta

from gateway.counters import service as counters
from gateway.ecowatt.service import FEED as ECOWATT
from gateway.enedis.circuit_breaker import Circuit, CircuitState
from gateway.enedis.client import Api
from gateway.kit import paris
from gateway.kit.clock import Clock
from gateway.kit.database import Database
from gateway.quotas import budgets
from gateway.quotas.pacing import find_stop_end
from gateway.rte.feeds import CallBudget, count_left_today
from gateway.rte.models import FeedState
from gateway.settings import Settings
from gateway.site.schemas import Condition, ServiceStatus, Status, UpstreamService
from gateway.store import Store, StoreError
from gateway.tempo.service import CURRENT as TEMPO

_SEVERITY = list(Condition)
_FAILURES = 2
"""So many failed calls in a row make a feed of RTE count as down: minutes lie between two."""


class StatusService:
    """Tells how each service of Enedis and RTE does."""

    def __init__(self, settings: Settings, clock: Clock, database: Database, store: Store) -> None:
        self._clock = clock
        self._database = database
        self._store = store
        enedis = [UpstreamService.READINGS, UpstreamService.CONTRACTS] if settings.enedis_client_id else []
        rte = [UpstreamService.ECOWATT] if settings.has_rte else []
        self._services = [*enedis, UpstreamService.TEMPO, *rte]  # Tempo has an open calendar

    async def describe_services(self, now: datetime) -> Status:
        """Return how each service does that is set up here. It is looked at again each minute."""
        minute = now.replace(second=0, microsecond=0)
        return Status(
            services=[await self._describe_service(service, now) for service in self._services],
            next_change=minute + timedelta(minutes=1),
        )

    async def _describe_service(self, service: UpstreamService, now: datetime) -> ServiceStatus:
        try:
            match service:
                case UpstreamService.READINGS:
                    return await self._describe_api(service, Api.MEASURES, now)
                case UpstreamService.CONTRACTS:
                    others = [api for api in Api if api is not Api.MEASURES]
                    found = [await self._describe_api(service, api, now) for api in others]
                    return max(found, key=lambda one: _SEVERITY.index(one.condition))
                case UpstreamService.TEMPO:
                    return await self._describe_feed(service, TEMPO, now)
                case UpstreamService.ECOWATT:
                    return await self._describe_feed(service, ECOWATT, now)
        except StoreError:
            return ServiceStatus(service=service, condition=Condition.PAUSED, since=None, retry_at=None)

    async def _describe_api(self, service: UpstreamService, api: Api, now: datetime) -> ServiceStatus:
        status = await Circuit(self._store, self._clock).get_status(api)
        hour = budgets.enedis_hour(api, now)
        async with self._database.read() as session:
            has_calls = await counters.load_used(session, hour) < hour.limit
        refused_until = await find_stop_end(self._store, api, now)
        since, retry_at = status.failing_since, status.open_until
        if status.circuit is not CircuitState.CLOSED:
            condition = Condition.DOWN
        elif refused_until or not has_calls:
            condition, since, retry_at = Condition.LIMIT_REACHED, None, refused_until or budgets.next_hour(now)
        else:
            condition = Condition.UNSTABLE if since else Condition.WORKING
        return ServiceStatus(service=service, condition=condition, since=since, retry_at=retry_at)

    async def _describe_feed(self, service: UpstreamService, calls: CallBudget, now: datetime) -> ServiceStatus:
        await self._store.get("ready")  # raises StoreError: without the store, RTE is not asked either
        async with self._database.read() as session:
            feed = await session.get(FeedState, calls.name)
            has_calls = await count_left_today(session, calls, now) > 0
        since = feed.failing_since if feed else None
        retry_at = feed.next_at if feed and feed.failures else None
        if not has_calls:
            condition, retry_at = Condition.LIMIT_REACHED, paris.midnight(paris.day_of(now) + paris.DAY)
        elif feed is None or not feed.failures:
            condition = Condition.WORKING
        else:
            # the open calendar is asked at each failed call, and has one new colour a day
            outdated = now - paris.DAY - calls.longest_pause
            has_stand_in = since and feed.answered_at and feed.answered_at >= max(since, outdated)
            is_down = feed.failures >= _FAILURES and not has_stand_in
            condition = Condition.DOWN if is_down else Condition.UNSTABLE
        return ServiceStatus(service=service, condition=condition, since=since, retry_at=retry_at)
