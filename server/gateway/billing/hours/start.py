"""Finds the first day to publish. While the history is fetched, it moves back in three steps only.

Each move makes Home Assistant write all sums again. Example: a meter is added on 1 June 2026. Nothing is published
until its last 60 days are known: then the start is 2 April 2026. Once both directions are known for a year, it is 1
June 2025. Once everything that Enedis can have was requested (the curve back to 17 May 2024, and daily values back to
17 May 2023), it is 17 May 2023. Days from files, which may be older, are published with that last step, or at once if
they come later.
"""

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from gateway.billing.days.billed_point import BilledPoint
from gateway.billing.hours.models import Publication
from gateway.kit import paris
from gateway.metering import repository as metering
from gateway.metering.history import find_reached_day, get_oldest_day
from gateway.metering.imported import find_first_imported
from gateway.metering.metered_point import MeteredPoint
from gateway.metering.schedule import Feed, Kind
from gateway.usage_points.models import PointStatus, UsagePoint
from gateway.usage_points.service import RECENT

_YEAR = timedelta(days=365)
_LAST_CALLS = timedelta(hours=1)
"""How long after the end of a consent the last responses may still be stored."""


async def find_start(
    session: AsyncSession, billed_point: BilledPoint, standing: Publication | None, now: datetime
) -> tuple[date | None, bool]:
    """Return the first day to publish, None if there is none yet, and whether that is final (`is_whole`).

    `standing` is what is published now. Older days wait until every direction is known for them, so that their sums are
    written once.
    """
    today, metered_point = paris.day_of(now), MeteredPoint.of(billed_point.row, billed_point.secrets, now)
    main = metered_point.get_main_feed(metered_point.first_direction)
    imported = await find_first_imported(session, billed_point.public_id) or date.max
    if standing is not None and _is_unchanged(
        standing, billed_point.row, _find_first_value(metered_point, main, today), imported
    ):
        return standing.starts_on, standing.is_whole
    asked = await metering.load_entries(session, main, date.min, today + paris.DAY)
    if not asked:
        return (standing.starts_on if standing else None), False
    if not metered_point.is_open:
        return _keep_published_start(min(imported, *asked), standing), False
    first = get_oldest_day(main, metered_point.since[main.direction], today)
    recent = await _find_reached_day(session, metered_point, main, first, today)
    others = [
        metered_point.get_main_feed(direction)
        for direction in metered_point.directions
        if direction is not main.direction
    ]
    older = max([recent, *[await _find_reached_day(session, metered_point, feed, first, today) for feed in others]])
    oldest = await _find_reached_values(session, metered_point, main, asked, first, today) if older <= first else None
    if oldest is not None:
        return _keep_published_start(min(oldest, imported), standing), True
    steps = ((max(first, today - _YEAR), older), (max(first, today - RECENT), recent))
    start = next((step for step, known_since in steps if known_since <= step), None)
    return _keep_published_start(start, standing), False


def _is_unchanged(standing: Publication, point: UsagePoint, oldest: date, imported: date) -> bool:
    """Return whether the start cannot have moved, without reading the archive.

    That is so once everything that Enedis can have is published, and after the end of a consent once everything that
    was read is published. The next consent continues the history.
    """
    if standing.starts_on > imported and (standing.is_whole or point.status is not PointStatus.GRANTED):
        return False
    if standing.is_whole and standing.starts_on <= oldest:
        return True
    if point.status is PointStatus.GRANTED or point.ended_at is None:
        return False
    return standing.looked_at >= point.ended_at + _LAST_CALLS


def _keep_published_start(start: date | None, standing: Publication | None) -> date | None:
    """Return the first day to publish, which never becomes later than the published one."""
    return start if standing is None else min(start or standing.starts_on, standing.starts_on)


async def _find_reached_day(session: AsyncSession, point: MeteredPoint, feed: Feed, first: date, today: date) -> date:
    """Return the first day of the known part of a feed; `first` if all of it is known."""
    since = point.since[feed.direction]
    day = await find_reached_day(session, feed, since, today)
    return first if day <= get_oldest_day(feed, since, today) else day


async def _find_reached_values(
    session: AsyncSession, point: MeteredPoint, main: Feed, asked: Iterable[date], first: date, today: date
) -> date | None:
    """Return the oldest day for which Enedis may have a value, once all days before `first` were requested; else None.

    `first` is the first day of the curve. Both limits move forward each day. Days in `asked`, whose curve was
    requested, need no value.
    """
    daily, oldest = _get_daily_feed(main), _find_first_value(point, main, today)
    known = {*asked, *await metering.load_entries(session, daily, oldest, first)}
    return oldest if known.issuperset(paris.iterate_days(oldest, first)) else None


def _find_first_value(point: MeteredPoint, main: Feed, today: date) -> date:
    """Return the oldest day for which Enedis may have a daily value."""
    return get_oldest_day(_get_daily_feed(main), point.since[main.direction], today)


def _get_daily_feed(main: Feed) -> Feed:
    return Feed(main.point_id, Kind.DAILY, main.direction)
