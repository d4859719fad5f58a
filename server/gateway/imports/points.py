"""What a file tells, before it has its place: power by interval, or a figure of a day."""

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
    """Which end of an interval a stamp names."""

    START = "start"
    END = "end"


class ValueUnit(StrEnum):
    """What a value is counted in."""

    W = "w"
    KW = "kw"
    WH = "wh"
    KWH = "kwh"
    VA = "va"
    KVA = "kva"

    @property
    def is_energy(self) -> bool:
        """Whether it counts energy, and not power."""
        return self in {ValueUnit.WH, ValueUnit.KWH}

    def to_base(self, value: Decimal) -> Decimal:
        """Return a value in W, Wh or VA."""
        match self:
            case ValueUnit.KW | ValueUnit.KWH | ValueUnit.KVA:
                return value * 1000
            case ValueUnit.W | ValueUnit.WH | ValueUnit.VA:
                return value
            case _:
                assert_never(self)


@dataclass(frozen=True)
class IntervalPoint:
    """The average power of an interval, one of whose ends is named; `minutes` None: the file does not tell its length.

    A stamp without an offset is a clock in Paris. `is_energy`: the value is in Wh, and becomes power once the length is
    known.
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
    """The greatest power of a day."""

    row: int
    day: date
    peak: Peak


@dataclass(frozen=True)
class IndexPoint:
    """What a register showed as a day began, in Wh."""

    row: int
    direction: Direction
    day: date
    register: str
    wh: int


@dataclass(frozen=True)
class RejectedRow:
    """A row that is not used, and why."""

    row: int
    fault: RowFault


type Told = IntervalPoint | DayPoint | PeakPoint | IndexPoint | RejectedRow
