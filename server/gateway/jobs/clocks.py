"""The machine's clock may be set: that is said, and what one that was ahead wrote keeps nothing from being asked.

A small board without a battery begins in the past; a clock that was years ahead leaves days that were "asked" then, and
usage points with nothing to ask until then.
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
    """Compares the time of day with the seconds that have passed."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._seen: tuple[datetime, float] | None = None

    async def check_clock(self) -> datetime:
        """Look; return when to look again."""
        now, passed = self._clock.now(), self._clock.monotonic()
        moved = now - self._seen[0] - timedelta(seconds=passed - self._seen[1]) if self._seen else timedelta()
        if abs(moved) > CLOCKS_DIFFER:
            log.warning("clock_was_set", seconds=round(moved.total_seconds()))
        if self._seen is None or moved < -CLOCKS_DIFFER:
            # at a start nobody knows whether the clock was ahead: what a right one never writes tells
            furthest = now if self._seen else get_certain_due_time(now) + LONGEST_PAUSE
            async with self._database.write() as session:
                ahead = await points.bring_work_forward(session, furthest, now)
                await repository.correct_future_times(session, ahead, now)
            if ahead:
                log.warning("clock_was_ahead", usage_points=len(ahead))
        self._seen = now, passed
        return now + _OFTEN
