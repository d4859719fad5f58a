"""The index check on the wire."""

from datetime import date

from pydantic import BaseModel

from gateway.billing.days.facts import Alignment
from gateway.billing.index_check.service import IndexCheck
from gateway.tariffs.off_peak import format_clock


class DifferenceView(BaseModel):
    """A day's Wh by bucket: by the registers, by the curve, and the first less the second."""

    date: date
    registers: dict[str, float]
    curve: dict[str, float]
    difference: dict[str, float]


class FitView(BaseModel):
    """Off-peak hours of which all, or one slot, are so many minutes later than those in force, and the Wh unexplained.

    `minutes` null: they are other ones, which Enedis told.
    """

    minutes: int | None
    slots: list[tuple[str, str]]
    difference_before: float
    difference_after: float


class IndexCheckView(BaseModel):
    """The registers against the curve; `better_off_peak` where other off-peak hours explain them better.

    `aligned_by`: whether an index value is that of the day's beginning or of its end, as the curve tells; null: no day
    can be compared. The bucket `total` stands for registers whose names are not known.
    """

    aligned_by: Alignment | None
    items: list[DifferenceView]
    better_off_peak: FitView | None

    @classmethod
    def of(cls, found: IndexCheck) -> IndexCheckView:
        """Show a check."""
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
