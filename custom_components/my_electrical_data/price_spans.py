"""The cost of the coming hours by price, by Tempo or by Ecowatt, from data that was already fetched."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from enum import StrEnum

from .api.figures import Period
from .api.signals import HOUR, TEMPO_COLORS, ComingTempoPeriod, Ecowatt, Tempo, TempoPeriod
from .window import Span


class Criterion(StrEnum):
    """The criterion for the cheapest window."""

    PRICE = "price"
    TEMPO = "tempo"
    ECOWATT = "ecowatt"


# Each rank weighs so much more than the one below that no time in a lower rank outweighs a higher rank.
_WEIGHT = 1000.0
_TEMPO_RANKS = [f"{color}_{time}" for color in TEMPO_COLORS for time in ("hc", "hp")]


def list_price_spans(periods: Iterable[Period]) -> Iterator[Span]:
    """Yield the price of a kWh by period."""
    for period in periods:
        yield Span(period.start, period.end, period.price, period.bucket, period.certain)


def list_tempo_spans(tempo: Tempo, now: datetime) -> Iterator[Span]:
    """Yield the periods of today and tomorrow, from now on."""
    ahead: tuple[TempoPeriod | ComingTempoPeriod, ...] = (tempo.period, *tempo.coming)
    for period in ahead:
        if period.until > now:
            day = tempo.today if now < tempo.tomorrow.start else tempo.tomorrow
            value = _WEIGHT ** _TEMPO_RANKS.index(period.key) if period.key in _TEMPO_RANKS else None
            yield Span(now, period.until, value, period.key, day.confirmed)
            now = period.until


def list_ecowatt_spans(ecowatt: Ecowatt) -> Iterator[Span]:
    """Yield the level of each hour."""
    for hour in ecowatt.hours:
        yield Span(hour.start, hour.start + HOUR, _WEIGHT**hour.level, hour.level.name.lower())
