"""What the gateway says of itself, an account and its meters.

Moments are aware and in UTC, days are days of Paris, money is EUR.
"""

import re
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

from mashumaro import field_options

USAGE_POINT_ID = re.compile(r"[a-z0-9]{16}")
_MOST_DAYS_MISSING = 100_000


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
class NewAccount:
    """Whether a new account is `active`, or has a mail to answer first."""

    status: str


@dataclass(frozen=True, kw_only=True, slots=True)
class ApiClient:
    """What a program signs in with; the secret is told once."""

    client_id: str
    client_secret: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Freshness:
    """`complete_until` is the first day that is not whole yet; from `late_at` on it is late."""

    complete_until: date | None
    late_at: datetime
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
class StartedConsent:
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
    """When hours are off-peak: clock times, the end excluded, on these weekdays of this season.

    `valid_to` is the first day with others. `raw` is all that the gateway said of it, to be said again as it was.
    """

    valid_from: date | None
    valid_to: date | None
    season: str
    weekdays: tuple[int, ...]
    slots: tuple[tuple[str, str], ...]
    source: str
    raw: dict[str, Any]

    @classmethod
    def __pre_deserialize__(cls, raw: dict[str, Any]) -> dict[str, Any]:
        """Keep what was said, beside what is understood."""
        return {**raw, "raw": raw}

    def holds_on(self, day: date) -> bool:
        """Tell whether `day` is among its days."""
        return (self.valid_from or date.min) <= day and (self.valid_to is None or day < self.valid_to)


@dataclass(frozen=True, kw_only=True, slots=True)
class Hole:
    """Days `[start, end[` that are known in part or not at all; `next_try` None: nothing more will come."""

    direction: str
    start: date
    end: date
    reason: str
    next_try: datetime | None


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
    holes: tuple[Hole, ...] = ()

    def __post_init__(self) -> None:
        """Refuse an id that could not be part of a statistic's, and holes of centuries."""
        if not USAGE_POINT_ID.fullmatch(self.id):
            raise ValueError("id")
        if sum((hole.end - hole.start).days for hole in self.holes) > _MOST_DAYS_MISSING:
            raise ValueError("holes")

    @property
    def missing_days(self) -> set[date]:
        """The days of its holes, in whichever direction."""
        return {
            hole.start + timedelta(days=number) for hole in self.holes for number in range((hole.end - hole.start).days)
        }

    def is_late(self, moment: datetime) -> bool:
        """Tell whether the next day of data should have come by `moment`."""
        return moment >= self.freshness.late_at

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
