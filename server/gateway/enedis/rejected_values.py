"""Counts the values of an answer that could not be used, by fault, with an example of each for the log."""

from collections import Counter
from enum import StrEnum

import structlog

log = structlog.get_logger()


class RejectionReason(StrEnum):
    """Why a point is not used."""

    VALUE = "value"
    STAMP = "stamp"
    STEP = "step"
    IMPLAUSIBLE = "implausible"
    OUTSIDE = "outside_the_days_asked"
    CONTRADICTORY = "contradictory"
    AMBIGUOUS = "ambiguous_hour"


class RejectedValues:
    """Counts rejected values by fault."""

    def __init__(self) -> None:
        self.counts: Counter[RejectionReason] = Counter()
        self._examples: dict[RejectionReason, str] = {}

    def add_points(self, fault: RejectionReason, example: str = "", times: int = 1) -> None:
        """Count points; the first example of a fault is kept."""
        if times:
            self.counts[fault] += times
            self._examples.setdefault(fault, example)

    @property
    def total(self) -> int:
        """The number of rejected values."""
        return self.counts.total()

    def write_to_log(self, usage_point: str, start: str) -> None:
        """Log the rejected values, if there are any."""
        if self.total:
            what = {str(fault): count for fault, count in self.counts.items()}
            examples = [example for example in self._examples.values() if example]
            log.warning(
                "points_refused", usage_point=usage_point, start=start, count=self.total, what=what, examples=examples
            )
