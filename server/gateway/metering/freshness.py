"""How far the archive has come with a usage point, and what it lacks."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from gateway.enedis.client import Direction
from gateway.kit import paris
from gateway.metering import repository
from gateway.metering.ledger import Feed, State
from gateway.metering.meters import Meter
from gateway.metering.missing import Reason, of_day
from gateway.metering.models import DayRecord

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


async def complete_until(session: AsyncSession, feed: Feed) -> date | None:
    """Return the day after the newest that is whole."""
    newest = await session.scalar(
        select(func.max(DayRecord.day)).where(
            DayRecord.usage_point_id == feed.point_id,
            DayRecord.kind == feed.kind,
            DayRecord.direction == feed.direction,
            DayRecord.state == State.COMPLETE,
        )
    )
    return None if newest is None else newest + paris.DAY


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
