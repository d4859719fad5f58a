"""Readings (start, duration, average power) and peaks (the highest power of a day)."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Self

from gateway.kit import paris

WATT_MINUTES_A_WH = 60


class Quality(StrEnum):
    """The quality of a reading: measured, estimated from the value of its day, or imported from a file of the owner."""

    MEASURED = "measured"
    ESTIMATED = "estimated"
    IMPORTED = "imported"


def find_least_sure(qualities: Iterable[Quality]) -> Quality:
    """Return the lowest quality: estimated if there is any, else imported if there is any, else measured."""
    found = set(qualities)
    return next((quality for quality in (Quality.ESTIMATED, Quality.IMPORTED) if quality in found), Quality.MEASURED)


@dataclass(frozen=True, order=True)
class Reading:
    """The average power in W during an interval, with its start in UTC and its length in minutes."""

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
    """The highest power of a day in VA, and its time if that is certain."""

    va: int
    at: datetime | None

    def pack(self) -> bytes:
        """Return the peak as bytes."""
        return f"{self.va} {paris.format_instant(self.at) if self.at else ''}".encode()

    @classmethod
    def unpack(cls, packed: bytes) -> Self:
        """Read what `pack` wrote."""
        va, _, at = packed.decode().partition(" ")
        return cls(int(va), datetime.fromisoformat(at) if at else None)


def find_gaps(day: date, readings: Sequence[Reading]) -> Iterator[tuple[datetime, datetime]]:
    """Yield the intervals of `day`, as start and end, that the readings (in order) do not cover."""
    position, end = paris.day_bounds(day)
    for reading in readings:
        if reading.start > position:
            yield position, reading.start
        position = reading.end
    if position < end:
        yield position, end


def watt_minutes(readings: Sequence[Reading]) -> int:
    """Return the exact energy of readings in watt-minutes."""
    return sum(reading.watts * reading.minutes for reading in readings)


def complete_readings(newer: Sequence[Reading], older: Sequence[Reading]) -> list[Reading]:
    """Return the newer readings and the older ones that overlap none of them, in order."""
    kept = [old for old in older if not any(old.start < new.end and new.start < old.end for new in newer)]
    return sorted([*newer, *kept])
