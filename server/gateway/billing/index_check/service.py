"""Compares the index of a usage point with its load curve."""

import asyncio
from dataclasses import dataclass
from datetime import date

from gateway.billing.days import facts
from gateway.billing.hours import repository
from gateway.billing.hours.publishing import Publisher
from gateway.billing.index_check import differences
from gateway.domain.direction import Direction
from gateway.kit import paris
from gateway.kit.clock import Clock
from gateway.kit.database import Database
from gateway.tariffs.off_peak import list_slots_on


@dataclass(frozen=True)
class IndexCheck:
    """The differences by day. `aligned_by` is what the dates of the index mean; None if no day can be compared."""

    aligned_by: facts.Alignment | None
    days: list[differences.Difference]
    fit: differences.Fit | None


class IndexCheckService:
    """Checks the index of usage points."""

    def __init__(self, database: Database, clock: Clock, publisher: Publisher) -> None:
        self._database = database
        self._clock = clock
        self._publisher = publisher

    async def check_index(self, account_id: str, point_id: str, start: date, end: date) -> IndexCheck:
        """Compare the registers with the curve on the days `[start, end[`. Raises the problem `not_found`."""
        point = (await self._publisher.publish_hours(account_id, point_id)).point
        today = paris.day_of(self._clock.now())
        async with self._database.read() as session:
            figures = await repository.load_published_figures(session, point, start, end)
            known = await facts.load_known(session, point, start, end, today)
        days = list(paris.iterate_days(start, end))
        advances = {
            alignment: {day: known.get_register_advances(day, alignment) for day in days}
            for alignment in facts.Alignment
        }
        aligned_by = differences.detect_alignment(figures, advances)
        compared = differences.list_differences(figures, advances[aligned_by])
        curves = {one.day: known.get_facts(one.day, Direction.CONSUMPTION).curve for one in compared}
        slots = {one.day: list_slots_on(point.off_peak, one.day) for one in compared}
        slots_from_enedis = {one.day: list_slots_on(point.off_peak_from_enedis, one.day) for one in compared}
        better_fit = await asyncio.to_thread(differences.find_better_fit, compared, curves, slots, slots_from_enedis)
        return IndexCheck(aligned_by if compared else None, compared, better_fit)
