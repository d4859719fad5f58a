"""Keeps Ecowatt's days up to date: requests them about every hour, and never twice within 15 minutes."""

from datetime import datetime, timedelta
from functools import cache

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from gateway.ecowatt import repository
from gateway.ecowatt.hours import find_worst_level, map_levels
from gateway.ecowatt.models import EcowattDay
from gateway.kit import paris
from gateway.kit.clock import Clock
from gateway.kit.database import Database
from gateway.rte import feeds
from gateway.rte.client import BETWEEN_ECOWATTS, Rte
from gateway.rte.errors import RteError
from gateway.rte.feeds import CallBudget
from gateway.rte.wire import EcowattSignal

log = structlog.get_logger()

_PAUSE = BETWEEN_ECOWATTS + timedelta(minutes=1)
"""The extra minute allows for clocks that differ."""
FEED = CallBudget("ecowatt", _PAUSE, longest_pause=paris.HOUR, budget="ecowatt", calls_a_day=60)
NEVER = timedelta(days=365)


async def refresh_ecowatt(database: Database, rte: Rte | None, clock: Clock) -> datetime:
    """Request the days from RTE if that is due; return when to call again."""
    if rte is None:
        _log_not_configured()
        return clock.now() + NEVER
    if later := await feeds.find_closed_until(database, FEED, clock.now()) or await feeds.take_call(
        database, FEED, clock
    ):
        return later
    try:
        signals = await rte.fetch_ecowatt()
    except RteError as error:
        return await feeds.record_failure(database, FEED, clock.now(), error)
    now = clock.now()
    async with database.write() as session:
        for signal in sorted(signals, key=lambda signal: signal.generated_at):
            await _save_signal(session, signal)
        return await feeds.record_response(session, FEED, now, now + paris.HOUR)


async def _save_signal(session: AsyncSession, signal: EcowattSignal) -> None:
    """Write a day, and keep stored hours that the signal no longer has."""
    row = await session.get(EcowattDay, signal.day) or EcowattDay(day=signal.day, hours=[])
    levels = repository.read_levels(row) | map_levels(signal)
    level = find_worst_level(signal, levels)
    if level is None:
        return
    row.hours = repository.to_stored_hours(levels)
    row.message = " ".join(signal.message.split())
    row.worst = level
    row.generated_at = signal.generated_at
    session.add(row)


@cache
def _log_not_configured() -> None:
    log.warning("ecowatt_not_asked", missing="RTE_CLIENT_ID and RTE_CLIENT_SECRET")
