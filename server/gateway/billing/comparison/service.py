"""Compares the tariff of a usage point with the regulated options and the known offers."""

import asyncio
from dataclasses import dataclass
from datetime import date, datetime

from gateway.billing.comparison import costs, lower_powers
from gateway.billing.days import facts
from gateway.billing.hours import repository
from gateway.billing.hours.publishing import Publisher
from gateway.billing.notices import find_outdated_prices
from gateway.domain.direction import Direction
from gateway.kit import paris
from gateway.kit.clock import Clock
from gateway.kit.database import Database
from gateway.metering import payloads
from gateway.metering import repository as metering
from gateway.metering.freshness import find_next_change_by_date
from gateway.metering.metered_point import MeteredPoint
from gateway.metering.schedule import Feed, Kind
from gateway.tariffs.offers import Offer
from gateway.tariffs.options import REGULATED, Option
from gateway.tariffs.service import read_off_peak
from gateway.tariffs.tariff import find_tariff_on


@dataclass(frozen=True)
class Comparison:
    """The costs by month and in total, and the option with the `lowest` bill that a new customer may choose.

    `power_kva` is the subscribed power, `lowest_power_kva` the lowest one that is enough.

    `highest_known` is the share of the days whose highest power is known. `open_to_new` says by option whether a new
    customer may choose it today at the subscribed power. `offers` are the compared offers, each with the day since
    which its prices are outdated. `days_above` has, for each lower power in kVA, the days on which it would not have
    been enough.
    """

    months: list[costs.Month]
    total: costs.ComparisonTotal
    lowest: str | None
    open_to_new: dict[str, bool]
    offers: list[tuple[Offer, date | None]]
    power_kva: int | None
    highest_va: int | None
    highest_known: float
    lowest_power_kva: int | None
    days_above: dict[int, list[date]]
    prices_outdated: date | None
    next_change: datetime


class ComparisonService:
    """Compares the tariffs of usage points with other options."""

    def __init__(self, database: Database, clock: Clock, publisher: Publisher) -> None:
        self._database = database
        self._clock = clock
        self._publisher = publisher

    async def compare_options(
        self, account_id: str, point_id: str, number: int, changed_hours: str | None = None
    ) -> Comparison:
        """Compare the options over the last `number` whole months.

        `changed_hours` is a text with other off-peak hours, which are compared too. Raises the problems `not_found` and
        `off_peak_unreadable`.
        """
        hours = read_off_peak(changed_hours) if changed_hours else []
        point = (await self._publisher.publish_hours(account_id, point_id)).point
        now = self._clock.now()
        today = paris.day_of(now)
        spans = costs.list_months(today, number)
        start, end = spans[0][0], spans[-1][1]
        async with self._database.read() as session:
            own = await repository.load_published_figures(session, point, start, end)
            known = await facts.load_known(session, point, start, end, today, by_color=True)
            power = Feed(point.public_id, Kind.MAX_POWER)
            _, peaks = await metering.load_values(session, power, point.secrets, payloads.read_peak, start, end)
        days = {
            day: known.get_facts(day, Direction.CONSUMPTION, as_day=day in own and own[day].is_one_row)
            for day in paris.iterate_days(start, end)
        }
        since = MeteredPoint.of(point.row, point.secrets, now).since[Direction.CONSUMPTION]
        served = {day: known_day for day, known_day in days.items() if since is None or since <= day}
        months = await asyncio.to_thread(costs.compare_options, point, known.colors, served, own, spans, hours)
        tariff = find_tariff_on(point.tariffs, today)
        used = [point.tariffs, *(costs.list_sold_tariffs(point, option) for option in REGULATED)]
        offers = [(offer, offer.find_outdated_since(end - paris.DAY)) for offer in costs.list_offers(point)]
        outdated = [find_outdated_prices(point.book, tariffs, start, end - paris.DAY) for tariffs in used]
        outdated += [since for _, since in offers]
        power_kva = tariff.power_kva if tariff else point.row.contract.power_kva
        by_day = {day: peak.va for day, peak in peaks.items()}
        highest = max((peak.va for peak in peaks.values()), default=None)
        total, open_to_new = costs.add_up_months(months), costs.find_options_open_to_new(point, today)
        return Comparison(
            months,
            total,
            costs.find_lowest(total.costs, open_to_new),
            open_to_new,
            offers,
            tariff.power_kva if tariff else None,
            highest,
            len(peaks) / len(days),
            lower_powers.find_lowest_power(point, highest, today),
            lower_powers.list_days_above(point.book.list_powers(Option.BASE), by_day, power_kva),
            min((day for day in outdated if day is not None), default=None),
            find_next_change_by_date(point.row, now),
        )
