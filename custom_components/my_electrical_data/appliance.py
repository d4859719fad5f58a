"""What an appliance costs: its energy by the hour, from Home Assistant's statistics, at the meter's price of that hour.

A subentry has an energy sensor and a meter. Only hours with a sum in the recorder count, so the current one is missing.
Hours without a known price make the cost unknown; their energy is reported.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any, Literal, Self, override

from homeassistant.components.recorder.statistics import statistics_during_period
from homeassistant.config_entries import ConfigEntry, ConfigSubentry
from homeassistant.const import UnitOfEnergy
from homeassistant.core import HomeAssistant
from homeassistant.helpers.recorder import get_instance
from homeassistant.util import dt as dt_util

from .api import GatewayClient, Response
from .api.figures import Period
from .const import CONF_METER, CONF_SOURCE
from .feed import FeedCoordinator
from .pacing import Pace
from .paris import DAY, PARIS, paris_day

HOUR, FIVE_MINUTES = timedelta(hours=1), timedelta(minutes=5)
_SUMMED_UP = timedelta(minutes=1)
"""How long after an hour the recorder has its sum."""


class Range(StrEnum):
    """The period of a cost, up to now."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"

    def find_start(self, today: date) -> date:
        """Return the first day of the range that `today` is in."""
        match self:
            case Range.DAY:
                return today
            case Range.WEEK:
                return today - DAY * today.weekday()
            case Range.MONTH:
                return today.replace(day=1)


@dataclass(frozen=True, slots=True)
class Use:
    """The energy used in `[start, end[` in kWh."""

    start: datetime
    end: datetime
    kwh: float


@dataclass(frozen=True, slots=True)
class ApplianceTotal:
    """Energy in kWh and cost in EUR since `start`; the first hour known; the energy whose price is not known."""

    start: date
    since: datetime | None
    energy: float
    cost: float
    unpriced: float

    @property
    def whole_cost(self) -> float | None:
        """The cost, unless nothing is known or a part of the energy has no price."""
        return None if self.since is None or self.unpriced else self.cost


@dataclass(frozen=True, slots=True)
class ApplianceCosts:
    """The totals by range."""

    totals: dict[Range, ApplianceTotal]

    @classmethod
    def add_up(cls, uses: Sequence[Use], periods: Sequence[Period], today: date) -> Self:
        """Return the totals of uses by range, each use at the mean price of its time."""
        priced = [(use, find_price(use, periods)) for use in uses]
        totals = {}
        for which in Range:
            first = which.find_start(today)
            begins = datetime.combine(first, datetime.min.time(), PARIS)
            inside = [(use, price) for use, price in priced if use.start >= begins]
            totals[which] = ApplianceTotal(
                start=first,
                since=min((use.start for use, _ in inside), default=None),
                energy=sum(use.kwh for use, _ in inside),
                cost=sum(use.kwh * price for use, price in inside if price is not None),
                unpriced=sum(use.kwh for use, price in inside if price is None),
            )
        return cls(totals)


def find_price(use: Use, periods: Iterable[Period]) -> float | None:
    """Return the mean price of a use's time in EUR/kWh; None if a part of it is not known.

    Example: off-peak hours begin at 22:30; what the hour from 22:00 used costs half the peak, half the off-peak price.
    """
    total, known = 0.0, timedelta(0)
    for period in periods:
        shared = min(use.end, period.end) - max(use.start, period.start)
        if shared > timedelta(0) and period.price is not None:
            total += period.price * shared.total_seconds()
            known += shared
    length = use.end - use.start
    return total / length.total_seconds() if known == length else None


def split_uses(hours: Sequence[Use], fine: Sequence[Use], periods: Sequence[Period]) -> list[Use]:
    """Replace hours with a price change by their twelve five-minute rows, where the recorder still has all of them."""
    edges = {period.start for period in periods}
    found: list[Use] = []
    for hour in hours:
        parts = [use for use in fine if hour.start <= use.start < hour.end]
        is_split = any(hour.start < edge < hour.end for edge in edges)
        found += parts if is_split and len(parts) == HOUR // FIVE_MINUTES else [hour]
    return found


class ApplianceCoordinator(FeedCoordinator[ApplianceCosts]):
    """The costs of one appliance, computed each hour. Only prices are requested from the gateway."""

    pace = Pace(usual=HOUR)
    always = False

    def __init__(
        self, hass: HomeAssistant, entry: ConfigEntry[Any], client: GatewayClient, subentry: ConfigSubentry
    ) -> None:
        super().__init__(hass, entry, client, "cost of an appliance")
        self.subentry = subentry
        self._source: str = subentry.data[CONF_SOURCE]
        self._point_id: str = subentry.data[CONF_METER]

    @override
    async def _fetch(self) -> tuple[Response[ApplianceCosts], datetime | None]:
        now = dt_util.utcnow()
        today = paris_day(now)
        first = min(which.find_start(today) for which in Range)
        periods = (await self.client.fetch_periods(self._point_id, start=first, end=today + DAY)).data.items
        begins = dt_util.as_utc(datetime.combine(first, datetime.min.time(), PARIS))
        hours = await self._list_uses(begins, now, "hour", HOUR)
        fine = await self._list_uses(begins, now, "5minute", FIVE_MINUTES)
        costs = ApplianceCosts.add_up(split_uses(hours, fine, periods), periods, today)
        next_hour = now.replace(minute=0, second=0, microsecond=0) + HOUR
        return Response(costs), next_hour + _SUMMED_UP

    async def _list_uses(
        self, start: datetime, end: datetime, step: Literal["5minute", "hour"], length: timedelta
    ) -> list[Use]:
        found = await get_instance(self.hass).async_add_executor_job(
            statistics_during_period,
            self.hass,
            start,
            end,
            {self._source},
            step,
            {"energy": UnitOfEnergy.KILO_WATT_HOUR},
            {"change"},
        )
        starts = [(dt_util.utc_from_timestamp(row["start"]), row.get("change")) for row in found.get(self._source, [])]
        return [Use(begin, begin + length, change) for begin, change in starts if change is not None]
