"""The gateway itself, an account and its meters.

Datetimes are aware and in UTC, dates are days of Paris, money is in EUR.
"""

import re
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any, TypedDict

from mashumaro import field_options

USAGE_POINT_ID = re.compile(r"[a-z0-9]{16}")
_MOST_DAYS_MISSING = 100_000


type RawTariff = dict[str, Any]
"""A tariff as the gateway sends and takes it; members that this version does not know go back unchanged."""

type RawOffPeak = dict[str, Any]
"""An off-peak period as the gateway sends and takes it; members that this version does not know go back unchanged."""


class UsagePointChanges(TypedDict, total=False):
    """What to change of a usage point; `off_peak` of None means Enedis' hours."""

    name: str
    tariffs: list[RawTariff]
    off_peak: list[RawOffPeak] | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Ping:
    """The gateway's name, version, API version ("major.minor") and instance id."""

    name: str
    version: str
    api: str
    instance_id: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Token:
    """A bearer token and its lifetime in seconds."""

    access_token: str
    expires_in: float


@dataclass(frozen=True, kw_only=True, slots=True)
class NewAccount:
    """A new account: `active`, or waiting for its address to be verified."""

    status: str


@dataclass(frozen=True, kw_only=True, slots=True)
class ApiClient:
    """The credentials of a program; the gateway sends the secret only once."""

    client_id: str
    client_secret: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Freshness:
    """`complete_until` is the first day that is not complete; from `late_at` on that day is late."""

    complete_until: date | None
    late_at: datetime
    next_expected_at: datetime | None

    @property
    def last_complete_day(self) -> date | None:
        """The last day of which all data are known, like all days before it."""
        return self.complete_until - timedelta(days=1) if self.complete_until else None


@dataclass(frozen=True, kw_only=True, slots=True)
class Consent:
    """The consent to read a usage point at Enedis."""

    status: str
    expires_at: datetime | None


class ConsentStatus(StrEnum):
    """The state of a consent request."""

    PENDING = "pending"
    GRANTED = "granted"
    REFUSED = "refused"
    EXPIRED = "expired"


@dataclass(frozen=True, kw_only=True, slots=True)
class StartedConsent:
    """A consent request and the address at which the meter's holder continues."""

    id: str
    authorize_url: str


@dataclass(frozen=True, kw_only=True, slots=True)
class ConsentRequest:
    """A consent request's state; `reason` says why it failed, `usage_points` which meters it opened.

    `may_retry`: it was refused, and can still be given on the page where it started.
    """

    status: ConsentStatus
    reason: str | None
    may_retry: bool
    usage_points: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Contract:
    """The contract as Enedis describes it; None where it is not known (yet). `off_peak` is Enedis' own text."""

    segment: str | None = None
    power_kva: float | None = None
    off_peak: str | None = None
    produces: bool | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Price:
    """The price of a kWh of a bucket in EUR, taxes included."""

    bucket: str
    eur_per_kwh: float


@dataclass(frozen=True, kw_only=True, slots=True)
class RegulatedGrid:
    """The regulated prices of an option at one power, in EUR/kWh by bucket."""

    eur_per_kwh: dict[str, float]


@dataclass(frozen=True, kw_only=True, slots=True)
class RegulatedGrids:
    """Regulated prices by option and power."""

    items: tuple[RegulatedGrid, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Offer:
    """An offer of a supplier that the gateway knows."""

    id: str
    supplier: str
    name: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Offers:
    """The offers that the gateway knows."""

    items: tuple[Offer, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Tariff:
    """A tariff from a day on (None: always), at regulated prices or one's own.

    `raw` is the tariff as the gateway sent it, to send it back unchanged.
    """

    valid_from: date | None
    option: str
    power_kva: int
    prices: str | tuple[Price, ...]
    raw: RawTariff
    subscription_eur_per_month: float | None = None
    production_eur_per_kwh: float | None = None

    @classmethod
    def __pre_deserialize__(cls, raw: RawTariff) -> RawTariff:
        """Keep the raw object beside its fields."""
        return {**raw, "raw": raw}


@dataclass(frozen=True, kw_only=True, slots=True)
class OffPeak:
    """Off-peak slots (clock times, end excluded) on certain weekdays of a season.

    `valid_to` is the first day on which they no longer apply. `raw` is the object as the gateway sent it.
    """

    valid_from: date | None
    valid_to: date | None
    season: str
    weekdays: tuple[int, ...]
    slots: tuple[tuple[str, str], ...]
    source: str
    public_holidays: str = "by_weekday"
    raw: RawOffPeak

    @classmethod
    def __pre_deserialize__(cls, raw: RawOffPeak) -> RawOffPeak:
        """Keep the raw object beside its fields."""
        return {**raw, "raw": raw}

    def holds_on(self, day: date) -> bool:
        """Return whether it applies on `day`."""
        return (self.valid_from or date.min) <= day and (self.valid_to is None or day < self.valid_to)


@dataclass(frozen=True, kw_only=True, slots=True)
class OffPeakHours:
    """The periods that a text means, as the gateway takes them."""

    periods: list[RawOffPeak]


@dataclass(frozen=True, kw_only=True, slots=True)
class Hole:
    """Days `[start, end[` that are incomplete or missing; `next_try` is None if nothing more will come."""

    direction: str
    start: date
    end: date
    reason: str
    next_try: datetime | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Notice:
    """Something a person should know about a usage point.

    `day` is the day of a change, `text` what Enedis says: an error code, a state, or words that cannot be read.
    """

    code: str
    since: datetime | None
    until: datetime | None
    day: date | None = field(default=None, metadata=field_options(alias="date"))
    text: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class UsagePoint:
    """A meter by its public id; `masked_number` shows the last four digits of its number."""

    id: str
    masked_number: str
    name: str | None
    consent: Consent
    freshness: Freshness
    contract: Contract
    curve_collected: bool | None
    tariffs: tuple[Tariff, ...]
    off_peak: tuple[OffPeak, ...]
    notices: tuple[Notice, ...]
    holes: tuple[Hole, ...]

    def __post_init__(self) -> None:
        """Refuse an id that cannot be part of a statistic id, and holes of centuries."""
        if not USAGE_POINT_ID.fullmatch(self.id):
            raise ValueError("id")
        if sum((hole.end - hole.start).days for hole in self.holes) > _MOST_DAYS_MISSING:
            raise ValueError("holes")

    @property
    def missing_days(self) -> set[date]:
        """The days of its holes, in either direction."""
        return {
            hole.start + timedelta(days=number) for hole in self.holes for number in range((hole.end - hole.start).days)
        }

    def find_tariff(self, day: date) -> Tariff | None:
        """Return the tariff of a day, if its owner has told it."""
        begun = [tariff for tariff in self.tariffs if tariff.valid_from is None or tariff.valid_from <= day]
        return max(begun, key=lambda tariff: tariff.valid_from or date.min) if begun else None

    def find_option(self, day: date) -> str | None:
        """Return the option of a day, such as `tempo`, if its owner has told it."""
        tariff = self.find_tariff(day)
        return tariff.option if tariff else None

    def is_late(self, moment: datetime) -> bool:
        """Return whether the next day of data should have arrived by `moment`."""
        return moment >= self.freshness.late_at

    def ends_like(self, number: str) -> bool:
        """Return whether a meter number ends with the four digits that are known of this one's."""
        return number[-4:] == self.masked_number[-4:]

    @property
    def given_name(self) -> str | None:
        """The name that its owner gave it: until then the gateway names it by the end of its number."""
        return None if self.name == self.masked_number else self.name

    @property
    def label(self) -> str:
        """Its name, or the end of its number."""
        return self.name or self.masked_number

    @property
    def description(self) -> str:
        """Its name and the end of its number."""
        return f"{self.given_name} ({self.masked_number})" if self.given_name else self.masked_number


@dataclass(frozen=True, kw_only=True, slots=True)
class QuotaUse:
    """How much of a daily limit is used and left, and when it starts anew."""

    used: int
    left: int
    limit: int
    resets_at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Quota:
    """The account's use today: requests to Enedis, and responses about usage points."""

    enedis: QuotaUse
    answers: QuotaUse


@dataclass(frozen=True, kw_only=True, slots=True)
class UsagePoints:
    """The account's meters, and when to list them again."""

    items: tuple[UsagePoint, ...]
    next_change: datetime | None = None
