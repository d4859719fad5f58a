"""The periods of the six Tempo buckets: peak hours from 06:00 to 22:00, off-peak hours from 22:00 to 06:00."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from gateway.domain.tempo_days import OFF_PEAK_STARTS, Color, find_tempo_day, get_start
from gateway.kit import paris


@dataclass(frozen=True)
class TempoPeriod:
    """A bucket, such as `red_hp`, in force during `[start, until[`."""

    key: str
    start: datetime
    until: datetime


def list_periods(known: Mapping[date, Color], day: date) -> Iterator[TempoPeriod]:
    """Yield the two periods of a Tempo day: peak, then off-peak hours."""
    color = known.get(day, Color.UNKNOWN)
    start, off_peak, end = get_start(day), paris.at(day, OFF_PEAK_STARTS), get_start(day + paris.DAY)
    yield TempoPeriod(f"{color}_hp", start, off_peak)
    yield TempoPeriod(f"{color}_hc", off_peak, end)


def list_periods_ahead(known: Mapping[date, Color], now: datetime) -> list[TempoPeriod]:
    """Return the period in force and the following ones, until the end of tomorrow's Tempo day."""
    today = find_tempo_day(now)
    return [period for day in (today, today + paris.DAY) for period in list_periods(known, day) if period.until > now]
