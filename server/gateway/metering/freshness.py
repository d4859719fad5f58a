"""How far the archive has come with a usage point, and what it lacks."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from gateway.domain.direction import Direction
from gateway.kit import paris
from gateway.metering import repository
from gateway.metering.meters import Meter
from gateway.metering.missing import Reason, of_day

_LATE_AFTER = timedelta(hours=36)
"""Enedis publishes a day the next morning, or else the one after (Data Connect guide): by noon, both have passed."""


@dataclass(frozen=True)
class Hole:
    """Days `[start, end[` that were asked and are known in part or not at all; `next_try` None: they are settled."""

    direction: Direction
    start: date
    end: date
    reason: Reason
    next_try: datetime | None


def late_at(complete_until: date | None, created_at: datetime) -> datetime:
    """Return the instant from which the next day is late; without any, counted from when the meter was added."""
    ends = created_at if complete_until is None else paris.midnight(complete_until + paris.DAY)
    return ends + _LATE_AFTER


async def holes(session: AsyncSession, meter: Meter, now: datetime) -> list[Hole]:
    """Return what is lacking of a usage point's energy, why, and when it is tried again; newest first."""
    found: list[Hole] = []
    for direction in meter.directions:
        feed = meter.main(direction)
        for day, entry in (await repository.unfinished(session, feed)).items():
            reason, next_try = of_day(meter, feed, day, entry, None, now)
            last = found[-1] if found else None
            if last and (last.direction, last.end, last.reason) == (direction, day, reason):
                tries = [at for at in (last.next_try, next_try) if at is not None]
                found[-1] = Hole(direction, last.start, day + paris.DAY, reason, min(tries, default=None))
            else:
                found.append(Hole(direction, day, day + paris.DAY, reason, next_try))
    return sorted(found, key=lambda hole: hole.start, reverse=True)
