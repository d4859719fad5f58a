"""Checks that an answer is about the requested meter, days and quantity.

Only such an answer is used, even one without data. Any other body with status 200 (`{}`, an error, another meter's
values, another unit) counts as an outage: otherwise it would make days absent for good.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Protocol

import structlog

from gateway.enedis.errors import EnedisError, ErrorReason
from gateway.enedis.wire import PRM_DIGITS, IndexMeasure, IndexSeries, Measure, Point, parse_day

log = structlog.get_logger()


@dataclass(frozen=True)
class Quantity:
    """A quantity in Enedis' terms: CONS or PROD, and the physical quantity (EA, PA or PMA)."""

    business: str
    physical: str

    @property
    def unit(self) -> str:
        """The unit of this quantity: Wh, W or VA."""
        return {"EA": "Wh", "PA": "W", "PMA": "VA"}[self.physical]


@dataclass(frozen=True)
class Request:
    """The requested days `[start, end[` of a meter."""

    prm: str
    start: date
    end: date


class _Series(Protocol):
    grandeurMetier: str | None  # noqa: N815 - Enedis' own names
    grandeurPhysique: str | None  # noqa: N815
    unite: str | None


def find_points(measure: Measure, request: Request, quantity: Quantity) -> list[Point]:
    """Return the points of a quantity, in the answer's order. Raises EnedisError if it is not what was requested."""
    _check_subject(measure, request)
    series = _match_quantity(measure.grandeur or [], quantity)
    if any(one.points is None for one in series):
        raise _build_unrecognized_error("no_points")
    return [point for one in series for point in one.points or []]


def find_registers(measure: IndexMeasure, request: Request, quantity: Quantity) -> list[IndexSeries]:
    """Return the registers of a quantity. Raises EnedisError if the answer is not what was requested."""
    _check_subject(measure, request)
    return _match_quantity(
        [series for one in measure.contexte or [] for series in one.grandeur or []], quantity, named=False
    )


def _check_subject(measure: Measure | IndexMeasure, request: Request) -> None:
    # a meter number as a JSON number has lost its leading zeros
    if (measure.idPrm or "").strip().zfill(PRM_DIGITS) != request.prm:
        raise _build_unrecognized_error("other_meter" if measure.idPrm else "no_answer")
    period = measure.periode
    if period is None or (parse_day(period.dateDebut), parse_day(period.dateFin)) != (request.start, request.end):
        raise _build_unrecognized_error("other_period")


def _match_quantity[Found: _Series](series: Iterable[Found], quantity: Quantity, *, named: bool = True) -> list[Found]:
    """Return the series of a quantity. Raises EnedisError if its unit differs, or is missing while `named`."""
    wanted = (quantity.business, quantity.physical)
    found = [one for one in series if (one.grandeurMetier, one.grandeurPhysique) == wanted]
    if not found:
        raise _build_unrecognized_error("other_quantity")
    units = {(one.unite or "").strip().casefold() for one in found}
    if units - ({quantity.unit.casefold()} if named else {quantity.unit.casefold(), ""}):
        raise _build_unrecognized_error("other_unit")
    return found


def _build_unrecognized_error(code: str) -> EnedisError:
    log.warning("answer_unrecognised", what=code)
    return EnedisError(ErrorReason.DOWN, code)
