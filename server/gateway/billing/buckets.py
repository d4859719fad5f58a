"""Which bucket a minute is billed in, and at what price.

Clocks change on the hour, so within one UTC hour the clock of Paris runs straight: buckets are found hour by hour from
what the clock shows, and the two odd days need no rule of their own.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from itertools import pairwise

from gateway.billing.offpeak import OffPeakPeriod, slots_on
from gateway.billing.tariffs import Option, Tariff, regulated, tariff_on
from gateway.kit import paris

TEMPO_DAY_STARTS = 6
TEMPO_OFF_PEAK_STARTS = 22
UNKNOWN = "unknown"


@dataclass(frozen=True)
class Span:
    """Minutes `[start, end[` of an hour in one bucket; `price` in millionths of EUR a kWh, None when unknown."""

    start: int
    end: int
    bucket: str
    price: int | None


class Buckets:
    """The rules of one usage point."""

    def __init__(self, tariffs: list[Tariff], off_peak: list[OffPeakPeriod], colors: Mapping[date, str]) -> None:
        """Take the tariffs and off-peak hours, dated, and the colours of the Tempo days known."""
        self._tariffs = tariffs
        self._off_peak = off_peak
        self._colors = colors
        self._of_clock = lru_cache(maxsize=48)(self._spans)

    def of_hour(self, hour: datetime) -> list[Span]:
        """Return the spans of the hour that begins at `hour`, in order, without gap."""
        clock = hour.astimezone(paris.PARIS)
        return self._of_clock(clock.date(), clock.hour)

    def _spans(self, day: date, hour: int) -> list[Span]:
        tariff = tariff_on(self._tariffs, day)
        if tariff is None:
            return [Span(0, 60, UNKNOWN, None)]
        grid = regulated(tariff.option, tariff.power_kva, day)
        return [
            Span(start, end, bucket, None if grid is None else grid.micro(bucket))
            for start, end, bucket in self._cut(tariff.option, day, hour)
        ]

    def _cut(self, option: Option, day: date, hour: int) -> list[tuple[int, int, str]]:
        if option is Option.BASE:
            return [(0, 60, "base")]
        if option is Option.TEMPO:
            return [(0, 60, tempo_bucket(self._colors, day, hour))]
        slots = slots_on(self._off_peak, day)
        if not slots:
            return [(0, 60, UNKNOWN)]
        first = hour * 60
        edges = {edge - first for slot in slots for edge in slot if first < edge < first + 60}
        cuts = [0, *sorted(edges), 60]
        return [
            (start, end, "hc" if any(slot[0] <= first + start < slot[1] for slot in slots) else "hp")
            for start, end in pairwise(cuts)
        ]


def tempo_bucket(colors: Mapping[date, str], day: date, hour: int) -> str:
    """Return the bucket of an hour of the clock; before 06:00 the day before is still in force."""
    tempo_day = day if hour >= TEMPO_DAY_STARTS else day - timedelta(days=1)
    color = colors.get(tempo_day)
    if color is None:
        return UNKNOWN
    peak = TEMPO_DAY_STARTS <= hour < TEMPO_OFF_PEAK_STARTS
    return f"{color}_{'hp' if peak else 'hc'}"
