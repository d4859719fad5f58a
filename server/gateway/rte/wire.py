"""Tokens, Tempo calendars and Ecowatt signals as RTE writes them.

Where its documents and its answers disagree on an object or an array, both are read.
"""

from datetime import date, datetime
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    Field,
    OnErrorOmit,
    ValidatorFunctionWrapHandler,
    WrapValidator,
)

from gateway.kit import paris
from gateway.store.token import Bearer


def _to_list(value: Any) -> Any:
    return [value] if isinstance(value, dict) else value


def _check_readable(value: Any, read: ValidatorFunctionWrapHandler) -> Any:
    """Refuse a list of which no row can be read: it is no answer. Single rows that cannot be read are left out."""
    rows = read(value)
    if value and not rows:
        raise ValueError("no row can be read")
    return rows


def _as_empty_list(value: Any) -> Any:
    return [] if value is None else value


def _in_paris(stamp: datetime) -> datetime:
    """Take a stamp without an offset for a clock in Paris."""
    return stamp if stamp.tzinfo else stamp.replace(tzinfo=paris.PARIS)


type _Instant = Annotated[datetime, AfterValidator(_in_paris)]
type _Text = Annotated[str, BeforeValidator(lambda value: "" if value is None else value)]


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

    start_date: _Instant
    value: str | None = None
    fallback: Annotated[bool, BeforeValidator(lambda value: value is not None and value)] = False

    @property
    def day(self) -> date:
        """The day."""
        return paris.day_of(self.start_date)


def _drop_far_days(values: list[TempoValue]) -> list[TempoValue]:
    return [value for value in values if _is_in_range(value.start_date)]


class TempoCalendar(BaseModel):
    """Days, newest first. One out of range, or that cannot be read, is left out."""

    values: Annotated[
        list[OnErrorOmit[TempoValue]],
        WrapValidator(_check_readable),
        BeforeValidator(_to_list),
        AfterValidator(_drop_far_days),
    ] = []


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

    generated_at: _Instant = Field(alias="GenerationFichier")
    jour: _Instant
    dvalue: int | None = None
    message: Annotated[_Text, AfterValidator(lambda text: text[:LONGEST_MESSAGE])] = ""
    values: Annotated[list[OnErrorOmit[EcowattHour]], BeforeValidator(_as_empty_list)] = []

    @property
    def day(self) -> date:
        """The day; `jour` is its midnight, and a plain date in RTE's documents."""
        return paris.day_of(self.jour)


def _drop_far_signals(signals: list[EcowattSignal]) -> list[EcowattSignal]:
    return [signal for signal in signals if _is_in_range(signal.jour) and _is_in_range(signal.generated_at)]


class EcowattAnswer(BaseModel):
    """An answer of ecowatt v5; the days come in no order. One out of range, or that cannot be read, is left out."""

    signals: Annotated[
        list[OnErrorOmit[EcowattSignal]], WrapValidator(_check_readable), AfterValidator(_drop_far_signals)
    ]
