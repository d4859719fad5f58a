"""The contract of a usage point, and its stored form."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Self, override

from pydantic import BaseModel, ConfigDict
from sqlalchemy import JSON, Dialect
from sqlalchemy.types import TypeDecorator

from gateway.domain.direction import Direction
from gateway.kit.wire import Json, JsonObject

_VERSION = 2
_RENAMED = {"takes": "consumes", "gives": "produces"}
"""Names of members in version 1, which had no version number, and their names since."""


class ContractTerms(BaseModel):
    """The contract as Enedis describes it; null: not given (yet). `off_peak` is Enedis' own text.

    `consumes` and `produces`: it may take energy from the grid, or feed it in. `connection_state` is requested
    when Enedis refuses the measures.
    """

    model_config = ConfigDict(frozen=True)

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
    consumes: bool | None = None
    produces: bool | None = None


class Contract(ContractTerms):
    """The terms, when Enedis last said them, and since when it announces the hours of `future_off_peak`."""

    told_at: datetime | None = None
    announced_at: datetime | None = None

    def activated_on(self, direction: Direction) -> date | None:
        """Return the day since which Enedis meters a direction, or None if it is not known."""
        match direction:
            case Direction.CONSUMPTION:
                return self.consumption_activated_on
            case Direction.PRODUCTION:
                return self.production_activated_on

    def merge(self, newer: Contract) -> Contract:
        """Return a copy with every member that is set in `newer`, even to None."""
        return self.model_copy(update={name: getattr(newer, name) for name in newer.model_fields_set})

    def store(self) -> JsonObject:
        """Return the stored form."""
        return {"version": _VERSION, **self.model_dump(mode="json", exclude_none=True)}

    @classmethod
    def read_stored(cls, stored: Mapping[str, Json]) -> Self:
        """Parse a stored form of this version or the previous one."""
        return cls.model_validate({_RENAMED.get(name, name): value for name, value in stored.items()})


class ContractColumn(TypeDecorator[Contract]):
    """A column type that stores a contract as JSON."""

    impl = JSON
    cache_ok = True

    @override
    def process_bind_param(self, value: Contract | None, dialect: Dialect) -> JsonObject | None:
        return None if value is None else value.store()

    @override
    def process_result_value(self, value: JsonObject | None, dialect: Dialect) -> Contract | None:
        return None if value is None else Contract.read_stored(value)
