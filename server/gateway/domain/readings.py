"""A reading: start, duration, average power. A peak: the greatest power of a day."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Self

from gateway.kit import paris

WATT_MINUTES_A_WH = 60


class Quality(StrEnum):
    """How sure a reading is: measured, filled in from the value of its day, or taken from a file of its owner's."""

    MEASURED = "measured"
    ESTIMATED = "estimated"
    IMPORTED = "imported"


def find_least_sure(qualities: Iterable[Quality]) -> Quality:
    """Return the quality of what is made of several: estimated, imported and measured, in that order."""
    found = set(qualities)
    return next((quality for quality in (Quality.ESTIMATED, Quality.IMPORTED) if quality in found), Quality.MEASURED)


@dataclass(frozen=True, order=True)
class Reading:
    """An interval: its start in UTC, its length in minutes, the average power in W."""

    start: datetime
    minutes: int
    watts: int
    quality: Quality = Quality.MEASURED

    @property
    def end(self) -> datetime:
        """The first instant after the interval."""
        return self.start + timedelta(minutes=self.minutes)


@dataclass(frozen=True)
class Peak:
    """The greatest power of a day in VA, and its moment, where that is certain."""

    va: int
    at: datetime | None

    def pack(self) -> bytes:
        """Write it in few bytes."""
        return f"{self.va} {paris.format_instant(self.at) if self.at else ''}".encode()

    @classmethod
    def unpack(cls, packed: bytes) -> Self:
        """Read what `pack` wrote."""
        va, _, at = packed.decode().partition(" ")
        return cls(int(va), datetime.fromisoformat(at) if at else None)


def find_gaps(day: date, readings: Sequence[Reading]) -> Iterator[tuple[datetime, datetime]]:
    """Yield what the readings, in order, leave open of `day`."""
    position, end = paris.day_bounds(day)
    for reading in readings:
        if reading.start > position:
            yield position, reading.start
        position = reading.end
    if position < end:
        yield position, end


def watt_minutes(readings: Sequence[Reading]) -> int:
    """Return the energy of readings, exactly."""
    return sum(reading.watts * reading.minutes for reading in readings)


def complete_readings(newer: Sequence[Reading], older: Sequence[Reading]) -> list[Reading]:
    """Return the newer readings, and of the older ones those whose time the newer leave open."""
    kept = [old for old in older if not any(old.start < new.end and new.start < old.end for new in newer)]
    return sorted([*newer, *kept])
