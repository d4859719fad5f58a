"""Periods on the wire."""

from datetime import date
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, Field

from gateway.billing.periods.service import Periods
from gateway.domain.tempo_season import ExpectedReason
from gateway.kit.wire import Utc


class PeriodView(BaseModel):
    """A bucket during `[start, end[`, and its price in EUR a kWh; not certain, it may still become another.

    `expected`: the Tempo colour is not announced yet, the usual quota lets one expect it, for `expected_reason`.
    `off_peak`: null where the tariff knows no off-peak hours, or these are not known.
    """

    start: Utc
    end: Utc
    bucket: str
    off_peak: bool | None
    price: float | None
    certain: bool
    expected: Annotated[
        bool, Field(validation_alias="expected_reason"), BeforeValidator(lambda reason: reason is not None)
    ]
    expected_reason: ExpectedReason | None


class PeriodsView(BaseModel):
    """Buckets by time, without gap; what is in no known bucket is `unknown`."""

    items: list[PeriodView]
    prices_outdated: date | None
    next_change: Utc

    @classmethod
    def of(cls, found: Periods) -> PeriodsView:
        """Show periods."""
        return cls.model_validate(found, from_attributes=True)


class CalendarAddress(BaseModel):
    """Where a calendar subscribes; whoever has the address can read it."""

    url: str
