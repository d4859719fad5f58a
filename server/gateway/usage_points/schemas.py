"""What Enedis tells of a usage point, on the wire."""

from datetime import date

from pydantic import BaseModel

from gateway.kit.wire import Utc


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
