"""A meter's energy and cost.

Datetimes are aware and in UTC, dates are days of Paris, energy is in Wh, money in EUR.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from mashumaro import field_options

_SERIES_KEY = re.compile(r"[a-z0-9]+(_[a-z0-9]+)*")
UNKNOWN_BUCKET = "unknown"
UNKNOWN_QUALITY = "unknown"


@dataclass(frozen=True, kw_only=True, slots=True)
class Missing:
    """A part of a range that is missing, the reason, and when it is expected (None: never)."""

    start: datetime
    end: datetime
    reason: str
    expected_at: datetime | None


@dataclass(frozen=True, kw_only=True, slots=True)
class DayReading:
    """The energy of one day."""

    date: date
    wh: float
    quality: str


@dataclass(frozen=True, kw_only=True, slots=True)
class DailyReadings:
    """The known days of a range, oldest first, and what is missing."""

    readings: tuple[DayReading, ...]
    missing: tuple[Missing, ...]
    next_change: datetime | None

    @property
    def newest(self) -> DayReading | None:
        """The latest day that is known."""
        return max(self.readings, key=lambda reading: reading.date, default=None)


class Unit(StrEnum):
    """The unit of a series."""

    WATT_HOUR = "Wh"
    EURO = "EUR"


@dataclass(frozen=True, kw_only=True, slots=True)
class Series:
    """A running sum: `consumption`, `cost`, or one of their buckets, such as `consumption_hp`."""

    key: str
    unit: Unit

    def __post_init__(self) -> None:
        """Refuse a key that cannot be part of a statistic id."""
        if not _SERIES_KEY.fullmatch(self.key):
            raise ValueError("key")


@dataclass(frozen=True, kw_only=True, slots=True)
class Hours:
    """Running sums by hour, from the first hour that changed since the cursor; `since` is None if none changed.

    `sum` has one value per `start` and series. A new `epoch` invalidates all earlier rows. `more` means that the cursor
    leads to further rows. `unpriced` has the series of money that do not change in some hours only because no price is
    known, and is true there. `made_of` has the quality of each direction's energy.
    """

    epoch: str
    cursor: str
    since: datetime | None = field(metadata=field_options(alias="from"))
    series: tuple[Series, ...]
    start: tuple[datetime, ...]
    sum: dict[str, tuple[float, ...]]
    unpriced: dict[str, tuple[bool, ...]]
    made_of: dict[str, tuple[str, ...]]
    next_change: datetime | None
    more: bool

    def __post_init__(self) -> None:
        """Refuse rows that would corrupt the statistics."""
        if any(len(self.sum.get(series.key, ())) != len(self.start) for series in self.series):
            raise ValueError("sum")
        if any(len(flags) != len(self.start) for flags in self.unpriced.values()):
            raise ValueError("unpriced")
        if any(len(qualities) != len(self.start) for qualities in self.made_of.values()):
            raise ValueError("made_of")
        if any(start.minute or start.second or start.microsecond for start in self.start):
            raise ValueError("start")
        if any(later <= earlier for earlier, later in zip(self.start, self.start[1:], strict=False)):
            raise ValueError("start")
        if self.start and (self.since is None or self.start[0] < self.since):
            raise ValueError("from")


@dataclass(frozen=True, kw_only=True, slots=True)
class PeakReading:
    """The maximum power of a day in VA, its share of the subscribed power, and its time where that is certain."""

    date: date
    va: int
    share: float | None
    at: datetime | None


@dataclass(frozen=True, kw_only=True, slots=True)
class MaxPower:
    """The known days of a range, oldest first, and what is missing."""

    readings: tuple[PeakReading, ...]
    missing: tuple[Missing, ...]
    next_change: datetime | None

    @property
    def newest(self) -> PeakReading | None:
        """The latest day that is known."""
        return max(self.readings, key=lambda reading: reading.date, default=None)


@dataclass(frozen=True, kw_only=True, slots=True)
class Energy:
    """An amount of energy in Wh, whole and by bucket."""

    wh: float
    by_bucket: dict[str, float]


@dataclass(frozen=True, kw_only=True, slots=True)
class Total:
    """What is known of the days `[start, end[`; None where nothing is known. `bill` is `cost` and subscription.

    `consumption_complete` and `production_complete`: no day is missing. `cost_complete` and `revenue_complete`: all
    known energy has a price. `complete`: the days are over, and none is missing in either direction.
    """

    start: date
    end: date
    complete: bool
    consumption_complete: bool
    production_complete: bool
    cost_complete: bool
    revenue_complete: bool
    consumption: Energy | None
    production: float | None
    cost: float | None
    cost_by_bucket: dict[str, float]
    subscription: float | None
    revenue: float | None
    bill: float | None

    @property
    def whole_cost(self) -> float | None:
        """The cost, unless some of the energy has no price."""
        return self.cost if self.cost_complete else None

    @property
    def whole_bill(self) -> float | None:
        """Energy and subscription together, unless some of the energy has no price or the subscription is not known."""
        return self.bill if self.cost_complete else None

    @property
    def whole_revenue(self) -> float | None:
        """The revenue, unless some of the production has no price."""
        return self.revenue if self.revenue_complete else None


class TotalRange(StrEnum):
    """The running day, week, month or year; the same part a year ago; the last complete one; the same a year before."""

    RUNNING = "running"
    RUNNING_YEAR_AGO = "running_year_ago"
    LAST = "last"
    YEAR_AGO = "year_ago"


class TotalsUnit(StrEnum):
    """The length of a total."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    YEAR = "year"


@dataclass(frozen=True, kw_only=True, slots=True)
class Totals:
    """Totals by unit and range; earlier days than `known_since` may still come unless `history_complete`."""

    day: dict[TotalRange, Total]
    week: dict[TotalRange, Total]
    month: dict[TotalRange, Total]
    year: dict[TotalRange, Total]
    next_change: datetime
    known_since: date | None
    history_complete: bool

    def starts_late(self, total: Total) -> bool:
        """Return whether the beginning of a total is missing because history is still being fetched."""
        return not self.history_complete and self.known_since is not None and total.start < self.known_since

    def of(self, unit: TotalsUnit, which: TotalRange) -> Total:
        """Return the total of one unit and range."""
        by_unit = {
            TotalsUnit.DAY: self.day,
            TotalsUnit.WEEK: self.week,
            TotalsUnit.MONTH: self.month,
            TotalsUnit.YEAR: self.year,
        }
        return by_unit[unit][which]

    @property
    def last_day(self) -> Total:
        """The last complete day that is known."""
        return self.of(TotalsUnit.DAY, TotalRange.LAST)


@dataclass(frozen=True, kw_only=True, slots=True)
class Period:
    """The bucket of `[start, end[` and its price in EUR/kWh; if not `certain`, the bucket may still change.

    `expected`: the colour of its Tempo day is not announced, and is the one that the season usually leaves, for
    `expected_reason`.

    `off_peak` is None if the tariff has no off-peak hours or they are not known.
    """

    start: datetime
    end: datetime
    bucket: str
    off_peak: bool | None
    price: float | None
    certain: bool
    expected: bool
    expected_reason: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Window:
    """The time `[start, end[`."""

    start: datetime
    end: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Periods:
    """Tariff periods, oldest first and without gaps."""

    items: tuple[Period, ...]
    next_change: datetime

    def at(self, moment: datetime) -> Period | None:
        """Return the period at `moment`, or None outside the known range."""
        return next((item for item in self.items if item.start <= moment < item.end), None)

    def end_of_bucket(self, moment: datetime) -> datetime | None:
        """Return when the bucket of `moment` gives way to another one; None if that is not known."""
        current = self.at(moment)
        if current is None or current.bucket == UNKNOWN_BUCKET:
            return None
        return next((item.start for item in self.items if item.start > moment and item.bucket != current.bucket), None)

    def next_bucket(self, moment: datetime) -> Period | None:
        """Return the first period of the next bucket after `moment`."""
        ends = self.end_of_bucket(moment)
        return self.at(ends) if ends else None

    @property
    def off_peak(self) -> list[Window]:
        """The off-peak windows that lie wholly in the known range, oldest first, adjacent ones joined."""
        if not self.items:
            return []
        first, last = self.items[0].start, self.items[-1].end
        return [window for window in self._join_windows() if window.start > first and window.end < last]

    def _join_windows(self) -> Iterator[Window]:
        window: Window | None = None
        for item in self.items:
            if not item.off_peak:
                continue
            if window and window.end == item.start:
                window = Window(start=window.start, end=item.end)
                continue
            if window:
                yield window
            window = Window(start=item.start, end=item.end)
        if window:
            yield window
