"""Future prices in the format that planning programs such as evcc read: a list of start, end and value."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime

from pydantic import BaseModel, RootModel

from gateway.billing.periods.periods import Period
from gateway.kit import paris
from gateway.kit.wire import Utc


class Rate(BaseModel):
    """The price during `[start, end[`, in EUR per kWh."""

    start: Utc
    end: Utc
    value: float


class Rates(RootModel[list[Rate]]):
    """Prices in order of time, from the one in force now."""


def list_rates(periods: Iterable[Period], now: datetime, outdated: date | None = None) -> Iterator[Rate]:
    """Yield the prices that are certain, from the period in force on, up to the first that is not.

    What may still become another price, or has none, is left out with all that follows, and so is all from the day
    `outdated`, since when newer prices are due: a planner takes what it is given for the truth.
    """
    known_until = paris.midnight(outdated or paris.LATEST)
    for period in periods:
        if period.end <= now:
            continue
        if not period.certain or period.price is None or period.start >= known_until:
            return
        yield Rate(start=period.start, end=min(period.end, known_until), value=period.price)
