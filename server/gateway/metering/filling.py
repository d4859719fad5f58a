"""Days of a load curve, completed or corrected from the daily values in the archive (see settling)."""

from collections.abc import Collection
from datetime import date

from gateway.kit import paris
from gateway.kit.clock import Clock
from gateway.kit.database import Database
from gateway.metering import payloads, repository
from gateway.metering.metered_point import MeteredPoint
from gateway.metering.repository import Fact
from gateway.metering.schedule import Feed, State, find_next_attempt
from gateway.metering.settling import fill_missing, fit_rounded, has_small_hole, is_energy_complete
from gateway.store import Store

HAS_HOLES = frozenset({State.PARTIAL, State.FILLED})


class DayFiller:
    """Completes and corrects stored curves from stored daily values. Makes no calls to Enedis."""

    def __init__(self, database: Database, store: Store, clock: Clock) -> None:
        self._database = database
        self._store = store
        self._clock = clock

    async def find_small_holes(self, point: MeteredPoint, curve: Feed, days: Collection[date]) -> set[date]:
        """Return those of `days` whose curve is partial and lacks at most one hour."""
        if not days:
            return set()
        async with self._database.read() as session:
            start, end = min(days), max(days) + paris.DAY
            entries, curves = await repository.load_values(
                session, curve, point.secrets, payloads.read_curve, start, end
            )
        return {day for day in days if entries[day].state is State.PARTIAL and has_small_hole(day, curves.get(day, []))}

    async def fill_in_days(
        self, point: MeteredPoint, curve: Feed, daily: Feed, over: Collection[date], small: Collection[date]
    ) -> None:
        """Fill the missing intervals of days from their daily values.

        Days in `over` become COMPLETE. Days in `small` lack at most one hour and become FILLED, so that Enedis is
        asked again, or COMPLETE when the known readings already sum to the daily value.
        """
        days = [*over, *small]
        if not days:
            return
        start, end = min(days), max(days) + paris.DAY
        async with self._store.lease(get_lease_key(curve)):
            async with self._database.read() as session:
                _, values = await repository.load_values(session, daily, point.secrets, payloads.read_value, start, end)
                entries, curves = await repository.load_values(
                    session, curve, point.secrets, payloads.read_curve, start, end
                )
            facts = []
            for day in days:
                if entries[day].state not in HAS_HOLES:
                    continue  # the whole day has arrived in the meantime
                if day not in values or (readings := fill_missing(day, curves.get(day, []), values[day])) is None:
                    continue
                payload = payloads.pack_curve(day, readings)
                is_final = day in over or is_energy_complete(curves[day], values[day])
                facts.append(Fact(day, State.COMPLETE if is_final else State.FILLED, payload))
            async with self._database.write() as session:
                await repository.save_facts(session, curve, point.secrets, facts, self._clock.now())

    async def fit_rounded_days(self, point: MeteredPoint, curve: Feed, daily: Feed, days: Collection[date]) -> None:
        """Scale rounded days to their daily values where these are known.

        Days whose daily value will not be requested again keep their readings and become COMPLETE.
        """
        if not days:
            return
        start, end = min(days), max(days) + paris.DAY
        async with self._store.lease(get_lease_key(curve)):
            async with self._database.read() as session:
                read_value, read_curve = payloads.read_value, payloads.read_curve
                daily_entries, values = await repository.load_values(
                    session, daily, point.secrets, read_value, start, end
                )
                entries, curves = await repository.load_values(session, curve, point.secrets, read_curve, start, end)
            facts = []
            for day in days:
                if entries[day].state is not State.ROUNDED:
                    continue  # another task has handled it in the meantime
                if day in values:
                    fitted = fit_rounded(curves[day], values[day])
                    payload = payloads.pack_curve(day, fitted or curves[day])
                    facts.append(Fact(day, State.FITTED if fitted else State.COMPLETE, payload))
                elif day in daily_entries and find_next_attempt(daily, day, daily_entries[day]) is None:
                    payload = payloads.pack_curve(day, curves[day])
                    facts.append(Fact(day, State.COMPLETE, payload))
            async with self._database.write() as session:
                await repository.save_facts(session, curve, point.secrets, facts, self._clock.now())


def get_lease_key(feed: Feed) -> str:
    """Return the name of the lease that protects writes to a feed."""
    return f"archive:{feed.point_id}:{feed.kind}:{feed.direction}"
