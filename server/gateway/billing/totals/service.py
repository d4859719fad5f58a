"""The totals of a usage point: consumption, production and cost by day, week, month and year."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from gateway.billing.hours import repository
from gateway.billing.hours.publishing import Publisher
from gateway.billing.notices import find_outdated_prices
from gateway.billing.totals import totals
from gateway.kit import paris
from gateway.kit.clock import Clock
from gateway.kit.database import Database
from gateway.metering.freshness import find_next_change_by_date
from gateway.metering.metered_point import MeteredPoint


@dataclass(frozen=True)
class Totals:
    """Totals by unit, and in each by `running`, `running_year_ago`, `last` and `year_ago`."""

    by_unit: Mapping[totals.Unit, Mapping[str, totals.Total]]
    known_since: date | None
    is_history_complete: bool
    prices_outdated: date | None
    next_change: datetime


class TotalsService:
    """Adds up the published figures of usage points."""

    def __init__(self, database: Database, clock: Clock, publisher: Publisher) -> None:
        self._database = database
        self._clock = clock
        self._publisher = publisher

    async def add_up(self, account_id: str, point_id: str) -> Totals:
        """Return the totals of every unit. Raises the problem `not_found`."""
        billed_point = (await self._publisher.publish_hours(account_id, point_id)).point
        now = self._clock.now()
        today = paris.day_of(now)
        async with self._database.read() as session:
            published = await repository.find_published_span(session, billed_point.public_id)
            known_until = min(published[1] + paris.DAY, today) if published else today
            start = date(known_until.year - 2, 1, 1)  # the year before the last one that is over and known
            figures = await repository.load_published_figures(session, billed_point, start)
            publication = await repository.find_publication(session, billed_point.public_id)
        metered_point = MeteredPoint.of(billed_point.row, billed_point.secrets, now)
        counted = {direction: metered_point.since[direction] or date.min for direction in metered_point.directions}
        subscription_on = billed_point.build_rules({}).get_subscription
        by_unit = await asyncio.to_thread(totals.sum_by_unit, figures, counted, subscription_on, today, known_until)
        outdated = find_outdated_prices(billed_point.book, billed_point.tariffs, start, today)
        return Totals(
            by_unit,
            publication.starts_on if publication else None,
            publication is not None and publication.is_whole,
            outdated,
            find_next_change_by_date(billed_point.row, now),
        )
