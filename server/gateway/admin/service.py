"""What administrators do, each act in the log; and what they see, put together."""

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from gateway.accounts import addresses
from gateway.accounts import repository as accounts
from gateway.accounts.models import Account
from gateway.accounts.service import is_admin, revoke_all
from gateway.admin import repository
from gateway.admin.schemas import EnedisApi, RteFeed, Upstreams, Users, UserView
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
from gateway.rte.feeds import Rhythm
from gateway.rte.models import UNDER_WAY, Feed
from gateway.runtime import Runtime
from gateway.store import StoreError
from gateway.tempo.service import CURRENT, HISTORY

_FEEDS = {rhythm.name: rhythm for rhythm in (CURRENT, HISTORY, ECOWATT)}


async def users(runtime: Runtime, part: str, after: str | None, limit: int) -> Users:
    """Return a page of accounts that have `part` in their address."""
    async with runtime.database.read() as session:
        found = await repository.accounts(session, addresses.folded(part), after, limit + 1)
        page = found[:limit]
        return Users(
            items=await _views(runtime, session, page),
            next=page[-1].id if len(found) > limit else None,
        )


async def _views(runtime: Runtime, session: AsyncSession, page: Sequence[Account]) -> list[UserView]:
    ids = [account.id for account in page]
    settings = runtime.settings
    today = paris.day_of(runtime.clock.now())
    budgets = {one: quotas.user_day(one, today, settings.user_daily_limit_no_cache) for one in ids}
    points = await repository.points_of(session, ids)
    clients = await repository.clients_of(session, ids)
    used = await repository.used(session, [budget.name for budget in budgets.values()], today.isoformat())
    return [
        UserView(
            id=account.id,
            email=account.address,
            created_at=account.created_at,
            verified=account.verified_at is not None,
            admin=is_admin(account, settings.admin_emails),
            activated_at=account.activated_at,
            deactivated_at=account.deactivated_at,
            usage_points=points.get(account.id, 0),
            api_clients=clients.get(account.id, (0, None))[0],
            last_used_at=clients.get(account.id, (0, None))[1],
            quota_used=used.get(budgets[account.id].name, 0),
            quota_limit=budgets[account.id].limit,
        )
        for account in page
    ]


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
        await repository.give_back(session, budget.name, budget.window)
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
    budgets = [f"rte:{rhythm.budget}" for rhythm in _FEEDS.values()]
    async with runtime.database.read() as session:
        used = await repository.used(session, [hour.name for hour in hours.values()], hours[Api.MEASURES].window)
        of_rte = await repository.used(session, budgets, paris.day_of(now).isoformat())
        feeds = await repository.feeds(session)
        waiting = await mail.waiting(session)
    return Upstreams(
        enedis=[await _enedis(runtime, api, used.get(hour.name, 0), hour.limit) for api, hour in hours.items()],
        rte=[_rte(feed, rhythm, of_rte, now) for feed in feeds if (rhythm := _FEEDS.get(feed.name))],
        mails_waiting=waiting,
    )


async def _enedis(runtime: Runtime, api: Api, used: int, limit: int) -> EnedisApi:
    standing = await Circuit(runtime.store, runtime.clock).standing(api)
    refused_until = await stopped_until(runtime.store, api, runtime.clock.now())
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


def _rte(feed: Feed, rhythm: Rhythm, used: dict[str, int], now: datetime) -> RteFeed:
    calls = used.get(f"rte:{rhythm.budget}", 0)
    under_way = feed.last_error == UNDER_WAY
    if feed.failures == 0:
        circuit = CircuitState.CLOSED
    else:
        circuit = CircuitState.PROBING if under_way or feed.next_at <= now else CircuitState.OPEN
    return RteFeed(
        feed=feed.name,
        used=calls,
        left=max(rhythm.calls_a_day - calls, 0),
        circuit=circuit,
        last_error=None if under_way else feed.last_error,
        failures=feed.failures,
        asked_at=feed.asked_at,
        answered_at=feed.answered_at,
        next_at=feed.next_at,
    )
