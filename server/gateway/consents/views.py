"""Usage points and consents on the wire."""

from datetime import date, datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from gateway.billing.home import Home
from gateway.billing.notices import notices as billing_notices
from gateway.consents import authorisation, service
from gateway.consents.models import Consent, ConsentStatus, PointStatus, UsagePoint
from gateway.consents.notices import Notice, notices
from gateway.kit import paris
from gateway.kit.wire import Utc
from gateway.metering import freshness, history
from gateway.metering import repository as archive
from gateway.metering.meters import Meter
from gateway.metering.schemas import History, Hole
from gateway.runtime import Runtime
from gateway.tariffs.off_peak import OffPeakPeriod
from gateway.tariffs.repository import load_price_book
from gateway.tariffs.tariff import Tariff


class PointConsent(BaseModel):
    """Whether Enedis lets us read, and until when; `moved`: another account reads this meter now."""

    status: PointStatus
    expires_at: Utc | None
    ended_at: Utc | None


class Contract(BaseModel):
    """What Enedis tells of the contract; null: not told (yet). `off_peak` is Enedis' own spelling."""

    segment: str | None = None
    power_kva: int | None = None
    distribution_tariff: str | None = None
    started_on: date | None = None
    consumption_activated_on: date | None = None
    production_activated_on: date | None = None
    services_level: str | None = None
    off_peak: str | None = None
    gives: bool | None = None


class ContractView(Contract):
    """The contract, and when Enedis told it."""

    as_of: Utc | None


class Freshness(BaseModel):
    """Up to which day (excluded) the energy is known, when more is expected, and from when that is late."""

    complete_until: date | None
    late_at: Utc
    next_expected_at: Utc


class UsagePointView(BaseModel):
    """A meter, without its number."""

    id: str
    masked_number: str
    name: str
    position: int
    hidden: bool
    consent: PointConsent
    contract: Contract
    services: list[str]
    curve_collected: bool | None
    tariffs: list[Tariff]
    off_peak: list[OffPeakPeriod]
    freshness: Freshness
    history: History
    holes: list[Hole]
    notices: list[Notice]


class UsagePoints(BaseModel):
    """All meters of an account."""

    items: list[UsagePointView]


async def view(runtime: Runtime, point: UsagePoint) -> UsagePointView:
    """Show a meter."""
    now = runtime.clock.now()
    async with runtime.database.read() as session:
        opened = await service.open_secrets(session, point, runtime.keyring)
        meter = Meter.of(point, opened, now)
        complete_until = await archive.complete_until(session, meter.main(meter.first_direction))
        progress = await history.progress(session, meter, paris.day_of(now))
        holes = await freshness.holes(session, meter, now)
        home = Home(point, opened, await load_price_book(session))
    return UsagePointView(
        id=point.id,
        masked_number=service.masked(opened.prm),
        name=point.name,
        position=point.position,
        hidden=point.hidden,
        consent=PointConsent(
            status=point.status,
            expires_at=paris.midnight(point.consent_expires_on) if point.consent_expires_on else None,
            ended_at=point.ended_at,
        ),
        contract=Contract.model_validate(point.contract),
        services=point.services,
        curve_collected=service.collects_curve(point),
        tariffs=home.tariffs,
        off_peak=home.off_peak,
        freshness=Freshness(
            complete_until=complete_until,
            late_at=freshness.late_at(complete_until, point.created_at),
            next_expected_at=max(point.next_work_at, now),
        ),
        history=History.of(progress, point.history_at),
        holes=[Hole.model_validate(hole, from_attributes=True) for hole in holes],
        notices=[*notices(point, now), *billing_notices(home, now)],
    )


class ConsentRequest(BaseModel):
    """The meter that the account wishes to read: its 14 digits, from the bill or the meter."""

    model_config = ConfigDict(extra="forbid")

    prm: Annotated[str, Field(max_length=40)]


class ConsentAsked(BaseModel):
    """Where the holder of the meter gives the consent, until `expires_at`."""

    id: str
    authorize_url: str
    expires_at: Utc


class ConsentView(BaseModel):
    """How a consent stands; `reason` says why it failed."""

    id: str
    status: ConsentStatus
    reason: str | None
    usage_points: list[str]

    @classmethod
    def of(cls, consent: Consent, now: datetime) -> ConsentView:
        """Show a consent."""
        status = authorisation.status_of(consent, now)
        granted = status is ConsentStatus.GRANTED
        return cls(
            id=consent.id,
            status=status,
            reason=None if granted or status is ConsentStatus.PENDING else authorisation.outcome_of(consent, now),
            usage_points=[consent.point_id] if granted else [],
        )
