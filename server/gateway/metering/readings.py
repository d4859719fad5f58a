"""A reading: start, duration, average power."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


class Quality(StrEnum):
    """How sure a reading is: measured, or filled in from the value of its day."""

    MEASURED = "measured"
    ESTIMATED = "estimated"


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


def completed(newer: Sequence[Reading], older: Sequence[Reading]) -> list[Reading]:
    """Return the newer readings, and of the older ones those whose time the newer leave open."""
    kept = [old for old in older if not any(old.start < new.end and new.start < old.end for new in newer)]
    return sorted([*newer, *kept])
