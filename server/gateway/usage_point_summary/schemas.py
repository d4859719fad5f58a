"""Usage points on the wire."""

from datetime import date

from pydantic import BaseModel

from gateway.kit.wire import Utc
from gateway.metering.schemas import History, Hole
from gateway.tariffs.off_peak import OffPeakPeriod
from gateway.tariffs.tariff import Tariff
from gateway.usage_points.contract import ContractTerms
from gateway.usage_points.models import PointStatus
from gateway.usage_points.notices import Notice


class PointConsent(BaseModel):
    """Whether the gateway may read the meter, and until when; `moved`: another account reads it now."""

    status: PointStatus
    expires_at: Utc | None
    ended_at: Utc | None


class Freshness(BaseModel):
    """The day up to which (excluded) energy is known, when more is expected, and from when it counts as late."""

    complete_until: date | None
    late_at: Utc
    next_expected_at: Utc


class UsagePointView(BaseModel):
    """A meter, without its number.

    `announced_off_peak` are the hours that Enedis announces without naming their day; they bill nothing yet.
    """

    id: str
    masked_number: str
    name: str
    position: int
    hidden: bool
    consent: PointConsent
    contract: ContractTerms
    services: list[str]
    curve_collected: bool | None
    tariffs: list[Tariff]
    off_peak: list[OffPeakPeriod]
    announced_off_peak: list[OffPeakPeriod]
    freshness: Freshness
    history: History
    holes: list[Hole]
    notices: list[Notice]


class UsagePoints(BaseModel):
    """All meters of an account, and when to list them again: soon while a contract is not known yet."""

    items: list[UsagePointView]
    next_change: Utc
