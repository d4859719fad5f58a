"""What the hours ahead cost, by a meter's prices, by Tempo or by Ecowatt: as the gateway tells it."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from enum import StrEnum

from .api import GatewayClient
from .api.models import HOUR, Ecowatt, Tempo, TempoColor
from .coordinator import PARIS
from .window import Span


class By(StrEnum):
    """What makes a time cheap."""

    PRICE = "price"
    TEMPO = "tempo"
    ECOWATT = "ecowatt"


# Each rank weighs so much more than the one below that no time of a lower one makes up for a higher one.
_WEIGHT = 1000.0
_TEMPO_RANKS = [
    f"{color}_{time}" for color in (TempoColor.BLUE, TempoColor.WHITE, TempoColor.RED) for time in ("hc", "hp")
]


async def async_spans(client: GatewayClient, by: By, point_id: str, earliest: datetime, latest: datetime) -> list[Span]:
    """Return what is known from `earliest` to `latest`, oldest first. Raises GatewayError."""
    match by:
        case By.TEMPO:
            return list(_of_tempo((await client.tempo()).data, earliest))
        case By.ECOWATT:
            return list(_of_ecowatt((await client.ecowatt()).data))
        case _:
            start, end = earliest.astimezone(PARIS).date(), latest.astimezone(PARIS).date() + timedelta(days=1)
            periods = (await client.periods(point_id, start=start, end=end)).data
            return [
                Span(period.start, period.end, period.price, period.bucket, period.certain) for period in periods.items
            ]


def _of_tempo(tempo: Tempo, earliest: datetime) -> Iterator[Span]:
    """Yield the periods of today and tomorrow; the last two are tomorrow's."""
    start, until_tomorrow = min(earliest, tempo.period.until), len(tempo.coming) - 2
    for number, period in enumerate((tempo.period, *tempo.coming), start=-1):
        day = tempo.today if number < until_tomorrow else tempo.tomorrow
        value = _WEIGHT ** _TEMPO_RANKS.index(period.key) if period.key in _TEMPO_RANKS else None
        yield Span(start, period.until, value, period.key, day.confirmed)
        start = period.until


def _of_ecowatt(ecowatt: Ecowatt) -> Iterator[Span]:
    for hour in ecowatt.hours:
        yield Span(hour.start, hour.start + HOUR, _WEIGHT**hour.level, hour.level.name.lower())
