"""What the gateway answers. Moments are aware and in UTC, days are days of Paris, energy is Wh, money EUR."""

import re
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import IntEnum, StrEnum
from typing import Any

from mashumaro import field_options

HOUR = timedelta(hours=1)
_USAGE_POINT_ID = re.compile(r"[a-z0-9]{16}")
_SERIES_KEY = re.compile(r"[a-z0-9]+(_[a-z0-9]+)*")


@dataclass(frozen=True, kw_only=True, slots=True)
class Ping:
    """Who answers, and which API it speaks ("major.minor")."""

    name: str
    version: str
    api: str
    instance_id: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Token:
    """A bearer token and how many seconds it lasts."""

    access_token: str
    expires_in: float


@dataclass(frozen=True, kw_only=True, slots=True)
class SignedUp:
    """Whether a new account is `active`, or has a mail to answer first."""

    status: str


@dataclass(frozen=True, kw_only=True, slots=True)
class ApiClient:
    """What a program signs in with; the secret is told once."""

    client_id: str
    client_secret: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Freshness:
    """`complete_until` is the first day that is not whole yet."""

    complete_until: date | None
    next_expected_at: datetime | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Consent:
    """Enedis' authorisation to read a usage point."""

    status: str
    expires_at: datetime | None


class ConsentStatus(StrEnum):
    """How far a request for a consent has come."""

    PENDING = "pending"
    GRANTED = "granted"
    REFUSED = "refused"
    EXPIRED = "expired"


@dataclass(frozen=True, kw_only=True, slots=True)
class ConsentAsked:
    """Where the holder of a meter gives the consent."""

    id: str
    authorize_url: str


@dataclass(frozen=True, kw_only=True, slots=True)
class ConsentRequest:
    """How a request for a consent stands; `reason` says why it failed, `usage_points` what it opened."""

    status: ConsentStatus
    reason: str | None
    usage_points: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Contract:
    """What Enedis tells of a contract; None: not told (yet). `off_peak` is Enedis' own spelling."""

    segment: str | None = None
    power_kva: int | None = None
    off_peak: str | None = None
    gives: bool | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Price:
    """What a kWh of a bucket costs, tax included."""

    bucket: str
    eur_per_kwh: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Tariff:
    """What a meter pays by, from a day on (None: always): regulated prices, or one's own.

    `raw` is all that the gateway said of it, to be said again as it was.
    """

    valid_from: date | None
    option: str
    power_kva: int
    prices: str | tuple[Price, ...]
    raw: dict[str, Any]
    subscription_eur_per_month: float | None = None
    production_eur_per_kwh: float | None = None

    @classmethod
    def __pre_deserialize__(cls, raw: dict[str, Any]) -> dict[str, Any]:
        """Keep what was said, beside what is understood."""
        return {**raw, "raw": raw}


@dataclass(frozen=True, kw_only=True, slots=True)
class OffPeak:
    """When hours are off-peak: clock times, the end excluded, on these weekdays of this season."""

    valid_from: date | None
    valid_to: date | None
    season: str
    weekdays: tuple[int, ...]
    slots: tuple[tuple[str, str], ...]
    source: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Notice:
    """Something a person should know about a usage point; of a change, its day."""

    code: str
    since: datetime | None
    until: datetime | None
    day: date | None = field(default=None, metadata=field_options(alias="date"))


@dataclass(frozen=True, kw_only=True, slots=True)
class UsagePoint:
    """A meter, by its public id; `masked_number` shows the last four digits of its real one."""

    id: str
    masked_number: str
    name: str | None
    consent: Consent
    freshness: Freshness
    contract: Contract = Contract()
    curve_collected: bool | None = None
    tariffs: tuple[Tariff, ...] = ()
    off_peak: tuple[OffPeak, ...] = ()
    notices: tuple[Notice, ...] = ()

    def __post_init__(self) -> None:
        """Refuse an id that could not be part of a statistic's."""
        if not _USAGE_POINT_ID.fullmatch(self.id):
            raise ValueError("id")

    @property
    def label(self) -> str:
        """What people call it."""
        return self.name or self.masked_number

    @property
    def description(self) -> str:
        """What people call it, and what its number ends with."""
        return f"{self.name} ({self.masked_number})" if self.name else self.masked_number


@dataclass(frozen=True, kw_only=True, slots=True)
class UsagePoints:
    """The account's meters."""

    items: tuple[UsagePoint, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class DayReading:
    """The energy of one day."""

    date: date
    wh: float
    quality: str


@dataclass(frozen=True, kw_only=True, slots=True)
class DailyReadings:
    """The days of a range that are known, oldest first."""

    readings: tuple[DayReading, ...]
    next_change: datetime | None = None

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
        """Refuse a key that could not be part of a statistic's id."""
        if not _SERIES_KEY.fullmatch(self.key):
            raise ValueError("key")


@dataclass(frozen=True, kw_only=True, slots=True)
class Hours:
    """Running sums by hour, from the first hour that changed since the cursor; nothing changed when `since` is None.

    `sum` holds one value per `start` and series. A new `epoch` means that all earlier rows are void. `more`: the cursor
    leads to the rows that follow.
    """

    epoch: str
    cursor: str
    since: datetime | None = field(metadata=field_options(alias="from"))
    series: tuple[Series, ...]
    start: tuple[datetime, ...]
    sum: dict[str, tuple[float, ...]]
    next_change: datetime | None = None
    more: bool = False

    def __post_init__(self) -> None:
        """Refuse rows that would corrupt what they are written into."""
        if any(len(self.sum.get(series.key, ())) != len(self.start) for series in self.series):
            raise ValueError("sum")
        if any(start.minute or start.second or start.microsecond for start in self.start):
            raise ValueError("start")
        if any(later <= earlier for earlier, later in zip(self.start, self.start[1:], strict=False)):
            raise ValueError("start")
        if self.start and (self.since is None or self.start[0] < self.since):
            raise ValueError("from")


class TempoColor(StrEnum):
    """The colour of a Tempo day."""

    BLUE = "blue"
    WHITE = "white"
    RED = "red"
    UNKNOWN = "unknown"


@dataclass(frozen=True, kw_only=True, slots=True)
class TempoDay:
    """A day from 06:00 to 06:00 of Paris."""

    date: date
    color: TempoColor
    confirmed: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class TempoCount:
    """How many days of a colour the season has, and how many are left; None while an unknown day could change it."""

    total: int
    used_through_today: int | None
    left_after_today: int | None
    left_after_tomorrow: int | None


@dataclass(frozen=True, kw_only=True, slots=True)
class TempoSeason:
    """From 1 September to the next."""

    start: date
    end: date
    days: dict[TempoColor, TempoCount]


@dataclass(frozen=True, kw_only=True, slots=True)
class TempoPeriod:
    """The bucket in force, such as `red_hp`, and its end."""

    key: str
    until: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class ComingPeriod(TempoPeriod):
    """A bucket that follows."""

    start: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Tempo:
    """The colours of today and tomorrow; `coming` are the periods that follow, the last two of them tomorrow's."""

    today: TempoDay
    tomorrow: TempoDay
    period: TempoPeriod
    coming: tuple[ComingPeriod, ...]
    season: TempoSeason
    next_change: datetime
    as_of: datetime | None


class EcowattLevel(IntEnum):
    """How tense the French grid is."""

    LOW_CARBON = 0
    NORMAL = 1
    TENSE = 2
    VERY_TENSE = 3


@dataclass(frozen=True, kw_only=True, slots=True)
class EcowattSpan:
    """A level and the time it holds, end exclusive."""

    level: EcowattLevel
    since: datetime
    until: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class EcowattHour:
    """The level of one hour."""

    start: datetime
    level: EcowattLevel


@dataclass(frozen=True, kw_only=True, slots=True)
class EcowattDay:
    """A day's hours, with RTE's message in French."""

    date: date
    worst: EcowattLevel
    message: str | None
    hours: tuple[EcowattHour, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Ecowatt:
    """The signal for today and the days ahead."""

    now: EcowattSpan | None
    next_change: datetime
    days: tuple[EcowattDay, ...]
    as_of: datetime | None

    @property
    def hours(self) -> list[EcowattHour]:
        """All hours, oldest first."""
        return [hour for day in self.days for hour in day.hours]

    def at(self, moment: datetime) -> EcowattSpan | None:
        """Return the level of `moment` and how long it holds, as far as the hours tell."""
        if self.now is not None and self.now.since <= moment < self.now.until:
            return self.now
        for span in self._spans():
            if span.since <= moment < span.until:
                return span
        return None

    def _spans(self) -> list[EcowattSpan]:
        spans: list[EcowattSpan] = []
        for hour in self.hours:
            since, end = hour.start, hour.start + HOUR
            if spans and spans[-1].level == hour.level and spans[-1].until == since:
                since = spans.pop().since
            spans.append(EcowattSpan(level=hour.level, since=since, until=end))
        return spans
