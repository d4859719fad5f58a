"""Response bodies for periods."""

from datetime import date
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, Field

from gateway.billing.periods.service import Periods
from gateway.domain.tempo_season import ExpectedReason
from gateway.kit.wire import Utc


class PeriodView(BaseModel):
    """The bucket during `[start, end[` and its price in EUR per kWh. Unless `certain`, the bucket can still change.

    `expected`: the Tempo colour is not announced yet, but the usual quota makes it likely; `expected_reason` says why.
    `off_peak`: null if the tariff has no off-peak hours, or they are not known.
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
    """Periods without gaps. The bucket is `unknown` where it is not known."""

    items: list[PeriodView]
    prices_outdated: date | None
    next_change: Utc

    @classmethod
    def of(cls, found: Periods) -> PeriodsView:
        """Return the response for periods."""
        return cls.model_validate(found, from_attributes=True)


class CalendarAddress(BaseModel):
    """Where a calendar subscribes; anyone who has the address can read it."""

    url: str
