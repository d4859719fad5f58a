"""Rows of statistics for the gateway's hours: running sums in the recorder's units."""

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from homeassistant.components.recorder.models import StatisticData
from homeassistant.util.unit_conversion import EnergyConverter

from .api.figures import Hours, Series, Unit
from .import_progress import LastRow
from .unknown_hours import list_unknown


@dataclass(frozen=True, slots=True)
class RecorderUnit:
    """A unit of the recorder, and how much of the gateway's unit it is."""

    unit: str
    unit_class: str | None
    divisor: float


UNITS: Final = {
    Unit.WATT_HOUR: RecorderUnit("kWh", EnergyConverter.UNIT_CLASS, 1000),
    Unit.EURO: RecorderUnit("EUR", None, 1),
}


@dataclass(frozen=True, slots=True)
class Rows:
    """The rows of a series from `beginning` (a timestamp) on, without those that are not known.

    `carried` is what carried hours add to each sum. A row is built each time it is read: rows kept in a list outlive
    Python's quick garbage collections, and so cause full ones, which go through all objects of Home Assistant.
    """

    hours: Hours
    series: Series
    carried: float
    beginning: float

    def __iter__(self) -> Iterator[StatisticData]:
        """Yield the rows, oldest first."""
        divisor = UNITS[self.series.unit].divisor
        unknown = set(list_unknown(self.hours, self.series.key, self.beginning))
        for start, total in zip(self.hours.start, self.hours.sum[self.series.key], strict=True):
            if start.timestamp() >= self.beginning and start not in unknown:
                sum_ = total / divisor + self.carried
                yield StatisticData(start=start, state=sum_, sum=sum_)


def find_last_row(rows: Iterable[StatisticData]) -> LastRow | None:
    """Return the start and the sum of the last row, if there is any."""
    last = next(iter(deque(rows, maxlen=1)), None)
    return LastRow(start=last["start"].timestamp(), sum=last["sum"] or 0.0) if last else None
