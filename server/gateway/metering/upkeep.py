"""The archive's own work, behind requests: each usage point's newest days, as soon as Enedis has them."""

from datetime import date, datetime

from gateway.consents import repository as points
from gateway.consents.models import UsagePoint
from gateway.kit import paris
from gateway.kit.database import Database
from gateway.metering import repository
from gateway.metering.archive import Archive, Refusal
from gateway.metering.ledger import Kind, next_attempt
from gateway.metering.planner import history_starts
from gateway.metering.repository import Feed

_A_VISIT = 20
_POINTS_A_ROUND = 50


async def keep(database: Database, archive: Archive, now: datetime) -> datetime:
    """Ask what is due for the usage points that wait the longest; return when there is more to do."""
    async with database.read() as session:
        waiting = await points.with_work(session, now, _POINTS_A_ROUND)
    for point in waiting:
        due = await _visit(database, archive, point, now)
        async with database.write() as session:
            await points.schedule(session, point.id, due)
    async with database.read() as session:
        return await points.next_work(session, now + paris.HOUR)


async def _visit(database: Database, archive: Archive, point: UsagePoint, now: datetime) -> datetime:
    """Fill the load curve of one usage point; return when it next has something to ask."""
    feed = Feed(point.id, Kind.CURVE)
    meter = await archive.open(point)
    today = paris.day_of(now)
    oldest = max(point.wanted_from, history_starts(Kind.CURVE, today), meter.since[feed.direction] or date.min)
    days = list(paris.days(min(oldest, today), today + paris.DAY))
    refusal: Refusal | None = await archive.ensure(meter, feed, days, calls=_A_VISIT)
    if refusal is not None:
        return refusal.until
    async with database.read() as session:
        known = await repository.ledger(session, feed, days[0], days[-1] + paris.DAY)
    attempts = [at for day in days if (at := next_attempt(day, known.get(day))) is not None]
    return min(attempts)
