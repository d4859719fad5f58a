"""Rows of statistics for the gateway's hours: running sums in the recorder's units."""

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


def build_rows(hours: Hours, series: Series, carried: float, beginning: float) -> list[StatisticData]:
    """Return the rows of a series from `beginning` (a timestamp) on, without those that are not known.

    `carried` is what carried hours add to each sum.
    """
    unknown = set(list_unknown(hours, series.key, beginning))
    return [
        StatisticData(start=start, state=sum_, sum=sum_)
        for start, total in zip(hours.start, hours.sum[series.key], strict=True)
        if start.timestamp() >= beginning and start not in unknown
        for sum_ in [total / UNITS[series.unit].divisor + carried]
    ]


def find_last_row(rows: list[StatisticData]) -> LastRow:
    """Return the start and the sum of the last of at least one row."""
    return LastRow(start=rows[-1]["start"].timestamp(), sum=rows[-1]["sum"] or 0.0)
