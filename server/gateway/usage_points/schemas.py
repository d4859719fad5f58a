"""What Enedis tells of a usage point, on the wire."""

from datetime import date

from pydantic import BaseModel

from gateway.kit.wire import Utc


class Contract(BaseModel):
    """What Enedis tells of the contract; null: not told (yet). `off_peak` is Enedis' own spelling.

    `gives`: it may inject energy; `takes`: it may draw it. `connection_state` is asked when its measures are refused.
    """

    segment: str | None = None
    power_kva: int | float | None = None
    distribution_tariff: str | None = None
    started_on: date | None = None
    consumption_activated_on: date | None = None
    production_activated_on: date | None = None
    services_level: str | None = None
    off_peak: str | None = None
    future_off_peak: str | None = None
    gives: bool | None = None
    takes: bool | None = None
    connection_state: str | None = None


class ContractView(Contract):
    """The contract, and when Enedis told it."""

    as_of: Utc | None
