"""What administrators do, each act in the log; and how the upstreams stand."""

from contextlib import suppress
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from gateway.accounts import repository as accounts
from gateway.accounts.models import Account
from gateway.accounts.service import revoke_all
from gateway.admin import repository
from gateway.admin.schemas import EnedisApi, RteFeed, Upstreams
from gateway.audit.service import record
from gateway.ecowatt.service import FEED as ECOWATT
from gateway.enedis.circuit import Circuit, CircuitState
from gateway.enedis.client import Api
from gateway.kit import paris
from gateway.mail import repository as mail
from gateway.problems import ProblemError, not_found
from gateway.quotas import service as quotas
from gateway.quotas.day import forget_calls
from gateway.quotas.pace import stopped_until
from gateway.rte.feeds import budget_of
from gateway.rte.models import UNDER_WAY, Feed
from gateway.runtime import Runtime
from gateway.store import StoreError
from gateway.tempo.service import CURRENT, HISTORY

_RHYTHMS = (CURRENT, HISTORY, ECOWATT)


async def deactivate(runtime: Runtime, admin: Account, account_id: str) -> None:
    """Shut an account out; all its tokens and sessions end at once. Raises problems: 404, 409."""
    if account_id == admin.id:
        raise ProblemError(409, "own_account", "Nobody deactivates their own account.")
    async with runtime.database.write() as session:
        account = await _account(session, account_id)
        now = runtime.clock.now()
        account.deactivated_at = account.deactivated_at or now
        await revoke_all(session, runtime.store, account)
        await accounts.delete_codes(session, account_id)
        record(session, now, "admin_deactivated", account_id, by=admin.id)


async def reactivate(runtime: Runtime, admin: Account, account_id: str) -> None:
    """Let an account in again; its API clients keep their secrets. Raises `not_found`."""
    async with runtime.database.write() as session:
        account = await _account(session, account_id)
        account.deactivated_at = None
        record(session, runtime.clock.now(), "admin_reactivated", account_id, by=admin.id)


async def reset_quota(runtime: Runtime, admin: Account, account_id: str) -> None:
    """Begin an account's day of calls to Enedis anew. Raises `not_found`."""
    now = runtime.clock.now()
    today = paris.day_of(now)
    async with runtime.database.write() as session:
        await _account(session, account_id)
        budget = quotas.user_day(account_id, today, runtime.settings.user_daily_limit_no_cache)
        await quotas.begin_anew(session, budget)
        record(session, now, "admin_reset_quota", account_id, by=admin.id)
    with suppress(StoreError):
        await forget_calls(runtime.store, account_id, today)


async def _account(session: AsyncSession, account_id: str) -> Account:
    account = await accounts.account_alone(session, account_id)
    if account is None:
        raise not_found()
    return account


async def upstreams(runtime: Runtime) -> Upstreams:
    """Tell how Enedis and RTE stand."""
    now = runtime.clock.now()
    hours = {api: quotas.enedis_hour(api, now) for api in Api}
    days = {rhythm.name: budget_of(rhythm, now) for rhythm in _RHYTHMS}
    async with runtime.database.read() as session:
        used = await quotas.used_of(session, [*hours.values(), *days.values()])
        feeds = await repository.feeds(session)
        waiting = await mail.waiting(session)
    return Upstreams(
        enedis=[await _enedis(runtime, api, used[hour], hour.limit, now) for api, hour in hours.items()],
        rte=[_rte(feed, used[day], day.limit, now) for feed in feeds if (day := days.get(feed.name))],
        mails_waiting=waiting,
    )


async def _enedis(runtime: Runtime, api: Api, used: int, limit: int, now: datetime) -> EnedisApi:
    standing = await Circuit(runtime.store, runtime.clock).standing(api)
    refused_until = await stopped_until(runtime.store, api, now)
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


def _rte(feed: Feed, used: int, limit: int, now: datetime) -> RteFeed:
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
