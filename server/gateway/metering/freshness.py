"""How complete the archive of a usage point is: which days it lacks, and when a client should ask again."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Protocol

from sqlalchemy.ext.asyncio import AsyncSession

from gateway.domain.direction import Direction
from gateway.kit import paris
from gateway.metering import repository
from gateway.metering.metered_point import MeteredPoint
from gateway.metering.missing import Reason, explain_day, get_next_visit
from gateway.metering.schedule import State
from gateway.usage_points.models import PointStatus

_LATE_AFTER = timedelta(hours=36)
"""Enedis publishes a day the next morning or the morning after that (Data Connect guide); 36 hours cover both."""
_HISTORY_PAUSE = timedelta(minutes=15)


@dataclass(frozen=True)
class Hole:
    """Days `[start, end[` that were requested and are known in part or not at all.

    `next_try` is when they are requested again, None when never.
    """

    direction: Direction
    start: date
    end: date
    reason: Reason
    next_try: datetime | None


def get_late_time(complete_until: date | None, created_at: datetime) -> datetime:
    """Return when the day `complete_until` counts as late: 36 hours after it ends.

    `complete_until` is the day after the newest whole day. When it is None, return 36 hours after `created_at`.
    """
    ends = created_at if complete_until is None else paris.midnight(complete_until + paris.DAY)
    return ends + _LATE_AFTER


class Scheduled(Protocol):
    """A usage point, or a copy of its fields: its status, and when Enedis is next asked about it."""

    @property
    def status(self) -> PointStatus:
        """Whether Enedis allows its readings to be fetched."""

    @property
    def next_work_at(self) -> datetime:
        """When the worker next fetches the newest days."""

    @property
    def history_at(self) -> datetime | None:
        """When the worker next fetches older days; None when the history is done."""


def find_next_change(point: Scheduled, now: datetime) -> datetime:
    """Return when a client should ask again for figures computed from the readings of a usage point."""
    if point.status is not PointStatus.GRANTED:
        return now + paris.HOUR  # the workers skip it
    change = get_next_visit(point.next_work_at, now)
    if point.history_at is not None:
        change = min(change, max(point.history_at, now) + _HISTORY_PAUSE)
    return change


def find_next_change_by_date(point: Scheduled, now: datetime) -> datetime:
    """Like `find_next_change`, for figures that depend on which day is today: at midnight at the latest."""
    return min(find_next_change(point, now), paris.midnight(paris.day_of(now) + paris.DAY))


async def list_holes(session: AsyncSession, point: MeteredPoint, now: datetime) -> list[Hole]:
    """Return the days missing from a usage point's energy, with the reason and the next try; newest first."""
    found: list[Hole] = []
    for direction in point.directions:
        feed = point.get_main_feed(direction)
        for day, entry in (await repository.list_unfinished(session, feed)).items():
            if entry.state is State.FILLED:
                continue
            reason, next_try = explain_day(point, feed, day, entry, None, now)
            last = found[-1] if found else None
            if last and (last.direction, last.end, last.reason) == (direction, day, reason):
                tries = [at for at in (last.next_try, next_try) if at is not None]
                found[-1] = Hole(direction, last.start, day + paris.DAY, reason, min(tries, default=None))
            else:
                found.append(Hole(direction, day, day + paris.DAY, reason, next_try))
    return sorted(found, key=lambda hole: hole.start, reverse=True)
