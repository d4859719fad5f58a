"""Response bodies for the index check."""

from datetime import date

from pydantic import BaseModel

from gateway.billing.days.facts import Alignment
from gateway.billing.index_check.service import IndexCheck
from gateway.tariffs.off_peak import format_clock


class DifferenceView(BaseModel):
    """The energy of a day in Wh by bucket: of the registers, of the curve, and the first minus the second."""

    date: date
    registers: dict[str, float]
    curve: dict[str, float]
    difference: dict[str, float]


class FitView(BaseModel):
    """Off-peak hours that explain the registers better: those in force, with all slots or one slot `minutes` later.

    `minutes` is null if they are those that Enedis gave. The differences are the Wh that are not explained, with the
    hours in force and with these.
    """

    minutes: int | None
    slots: list[tuple[str, str]]
    difference_before: float
    difference_after: float


class IndexCheckView(BaseModel):
    """The registers compared with the curve; `better_off_peak` if other off-peak hours explain them better.

    `aligned_by`: whether index values are from the beginning or the end of their day, according to the curve; null if
    no day can be compared. The bucket is `total` if only the total of the meter is known.
    """

    aligned_by: Alignment | None
    items: list[DifferenceView]
    better_off_peak: FitView | None

    @classmethod
    def of(cls, found: IndexCheck) -> IndexCheckView:
        """Return the response for a check."""
        fit = found.fit and {
            "minutes": found.fit.minutes,
            "slots": [(format_clock(start), format_clock(end)) for start, end in found.fit.slots],
            "difference_before": found.fit.difference_before,
            "difference_after": found.fit.difference_after,
        }
        items = [
            {"date": one.day, "registers": one.registers, "curve": one.curve, "difference": one.off_by}
            for one in found.days
        ]
        return cls.model_validate({"aligned_by": found.aligned_by, "items": items, "better_off_peak": fit})
