"""Since when hours are published: while history fills, the start moves back three times and not with every answer."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from gateway.billing.home import Home
from gateway.billing.models import Publication
from gateway.consents.service import RECENT
from gateway.kit import paris
from gateway.metering import repository as metering
from gateway.metering.history import begins, reached
from gateway.metering.ledger import Feed, Kind
from gateway.metering.meters import Meter

_YEAR = timedelta(days=365)


async def published_from(
    session: AsyncSession, home: Home, standing: Publication | None, now: datetime
) -> tuple[date | None, bool]:
    """Return the first day to publish, None as long as there is none, and whether it is the last such.

    What else is kept up holds the older days back, so that their sums are written once.
    """
    if standing is not None and standing.is_whole:
        return standing.starts_on, True
    today, meter = paris.day_of(now), Meter.of(home.point, home.secrets, now)
    main = meter.main(meter.first_direction)
    asked = await metering.ledger(session, main, date.min, today + paris.DAY)
    if not asked:
        return (standing.starts_on if standing else None), False
    if not meter.is_open:
        return min(asked), True
    first = begins(main, meter.since[main.direction], today)
    recent = await _reached(session, meter, main, first, today)
    others = [meter.main(direction) for direction in meter.directions if direction is not main.direction]
    older = max([recent, *[await _reached(session, meter, feed, first, today) for feed in others]])
    oldest = await _values_reached(session, meter, main, asked, first, today) if older <= first else None
    if oldest is not None:
        return oldest, True
    steps = ((max(first, today - _YEAR), older), (max(first, today - RECENT), recent))
    start = next((step for step, known_since in steps if known_since <= step), None)
    if standing is not None:
        start = min(start or standing.starts_on, standing.starts_on)
    return start, False


async def _reached(session: AsyncSession, meter: Meter, feed: Feed, first: date, today: date) -> date:
    """Return since when a feed is known; `first` when all of it is."""
    since = meter.since[feed.direction]
    day = await reached(session, feed, since, today)
    return first if day <= begins(feed, since, today) else day


async def _values_reached(
    session: AsyncSession, meter: Meter, main: Feed, asked: Iterable[date], first: date, today: date
) -> date | None:
    """Return the oldest day that Enedis may have a value of, once all those before the curve's `first` day were asked.

    Both limits move on with each day: what had a curve, `asked` before, needs no value.
    """
    daily = Feed(main.point_id, Kind.DAILY, main.direction)
    oldest = begins(daily, meter.since[main.direction], today)
    known = {*asked, *await metering.ledger(session, daily, oldest, first)}
    return oldest if known.issuperset(paris.days(oldest, first)) else None
