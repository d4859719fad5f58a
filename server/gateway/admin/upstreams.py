"""The state of Enedis and RTE: calls left, errors, and whether calls are stopped."""

from datetime import datetime

from gateway.admin import repository
from gateway.admin.parts import AdminParts
from gateway.admin.schemas import EnedisApi, RteFeed, Upstreams
from gateway.counters import service as counters
from gateway.ecowatt.service import FEED as ECOWATT
from gateway.enedis.circuit_breaker import Circuit, CircuitState
from gateway.enedis.client import Api
from gateway.mail import repository as mail
from gateway.quotas import budgets
from gateway.quotas.pacing import find_stop_end
from gateway.rte.feeds import budget_of
from gateway.rte.models import UNDER_WAY, FeedState
from gateway.tempo.service import CURRENT, HISTORY

_CALL_BUDGETS = (CURRENT, HISTORY, ECOWATT)


async def describe_upstreams(parts: AdminParts) -> Upstreams:
    """Return the state of Enedis and RTE, and the number of mails that wait after a failure."""
    now = parts.clock.now()
    hours = {api: budgets.enedis_hour(api, now) for api in Api}
    days = {calls.name: budget_of(calls, now) for calls in _CALL_BUDGETS}
    async with parts.database.read() as session:
        used = await counters.load_all_used(session, [*hours.values(), *days.values()])
        feeds = await repository.list_feeds(session)
        waiting = await mail.count_waiting(session)
    return Upstreams(
        enedis=[await _describe_api(parts, api, used[hour], hour.limit, now) for api, hour in hours.items()],
        rte=[_describe_feed(feed, used[day], day.limit, now) for feed in feeds if (day := days.get(feed.name))],
        mails_waiting=waiting,
    )


async def _describe_api(parts: AdminParts, api: Api, used: int, limit: int, now: datetime) -> EnedisApi:
    standing = await Circuit(parts.store, parts.clock).get_status(api)
    refused_until = await find_stop_end(parts.store, api, now)
    stops = [moment for moment in (standing.open_until, refused_until) if moment]
    return EnedisApi(
        api=api,
        used=used,
        left=limit - used,
        last_error=standing.last_error,
        last_error_at=standing.last_error_at,
        circuit=standing.circuit,
        stopped_until=max(stops, default=None),
    )


def _describe_feed(feed: FeedState, used: int, limit: int, now: datetime) -> RteFeed:
    under_way = feed.last_error == UNDER_WAY
    if feed.failures == 0:
        circuit = CircuitState.CLOSED
    else:
        circuit = CircuitState.PROBING if under_way or feed.next_at <= now else CircuitState.OPEN
    return RteFeed(
        feed=feed.name,
        used=used,
        left=max(limit - used, 0),
        circuit=circuit,
        last_error=None if under_way else feed.last_error,
        failures=feed.failures,
        asked_at=feed.asked_at,
        answered_at=feed.answered_at,
        next_at=feed.next_at,
    )
