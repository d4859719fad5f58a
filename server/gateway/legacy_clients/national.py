"""Tempo, Ecowatt and Tempo's prices, as MyElectricalData's first API gave them to anybody."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from gateway.ecowatt.outlook import EcowattOutlook
from gateway.kit import paris
from gateway.kit.wire import JsonObject
from gateway.legacy_clients.measures import STAMP
from gateway.tariffs.options import Option
from gateway.tariffs.service import TariffService
from gateway.tempo.outlook import LONGEST_RANGE, TempoOutlook

_LONGEST = timedelta(days=1200)
_AHEAD = timedelta(days=3)
_ANY_POWER = 9
"""In kVA. The prices of Tempo's kWh are the same for each."""


async def list_tempo_days(outlook: TempoOutlook, start: date, end: date, now: datetime) -> dict[str, str]:
    """Return the certain colours of the days from `start` to `end`, both included, in capitals."""
    colors: dict[str, str] = {}
    for first, last in _split_range(start, end, now):
        found = await outlook.read_days(first, last, now)
        colors |= {day.date.isoformat(): day.color.upper() for day in found.days if day.confirmed}
    return colors


def _split_range(start: date, end: date, now: datetime) -> Iterator[tuple[date, date]]:
    """Yield parts `[first, last[` that are short enough to be read at once; a range may be three years long."""
    last = min(end, paris.day_of(now) + _AHEAD) + paris.DAY
    first = max(start, last - _LONGEST, paris.EARLIEST)
    while first < last:
        following = min(first + LONGEST_RANGE, last)
        yield first, following
        first = following


async def count_tempo_days_left(outlook: TempoOutlook, now: datetime) -> dict[str, int | None]:
    """Return how many days of each colour are usually left of the season after today; None if that is not known."""
    season = (await outlook.read_outlook(now)).season
    return {str(color): count.left_after_today for color, count in season.days.items()}


async def list_tempo_prices(tariffs: TariffService) -> dict[str, float]:
    """Return today's regulated prices of Tempo in EUR a kWh, tax included, by bucket (`blue_hc`)."""
    grids = await tariffs.list_grids(Option.TEMPO, _ANY_POWER, None, None)
    return {bucket: price for grid in grids.items for bucket, price in grid.eur_per_kwh.items()}


async def list_ecowatt_days(outlook: EcowattOutlook, start: date, end: date, now: datetime) -> JsonObject:
    """Return the levels by hour, each day under the date before it.

    The first API took the beginning of a day in Paris for a time in UTC, and its clients expect that.
    """
    days = {day.date - paris.DAY: day for day in (await outlook.read_outlook(now)).days}
    return {
        key.isoformat(): {
            "value": day.worst,
            "message": day.message,
            "detail": {hour.start.astimezone(paris.PARIS).strftime(STAMP): hour.level for hour in day.hours},
        }
        for key, day in days.items()
        if start <= key <= end
    }
