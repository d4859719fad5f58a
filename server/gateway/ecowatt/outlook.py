"""Builds the response about Ecowatt for an instant."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from gateway.ecowatt import repository, schemas
from gateway.ecowatt.hours import LOW_CARBON, TENSE, group_runs
from gateway.ecowatt.service import FEED
from gateway.kit import paris
from gateway.kit.database import Database
from gateway.rte import feeds


class EcowattOutlook:
    """Answers about Ecowatt from stored days; `asks_rte`: the gateway has credentials of RTE."""

    def __init__(self, database: Database, *, asks_rte: bool) -> None:
        self._database = database
        self._asks_rte = asks_rte

    async def read_outlook(self, now: datetime) -> schemas.Ecowatt:
        """Return the known levels of today and the days ahead."""
        async with self._database.read() as session:
            return await load_outlook(session, now, asked=self._asks_rte)


async def load_outlook(session: AsyncSession, now: datetime, *, asked: bool) -> schemas.Ecowatt:
    """Say what is known of today and the days ahead; `asked` is whether somebody asks RTE at all."""
    today = paris.day_of(now)
    freshness = await feeds.load_freshness(session, FEED, now, asked=asked)
    rows = await repository.list_days(session, today - paris.DAY)  # a run may have begun yesterday
    levels = {start: level for row in rows for start, level in repository.read_levels(row).items()}
    coming = [run for run in group_runs(levels) if run.until > now]
    current = next((run for run in coming if run.since <= now), None)
    changes = [
        paris.midnight(today + paris.DAY),
        *(edge for run in coming for edge in (run.since, run.until) if edge > now),
        freshness.next_change,
    ]
    following = next((run for run in coming if current and run.since == current.until), None)
    return schemas.Ecowatt(
        now=schemas.LevelRunView.model_validate(current) if current else None,
        next=schemas.LevelRunView.model_validate(following) if following else None,
        tense=[schemas.LevelRunView.model_validate(run) for run in coming if run.level >= TENSE],
        low_carbon=[schemas.LevelRunView.model_validate(run) for run in coming if run.level == LOW_CARBON],
        next_change=min(changes),
        days=[
            schemas.EcowattDayView(
                date=row.day,
                worst=row.worst,
                message=row.message,
                hours=[
                    schemas.EcowattHourView(start=start, level=level)
                    for start, level in repository.read_levels(row).items()
                ],
            )
            for row in rows
            if row.day >= today
        ],
        as_of=freshness.as_of,
    )
