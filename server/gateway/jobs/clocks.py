"""Detects changes of the machine's clock, and corrects times that were written while it was ahead.

A small board without a battery starts in the past. A clock that was years ahead leaves days that were "asked" in the
future, and usage points whose next request is due then; without a correction, Enedis would not be asked again.
"""

from datetime import datetime, timedelta

import structlog

from gateway.kit.backoff import CLOCKS_DIFFER
from gateway.kit.clock import Clock
from gateway.kit.database import Database
from gateway.metering import repository
from gateway.metering.archive import LONGEST_PAUSE
from gateway.metering.schedule import get_certain_due_time
from gateway.usage_points import repository as points

log = structlog.get_logger()

_OFTEN = timedelta(seconds=5)


class ClockWatch:
    """Compares the system clock with the monotonic clock."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._seen: tuple[datetime, float] | None = None

    async def check_clock(self) -> datetime:
        """Log a change of the clock, correct times in the future if it was set back, and return when to run next."""
        now, passed = self._clock.now(), self._clock.monotonic()
        moved = now - self._seen[0] - timedelta(seconds=passed - self._seen[1]) if self._seen else timedelta()
        if abs(moved) > CLOCKS_DIFFER:
            log.warning("clock_was_set", seconds=round(moved.total_seconds()))
        if self._seen is None or moved < -CLOCKS_DIFFER:
            # at the start it is unknown whether the clock was ahead: look for times that a correct clock never writes
            furthest = now if self._seen else get_certain_due_time(now) + LONGEST_PAUSE
            async with self._database.write() as session:
                ahead = await points.bring_work_forward(session, furthest, now)
                await repository.correct_future_times(session, ahead, now)
            if ahead:
                log.warning("clock_was_ahead", usage_points=len(ahead))
        self._seen = now, passed
        return now + _OFTEN
