"""The periods of a usage point, with their bucket and price."""

from dataclasses import dataclass
from datetime import date, datetime

from gateway.billing.days.billed_point import BilledPoint
from gateway.billing.notices import find_outdated_prices
from gateway.billing.periods.periods import AHEAD, Period, list_periods
from gateway.domain.tempo_days import find_tempo_day
from gateway.domain.tempo_season import Season
from gateway.kit import paris
from gateway.kit.clock import Clock
from gateway.kit.crypto import Keyring
from gateway.kit.database import Database
from gateway.tempo import repository as tempo
from gateway.tempo.colors import resolve_colors


@dataclass(frozen=True)
class Periods:
    """The periods of the usage point called `name`; `next_change` is when they may be different."""

    name: str
    items: list[Period]
    prices_outdated: date | None
    next_change: datetime


class PeriodsService:
    """Finds the periods of usage points."""

    def __init__(self, database: Database, clock: Clock, keyring: Keyring) -> None:
        self._database = database
        self._clock = clock
        self._keyring = keyring

    async def find_periods(self, account_id: str, point_id: str, start: date | None, end: date | None) -> Periods:
        """Return the periods of the days `[start, end[`, by default eight days from today. Raises `not_found`."""
        now = self._clock.now()
        first = start or paris.day_of(now)
        until = end or first + AHEAD
        async with self._database.read() as session:
            point = await BilledPoint.open_point(session, account_id, point_id, self._keyring)
            stored = await tempo.list_days(session, Season.of(first - paris.DAY).start, Season.of(until).end)
        colors = resolve_colors(stored, paris.iterate_days(first - paris.DAY, until), find_tempo_day(now))
        items = list_periods(point, colors, first, until)
        now_ends = min((item.end for item in items if item.start <= now < item.end), default=now + paris.DAY)
        tomorrow = paris.midnight(paris.day_of(now) + paris.DAY)
        return Periods(
            point.row.name,
            items,
            find_outdated_prices(point.book, point.tariffs, first, until - paris.DAY),
            min(now_ends, tomorrow, now + paris.HOUR),
        )
