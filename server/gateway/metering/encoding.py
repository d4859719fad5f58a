"""Load curves as JSON, written directly from packed days: two years of half-hours are 35,000 readings.

The readings have the form of schemas.CurveAnswer, and a test compares the two.
"""

from collections.abc import Iterator, Mapping
from datetime import date

from gateway.kit import paris
from gateway.metering.packing import unpack_runs

_MINUTES_A_DAY = 1440
_CLOCK = [f"T{minute // 60:02}:{minute % 60:02}:00Z" for minute in range(_MINUTES_A_DAY)]


def encode_curve(days: Mapping[date, bytes]) -> str:
    """Return the readings of packed days (see packing) as a JSON array, with starts in UTC and power in W."""
    return "[" + ",".join(reading for day, packed in days.items() for reading in _encode_readings(day, packed)) + "]"


def _encode_readings(day: date, packed: bytes) -> Iterator[str]:
    midnight = paris.midnight(day)
    dates = [midnight.date().isoformat(), (midnight + paris.DAY).date().isoformat()]
    first = midnight.hour * 60 + midnight.minute
    for offset, step, quality, watts in unpack_runs(packed):
        rest = f'","minutes":{step},"watts":'
        end = f',"quality":"{quality}"}}'
        for index, value in enumerate(watts):
            later, minute = divmod(first + offset + step * index, _MINUTES_A_DAY)
            yield f'{{"start":"{dates[later]}{_CLOCK[minute]}{rest}{value}{end}'
