"""Measures as Enedis writes them: strings become numbers here, and nowhere else."""

import re
from datetime import date, datetime
from typing import Annotated

import structlog
from pydantic import BaseModel, BeforeValidator, ConfigDict, OnErrorOmit

log = structlog.get_logger()

_UNITS = {"EA": "Wh", "PA": "W", "PMA": "VA"}
"""Of each quantity, as its answers write it; `PMA1` to `PMA3` are its phases."""
_WHOLE = re.compile(r"(-?\d{1,15})(?:\.0+)?", re.ASCII)
_STEP = re.compile(r"PT(?:(?P<hours>\d{1,2})H)?(?:(?P<minutes>\d{1,4})M)?")


def whole(value: object) -> object:
    """Read `"4078"`, `4078`, `"4078.0"`; null and empty are absent. Raises ValueError, which does not quote it."""
    if value is None or value == "":
        return None
    match = _WHOLE.fullmatch(str(value).strip())
    if match is None:
        raise ValueError("not a whole number")
    return int(match[1])


def _minutes(value: object) -> object:
    """Read an ISO 8601 duration of hours and minutes: `PT30M`, `PT1H`."""
    match = _STEP.fullmatch(str(value)) if value else None
    if match is None:
        return None
    return int(match["hours"] or 0) * 60 + int(match["minutes"] or 0) or None


class Point(BaseModel):
    """A value `v` at `d`; of a curve, `d` ends an interval of `p`."""

    v: Annotated[int | None, BeforeValidator(whole)] = None
    d: str
    p: Annotated[int | None, BeforeValidator(_minutes)] = None

    @property
    def day(self) -> date | None:
        """The day of a daily value, None if it cannot be read; its time, if any, is dropped."""
        try:
            return date.fromisoformat(self.d[:10])
        except ValueError:
            return None

    @property
    def local(self) -> datetime:
        """The time on a clock in Paris, without offset, as Enedis has it. Raises ValueError."""
        if len(self.d) <= len("YYYY-MM-DD"):
            raise ValueError("a stamp without a time of day")
        return datetime.fromisoformat(self.d)


class Series(BaseModel):
    """The points of one quantity; one that cannot be read is left out, and the others count."""

    grandeurMetier: str | None = None  # noqa: N815 - Enedis' own names
    grandeurPhysique: str | None = None  # noqa: N815
    unite: str | None = None
    points: list[OnErrorOmit[Point]] | None = None


def in_its_unit(series: Series | IndexSeries) -> bool:
    """Tell whether a series is in the unit of its quantity, or names none; in another it is unknown, not converted."""
    expected = _UNITS.get((series.grandeurPhysique or "").rstrip("123"))
    if expected is None or not series.unite or series.unite.strip().casefold() == expected.casefold():
        return True
    log.warning("unit_refused", quantity=series.grandeurPhysique, expected=expected)
    return False


class Measure(BaseModel):
    """An answer of /mesure_synchrone_auto/v2."""

    grandeur: list[Series] | None = None

    def points(self, business: str, physical: str) -> list[Point]:
        """Return the points of a quantity, such as CONS and PA, in the order they came; of another unit, none."""
        return [
            point
            for series in self.grandeur or []
            if series.grandeurMetier == business and series.grandeurPhysique == physical and in_its_unit(series)
            for point in series.points or []
        ]


class _Index(BaseModel):
    """No live answer is known: what is a text in the documentation may come as a number."""

    model_config = ConfigDict(coerce_numbers_to_str=True)


class IndexValue(_Index):
    """The index `v` of a register, in Wh, on a day."""

    v: Annotated[int | None, BeforeValidator(whole)] = None
    d: str


class Register(_Index):
    """A register of the meter, such as that of off-peak hours; a value that cannot be read is left out."""

    idClasseTemporelle: str | None = None  # noqa: N815 - Enedis' own names
    libelleClasseTemporelle: str | None = None  # noqa: N815
    codeCadran: str | None = None  # noqa: N815
    valeur: list[OnErrorOmit[IndexValue]] | None = None


class Calendar(_Index):
    """Registers that belong together: the supplier's or the distributor's."""

    idCalendrier: str | None = None  # noqa: N815
    libelleCalendrier: str | None = None  # noqa: N815
    classeTemporelle: list[Register] | None = None  # noqa: N815


class IndexSeries(_Index):
    """The registers of one quantity."""

    grandeurMetier: str | None = None  # noqa: N815
    grandeurPhysique: str | None = None  # noqa: N815
    unite: str | None = None
    calendrier: list[Calendar] | None = None
    cadranTotalisateur: Register | None = None  # noqa: N815


class Reading(_Index):
    """A context in which the registers were read."""

    contexteReleve: str | None = None  # noqa: N815
    typeReleve: str | None = None  # noqa: N815
    grandeur: list[IndexSeries] | None = None


class IndexMeasure(_Index):
    """An answer of index_consommation or index_production."""

    contexte: list[Reading] | None = None
