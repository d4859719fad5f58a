"""Future prices in the format that planning programs such as evcc read: a list of start, end and value."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from pydantic import BaseModel, RootModel

from gateway.billing.periods.periods import Period
from gateway.kit.wire import Utc


class Rate(BaseModel):
    """The price during `[start, end[`, in EUR per kWh."""

    start: Utc
    end: Utc
    value: float


class Rates(RootModel[list[Rate]]):
    """Prices in order of time, from the one in force now."""


def list_rates(periods: Iterable[Period], now: datetime) -> Iterator[Rate]:
    """Yield the prices from the current period up to the first period that is not certain or has no price.

    That period and all later ones are left out, because planners treat every price as final.
    """
    for period in periods:
        if period.end <= now:
            continue
        if not period.certain or period.price is None:
            return
        yield Rate(start=period.start, end=period.end, value=period.price)
