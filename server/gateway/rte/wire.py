"""Tokens, Tempo calendars and Ecowatt signals as RTE writes them.

Where its documents and its answers disagree on an object or an array, both are read.
"""

from datetime import date, datetime
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, Field

from gateway.kit import paris
from gateway.store.token import Bearer


def _to_list(value: Any) -> Any:
    return [value] if isinstance(value, dict) else value


def _is_in_range(stamp: datetime) -> bool:
    """Tell whether a stamp is a time of this century: RTE writes the year 9999 for what it does not know."""
    return paris.EARLIEST <= stamp.date() < paris.LATEST


LONGEST_MESSAGE = 1000


class RteToken(BaseModel):
    """A token, and how many seconds it lasts; RTE writes them as a number or as a string."""

    access_token: Bearer
    expires_in: Annotated[float, Field(allow_inf_nan=False)]


class TempoValue(BaseModel):
    """The colour of a day, given by its midnight; `value` may be missing, which is no colour at all."""

    start_date: datetime
    value: str | None = None
    fallback: bool = False

    @property
    def day(self) -> date:
        """The day."""
        return paris.day_of(self.start_date)


def _drop_far_days(values: list[TempoValue]) -> list[TempoValue]:
    return [value for value in values if _is_in_range(value.start_date)]


class TempoCalendar(BaseModel):
    """Days, newest first. One out of range is left out."""

    values: Annotated[list[TempoValue], BeforeValidator(_to_list), AfterValidator(_drop_far_days)] = []


class TempoAnswer(BaseModel):
    """An answer of tempo_like_supply_contract v1."""

    tempo_like_calendars: Annotated[list[TempoCalendar], BeforeValidator(_to_list)]


class EcowattHour(BaseModel):
    """The level `hvalue` of the hour that a clock in Paris shows as `pas`."""

    pas: int
    hvalue: int | None = None


class EcowattSignal(BaseModel):
    """A day: its worst level, what RTE says of it, and its hours; today has only those that are left.

    `dvalue` is 1 at the least, though every hour were at 0.
    """

    generated_at: datetime = Field(alias="GenerationFichier")
    jour: datetime
    dvalue: int | None = None
    message: Annotated[str, AfterValidator(lambda text: text[:LONGEST_MESSAGE])] = ""
    values: list[EcowattHour] = []

    @property
    def day(self) -> date:
        """The day; `jour` is its midnight, and a plain date in RTE's documents."""
        return paris.day_of(self.jour) if self.jour.tzinfo else self.jour.date()


def _drop_far_signals(signals: list[EcowattSignal]) -> list[EcowattSignal]:
    return [signal for signal in signals if _is_in_range(signal.jour) and _is_in_range(signal.generated_at)]


class EcowattAnswer(BaseModel):
    """An answer of ecowatt v5; the days come in no order. One out of range is left out."""

    signals: Annotated[list[EcowattSignal], AfterValidator(_drop_far_signals)]
