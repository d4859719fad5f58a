"""What Enedis tells of a usage point, on the wire."""

from datetime import date
from typing import Annotated

from pydantic import AliasChoices, BaseModel, Field

from gateway.kit.wire import Utc


class Contract(BaseModel):
    """What Enedis tells of the contract; null: not told (yet). `off_peak` is Enedis' own spelling.

    `consumes` and `produces`: it may take energy from the grid, feed it in. `connection_state` is asked when Enedis
    refuses its measures.
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
    connection_state: str | None = None
    # the second name is that of stored rows
    consumes: Annotated[bool | None, Field(validation_alias=AliasChoices("consumes", "takes"))] = None
    produces: Annotated[bool | None, Field(validation_alias=AliasChoices("produces", "gives"))] = None


class ContractView(Contract):
    """The contract, and when Enedis told it."""

    as_of: Utc | None
