"""The points of a file before they are placed on days: power by interval, or a figure of a day."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import assert_never

from gateway.domain.direction import Direction
from gateway.domain.readings import Peak


class Format(StrEnum):
    """Who wrote a file."""

    OWN_EXPORT = "own_export"
    CONSO_DOWNLOADER = "conso_downloader"
    ENEDIS_CSV = "enedis_csv"
    ENEDIS_XLSX = "enedis_xlsx"
    SGE = "sge"
    EDF = "edf"


class RowFault(StrEnum):
    """Why a row of a file is not used."""

    VALUE = "value"
    STAMP = "stamp"
    STEP = "step"
    FORMULA = "formula"
    IMPLAUSIBLE = "implausible"
    CONTRADICTORY = "contradictory"
    AMBIGUOUS = "ambiguous_hour"
    NOT_OVER = "not_over"


class Edge(StrEnum):
    """Which end of an interval a stamp is."""

    START = "start"
    END = "end"


class ValueUnit(StrEnum):
    """The unit of a value."""

    W = "w"
    KW = "kw"
    WH = "wh"
    KWH = "kwh"
    VA = "va"
    KVA = "kva"

    @property
    def is_energy(self) -> bool:
        """Whether it is a unit of energy, and not of power."""
        match self:
            case ValueUnit.WH | ValueUnit.KWH:
                return True
            case ValueUnit.W | ValueUnit.KW | ValueUnit.VA | ValueUnit.KVA:
                return False

    def to_base(self, value: Decimal) -> Decimal:
        """Convert a value in this unit to W, Wh or VA."""
        match self:
            case ValueUnit.KW | ValueUnit.KWH | ValueUnit.KVA:
                return value * 1000
            case ValueUnit.W | ValueUnit.WH | ValueUnit.VA:
                return value
            case _:
                assert_never(self)


@dataclass(frozen=True)
class IntervalPoint:
    """The average power of an interval in W. `stamp` is its start or end; `minutes` is None if the file has no length.

    A stamp without an offset is in Paris time. `is_energy`: the value is in Wh, and is converted to power once the
    length is known.
    """

    row: int
    direction: Direction
    stamp: datetime
    edge: Edge
    minutes: int | None
    value: Decimal
    is_energy: bool = False


@dataclass(frozen=True)
class DayPoint:
    """The energy of a day, in Wh."""

    row: int
    direction: Direction
    day: date
    wh: int


@dataclass(frozen=True)
class PeakPoint:
    """The maximum power of a day."""

    row: int
    day: date
    peak: Peak


@dataclass(frozen=True)
class IndexPoint:
    """The index of a register at the beginning of a day, in Wh."""

    row: int
    direction: Direction
    day: date
    register: str
    wh: int


@dataclass(frozen=True)
class RejectedRow:
    """A rejected row and its fault."""

    row: int
    fault: RowFault


type FilePoint = IntervalPoint | DayPoint | PeakPoint | IndexPoint | RejectedRow
