"""What people ask of their bill: periods, totals, the comparison of options, the index's word."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.ext.asyncio import AsyncSession

from gateway.billing.comparison import costs as comparison
from gateway.billing.days import facts
from gateway.billing.days.figures import DayFigures
from gateway.billing.days.home import Home
from gateway.billing.hours import repository
from gateway.billing.hours.publishing import Publisher
from gateway.billing.index_check import differences as index_check
from gateway.billing.notices import prices_outdated
from gateway.billing.periods.periods import AHEAD, Period, periods
from gateway.billing.totals import totals
from gateway.domain.direction import Direction
from gateway.domain.tempo_days import in_force
from gateway.domain.tempo_season import Season
from gateway.kit import paris
from gateway.kit.clock import Clock
from gateway.kit.crypto import Keyring
from gateway.kit.database import Database
from gateway.metering import payloads
from gateway.metering import repository as metering
from gateway.metering.freshness import next_change_at
from gateway.metering.meters import Meter
from gateway.metering.schedule import RETRY_FOR, Feed, Kind
from gateway.tariffs.off_peak import slots_on
from gateway.tariffs.options import REGULATED, Option
from gateway.tariffs.tariff import tariff_on
from gateway.tempo import repository as tempo
from gateway.tempo.colors import resolve_colors


@dataclass(frozen=True)
class Periods:
    """Buckets by time."""

    items: list[Period]
    prices_outdated: date | None
    next_change: datetime


@dataclass(frozen=True)
class Totals:
    """By unit and by which one: `running`, `running_year_ago`, `last`, `year_ago`."""

    by_unit: Mapping[totals.Unit, Mapping[str, totals.Total]]
    known_since: date | None
    is_history_complete: bool
    prices_outdated: date | None
    next_change: datetime


@dataclass(frozen=True)
class Comparison:
    """By month; `power_kva` is what is subscribed, `lowest_power_kva` what would have done.

    `highest_known` is the share of the days whose highest power is known. `open_to_new` tells of each option whether a
    new customer may choose it at that power today; one that is not sold at it is not.
    """

    months: list[comparison.Month]
    total: comparison.Total
    open_to_new: dict[Option, bool]
    power_kva: int | None
    highest_va: int | None
    highest_known: float
    lowest_power_kva: int | None
    prices_outdated: date | None


@dataclass(frozen=True)
class IndexCheck:
    """Registers against the curve's buckets; `aligned_by`: what the dates of the index mean, None: no day is known."""

    aligned_by: facts.Alignment | None
    days: list[index_check.Difference]
    fit: index_check.Fit | None


class Answers:
    """Answers from what is published and known."""

    def __init__(self, database: Database, clock: Clock, keyring: Keyring) -> None:
        self._database = database
        self._clock = clock
        self._keyring = keyring
        self._publisher = Publisher(database, clock, keyring)

    async def periods(self, account_id: str, point_id: str, start: date | None, end: date | None) -> Periods:
        """Return the periods of `[start, end[`: from today, and for eight days, unless told otherwise."""
        now = self._clock.now()
        first = start or paris.day_of(now)
        until = end or first + AHEAD
        async with self._database.read() as session:
            home = await Home.opened(session, account_id, point_id, self._keyring)
            told = await tempo.told(session, Season.of(first - paris.DAY).start, Season.of(until).end)
        colors = resolve_colors(told, paris.days(first - paris.DAY, until), in_force(now))
        items = periods(home, colors, first, until)
        now_ends = min((item.end for item in items if item.start <= now < item.end), default=now + paris.DAY)
        tomorrow = paris.midnight(paris.day_of(now) + paris.DAY)
        return Periods(
            items,
            prices_outdated(home.book, home.tariffs, first, until - paris.DAY),
            min(now_ends, tomorrow, now + paris.HOUR),
        )

    async def totals(self, account_id: str, point_id: str) -> Totals:
        """Return the totals of every unit."""
        home = (await self._publisher.publish(account_id, point_id)).home
        now = self._clock.now()
        today = paris.day_of(now)
        start = date((today - RETRY_FOR).year - 2, 1, 1)  # the last year may end as late as days are waited for
        async with self._database.read() as session:
            figures = await self._figures(session, home, start)
            publication = await repository.publication(session, home.id)
        known_until = max(figures, default=today - paris.DAY) + paris.DAY
        meter = Meter.of(home.point, home.secrets, now)
        counted = {direction: meter.since[direction] or date.min for direction in meter.directions}
        subscription_on = home.rules({}).subscription_on
        by_unit = await asyncio.to_thread(
            totals.by_unit, figures, counted, subscription_on, today, min(known_until, today)
        )
        outdated = prices_outdated(home.book, home.tariffs, start, today)
        return Totals(
            by_unit,
            publication.starts_on if publication else None,
            publication is not None and publication.is_whole,
            outdated,
            min(next_change_at(home.point, now), paris.midnight(today + paris.DAY)),
        )

    async def comparison(self, account_id: str, point_id: str, number: int) -> Comparison:
        """Compare the options over the last so many whole months."""
        home = (await self._publisher.publish(account_id, point_id)).home
        today = paris.day_of(self._clock.now())
        spans = comparison.months(today, number)
        start, end = spans[0][0], spans[-1][1]
        async with self._database.read() as session:
            own = await self._figures(session, home, start, end)
            known = await facts.known(session, home, start, end, today, by_color=True)
            power = Feed(home.id, Kind.MAX_POWER)
            _, peaks = await metering.known(session, power, home.secrets, payloads.read_peak, start, end)
        days = {
            day: known.of(day, Direction.CONSUMPTION, as_day=day in own and own[day].is_one_row)
            for day in paris.days(start, end)
        }
        since = Meter.of(home.point, home.secrets, self._clock.now()).since[Direction.CONSUMPTION]
        served = {day: known_day for day, known_day in days.items() if since is None or since <= day}
        months = await asyncio.to_thread(comparison.compare, home, known.colors, served, own, spans)
        tariff = tariff_on(home.tariffs, today)
        used = [home.tariffs, *(comparison.sold_tariffs(home, option) for option in REGULATED)]
        outdated = [prices_outdated(home.book, tariffs, start, end - paris.DAY) for tariffs in used]
        highest = max((peak.va for peak in peaks.values()), default=None)
        return Comparison(
            months,
            comparison.add_up_months(months),
            comparison.open_to_new(home, today),
            tariff.power_kva if tariff else None,
            highest,
            len(peaks) / len(days),
            comparison.lowest_power(home, highest, today),
            min((day for day in outdated if day is not None), default=None),
        )

    async def index_check(self, account_id: str, point_id: str, start: date, end: date) -> IndexCheck:
        """Compare the registers with the curve on the days `[start, end[`."""
        home = (await self._publisher.publish(account_id, point_id)).home
        today = paris.day_of(self._clock.now())
        async with self._database.read() as session:
            figures = await self._figures(session, home, start, end)
            known = await facts.known(session, home, start, end, today)
        days = list(paris.days(start, end))
        advances = {alignment: {day: known.advance(day, alignment) for day in days} for alignment in facts.Alignment}
        aligned_by = index_check.detect_alignment(figures, advances)
        compared = index_check.differences(figures, advances[aligned_by])
        curves = {one.day: known.of(one.day, Direction.CONSUMPTION).curve for one in compared}
        slots = {one.day: slots_on(home.off_peak, one.day) for one in compared}
        told = {one.day: slots_on(home.off_peak_told, one.day) for one in compared}
        fit = await asyncio.to_thread(index_check.better_fit, compared, curves, slots, told)
        return IndexCheck(aligned_by if compared else None, compared, fit)

    async def _figures(
        self, session: AsyncSession, home: Home, start: date, end: date = date.max
    ) -> dict[date, DayFigures]:
        days = await repository.published_days(session, home.id, home.secrets.data_key, start, end)
        return {day.day: day.figures for day in days}
