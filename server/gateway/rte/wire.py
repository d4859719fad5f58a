"""Models of RTE's tokens, Tempo calendars and Ecowatt signals.

Where RTE's documentation and answers disagree about an object or an array, both are accepted.
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
    """Drop invalid rows of a list. Raises ValueError if all of its rows are invalid."""
    rows = read(value)
    if value and not rows:
        raise ValueError("no row can be read")
    return rows


def _as_empty_list(value: Any) -> Any:
    return [] if value is None else value


def _in_paris(stamp: datetime) -> datetime:
    """Treat a stamp without an offset as Paris time."""
    return stamp if stamp.tzinfo else stamp.replace(tzinfo=paris.PARIS)


type _Instant = Annotated[datetime, AfterValidator(_in_paris)]
type _Text = Annotated[str, BeforeValidator(lambda value: "" if value is None else value)]


def _is_in_range(stamp: datetime) -> bool:
    """Tell whether a stamp is in this century: RTE uses the year 9999 for unknown days."""
    return paris.EARLIEST <= stamp.date() < paris.LATEST


LONGEST_MESSAGE = 1000


class RteToken(BaseModel):
    """A token, and how many seconds it lasts; RTE writes them as a number or as a string."""

    access_token: Bearer
    expires_in: Annotated[float, Field(allow_inf_nan=False)]


class TempoValue(BaseModel):
    """The colour of the day that begins at `start_date`; `value` is None if RTE has none."""

    start_date: _Instant
    value: str | None = None
    fallback: Annotated[bool, BeforeValidator(lambda value: value is not None and value)] = False

    @property
    def day(self) -> date:
        """The day in Paris."""
        return paris.day_of(self.start_date)


def _drop_far_days(values: list[TempoValue]) -> list[TempoValue]:
    return [value for value in values if _is_in_range(value.start_date)]


class TempoCalendar(BaseModel):
    """Days, newest first. Invalid ones and those out of range are left out."""

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
    """The level `hvalue` of the hour `pas` in Paris time."""

    pas: int
    hvalue: int | None = None


class EcowattSignal(BaseModel):
    """A day: its worst level, RTE's message, and its hours; for today, only the remaining hours.

    `dvalue` is at least 1, even if every hour is at 0.
    """

    generated_at: _Instant = Field(alias="GenerationFichier")
    jour: _Instant
    dvalue: int | None = None
    message: Annotated[_Text, AfterValidator(lambda text: text[:LONGEST_MESSAGE])] = ""
    values: Annotated[list[OnErrorOmit[EcowattHour]], BeforeValidator(_as_empty_list)] = []

    @property
    def day(self) -> date:
        """The day in Paris; `jour` is its midnight in answers, and a plain date in RTE's documentation."""
        return paris.day_of(self.jour)


def _drop_far_signals(signals: list[EcowattSignal]) -> list[EcowattSignal]:
    return [signal for signal in signals if _is_in_range(signal.jour) and _is_in_range(signal.generated_at)]


class EcowattAnswer(BaseModel):
    """An answer of ecowatt v5; its days are in no order. Invalid ones and those out of range are left out."""

    signals: Annotated[
        list[OnErrorOmit[EcowattSignal]], WrapValidator(_check_readable), AfterValidator(_drop_far_signals)
    ]
