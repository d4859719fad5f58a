"""Models of Enedis' measures: this is the only module that turns strings into numbers, days and instants.

A `Point` keeps its members unparsed; its properties raise UnreadableError, so that callers can count invalid points.
"""

import re
from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, OnErrorOmit, TypeAdapter, ValidationError

from gateway.kit import paris

PRM_DIGITS = 14
_NUMBER = re.compile(r"-?\d{1,15}(?:[.,]\d{1,9})?", re.ASCII)
_DURATION = TypeAdapter(timedelta)
_MINUTE = timedelta(minutes=1)


class UnreadableError(ValueError):
    """A member of a point cannot be parsed. `part` is its name: value, stamp or step."""

    def __init__(self, part: str, text: object) -> None:
        """Store the text for the log, shortened and without long numbers."""
        super().__init__(part)
        self.part = part
        self.text = re.sub(r"\d{8,}", "…", str(text))[:24]


def parse_whole_number(value: object) -> int | None:
    """Parse `"4078"`, `4078`, `"4078.5"` or `"4078,5"`, rounded to a whole number; return None for null and empty.

    Raises ValueError, which does not quote the value.
    """
    if value is None or value == "":
        return None
    text = str(value).strip()
    if isinstance(value, bool) or not _NUMBER.fullmatch(text):
        raise ValueError("not a number")
    return int(Decimal(text.replace(",", ".")).to_integral_value(ROUND_HALF_EVEN))


def parse_day(text: object) -> date | None:
    """Return the day of a date or stamp, in Paris if it has an offset; None if it is not valid."""
    try:
        stamp = datetime.fromisoformat(str(text).strip())
        day = stamp.astimezone(paris.PARIS).date() if stamp.tzinfo else stamp.date()
    except ValueError, OverflowError:
        return None
    return day if paris.EARLIEST <= day < paris.LATEST else None


class Point(BaseModel):
    """A value `v` at `d`, unparsed; in a load curve, `d` is the end of an interval of length `p`."""

    v: Any = None
    d: Any = None
    p: Any = None

    @property
    def is_empty(self) -> bool:
        """Whether Enedis has no value: it is null or an empty text."""
        return self.v is None or self.v == ""

    @property
    def value(self) -> int:
        """The value, rounded to a whole number. Raises UnreadableError."""
        try:
            number = parse_whole_number(self.v)
        except ValueError:
            number = None
        if number is None:
            raise UnreadableError("value", self.v)
        return number

    @property
    def day(self) -> date:
        """The day of a daily value, without its time. Raises UnreadableError."""
        day = parse_day(self.d)
        if day is None:
            raise UnreadableError("stamp", self.d)
        return day

    @property
    def instants(self) -> list[datetime]:
        """The instants that a stamp with a time of day can mean. Raises UnreadableError.

        A stamp without an offset is in Paris time: it has two instants in autumn's repeated hour, and none in spring's
        skipped hour.
        """
        try:
            text = str(self.d).strip()
            stamp = datetime.fromisoformat(text)
            if len(text) <= len("YYYY-MM-DD") or not paris.EARLIEST <= stamp.date() < paris.LATEST:
                raise UnreadableError("stamp", self.d)
            return [stamp.astimezone(UTC)] if stamp.tzinfo else paris.find_instants(stamp)
        except (ValueError, OverflowError) as error:
            raise UnreadableError("stamp", self.d) from error

    @property
    def minutes(self) -> int:
        """The length of an interval in minutes, from an ISO 8601 duration. Raises UnreadableError."""
        try:
            if not str(self.p).startswith("P"):
                raise UnreadableError("step", self.p)
            whole, rest = divmod(_DURATION.validate_python(str(self.p)), _MINUTE)
        except ValidationError as error:
            raise UnreadableError("step", self.p) from error
        if rest:
            raise UnreadableError("step", self.p)
        return whole


def _as_point(value: object) -> object:
    """Return a point with an invalid value for anything that is not an object, so that it is counted."""
    return value if isinstance(value, dict) else {"v": False}


class QuantitySeries(BaseModel):
    """The points of one quantity."""

    grandeurMetier: str | None = None  # noqa: N815 - Enedis' own names
    grandeurPhysique: str | None = None  # noqa: N815
    unite: str | None = None
    points: list[Annotated[Point, BeforeValidator(_as_point)]] | None = None


class ResponsePeriod(BaseModel):
    """The days `[dateDebut, dateFin[` that an answer is about."""

    dateDebut: str | None = None  # noqa: N815
    dateFin: str | None = None  # noqa: N815


class _Answer(BaseModel):
    """The common members of all answers of /mesure_synchrone_auto/v2."""

    model_config = ConfigDict(coerce_numbers_to_str=True)

    idPrm: str | None = None  # noqa: N815
    periode: ResponsePeriod | None = None


class Measure(_Answer):
    """An answer with values; series that cannot be parsed are left out."""

    grandeur: list[OnErrorOmit[QuantitySeries]] | None = None


class _Index(BaseModel):
    """No live answer is known: members that are texts in the documentation may be numbers."""

    model_config = ConfigDict(coerce_numbers_to_str=True)


class Register(_Index):
    """A register of the meter, such as the one for off-peak hours: its index in Wh by day."""

    idClasseTemporelle: str | None = None  # noqa: N815 - Enedis' own names
    libelleClasseTemporelle: str | None = None  # noqa: N815
    codeCadran: str | None = None  # noqa: N815
    valeur: list[Annotated[Point, BeforeValidator(_as_point)]] | None = None


class RegisterCalendar(_Index):
    """The registers of one calendar: the supplier's or the distributor's."""

    idCalendrier: str | None = None  # noqa: N815
    libelleCalendrier: str | None = None  # noqa: N815
    classeTemporelle: list[Register] | None = None  # noqa: N815


class IndexSeries(_Index):
    """The registers of one quantity."""

    grandeurMetier: str | None = None  # noqa: N815
    grandeurPhysique: str | None = None  # noqa: N815
    unite: str | None = None
    calendrier: list[RegisterCalendar] | None = None
    cadranTotalisateur: Register | None = None  # noqa: N815


class IndexContext(_Index):
    """A context in which the registers were read."""

    contexteReleve: str | None = None  # noqa: N815
    typeReleve: str | None = None  # noqa: N815
    grandeur: list[IndexSeries] | None = None


class IndexMeasure(_Answer):
    """An answer of index_consommation or index_production."""

    contexte: list[IndexContext] | None = None
